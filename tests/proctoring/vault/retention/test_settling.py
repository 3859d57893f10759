"""What a store keeps and holds by itself is what custody says, whatever interrupted an act or happened beside it."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from proctoring.vault.retention import archive
from proctoring.vault.retention.archive import Archive
from proctoring.vault.retention.faults import LocksBehind, NeverLater
from proctoring.vault.retention.standing import DAY_MS, State
from proctoring.vault.retention.timekeeping import moment
from proctoring.vault.store.erasing import refused_about_name
from proctoring.vault.store.folder import FolderShelf
from proctoring.vault.store.s3 import S3Shelf
from proctoring.vault.store.s3_faults import StorageForbidden
from proctoring.vault.store.shelf import Lock, Pace
from sync.faults import Refused
from sync.trust.envelope import sign
from sync.wire.archive import AsideReason, CustodyEntry, KeptAside
from tests.proctoring.vault.retention.breaking import Accident, BreakingShelf, KilledError
from tests.proctoring.vault.retention.world import Site, expire
from tests.proctoring.vault.store.conftest import Bucket, access, bucket, s3_server  # noqa: F401 - fixtures
from tests.proctoring.vault.store.s3_server import Mood
from tests.sync.wire.rooms import room_record, signed_record


def locks(opened: Archive, recording: str) -> dict[str, Lock]:
    """Give how the store keeps the recording's files and what is said about it."""
    prefixes = (f"recordings/{recording}/", f"about/{recording}", f"custody/{recording}/")
    found = {name: opened.shelf.lock(name) for prefix in prefixes for name in opened.shelf.names(prefix)}
    return {name: lock for name, lock in found.items() if lock is not None}


def settle_daily(site: Site) -> None:
    """Do what the archive's service does once a day."""
    opened = site.open()
    kept = [opened.kept_of(recording) for recording in opened.recordings()]
    for one in kept:
        opened.settle_if_needed(one)
    opened.settle_papers(kept)


class LockingFolder(FolderShelf):
    """A simulated store: a folder that keeps what it is told to, and lets nothing go that it holds."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.locks = KEPT.setdefault(root, {})

    def put(
        self, name: str, source: Path | bytes, retain_until_ms: int | None = None, pace: Pace | None = None
    ) -> None:
        super().put(name, source, retain_until_ms, pace)
        self.locks.setdefault(name, Lock(retain_until_ms, held=False))

    def lock(self, name: str) -> Lock | None:
        super().lock(name)
        return self.locks[name]

    def extend(self, name: str, until_ms: int) -> None:
        self.locks[name] = replace(self.locks[name], until_ms=max(until_ms, self.locks[name].until_ms or 0))

    def set_hold(self, name: str, on: bool) -> None:
        self.locks[name] = replace(self.locks[name], held=on)

    def erase(self, name: str, *, overwrite: bool = False) -> None:
        if name in self.locks and self.locks[name].held:
            raise StorageForbidden(name)
        super().erase(name, overwrite=overwrite)


KEPT: dict[Path, dict[str, Lock]] = {}


@pytest.fixture(params=["simulated", pytest.param("bucket", marks=pytest.mark.long)])
def site(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    if request.param == "bucket":
        bucket: Bucket = request.getfixturevalue("bucket")
        return Site.make(tmp_path, address=bucket.address)
    monkeypatch.setattr(archive, "open_shelf", lambda address: LockingFolder(Path(address.removeprefix("folder:"))))
    return Site.make(tmp_path)


def kept_for_a_year(site: Site) -> tuple[str, int]:
    """Put a recording there as arrivals are: with a lock; give it, and a later end."""
    until = site.clock.true_ms + 1_200 * DAY_MS
    recording = site.keep(site.open().shelf, retain_until_ms=until)
    return recording, site.open().standing(recording).retain_until_ms + 400 * DAY_MS


def cut_at(site: Site, writes: int) -> Archive:
    """Open the opened as a process that is killed at one of its writes."""
    opened = site.open()
    shelf = BreakingShelf(opened.shelf, Accident(writes))  # type: ignore[arg-type]  # a bucket
    return Archive(site.places, shelf, opened.trust, opened.identity, site.clock)


def test_an_extension_that_was_interrupted_is_finished_by_the_service_and_by_the_next_try(site: Site) -> None:
    recording, later = kept_for_a_year(site)
    with pytest.raises(KilledError):
        cut_at(site, 2).extend(recording, site.people[0], later, "court")
    opened = site.open()
    assert opened.standing(recording).retain_until_ms == later
    assert any((lock.until_ms or 0) < later for lock in locks(opened, recording).values())
    settle_daily(site)
    assert all((lock.until_ms or 0) >= later for lock in locks(opened, recording).values())
    later += DAY_MS
    with pytest.raises(KilledError):
        cut_at(site, 1).extend(recording, site.people[0], later, "court")
    with pytest.raises(NeverLater):
        opened.extend(recording, site.people[0], later, "court")
    assert all((lock.until_ms or 0) >= later for lock in locks(opened, recording).values())


@pytest.mark.long
def test_a_store_that_is_away_after_an_act_was_entered_is_stated_and_the_act_counts(
    tmp_path: Path,
    bucket: Bucket,  # noqa: F811 - the fixture
) -> None:
    site = Site.make(tmp_path, address=bucket.address)
    recording, later = kept_for_a_year(site)
    opened = site.open()
    real = opened._enter

    def entered(*rest: object) -> CustodyEntry:
        entry = real(*rest)  # type: ignore[arg-type]
        bucket.server.mood.drop_after = 0
        return entry

    opened._enter = entered  # type: ignore[method-assign, assignment]
    with pytest.raises(LocksBehind):
        opened.extend(recording, site.people[0], later, "court")
    bucket.server.mood = Mood()
    assert site.open().standing(recording).retain_until_ms == later
    settle_daily(site)
    assert all((lock.until_ms or 0) >= later for lock in locks(opened, recording).values())


def test_a_release_in_the_middle_of_another_hold_leaves_the_store_holding(site: Site) -> None:
    recording, _ = kept_for_a_year(site)
    opened, other = site.open(), site.open()
    first = opened.hold(recording, site.people[0], "first")
    real = opened._enter

    def released_before(*rest: object) -> CustodyEntry:
        other.release(recording, site.people[1], first.sequence, "settled")
        return real(*rest)  # type: ignore[arg-type]

    opened._enter = released_before  # type: ignore[method-assign, assignment]
    opened.hold(recording, site.people[0], "second")
    assert site.open().standing(recording).held
    assert all(lock.held for lock in locks(opened, recording).values())


def test_a_hold_that_is_refused_holds_nothing(site: Site) -> None:
    recording, _ = kept_for_a_year(site)
    opened = site.open()
    with pytest.raises(Refused):
        opened.hold(recording, site.people[0], "x" * 5_000)
    assert not any(lock.held for lock in locks(opened, recording).values())


def test_legal_holds_that_custody_does_not_know_go_and_one_it_knows_comes_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(S3Shelf, "extend", lambda *_: None)  # so that by the store's own clock it may go
    recording, held = site.keep(site.open().shelf), site.keep(site.open().shelf)
    opened = site.open()
    opened.hold(held, site.people[0], "complaint")
    opened.shelf.set_hold(f"recordings/{held}/segment-00000.ers", on=False)
    opened.shelf.set_hold(f"recordings/{recording}/manifest.json", on=True)
    settle_daily(site)
    assert all(lock.held for lock in locks(opened, held).values())
    assert not any(lock.held for lock in locks(opened, recording).values())
    expire(site)
    proposal = site.open().propose_destruction(recording, site.people[0], "expired")
    site.open().approve_destruction(recording, site.people[1], proposal.sequence)
    opened.shelf.set_hold(f"recordings/{recording}/segment-00000.ers", on=True)  # left by an older program
    site.open().destroy(recording, site.people[2])
    assert site.open().standing(recording).state is State.DESTROYED


def test_what_speaks_of_a_recording_is_kept_as_long_as_it_and_nothing_else_is(site: Site) -> None:
    until = site.clock.true_ms + 1_200 * DAY_MS
    recording = site.keep(site.open().shelf, retain_until_ms=until)
    opened = site.open()
    shelf, end = opened.shelf, opened.standing(recording).retain_until_ms
    session = opened.session_of(recording)
    assert session is not None
    record = signed_record(site.registry, room_record(site.registry, session=session))
    stray = signed_record(site.registry)  # another session's
    about, aside = f"about/{recording}.sealed", refused_about_name(recording, "ab" * 32)
    told = [f"sessions/{session}/{sha256(record).hexdigest()}.json", about, aside]
    untold = [f"sessions/{session}/{sha256(stray).hexdigest()}.json", f"sessions/{session}/{'a' * 64}.json"]
    untold.append(f"aside/{recording}/junk.json")
    for name, data in zip([*told, *untold], [record, b"late", b"refused", stray, record, b"{}"], strict=True):
        shelf.put(name, data)
    note = KeptAside(
        archive=opened.identity.archive,
        recording=recording,
        files_sha256="a" * 64,
        reason=AsideReason.UNREADABLE,
        detail="",
        at=moment(site.clock()),
    )
    shelf.put(f"aside/{recording}/note.json", sign(note.to_bytes(), KeptAside.PAYLOAD_TYPE, opened.key))
    settle_daily(site)
    found = {name: shelf.lock(name) for name in [*told, *untold, f"aside/{recording}/note.json"]}
    assert all(lock is not None and (lock.until_ms or 0) >= end for name, lock in found.items() if name not in untold)
    assert all(found[name] == Lock(None, held=False) for name in untold)
    opened.hold(recording, site.people[0], "complaint")
    settle_daily(site)
    assert all(lock is not None and lock.held for lock in (shelf.lock(name) for name in told))
