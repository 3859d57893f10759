"""In a bucket with Object Lock the store itself refuses, whatever the archive believes; what may go, goes."""

from pathlib import Path

import pytest

from proctoring.vault.retention.archive import Archive, State
from proctoring.vault.retention.ledger import record_name
from proctoring.vault.retention.standing import DAY_MS
from proctoring.vault.store.s3_faults import StorageForbidden
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
) -> None:
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
    local = site.open().folder(recording)
    assert sorted(file.name for file in local.iterdir()) == ["manifest.json", "opening-00000.json", "segment-00000.ers"]
