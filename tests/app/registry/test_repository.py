"""The TUF repository stays fresh, survives being opened again, and takes only newer packages."""

import secrets
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp

from app.content.packing.package import PackageRefused, pack
from app.registry.keyroom import KeyName, KeyRoom, RegistryKeysUnreadable
from app.registry.models import Package
from app.registry.publishing import PackageNotNewer
from app.registry.repository import Repository, RepositoryUnreadable
from app.registry.rootkeys import RootKeys
from sync.trust.aead import SealRefused
from sync.wire.ids import new_id
from tests.app.registry.world import World, small_bank

NOW = 1_800_000_000_000
DAY_MS = 86_400_000


@pytest.fixture
def keys(tmp_path: Path) -> KeyRoom:
    room = KeyRoom(tmp_path / "keys")
    room.create()
    return room


@pytest.fixture
def repository(tmp_path: Path, keys: KeyRoom) -> Repository:
    made = Repository(tmp_path / "tuf", keys)
    made.create(NOW, RootKeys.make(tmp_path / "root-keys").keys)
    return made


def read(repository: Repository, name: str) -> Root | Targets | Snapshot | Timestamp:
    return Metadata.from_file(str(repository.metadata_folder / name)).signed


def test_every_role_has_its_own_key_and_the_root_lives_ten_years(repository: Repository) -> None:
    root = read(repository, "1.root.json")
    assert isinstance(root, Root)
    assert root.consistent_snapshot
    assert len({keyid for role in root.roles.values() for keyid in role.keyids}) == 3 + 3
    assert (len(root.roles["root"].keyids), root.roles["root"].threshold) == (3, 2)
    assert (root.expires - datetime.fromtimestamp(NOW // 1000, UTC)).days == 3653


def test_only_what_is_half_worn_is_signed_again(repository: Repository) -> None:
    assert not repository.refresh(NOW + 44 * DAY_MS)
    assert repository.refresh(NOW + 46 * DAY_MS)
    timestamp = read(repository, "timestamp.json")
    assert timestamp.version == 2
    assert (timestamp.expires - datetime.fromtimestamp((NOW + 46 * DAY_MS) // 1000, UTC)).days == 90
    assert not repository.refresh(NOW + 47 * DAY_MS)
    assert repository.refresh(NOW + 900 * DAY_MS)  # long after everything has expired


def test_a_target_is_signed_with_its_bank_and_version(repository: Repository) -> None:
    repository.add_target("packages/safety/a.erp", b"bytes", {"bank": "safety", "version": 3}, NOW)
    repository.add_target("packages/fire/b.erp", b"others", {"bank": "fire", "version": 1}, NOW)
    targets = read(repository, "3.targets.json")
    assert isinstance(targets, Targets)
    assert set(targets.targets) == {"packages/safety/a.erp", "packages/fire/b.erp"}
    found = targets.targets["packages/safety/a.erp"]
    assert (found.custom, found.length) == ({"bank": "safety", "version": 3}, 5)
    assert repository.target("packages/safety/a.erp", found.hashes["sha256"]) == b"bytes"


def test_damaged_metadata_or_keys_are_faults(repository: Repository, keys: KeyRoom, tmp_path: Path) -> None:
    key_file = tmp_path / "keys" / f"{KeyName.TUF_TARGETS}.key"
    key_file.chmod(0o644)
    with pytest.raises(RegistryKeysUnreadable, match="open to other"):
        keys.key(KeyName.TUF_TARGETS)
    key_file.chmod(0o600)
    key_file.write_bytes(key_file.read_bytes()[::-1])
    with pytest.raises(RegistryKeysUnreadable, match="damaged"):
        keys.key(KeyName.TUF_TARGETS)
    (repository.metadata_folder / "1.snapshot.json").write_bytes(b"{}")
    with pytest.raises(RepositoryUnreadable):
        repository.refresh(NOW + 900 * DAY_MS)


def test_one_roles_key_file_in_anothers_place_is_noticed(keys: KeyRoom, tmp_path: Path) -> None:
    plan, receipt = (tmp_path / "keys" / f"{name}.key" for name in (KeyName.PLAN, KeyName.RECEIPT))
    receipt.write_bytes(plan.read_bytes())
    with pytest.raises(RegistryKeysUnreadable):
        keys.key(KeyName.RECEIPT)


def test_a_package_is_published_once_and_only_in_rising_versions(world: World) -> None:
    assert world.registry.publish(world.raw_package, *world.secrets) == world.package
    for version in (2, 3):
        older = pack(small_bank(), new_id(), version, NOW, *world.secrets)
        with pytest.raises(PackageNotNewer):
            world.registry.publish(older, *world.secrets)
    newer = pack(small_bank(), new_id(), 4, NOW, *world.secrets)
    assert world.registry.publish(newer, *world.secrets).version == 4


def test_a_package_its_keys_do_not_open_is_not_published(world: World) -> None:
    content, marking = secrets.token_bytes(32), secrets.token_bytes(32)
    package_id = new_id()
    raw = pack(small_bank("other"), package_id, 1, NOW, content, marking)
    for wrong in ((marking, marking), (content, content)):
        with pytest.raises(SealRefused):
            world.registry.publish(raw, *wrong)
    with pytest.raises(PackageRefused):
        world.registry.publish(raw[:-1], content, marking)
    with world.registry.premises.database.reading() as session:
        assert session.get(Package, package_id) is None
