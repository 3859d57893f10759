"""From a seat to its site: resumed, verified, and only then let go at the seat."""

import errno
import os
import shutil
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from proctoring.vault.format import Verdict, layout, verify_recording
from proctoring.vault.format.record import Flag
from proctoring.vault.store import receiving, s3
from proctoring.vault.store.carry import Bandwidth, Carried, CarryingStopped, CarryState, carry
from proctoring.vault.store.ending import retain_until_ms
from proctoring.vault.store.erasing import ErasingRefused, release_seat_copy
from proctoring.vault.store.folder import FolderShelf
from proctoring.vault.store.listing import RecordingUnclosed, list_recording
from proctoring.vault.store.receiving import Outcome, Received, receive_all
from proctoring.vault.store.s3 import S3Shelf
from proctoring.vault.store.s3_client import S3Access
from proctoring.vault.store.s3_faults import StorageUnreachable
from proctoring.vault.store.shelf import Pace, Shelf, ShelfConflict
from sync.replica.durable import DiskFault, DiskFull
from sync.trust.envelope import peek, sign
from sync.trust.keys import SigningKey
from sync.wire.archive import AsideReason, CustodyAct, CustodyEntry
from sync.wire.ids import LATEST_MS
from sync.wire.packet import GapRef
from sync.wire.recording import Bookmark, ClockPair, RecordingManifest
from tests.proctoring.vault.format.sealed import flip, segment
from tests.proctoring.vault.format.tiny import Keys, Writer
from tests.proctoring.vault.store.conftest import PART_BYTES, Bucket, client_of
from tests.proctoring.vault.store.s3_server import Mood
from tests.proctoring.vault.store.site import Known, Site, entry_of, known

HUGE = 2**53 - 1
LATER_MS = 1_900_000_000_000
MONSTROUS: list[dict[str, object]] = [
    {"retention_days": HUGE},
    {"retention_days": 36_601},
    {"duration_ms": HUGE},
    {"started": ClockPair.model_construct(mono_ms=0, wall_ms=LATEST_MS + 1)},
    {"gaps": (GapRef.model_construct(track="both", start_ms=0, length_ms=HUGE, reason="disk_full"),)},
    {"bookmarks": (Bookmark.model_construct(at_ms=2**32, note="x"),)},
]


@dataclass(frozen=True)
class Road:
    """A closed recording at a seat, and the site it goes to."""

    folder: Path
    site: Site
    recording: str

    @property
    def shelf(self) -> Shelf:
        return self.site.shelf

    def carry(self, pace: Pace | None = None) -> Carried:
        return carry(self.folder, self.shelf, self.site.public, pace)

    def receive(self) -> list[Received]:
        return list(receive_all(self.site.receiver()))

    def arrive(self) -> bytes:
        """Bring the recording all the way, and give the archive's entry."""
        self.carry()
        assert [one.outcome for one in self.receive()] == [Outcome.ARRIVED]
        entry = self.carry().entry
        assert entry is not None
        return entry

    def release(self, entry: bytes) -> None:
        release_seat_copy(self.folder, entry, self.site.public)


@pytest.fixture
def made(tmp_path: Path) -> Writer:
    """A recording of three segments at a seat, in a folder called as it is."""
    (tmp_path / "seat").mkdir()
    writer = Writer(tmp_path / "seat" / "new", Keys())
    writer.segment()
    writer.segment()
    writer.segment(Flag.RECORDING_END)
    writer.close()
    writer.folder = writer.folder.rename(tmp_path / "seat" / writer.recording)
    return writer


@pytest.fixture
def road(made: Writer, tmp_path: Path, folder_shelf: FolderShelf) -> Road:
    return Road(made.folder, Site(folder_shelf, known(made), tmp_path / "work"), made.recording)


@pytest.fixture
def s3_road(made: Writer, tmp_path: Path, bucket: Bucket) -> Road:
    return Road(made.folder, Site(bucket.shelf(), known(made), tmp_path / "work"), made.recording)


def _kept(road: Road) -> Path:
    folder = road.shelf.local_folder(f"recordings/{road.recording}")
    assert folder is not None
    return folder


def test_a_recording_arrives_whole_and_only_then_its_copy_at_the_seat_goes(road: Road) -> None:
    before = list_recording(road.folder).listing
    assert road.carry().state is CarryState.CARRIED
    assert road.folder.exists()
    received = road.receive()
    assert [(one.outcome, one.verdict) for one in received] == [(Outcome.ARRIVED, Verdict.COMPLETE)]
    again = road.carry()
    assert again.state is CarryState.ARRIVED
    assert again.entry is not None
    road.release(again.entry)
    assert list(road.folder.parent.iterdir()) == []
    assert list_recording(_kept(road)).listing == before
    assert not list(road.shelf.names("arriving/"))


def test_the_same_through_a_bucket_that_keeps_what_it_has(s3_road: Road, bucket: Bucket) -> None:
    road = s3_road
    entry = road.arrive()
    road.release(entry)
    assert not road.folder.exists()
    shelf = bucket.shelf()
    year = 365 * 86_400_000
    names = list(shelf.names(f"recordings/{road.recording}/"))
    manifest_end = {shelf.lock(name).until_ms for name in names}
    assert len(names) > 5
    assert all(end is not None and end > 3 * year for end in manifest_end)
    assert not list(shelf.names("arriving/"))
    assert not any(road.site.work.iterdir())


@pytest.mark.parametrize("stated", ["nothing", "the right digest"])
def test_rubbish_of_the_right_length_in_its_place_is_never_taken_for_the_recording(
    s3_road: Road, bucket: Bucket, stated: str
) -> None:
    road = s3_road
    listing = list_recording(road.folder).listing
    first = next(file for file in listing.files if file.name.endswith(".ers"))
    key = f"site/recordings/{road.recording}/{first.name}"
    said = {} if stated == "nothing" else {"examroom-sha256": first.sha256}
    bucket.client.put_object(Bucket=bucket.name, Key=key, Body=bytes(first.bytes), Metadata=said)
    road.carry()
    assert [(one.outcome, one.reason) for one in road.receive()] == [(Outcome.ASIDE, AsideReason.OTHER_BYTES)]
    assert road.carry().state is CarryState.ASIDE
    assert not list(road.shelf.names("custody/"))
    arrived = road.shelf.sizes(f"arriving/{road.recording}/{listing.short}/")
    assert sum(arrived.values()) == listing.bytes
    assert bucket.shelf().lock(key.removeprefix("site/")).until_ms is None  # rubbish is not kept for years


def test_what_is_swapped_after_it_was_adopted_is_not_stated_to_have_arrived(s3_road: Road, bucket: Bucket) -> None:
    road = s3_road
    road.carry()
    real = S3Shelf.adopt

    def swapped(self: S3Shelf, source: str, target: str) -> None:
        real(self, source, target)
        if target.endswith("segment-00000.ers"):
            size = self.size(target) or 0
            self.erase(target)
            bucket.client.put_object(Bucket=bucket.name, Key=f"site/{target}", Body=bytes(size))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(S3Shelf, "adopt", swapped)
        assert [one.outcome for one in road.receive()] == [Outcome.ASIDE]
    assert road.carry().entry is None


def test_the_version_that_was_read_is_the_one_that_is_locked(bucket: Bucket) -> None:
    shelf, key = bucket.shelf(), "site/kept/x"
    shelf.put("kept/x", b"genuine")
    bucket.client.put_object(Bucket=bucket.name, Key=key, Body=b"another")
    shelf.keep("kept/x", sha256(b"genuine").hexdigest(), LATER_MS)
    versions = bucket.client.list_object_versions(Bucket=bucket.name, Prefix=key)["Versions"]
    heads = [bucket.client.head_object(Bucket=bucket.name, Key=key, VersionId=one["VersionId"]) for one in versions]
    locked = {one["Size"]: head.get("ObjectLockMode") for one, head in zip(versions, heads, strict=True)}
    assert [head.get("ObjectLockMode") for head in heads] == [None, "COMPLIANCE"], locked
    assert shelf.read("kept/x") == b"genuine"
    with pytest.raises(ShelfConflict):
        shelf.keep("kept/x", sha256(b"another").hexdigest(), LATER_MS)


def test_whatever_arrives_twice_arrives_once(road: Road) -> None:
    entry = road.arrive()
    assert road.receive() == []
    assert road.carry().entry == entry
    assert road.carry().sent_bytes == 0


def test_an_unclosed_recording_is_not_carried(road: Road) -> None:
    (road.folder / "manifest.json").unlink()
    with pytest.raises(RecordingUnclosed):
        road.carry()
    assert not list(road.shelf.names())


def test_a_tampered_recording_is_carried_and_kept_and_marked_and_stays_at_the_seat(road: Road) -> None:
    flip(segment(road.folder, 1), 100)
    entry = road.arrive()
    assert verify_recording(_kept(road)).verdict is Verdict.TAMPERED
    with pytest.raises(ErasingRefused, match="tampered"):
        road.release(entry)
    assert road.folder.exists()


def test_a_device_that_nobody_knows_here_is_kept_aside_until_somebody_does(road: Road) -> None:
    stranger = Road(road.folder, road.site.knowing(Known({})), road.recording)
    stranger.carry()
    assert [(one.outcome, one.reason) for one in stranger.receive()] == [(Outcome.ASIDE, AsideReason.SIGNER_UNKNOWN)]
    assert stranger.receive() == []
    told = stranger.carry()
    assert (told.state, told.reason) == (CarryState.ASIDE, AsideReason.SIGNER_UNKNOWN)
    assert not list(road.shelf.names("recordings/"))
    assert [one.outcome for one in road.receive()] == [Outcome.ARRIVED]
    assert road.carry().state is CarryState.ARRIVED


def test_what_nobody_knows_is_not_read_anew_every_time(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = Road(road.folder, road.site.knowing(Known({})), road.recording)
    stranger.carry()
    stranger.receive()
    monkeypatch.setattr(receiving, "differing", lambda *_: pytest.fail("all of it was read again"))
    assert stranger.receive() == []


def test_another_copy_of_a_recording_that_arrived_is_kept_beside_it(road: Road) -> None:
    road.arrive()
    first = list_recording(_kept(road)).listing
    flip(segment(road.folder, 0), 50)
    assert road.carry().state is CarryState.CARRIED
    assert [(one.outcome, one.reason) for one in road.receive()] == [(Outcome.ASIDE, AsideReason.OTHER_BYTES)]
    assert list_recording(_kept(road)).listing == first
    assert list(road.shelf.names(f"arriving/{road.recording}/"))
    assert road.carry().reason is AsideReason.OTHER_BYTES


@pytest.mark.parametrize("damage", ["changed", "cut", "gone", "added"])
def test_what_is_damaged_on_the_way_is_sent_again(road: Road, damage: str) -> None:
    road.carry()
    place = next((_root(road) / "arriving" / road.recording).glob("*/segment-00001.ers"))
    place.chmod(0o600)
    match damage:
        case "changed":
            flip(place, 20)
        case "cut":
            os.truncate(place, 100)
        case "gone":
            place.unlink()
        case _:
            place.with_name("added.bin").write_bytes(b"x")
    assert [one.outcome for one in road.receive()] == [Outcome.SENT_AGAIN]
    assert not list(road.shelf.names("custody/"))
    road.arrive()


def _root(road: Road) -> Path:
    assert isinstance(road.shelf, FolderShelf)
    return road.shelf.root


def test_a_mark_that_is_none_is_kept_and_stated(road: Road) -> None:
    road.shelf.put(f"arriving/{road.recording}/0123456789abcdef.json", b"{}")
    assert [one.reason for one in road.receive()] == [AsideReason.UNREADABLE]
    assert road.receive() == []
    road.carry()
    assert Outcome.ARRIVED in {one.outcome for one in road.receive()}


# what lets a seat's copy go


def _forged(road: Road, **changes: str) -> bytes:
    listing = list_recording(road.folder).listing
    facts = {"verdict": "complete", "files_sha256": listing.sha256, **changes}
    manifest = facts.pop("manifest", listing.manifest_sha256)
    act = CustodyAct(facts.pop("act", "arrived"))
    entry = entry_of(facts.pop("recording", listing.recording), manifest, act, facts=facts)
    return sign(entry.to_bytes(), CustodyEntry.PAYLOAD_TYPE, road.site.key)


@pytest.mark.parametrize(
    "changes",
    [
        {"manifest": "0" * 64},
        {"files_sha256": "0" * 64},
        {"verdict": "truncated"},
        {"act": "verified"},
        {"recording": "01900000-0000-7000-8000-000000000001"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_an_entry_about_anything_else_lets_nothing_go(road: Road, changes: dict[str, str]) -> None:
    before = list_recording(road.folder)
    with pytest.raises(ErasingRefused):
        road.release(_forged(road, **changes))
    assert list_recording(road.folder) == before


def test_an_entry_by_another_key_lets_nothing_go(road: Road) -> None:
    entry = entry_of(road.recording, list_recording(road.folder).listing.manifest_sha256)
    stranger = SigningKey.generate_p256()
    with pytest.raises(ErasingRefused):
        road.release(sign(entry.to_bytes(), CustodyEntry.PAYLOAD_TYPE, stranger))
    assert verify_recording(road.folder).verdict is Verdict.COMPLETE


def test_a_copy_that_changed_since_it_arrived_stays(road: Road) -> None:
    entry = road.arrive()
    flip(segment(road.folder, 2), 30)
    with pytest.raises(ErasingRefused, match="other files"):
        road.release(entry)


@pytest.mark.parametrize("odd", ["一.txt", "a b", "-rf", "x\ny"])
def test_files_that_no_shelf_can_have_are_stated_and_keep_the_copy_at_the_seat(road: Road, odd: str) -> None:
    (road.folder / odd).write_bytes(b"?")
    assert road.carry().odd == (odd,)
    road.receive()
    entry = road.carry().entry
    assert entry is not None
    with pytest.raises(ErasingRefused, match="does not have"):
        road.release(entry)


def test_a_link_in_the_folder_is_not_followed(road: Road, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"a secret of the machine")
    (road.folder / "segment-00009.ers").symlink_to(secret)
    carried = road.carry()
    assert carried.odd == ("segment-00009.ers",)
    assert not any(road.shelf.read(name) == secret.read_bytes() for name in road.shelf.names())


# on the way


def test_carrying_goes_on_where_it_stopped(road: Road) -> None:
    total = list_recording(road.folder).listing.bytes
    sent = tries = left = 0

    class Cut(Exception):  # noqa: N818 - what a network does
        pass

    def pace(count: int) -> None:
        nonlocal sent, left
        if left == 0:
            raise Cut
        left -= 1
        sent += count

    while True:
        left, tries = 2, tries + 1
        try:
            road.carry(pace)
        except Cut:
            continue
        break
    assert tries > 3
    assert sent == total
    assert [one.outcome for one in road.receive()] == [Outcome.ARRIVED]


def test_a_program_that_ends_breaks_off_and_loses_nothing(road: Road) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(CarryingStopped):
        road.carry(Bandwidth(None, stop))
    assert verify_recording(road.folder).verdict is Verdict.COMPLETE


def test_a_bandwidth_is_kept() -> None:
    waited: list[float] = []

    class Watch(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout or 0)
            return False

    limit = Bandwidth(100_000, Watch())
    for _ in range(10):
        limit(100_000)
    assert waited[-1] == pytest.approx(9, abs=1.5)


def test_a_shelf_without_room_is_told_before_anything_goes(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FolderShelf, "free_bytes", lambda _: 1_000)
    with pytest.raises(DiskFull):
        road.carry()
    assert not list(road.shelf.names())
    assert road.folder.exists()


def test_a_disk_that_fills_up_underway_loses_nothing(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    real, left = os.fsync, [5]

    def full(handle: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "no room")
        real(handle)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(DiskFull):
            road.carry()
    road.arrive()


def test_a_read_only_shelf_is_stated(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "read-only")

    with monkeypatch.context() as patched:
        patched.setattr(os, "mkdir", refuse)
        with pytest.raises(DiskFault):
            road.carry()
    road.arrive()


class Forgetful:
    """A shelf that says "stored" and forgets the last thing it was given."""

    def __init__(self, shelf: FolderShelf, forget: str) -> None:
        self.shelf = shelf
        self.forget = forget

    def __getattr__(self, name: str) -> object:
        return getattr(self.shelf, name)

    def put(
        self, name: str, source: Path | bytes, retain_until_ms: int | None = None, pace: Pace | None = None
    ) -> None:
        if self.forget not in name:
            self.shelf.put(name, source, retain_until_ms, pace)


@pytest.mark.parametrize("forget", ["segment-00002.ers", "manifest.json", ".json", "custody/"])
def test_a_shelf_that_loses_a_write_makes_nothing_go(road: Road, folder_shelf: FolderShelf, forget: str) -> None:
    forgetful = Forgetful(folder_shelf, forget)
    site = Site(forgetful, road.site.devices, road.site.work, road.site.key)  # type: ignore[arg-type]
    bad = Road(road.folder, site, road.recording)
    bad.carry()
    assert all(one.outcome is not Outcome.ARRIVED for one in bad.receive())
    assert bad.carry().entry is None
    road.receive()  # what the second try lost, too, is asked for again
    if road.carry().entry is None:
        road.arrive()


def test_one_that_fails_blocks_no_other(road: Road) -> None:
    road.carry()
    road.shelf.put("arriving/01900000-0000-7000-8000-000000000001/0123456789abcdef.json", b"not a listing")
    outcomes = {one.outcome for one in receive_all(road.site.receiver())}
    assert outcomes == {Outcome.ASIDE, Outcome.ARRIVED}


_STRIDE = 11
"""Requests between two cuts; a prime, so that every kind of request is hit."""


def _to_the_end(road: Road) -> None:
    """What agent and archive do, again and again."""
    for _ in range(2):
        if road.carry().entry is None:
            assert all(one.fault is None for one in road.receive())
    entry = road.carry().entry
    assert entry is not None
    road.release(entry)


def _cut_after(road: Road, bucket: Bucket, requests: int) -> bool:
    """Cut the network for good after so many requests; tell whether the work was not done by then."""
    bucket.server.mood = Mood(drop_after=requests)
    try:
        road.carry()
        return any(one.outcome is Outcome.FAILED for one in road.receive())
    except StorageUnreachable:
        return True
    finally:
        bucket.server.mood = Mood()


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_network_that_is_cut_at_any_request_loses_nothing(s3_road: Road, bucket: Bucket, access: S3Access) -> None:
    once = replace(access, tries=1)
    keep, cuts, requests = s3_road.folder.with_name("keep"), 0, 3
    shutil.copytree(s3_road.folder, keep)
    while True:
        name = f"{bucket.name}-{requests}"
        bucket.client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
        shelf = S3Shelf(client_of(once), name, "site", PART_BYTES)
        road = Road(s3_road.folder, replace(s3_road.site, shelf=shelf), s3_road.recording)
        cut = _cut_after(road, bucket, requests)
        assert verify_recording(road.folder).verdict is Verdict.COMPLETE
        if not cut:
            break
        _to_the_end(road)
        shutil.copytree(keep, road.folder)
        cuts, requests = cuts + 1, requests + _STRIDE
    assert cuts >= 2


@pytest.mark.parametrize("numbers", MONSTROUS)
def test_a_well_signed_manifest_with_monstrous_numbers_is_no_manifest(
    road: Road, made: Writer, numbers: dict[str, object]
) -> None:
    file = made.folder / layout.MANIFEST
    honest = RecordingManifest.parse(peek(file.read_bytes(), RecordingManifest.PAYLOAD_TYPE).payload)
    lying = honest.model_copy(update=numbers)
    file.write_bytes(sign(lying.to_bytes(), RecordingManifest.PAYLOAD_TYPE, made.keys.device))
    road.carry()
    assert [(one.outcome, one.reason) for one in road.receive()] == [(Outcome.ASIDE, AsideReason.NOT_WHOLE)]
    assert road.carry().state is CarryState.ASIDE
    assert not list(road.shelf.names("custody/"))


def test_the_largest_numbers_a_manifest_may_have_still_have_a_date(made: Writer) -> None:
    raw = peek((made.folder / layout.MANIFEST).read_bytes(), RecordingManifest.PAYLOAD_TYPE).payload
    latest = {
        "session": "ffffffff-ffff-7fff-bfff-ffffffffffff",
        "started": ClockPair(mono_ms=HUGE, wall_ms=LATEST_MS),
        "duration_ms": 2**32 - 1,
        "retention_days": 36_600,
    }
    manifest = RecordingManifest.parse(RecordingManifest.parse(raw).model_copy(update=latest).to_bytes())
    assert retain_until_ms(manifest, None) == LATEST_MS
    assert (
        retain_until_ms(manifest, LATER_MS) == LATER_MS + 36_600 * 86_400_000
    )  # from the arrival, not the seat's clock
    assert s3._second(HUGE) == s3._second(LATEST_MS) == datetime(9999, 1, 1, tzinfo=UTC)
