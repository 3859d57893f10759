"""Roots that are followed, provinces beside the nation, programs: seen by TUF's own client that began with root 1."""

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tuf.api.exceptions import DownloadHTTPError, RepositoryError
from tuf.api.metadata import Metadata, TargetFile, Targets
from tuf.ngclient import FetcherInterface, Updater

from app.content.packing.package import pack
from app.registry import http, keyroom, repository, rotation
from app.registry.channel import facts
from app.registry.delegating import ProvinceRefused, accept, add_province, remove_province
from app.registry.keyroom import KeyRoom
from app.registry.premises import Premises
from app.registry.repository import Repository, SignedElsewhere
from app.registry.rootkeys import RootKeys, RootKeysMissing
from app.registry.rotation import Rotation, RotationRefused, rotate
from app.registry.service import Registry
from app.registry.software import ProgramRefused, Release, publish_release
from sync.replica.durable import write_durably
from sync.trust.keys import SigningKey
from sync.wire.ids import new_id
from tests.app.registry.world import serving, small_bank


class Files(FetcherInterface):
    """Gives TUF's client the repository's plain files, as a mirror or a medium would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _fetch(self, url: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - as TUF says it
        file = self.folder / url.removeprefix("files:/")
        if not file.exists():
            raise DownloadHTTPError("no such file", 404)
        yield file.read_bytes()


class Seat:
    """A seat's TUF client: it began with the first root, whatever has become of it since."""

    def __init__(self, premises: Premises, cache: Path) -> None:
        self.premises = premises
        self.root = premises.repository.root_bytes()
        self.cache = cache
        self.cache.mkdir()

    def find(self, path: str) -> bytes | None:
        folder = self.premises.repository.metadata_folder.parent
        updater = Updater(
            metadata_dir=str(self.cache),
            metadata_base_url="files:/metadata/",
            target_dir=str(self.cache),
            target_base_url="files:/targets/",
            fetcher=Files(folder),
            bootstrap=self.root,
        )
        updater.refresh()
        target = updater.get_targetinfo(path)
        return None if target is None else Path(updater.download_target(target)).read_bytes()


SECRETS = (bytes(32), bytes([1] * 32))


@dataclass(frozen=True)
class World:
    """A new registry with one package of the nation's."""

    registry: Registry
    target: str
    raw_package: bytes


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, bytes]:
    home = tmp_path_factory.mktemp("template") / "registry"
    with Registry.initialise(home, name="R") as registry:
        raw = pack(small_bank("safety"), new_id(), 3, registry.premises.clock(), *SECRETS)
        return home, registry.publish(raw, *SECRETS).target, raw


@pytest.fixture
def world(template: tuple[Path, str, bytes], tmp_path: Path) -> Iterator[World]:
    home, target, raw = template
    with Registry.open(Path(shutil.copytree(home, tmp_path / "registry"))) as registry:
        yield World(registry, target, raw)


@pytest.fixture
def seat(world: World, tmp_path: Path) -> Seat:
    return Seat(world.registry.premises, tmp_path / "seat")


def published(world: World, bank: str, version: int = 1) -> tuple[str, bytes]:
    raw = pack(small_bank(bank), new_id(), version, world.registry.premises.clock(), *SECRETS)
    return world.registry.publish(raw, *SECRETS).target, raw


def test_a_seat_follows_a_root_whose_keys_were_replaced_one_after_the_other(world: World, seat: Seat) -> None:
    premises = world.registry.premises
    first = RootKeys.at(premises.root_folder).keys
    for lost in first:
        rotate(premises, Rotation(replace=lost.public.keyid))
        (premises.root_folder / f"root-{lost.public.keyid[:16]}.key").unlink()
    assert premises.repository.root().version == 4
    assert not {key.public.keyid for key in first} & set(premises.repository.root().roles["root"].keyids)
    target, raw = published(world, "fire")
    assert seat.find(target) == raw


def test_a_stolen_timestamp_key_signs_nothing_that_counts_any_more(world: World, seat: Seat) -> None:
    premises = world.registry.premises
    stolen = premises.repository.online_key("timestamp")
    rotate(premises, Rotation(renew=("timestamp", "snapshot", "targets")))
    target, raw = published(world, "fire")
    assert seat.find(target) == raw
    timestamp = premises.repository.metadata("timestamp.json")
    timestamp.signed.version += 1
    timestamp.signatures.clear()
    timestamp.sign(stolen.signer())
    premises.repository.write("timestamp.json", timestamp.to_bytes())
    with pytest.raises(RepositoryError):
        seat.find(target)


def test_a_crash_between_new_root_and_new_signatures_is_mended_at_the_next_start(
    world: World, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    premises = world.registry.premises
    with monkeypatch.context() as crash:
        crash.setattr(type(premises.repository), "refresh", lambda _self, _now_ms: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            rotate(premises, Rotation(renew=("timestamp",)))
    with pytest.raises(RepositoryError):
        seat.find(world.target)
    with Registry.open(premises.home, clock=premises.clock) as again:
        assert again.refresh_repository()
        assert not again.refresh_repository()
    assert seat.find(world.target) == world.raw_package


def test_a_running_service_finishes_what_a_killed_rotation_left(
    world: World, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    premises = world.registry.premises
    monkeypatch.setattr(http, "_REFRESH_S", 0.02)
    with monkeypatch.context() as crash:
        crash.setattr(Repository, "refresh", lambda _self, _now_ms: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            rotate(premises, Rotation(renew=("timestamp", "timestamp")))
    with serving(world.registry):
        assert seat.find(world.target) == world.raw_package
        public = premises.public_folder / "2.root.json"
        for _ in range(2):
            for _ in range(500):
                if public.exists():
                    break
                time.sleep(0.01)
            assert public.exists(), "the running service lays it out, within seconds"
            public.unlink()  # as if the rotation had died before it wrote it


def test_a_role_that_is_named_twice_is_renewed_once_also_after_a_rotation_that_died_late(
    world: World, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    premises = world.registry.premises
    with monkeypatch.context() as crash:
        crash.setattr(KeyRoom, "promote", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            rotate(premises, Rotation(renew=("timestamp",)))
    used = premises.repository.online_key("timestamp").public.keyid
    with monkeypatch.context() as crash:
        crash.setattr(rotation, "sign", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            rotate(premises, Rotation(renew=("timestamp",)))
    assert premises.repository.online_key("timestamp").public.keyid == used
    assert rotate(premises, Rotation(renew=("timestamp", "timestamp"))).version == 3
    assert seat.find(world.target) == world.raw_package


def test_power_that_goes_before_any_write_of_a_rotation_leaves_a_channel_that_every_seat_can_follow(
    world: World, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    premises, survived, version = world.registry.premises, False, 1
    step = 0
    while not survived:
        step += 1
        lost = premises.repository.root().roles["root"].keyids[0]
        with monkeypatch.context() as crash:
            left = iter(range(step))

            def write(path: Path, data: bytes, mode: int = 0o600, left: Iterator[int] = left) -> None:
                if next(left, None) is None:
                    raise KeyboardInterrupt
                write_durably(path, data, mode)

            for room in (keyroom, repository):
                crash.setattr(room, "write_durably", write)
            try:
                rotate(premises, Rotation(replace=lost, renew=("timestamp", "targets")))
                survived = True
            except KeyboardInterrupt:
                pass
        with Registry.open(premises.home, clock=premises.clock) as again:
            again.refresh_repository()
        assert seat.find(world.target) == world.raw_package
        assert premises.repository.root().version in (version, version + 1)
        version = premises.repository.root().version
    assert step > 6


def test_one_root_key_alone_makes_no_root(world: World, tmp_path: Path) -> None:
    premises = world.registry.premises
    keys = sorted(premises.root_folder.glob("root-*.key"))
    safe = tmp_path / "safe"
    safe.mkdir()
    for key in keys[:2]:
        key.rename(safe / key.name)
    with pytest.raises(RootKeysMissing) as caught:
        rotate(premises, Rotation(renew=("timestamp",)))
    assert (caught.value.facts["found"], caught.value.facts["needed"]) == (1, 2)
    assert premises.repository.root().version == 1


def test_keys_that_the_root_does_not_know_make_no_root(world: World, tmp_path: Path) -> None:
    premises = world.registry.premises
    strangers = RootKeys.make(tmp_path / "strangers")
    with (
        Registry.open(premises.home, root_keys=strangers.folder) as registry,
        pytest.raises(RootKeysMissing),
    ):
        rotate(registry.premises, Rotation(renew=("timestamp",)))
    for wrong in (Rotation(replace="0" * 64), Rotation(renew=("root",))):
        with pytest.raises(RotationRefused):
            rotate(premises, wrong)
    assert premises.repository.root().version == 1


def test_a_provinces_bank_is_under_its_own_role_and_the_nations_stays(world: World, seat: Seat) -> None:
    premises = world.registry.premises
    add_province(premises, "31")
    province, raw = published(world, "31-welding")
    nation, other = published(world, "welding")
    snapshot, targets = premises.repository.current()
    assert province not in targets.targets
    assert nation in targets.targets
    assert set(premises.repository.delegated("province-31", snapshot).targets) == {province}
    assert seat.find(province) == raw
    assert seat.find(nation) == other
    [found] = facts(premises.repository).provinces
    assert (found.code, found.here, found.targets) == ("31", True, 1)


def test_a_province_may_not_publish_in_anothers_name(world: World, seat: Seat) -> None:
    """Its own key signs a path of the nation's: the client finds the nation's, never the province's."""
    premises, published_in = world.registry.premises, world.registry.premises.repository
    add_province(premises, "31")
    snapshot, targets = published_in.current()
    role = published_in.delegated("province-31", snapshot)
    role.targets[world.target] = TargetFile.from_data(world.target, b"forged", ["sha256"])
    role.version += 1
    raw = Metadata(role)
    raw.sign(published_in.signer("province-31", targets).signer())
    published_in.publish(snapshot, {"province-31": (role.version, raw.to_bytes())}, premises.clock())
    assert seat.find(world.target) == world.raw_package


def handed_in(key: SigningKey, files: dict[str, bytes], folder: Path, *, version: int = 1, days: int = 100) -> bytes:
    """Sign targets as a province does with its own tools, and lay the files beside."""
    signed = Targets(version=version, expires=datetime.fromtimestamp(1_800_000_000, UTC) + timedelta(days=days + 4000))
    if days < 0:
        signed.expires = datetime(2020, 1, 1, tzinfo=UTC)
    for path, data in files.items():
        signed.targets[path] = TargetFile.from_data(path, data, ["sha256"])
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    metadata = Metadata(signed)
    metadata.sign(key.signer())
    return metadata.to_bytes()


def test_what_a_province_signed_itself_is_taken_as_it_is(world: World, seat: Seat, tmp_path: Path) -> None:
    premises, key = world.registry.premises, SigningKey.generate_ed25519()
    add_province(premises, "46", key.public)
    path = f"packages/46-mining/{new_id()}.erp"
    raw = handed_in(key, {path: b"a package"}, tmp_path)
    assert accept(premises, "46", raw, tmp_path) == 1
    assert seat.find(path) == b"a package"
    assert (premises.repository.metadata_folder / "1.province-46.json").read_bytes() == raw
    with pytest.raises(SignedElsewhere):
        published(world, "46-mining")
    more = handed_in(key, {path: b"a package", path.replace("mining", "fire"): b"x"}, tmp_path, version=2)
    assert accept(premises, "46", more, tmp_path) == 1


@pytest.mark.parametrize(
    ("files", "facts_of_it", "reason"),
    [
        ({"packages/46-a/x.erp": b"1"}, {"days": -1}, "expired"),
        ({"packages/safety/x.erp": b"1"}, {}, "not the province's"),
        ({"packages/46-a/../x.erp": b"1"}, {}, "not the province's"),
        ({"software/a/1/b": b"1"}, {}, "not the province's"),
    ],
)
def test_what_a_province_may_not_hand_in_is_refused(
    world: World, tmp_path: Path, files: dict[str, bytes], facts_of_it: dict[str, int], reason: str
) -> None:
    premises, key = world.registry.premises, SigningKey.generate_ed25519()
    add_province(premises, "46", key.public)
    raw = handed_in(key, files, tmp_path, **facts_of_it)
    with pytest.raises(ProvinceRefused, match=reason):
        accept(premises, "46", raw, tmp_path)


def test_another_key_a_missing_file_or_an_older_version_is_refused(world: World, tmp_path: Path) -> None:
    premises, key = world.registry.premises, SigningKey.generate_ed25519()
    add_province(premises, "46", key.public)
    path = "packages/46-a/x.erp"
    stranger = handed_in(SigningKey.generate_ed25519(), {path: b"1"}, tmp_path)
    for hostile in (stranger, b"{}", b"[" * 100_000, b"\xff", handed_in(key, {}, tmp_path)[:-2]):
        with pytest.raises(ProvinceRefused, match="not signed"):
            accept(premises, "46", hostile, tmp_path)
    good = handed_in(key, {path: b"1"}, tmp_path, version=5)
    (tmp_path / path).write_bytes(b"2")
    with pytest.raises(ProvinceRefused, match="not the bytes"):
        accept(premises, "46", good, tmp_path)
    (tmp_path / path).unlink()
    with pytest.raises(ProvinceRefused, match="No such file"):
        accept(premises, "46", good, tmp_path)
    (tmp_path / path).write_bytes(b"1")
    accept(premises, "46", good, tmp_path)
    for version in (4, 5):
        with pytest.raises(ProvinceRefused, match="5 is published"):
            accept(premises, "46", handed_in(key, {path: b"1"}, tmp_path, version=version), tmp_path)


def test_a_province_that_was_removed_is_not_believed_and_may_come_again(world: World, seat: Seat) -> None:
    premises = world.registry.premises
    add_province(premises, "31")
    target, raw = published(world, "31-welding")
    assert seat.find(target) == raw
    remove_province(premises, "31")
    assert seat.find(target) is None
    add_province(premises, "31")
    assert seat.find(target) is None
    again, newer = published(world, "31-welding", 2)
    assert seat.find(again) == newer
    for wrong in ("31", "A", "x" * 13, "../3"):
        with pytest.raises(ProvinceRefused):
            add_province(premises, wrong)
    with pytest.raises(ProvinceRefused):
        remove_province(premises, "46")


def test_a_release_is_published_under_its_own_role_and_only_a_newer_one(world: World, seat: Seat) -> None:
    premises = world.registry.premises
    release = Release("examroom-seat", "1.2", "linux-amd64", "examroom-seat_1.2_amd64.deb")
    assert publish_release(premises, release, b"a program") == "software/examroom-seat/1.2/examroom-seat_1.2_amd64.deb"
    assert seat.find(release.target) == b"a program"
    for version in ("1.2", "1.2.0", "1.1.9", "0.9", "1.2b", "", "1..2"):
        with pytest.raises(ProgramRefused):
            publish_release(premises, Release("examroom-seat", version, "linux-amd64", "x.deb"), b"older")
    publish_release(premises, Release("examroom-seat", "1.10", "linux-amd64", "x.deb"), b"newer")
    publish_release(premises, Release("examroom-seat", "1.2", "windows-amd64", "x.exe"), b"elsewhere")
    for odd in ("../x", "a/b", "", ".hidden", "x" * 101):
        with pytest.raises(ProgramRefused):
            publish_release(premises, Release("examroom-seat", "9", "linux-amd64", odd), b"x")


def test_delegated_roles_are_kept_fresh_too_but_not_those_that_others_sign(world: World, tmp_path: Path) -> None:
    premises, key = world.registry.premises, SigningKey.generate_ed25519()
    add_province(premises, "31")
    add_province(premises, "46", key.public)
    accept(premises, "46", handed_in(key, {"packages/46-a/x.erp": b"1"}, tmp_path), tmp_path)
    before = {role.code: role for role in facts(premises.repository).provinces}
    assert premises.repository.refresh(premises.clock() + 300 * 86_400_000)
    after = {role.code: role for role in facts(premises.repository).provinces}
    assert after["31"].expires_ms > before["31"].expires_ms
    assert after["46"] == before["46"]


def test_the_facts_are_json(world: World) -> None:
    told = json.loads(json.dumps(facts(world.registry.premises.repository).report()))
    assert (told["root_version"], len(told["root_keys"]), told["root_threshold"]) == (1, 3, 2)
    assert {role["name"] for role in told["roles"]} == {"root", "timestamp", "snapshot", "targets", "software"}
