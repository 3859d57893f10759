"""A package is believed only from the enrolled root on, fresh, never older, byte for byte what plan and list say."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.content.packing.package import SealedPackage, pack
from app.registry.service import Registry
from sync.client.channel import (
    ContentAltered,
    ContentExpired,
    ContentNotPublished,
    ContentNotSigned,
    ContentRefused,
    ContentRolledBack,
)
from sync.client.connection import RegistryAnswerBad, RegistryConnection, RegistryUnreachable
from sync.client.content import PackageOlder, fetch_package, take_package
from sync.client.mirror import mirror_at
from sync.replica.cabinet import DocumentKind
from sync.replica.database import Replica
from sync.trust.anchor import Trust
from sync.wire.ids import new_id
from sync.wire.plan import PackageRef
from tests.app.registry.world import World, small_bank
from tests.sync.client.publisher import site
from tests.sync.client.simulator import Act, Line

DAY_MS = 86_400_000
YEARS_MS = 1000 * DAY_MS

Fetch = Callable[..., None]


@pytest.fixture(autouse=True)
def _repository_put_right(world: World, tmp_path: Path) -> Iterator[None]:
    """Each test tampers with the repository; the next finds it as it was."""
    folder, clock = world.registry.premises.home / "tuf", world.clock.now_ms
    shutil.copytree(folder, tmp_path / "as-it-was")
    yield
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "as-it-was", folder)
    world.clock.now_ms = clock


@pytest.fixture
def fetch(connection: RegistryConnection, replica: Replica, tmp_path: Path, trust: Trust) -> Fetch:
    def do(package: PackageRef, *, wall_ms: int | None = None, cache: str = "tuf") -> None:
        fetch_package(connection, replica, package, tmp_path / cache, trust, wall_ms)

    return do


@pytest.fixture
def metadata(world: World) -> Path:
    return world.registry.premises.repository.metadata_folder


def publish(world: World, version: int, bank: str = "safety") -> PackageRef:
    raw = pack(small_bank(bank), new_id(), version, world.clock.now_ms, *world.secrets)
    return world.registry.publish(raw, *world.secrets)


def attackers_registry(folder: Path) -> Registry:
    """Make another registry, to sign the same things with other keys."""
    return Registry.initialise(folder / "attacker", name="Attacker")


def kept(replica: Replica) -> list[str]:
    return replica.cabinet.names(DocumentKind.PACKAGE)


def test_a_package_is_fetched_whole_and_once(world: World, replica: Replica, fetch: Fetch, metadata: Path) -> None:
    fetch(world.package)
    raw = replica.cabinet.document(DocumentKind.PACKAGE, world.package.package)
    assert raw == world.raw_package
    assert SealedPackage.parse(raw).sha256 == world.package.sha256
    for file in metadata.iterdir():
        file.unlink()
    fetch(world.package)  # nothing is asked for any more


def test_a_package_comes_from_any_copy_of_the_registrys_files(
    world: World, replica: Replica, tmp_path: Path, trust: Trust
) -> None:
    with site(world.registry.premises.home / "tuf") as copy:
        take_package(mirror_at(copy.url), replica, world.package, tmp_path / "tuf", trust)
    assert replica.cabinet.document(DocumentKind.PACKAGE, world.package.package) == world.raw_package


def test_a_download_from_the_registry_that_was_cut_goes_on(
    world: World, replica: Replica, fetch: Fetch, tmp_path: Path
) -> None:
    part = tmp_path / "tuf" / f".{world.package.sha256[:32]}.part"
    part.parent.mkdir()
    part.write_bytes(world.raw_package[:1000])
    fetch(world.package)
    assert replica.cabinet.document(DocumentKind.PACKAGE, world.package.package) == world.raw_package
    assert not part.exists()


def test_a_changed_file_is_refused(world: World, replica: Replica, fetch: Fetch) -> None:
    premises = world.registry.premises
    (file,) = premises.repository.targets_folder.rglob("*.erp")
    for wrong, fault in (
        (world.raw_package[:-1] + b"?", ContentAltered),
        (world.raw_package + b"?", RegistryAnswerBad),
        (world.raw_package[:-1], RegistryUnreachable),
    ):
        file.write_bytes(wrong)
        with pytest.raises(fault):
            fetch(world.package)
    assert kept(replica) == []
    file.write_bytes(world.raw_package)
    fetch(world.package)


def test_a_package_that_is_not_what_the_plan_says_is_refused(world: World, replica: Replica, fetch: Fetch) -> None:
    for change in (
        {"sha256": "0" * 64},
        {"length": world.package.length - 1},
        {"version": 4},
        {"target": f"packages/safety/{new_id()}.erp"},
    ):
        with pytest.raises(ContentNotPublished):
            fetch(world.package.model_copy(update=change))
    assert kept(replica) == []


@pytest.mark.parametrize("name", ["timestamp.json", "1.snapshot.json", "2.snapshot.json", "2.targets.json"])
def test_changed_metadata_is_refused(world: World, replica: Replica, fetch: Fetch, metadata: Path, name: str) -> None:
    file = metadata / name
    document = json.loads(file.read_bytes())
    document["signed"]["expires"] = "2099-01-01T00:00:00Z"
    file.write_bytes(json.dumps(document).encode())
    if name == "1.snapshot.json":  # no longer pointed to, so it may be what it likes
        fetch(world.package)
    else:
        with pytest.raises((ContentNotSigned, ContentAltered)):
            fetch(world.package)
        assert kept(replica) == []


def test_metadata_by_a_key_the_root_does_not_name_is_refused(
    world: World, replica: Replica, fetch: Fetch, tmp_path: Path
) -> None:
    with attackers_registry(tmp_path) as other:
        other_raw = world.raw_package
        ref = other.publish(other_raw, *world.secrets)
        assert ref == world.package
        mine = world.registry.premises.repository.metadata_folder
        for file in other.premises.repository.metadata_folder.iterdir():
            if file.name != "1.root.json":
                shutil.copy(file, mine / file.name)
    with pytest.raises(ContentNotSigned):
        fetch(world.package)
    assert kept(replica) == []


def test_a_cache_that_an_attacker_wrote_is_not_what_trust_begins_with(
    world: World, replica: Replica, fetch: Fetch, tmp_path: Path
) -> None:
    with attackers_registry(tmp_path) as other:
        other.publish(world.raw_package, *world.secrets)
        theirs, mine = other.premises.repository, world.registry.premises.repository
        for file in theirs.metadata_folder.iterdir():
            if file.name != "1.root.json":
                shutil.copy(file, mine.metadata_folder / file.name)
        cache = tmp_path / "tuf" / "metadata"
        cache.mkdir(parents=True)
        for name in ("root.json", "timestamp.json"):
            source = "1.root.json" if name == "root.json" else name
            shutil.copy(theirs.metadata_folder / source, cache / name)
    with pytest.raises(ContentNotSigned):
        fetch(world.package)
    assert kept(replica) == []


def test_a_root_of_another_registry_is_refused(
    world: World, replica: Replica, connection: RegistryConnection, tmp_path: Path
) -> None:
    with attackers_registry(tmp_path) as other:
        stranger = Trust.load(other.premises.public_folder)
    with pytest.raises(ContentNotSigned):
        fetch_package(connection, replica, world.package, tmp_path / "tuf", stranger)


def put_back(metadata: Path, kept_files: dict[str, bytes]) -> None:
    for file in metadata.iterdir():
        file.unlink()
    for name, raw in kept_files.items():
        (metadata / name).write_bytes(raw)


def test_a_repository_put_back_to_an_older_state_is_refused(
    world: World, replica: Replica, fetch: Fetch, metadata: Path
) -> None:
    older = {file.name: file.read_bytes() for file in metadata.iterdir()}
    newer = publish(world, 1, "fire")
    fetch(newer)
    put_back(metadata, older)
    with pytest.raises(ContentRolledBack):
        fetch(world.package)
    assert kept(replica) == [newer.package]


def test_a_snapshot_put_back_under_a_new_timestamp_is_refused(
    world: World, replica: Replica, fetch: Fetch, metadata: Path
) -> None:
    newer = publish(world, 1, "mining")
    fetch(newer)
    old = (metadata / "2.snapshot.json").read_bytes()
    publish(world, 2, "mining")
    (metadata / "4.snapshot.json").write_bytes(old)  # the timestamp asks for number 4
    with pytest.raises((ContentAltered, ContentRolledBack)):
        fetch(world.package)
    assert kept(replica) == [newer.package]


def test_expired_metadata_brings_no_new_content_until_it_is_signed_again(
    world: World, replica: Replica, fetch: Fetch
) -> None:
    late = world.clock.now_ms + 91 * DAY_MS
    with pytest.raises(ContentExpired):
        fetch(world.package, wall_ms=late)
    assert kept(replica) == []
    world.clock.now_ms = late
    assert world.registry.refresh_repository()
    fetch(world.package, wall_ms=late)


def test_what_is_kept_already_stays_usable_after_expiry(world: World, replica: Replica, fetch: Fetch) -> None:
    fetch(world.package)
    fetch(world.package, wall_ms=world.clock.now_ms + YEARS_MS)
    assert kept(replica) == [world.package.package]


def test_a_clock_set_back_does_not_revive_expired_metadata(world: World, replica: Replica, fetch: Fetch) -> None:
    replica.cabinet.raise_highest_signed_ms(world.clock.now_ms + 91 * DAY_MS, world.clock.now_ms)
    for wall_ms in (None, world.clock.now_ms, world.clock.now_ms - YEARS_MS):
        with pytest.raises(ContentExpired):
            fetch(world.package, wall_ms=wall_ms)
    assert kept(replica) == []


def test_an_older_version_of_a_bank_is_refused_once_a_newer_one_is_here(
    world: World, replica: Replica, fetch: Fetch
) -> None:
    newer = publish(world, 4)
    fetch(newer)
    with pytest.raises(PackageOlder) as caught:
        fetch(world.package)
    assert caught.value.facts == {"offered": 3, "kept": 4}
    fetch(publish(world, 1, "blasting"))  # another bank counts for itself
    assert newer.package in kept(replica)
    assert world.package.package not in kept(replica)


@pytest.mark.parametrize("act", [Act.DROP_BEFORE, Act.TRUNCATE, Act.PORTAL_200, Act.DRIP_BODY])
def test_a_line_that_fails_brings_nothing_and_the_next_try_everything(  # noqa: PLR0917 - fixtures and a parameter
    world: World,
    replica: Replica,
    trust: Trust,
    line: Line,
    over_the_line: RegistryConnection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    act: Act,
) -> None:
    monkeypatch.setattr("sync.client.source.ANY_REQUEST_S", 0.3)
    monkeypatch.setattr("sync.client.source.SLOWEST_BYTES_PER_S", 10**9)
    for step in range(5):  # root (404), timestamp, snapshot, targets, package
        line.script, line.only = [*[Act.PASS] * step, act], "GET"
        with pytest.raises((RegistryUnreachable, ContentRefused)):
            fetch_package(over_the_line, replica, world.package, tmp_path / "tuf", trust)
        assert kept(replica) == []
        shutil.rmtree(tmp_path / "tuf")
    fetch_package(over_the_line, replica, world.package, tmp_path / "tuf", trust)
    raw = replica.cabinet.document(DocumentKind.PACKAGE, world.package.package)
    assert raw
    assert hashlib.sha256(raw).hexdigest() == world.package.sha256
    assert list((tmp_path / "tuf").glob("*.part")) == []
