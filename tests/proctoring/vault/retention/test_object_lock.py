"""In a bucket with Object Lock the store itself refuses, whatever the archive believes; what may go, goes."""

from pathlib import Path
from typing import ClassVar

import pytest

from proctoring.vault.retention.archive import Archive, State
from proctoring.vault.retention.custody import entry_name
from proctoring.vault.retention.ledger import record_name
from proctoring.vault.retention.standing import DAY_MS
from proctoring.vault.store.folder import FolderShelf
from proctoring.vault.store.s3 import S3Shelf
from proctoring.vault.store.s3_faults import StorageForbidden
from proctoring.vault.store.shelf import Lock, Pace
from tests.proctoring.vault.retention.world import RETENTION_DAYS, Site, expire
from tests.proctoring.vault.store.conftest import Bucket, access, bucket, s3_server  # noqa: F401 - fixtures


def agreed(site: Site, recording: str) -> Archive:
    archive = site.open()
    proposal = archive.propose_destruction(recording, site.people[0], "expired")
    archive.approve_destruction(recording, site.people[1], proposal.sequence)
    return archive


@pytest.mark.long
def test_the_store_keeps_what_is_locked_though_two_agree_and_the_archives_clock_is_years_on(
    bucket: Bucket,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    site = Site.make(tmp_path, address=bucket.address)
    until = site.clock.true_ms + RETENTION_DAYS * DAY_MS
    recording = site.keep(site.open().shelf, retain_until_ms=until)
    expire(site)  # by the archive's clock; the store's own says otherwise
    archive = agreed(site, recording)
    with pytest.raises(StorageForbidden):
        archive.destroy(recording, site.people[2])
    assert archive.standing(recording).state is State.DESTROYING
    assert len(list(archive.shelf.names(f"recordings/{recording}/"))) == 3
    assert archive.shelf.size(record_name(recording)) is None


@pytest.mark.long
def test_a_hold_is_the_stores_too_and_after_its_release_two_destroy(
    bucket: Bucket,  # noqa: F811 - the fixture
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(S3Shelf, "extend", lambda *_: None)  # so that by the store's own clock it may go
    site = Site.make(tmp_path, address=bucket.address)
    recording = site.keep(site.open().shelf)
    hold = site.open().hold(recording, site.people[0], "complaint")
    key = f"site/recordings/{recording}/manifest.json"
    held = bucket.client.get_object_legal_hold(Bucket=bucket.name, Key=key)
    assert held["LegalHold"]["Status"] == "ON"
    expire(site)
    site.open().release(recording, site.people[1], hold.sequence, "settled")
    released = bucket.client.get_object_legal_hold(Bucket=bucket.name, Key=key)
    assert released["LegalHold"]["Status"] == "OFF"
    record = agreed(site, recording).destroy(recording, site.people[2])
    assert site.open().destruction_record(recording) == record
    assert list(site.open().shelf.names(f"recordings/{recording}/")) == []
    assert site.open().standing(recording).state is State.DESTROYED


@pytest.mark.long
def test_an_extension_reaches_every_object_of_the_recording(
    bucket: Bucket,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    site = Site.make(tmp_path, address=bucket.address)
    recording = site.keep(site.open().shelf)
    until = site.open().standing(recording).retain_until_ms + DAY_MS
    site.open().extend(recording, site.people[0], until, "appeal")
    for name in site.open().shelf.names(f"recordings/{recording}/"):
        lock = bucket.client.head_object(Bucket=bucket.name, Key=f"site/{name}")
        assert lock["ObjectLockMode"] == "COMPLIANCE"
        assert lock["ObjectLockRetainUntilDate"].timestamp() * 1000 >= until - 1000
    with site.open().using(recording) as local:
        names = sorted(file.name for file in local.iterdir())
    assert names == ["manifest.json", "opening-00000.json", "segment-00000.ers"]


@pytest.mark.long
def test_the_store_keeps_every_paper_of_the_archive_and_a_holds_own_entry(
    bucket: Bucket,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    site = Site.make(tmp_path, address=bucket.address)
    shelf = site.open().shelf
    recording = site.keep(shelf, taken_over=False)
    shelf.put(f"about/{recording}.sealed", b"sealed")
    site.open().take_over(recording, verdict="complete")
    hold = site.open().hold(recording, site.people[0], "complaint")
    until = site.open().standing(recording).retain_until_ms
    names = ["store.json", f"about/{recording}.sealed", *shelf.names("clock/"), *shelf.names("custody/")]
    assert len(names) == 6
    for name in names:
        lock = bucket.client.head_object(Bucket=bucket.name, Key=f"site/{name}")
        assert lock["ObjectLockMode"] == "COMPLIANCE", name
        assert lock["ObjectLockRetainUntilDate"].timestamp() * 1000 >= until - 1000, name
    custody = f"custody/{recording}"
    for name in (f"{custody}/{hold.sequence:06}.json", f"{custody}/000000.json", f"about/{recording}.sealed"):
        held = bucket.client.get_object_legal_hold(Bucket=bucket.name, Key=f"site/{name}")
        assert held["LegalHold"]["Status"] == "ON", name
    with pytest.raises(StorageForbidden):
        shelf.erase(f"{custody}/{hold.sequence:06}.json")  # type: ignore[attr-defined]  # as whoever has its keys
    site.open().release(recording, site.people[1], hold.sequence, "settled")
    for name in (f"{custody}/{hold.sequence:06}.json", f"about/{recording}.sealed"):
        released = bucket.client.get_object_legal_hold(Bucket=bucket.name, Key=f"site/{name}")
        assert released["LegalHold"]["Status"] == "OFF", name


class NotingShelf(FolderShelf):
    """A folder that notes what a store is asked to keep."""

    kept: ClassVar[dict[str, int | None]] = {}
    held: ClassVar[set[str]] = set()

    def put(
        self, name: str, source: Path | bytes, retain_until_ms: int | None = None, pace: Pace | None = None
    ) -> None:
        super().put(name, source, retain_until_ms, pace)
        self.kept[name] = retain_until_ms

    def lock(self, name: str) -> Lock:
        super().lock(name)
        return Lock(None, name in self.held)

    def set_hold(self, name: str, on: bool) -> None:
        super().set_hold(name, on)
        (self.held.add if on else self.held.discard)(name)


def test_a_store_is_asked_to_keep_every_entry_as_long_as_the_recording_and_to_hold_a_holds_own(tmp_path: Path) -> None:
    site = Site.make(tmp_path)
    recording = site.keep(site.open().shelf)
    opened, shelf = site.open(), NotingShelf(site.places.root / "store")
    archive = Archive(site.places, shelf, opened.trust, opened.identity, site.clock)
    until = archive.standing(recording).retain_until_ms + 9 * 366 * DAY_MS
    archive.extend(recording, site.people[0], until, "appeal")
    hold = archive.hold(recording, site.people[0], "complaint")
    archive.write_clock_line()
    assert len(shelf.kept) == 3
    assert all(kept is not None and kept >= site.clock.true_ms + 10 * 366 * DAY_MS for kept in shelf.kept.values())
    assert (shelf.kept[entry_name(recording, hold.sequence)] or 0) >= until
    assert {entry_name(recording, number) for number in range(hold.sequence + 1)} < shelf.held
    archive.release(recording, site.people[1], hold.sequence, "settled")
    assert shelf.held == set()
