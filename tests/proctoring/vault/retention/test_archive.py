"""Holding, extending, destroying: what an archive does and refuses, on a real folder with real signatures."""

from pathlib import Path

import pytest

from proctoring.vault.retention.archive import Archive, State
from proctoring.vault.retention.custody import entry_name
from proctoring.vault.retention.faults import (
    ActRefused,
    AdministratorRefused,
    ArchiveExists,
    ArchiveMissing,
    ClockFrozen,
    CustodyRefused,
    NotApproved,
    NotExpired,
    RecordingHeld,
    RecordingUnknown,
    SecondPersonNeeded,
)
from proctoring.vault.retention.ledger import read_record, record_name
from proctoring.vault.retention.people import Signer
from proctoring.vault.retention.standing import DAY_MS
from proctoring.vault.retention.timekeeping import moment
from sync.trust import envelope
from sync.trust.keystore import FileKeyStore
from sync.wire.archive import CustodyAct, CustodyEntry
from sync.wire.ids import new_id
from tests.proctoring.vault.retention import world
from tests.proctoring.vault.retention.reference import opened
from tests.proctoring.vault.retention.world import HOUR_MS, RETENTION_DAYS, Site, expire, renamed
from tests.sync.trust.world import NOW_MS


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site.make(tmp_path)


@pytest.fixture
def kept(site: Site) -> str:
    return site.keep(site.open().shelf)


def approved(site: Site, recording: str) -> Archive:
    """Let two administrators agree to a destruction."""
    archive = site.open()
    proposal = archive.propose_destruction(recording, site.people[0], "expired")
    archive.approve_destruction(recording, site.people[1], proposal.sequence)
    return archive


def test_what_arrives_is_retained_for_as_long_as_its_manifest_says(site: Site, kept: str) -> None:
    standing = site.open().standing(kept)
    assert standing.state is State.RETAINED
    assert standing.retain_until_ms == NOW_MS + RETENTION_DAYS * DAY_MS
    assert [entry.act for entry in site.open().custody(kept)] == [CustodyAct.ARRIVED]


def test_two_administrators_destroy_what_has_expired_and_leave_a_proof(site: Site, kept: str) -> None:
    expire(site)
    archive = approved(site, kept)
    assert archive.standing(kept).state is State.APPROVED
    record = archive.destroy(kept, site.people[2])
    key = FileKeyStore(site.places.keys).device_key().public
    assert read_record(archive.shelf.read(record_name(kept)), key) == record
    assert record.proposed_by == site.people[0].person
    assert record.approved_by == (site.people[1].person,)
    assert record.bytes > 0
    assert record.recorded.boot_id == "seat-boot"
    by_another_library = opened(archive.shelf.read(record_name(kept)), [key.pem])
    assert by_another_library["manifest_sha256"] == record.manifest_sha256
    assert list(archive.shelf.names(f"recordings/{kept}/")) == []
    assert archive.standing(kept).state is State.DESTROYED
    assert [entry.act for entry in archive.custody(kept)][-3:] == [
        CustodyAct.DESTRUCTION_BEGUN,
        CustodyAct.KEYS_ERASED,
        CustodyAct.DESTROYED,
    ]
    assert archive.destroy(kept) == record  # asked again, it is the same record
    with pytest.raises(ActRefused):
        archive.hold(kept, site.people[0], "too late")


def test_nothing_is_proposed_before_its_time(site: Site, kept: str) -> None:
    with pytest.raises(NotExpired) as caught:
        site.open().propose_destruction(kept, site.people[0], "room is needed")
    assert str(caught.value.facts["until"]).startswith("2030-")


def test_nobody_approves_their_own_proposal_under_any_name_or_twice(site: Site, kept: str) -> None:
    expire(site)
    archive = site.open()
    proposal = archive.propose_destruction(kept, site.people[0], "expired").sequence
    for again in (site.people[0], renamed(site.people[0], "Somebody else")):
        with pytest.raises(SecondPersonNeeded):
            archive.approve_destruction(kept, again, proposal)
    with pytest.raises(NotApproved):
        archive.destroy(kept, site.people[0])


def test_who_holds_a_key_signs_under_no_other_name(site: Site, kept: str) -> None:
    """Also where the archive's own check is passed by: what is in the custody is read by the directory."""
    archive = site.open()
    stranger = renamed(site.people[0], site.people[1].person.name)
    with pytest.raises(AdministratorRefused):
        archive.hold(kept, stranger, "complaint")
    chain = archive.ledger.situation(kept).chain
    entry = CustodyEntry(
        archive=archive.identity.archive,
        recording=kept,
        manifest_sha256=chain.entries[-1].manifest_sha256,
        sequence=len(chain.entries),
        before=chain.last_sha256,
        act=CustodyAct.HELD,
        by=stranger.person,
        at=moment(site.clock()),
        purpose="complaint",
        facts={},
    )
    signed = envelope.sign(entry.to_bytes(), CustodyEntry.PAYLOAD_TYPE, stranger.key)
    archive.shelf.put(entry_name(kept, entry.sequence), signed)
    with pytest.raises(CustodyRefused):
        site.open().custody(kept)


def test_a_policy_may_ask_for_two_approvals(tmp_path: Path) -> None:
    site = Site.make(tmp_path, approvals_needed=2)
    kept = site.keep(site.open().shelf)
    expire(site)
    archive = approved(site, kept)
    with pytest.raises(NotApproved):
        archive.destroy(kept, site.people[0])
    with pytest.raises(SecondPersonNeeded):
        archive.approve_destruction(kept, site.people[1], 1)
    archive.approve_destruction(kept, site.people[2], 1)
    assert len(archive.destroy(kept, site.people[0]).approved_by) == 2


def test_each_hold_stands_until_it_is_released_by_itself(site: Site, kept: str) -> None:
    archive = site.open()
    first = archive.hold(kept, site.people[0], "complaint 17", NOW_MS + DAY_MS)
    second = archive.hold(kept, site.people[1], "police")
    expire(site)  # the review day of the first is long past
    archive = site.open()
    with pytest.raises(RecordingHeld):
        archive.propose_destruction(kept, site.people[0], "expired")
    archive.release(kept, site.people[2], first.sequence, "settled")
    with pytest.raises(ActRefused):
        archive.release(kept, site.people[2], first.sequence, "again")
    assert [hold.reason for hold in archive.standing(kept).holds] == ["police"]
    archive.release(kept, site.people[2], second.sequence, "no charge")
    archive.propose_destruction(kept, site.people[0], "expired")


@pytest.mark.parametrize("what", ["hold", "extend", "withdraw"])
def test_a_hold_an_extension_or_a_withdrawal_ends_an_approval(site: Site, kept: str, what: str) -> None:
    expire(site)
    archive = approved(site, kept)
    if what == "hold":
        hold = archive.hold(kept, site.people[2], "wait").sequence
        archive.release(kept, site.people[2], hold, "go on")
    elif what == "extend":
        archive.extend(kept, site.people[2], site.clock().wall_ms + 1, "wait")
        site.clock.run(2 * HOUR_MS)
    else:
        archive.withdraw_destruction(kept, site.people[2], 1, "wait")
    assert archive.standing(kept).state is State.EXPIRABLE
    with pytest.raises(NotApproved):
        archive.destroy(kept, site.people[2])


def test_an_extension_only_moves_the_end_later(site: Site, kept: str) -> None:
    archive = site.open()
    end = archive.standing(kept).retain_until_ms
    for until in (end, end - 1, 0):
        with pytest.raises(ActRefused):
            archive.extend(kept, site.people[0], until, "shorter")
    archive.extend(kept, site.people[0], end + DAY_MS, "appeal")
    assert archive.standing(kept).retain_until_ms == end + DAY_MS


def test_who_was_revoked_acts_no_more_and_counts_no_more(site: Site, kept: str) -> None:
    expire(site)
    approved(site, kept)
    site.clock.run(1_000)
    site.revoke(site.people[1])
    archive = site.open()
    with pytest.raises(AdministratorRefused):
        archive.destroy(kept, site.people[0])
    with pytest.raises(AdministratorRefused):
        archive.hold(kept, site.people[1], "mine")
    assert archive.standing(kept).state is State.APPROVED  # what was signed before stays signed
    assert list(archive.shelf.names(f"recordings/{kept}/"))


def test_a_stranger_or_a_proctor_is_no_administrator(site: Site, kept: str) -> None:
    proctor = site.registry.proctor_keys[0]
    person = site.people[0].person.model_copy(update={"keyid": proctor.public.keyid})
    with pytest.raises(AdministratorRefused):
        site.open().hold(kept, Signer(person, proctor), "mine")
    with pytest.raises(AdministratorRefused):
        Signer(site.people[0].person, proctor)


def test_another_registrys_manifest_is_not_believed(site: Site, tmp_path: Path) -> None:
    other = Site.make(tmp_path / "other")
    stranger = other.keep(site.open().shelf, taken_over=False)
    with pytest.raises(CustodyRefused):
        site.open().standing(stranger)
    with pytest.raises(CustodyRefused):
        site.open().take_over(stranger)


def test_a_manifest_exchanged_after_the_approval_stops_the_destruction(site: Site, kept: str) -> None:
    expire(site)
    archive = approved(site, kept)
    other = site.keep(archive.shelf)
    file = site.places.root / "store" / "recordings" / kept / "manifest.json"
    file.chmod(0o600)
    file.write_bytes(archive.shelf.read(f"recordings/{other}/manifest.json"))
    with pytest.raises(CustodyRefused):
        archive.destroy(kept, site.people[2])
    assert list(archive.shelf.names(f"recordings/{kept}/"))


def test_an_odd_file_among_the_custody_stops_a_destruction_and_no_hold(site: Site, kept: str) -> None:
    expire(site)
    archive = approved(site, kept)
    (site.places.root / "store" / "custody" / kept / "note.txt").write_bytes(b"x")
    with pytest.raises(CustodyRefused):
        archive.destroy(kept, site.people[2])
    assert archive.standing(kept).state is State.APPROVED
    archive.hold(kept, site.people[0], "complaint 17")
    assert site.open().standing(kept).held


@pytest.mark.parametrize("damage", ["changed", "removed", "swapped"])
def test_custody_that_was_touched_lets_nothing_happen(site: Site, kept: str, damage: str) -> None:
    expire(site)
    archive = approved(site, kept)
    folder = site.places.root / "store" / "custody" / kept
    files = sorted(folder.iterdir())
    if damage == "changed":
        files[1].chmod(0o600)
        files[1].write_bytes(files[1].read_bytes().replace(b"a", b"b", 1))
    elif damage == "removed":
        files[1].unlink()
    else:
        first, second = files[1].read_bytes(), files[2].read_bytes()
        for file, raw in ((files[1], second), (files[2], first)):
            file.chmod(0o600)
            file.write_bytes(raw)
    with pytest.raises(CustodyRefused):
        archive.destroy(kept, site.people[2])
    with pytest.raises(CustodyRefused):
        archive.standing(kept)
    assert list(archive.shelf.names(f"recordings/{kept}/"))


def test_a_seat_with_a_flat_battery_makes_nothing_expire_early(site: Site) -> None:
    archive = site.open()
    recording = site.keep(archive.shelf, ended_ms=1_000_000)  # 1970, by the seat's clock
    assert archive.standing(recording).retain_until_ms >= NOW_MS + RETENTION_DAYS * DAY_MS


@pytest.mark.parametrize("session", ["", "ffffffff-ffff-7fff-bfff-ffffffffffff"])
def test_a_seat_whose_clock_says_the_year_9000_keeps_nothing_for_thousands_of_years(
    site: Site, monkeypatch: pytest.MonkeyPatch, session: str
) -> None:
    year_9000 = 221_845_392_000_000
    if session:
        monkeypatch.setattr(world, "_SESSION", session)
    recording = site.keep(site.open().shelf, ended_ms=year_9000)
    arrived = site.clock.true_ms
    until = site.open().standing(recording).retain_until_ms
    assert arrived + RETENTION_DAYS * DAY_MS <= until <= arrived + RETENTION_DAYS * DAY_MS + 60_000
    assert site.open().custody(recording)[0].facts["claimed_ended_ms"] == str(year_9000)
    expire(site)
    assert site.open().standing(recording).state is State.EXPIRABLE


def test_a_clock_that_is_months_ahead_is_believed_and_an_archive_with_a_flat_battery_shortens_nothing(
    site: Site,
) -> None:
    ahead = site.clock.true_ms + 200 * DAY_MS
    recording = site.keep(site.open().shelf, ended_ms=ahead)
    assert site.open().standing(recording).retain_until_ms == ahead + RETENTION_DAYS * DAY_MS
    assert "claimed_ended_ms" not in site.open().custody(recording)[0].facts
    ended = site.clock.true_ms - 1_000
    site.clock.skew_ms = -site.clock.true_ms + 1_000_000  # 1970, by the archive's clock
    other = site.keep(site.open().shelf, ended_ms=ended)
    assert site.open().standing(other).retain_until_ms >= ended + RETENTION_DAYS * DAY_MS


def test_a_recording_that_nobody_took_over_is_never_destroyed(site: Site) -> None:
    archive = site.open()
    recording = site.keep(archive.shelf, taken_over=False)
    expire(site)
    archive = site.open()
    assert archive.standing(recording).state is State.ARRIVED
    with pytest.raises(ActRefused):
        archive.propose_destruction(recording, site.people[0], "expired")


def test_an_archive_is_made_once_and_only_its_own_key_opens_it(site: Site, tmp_path: Path) -> None:
    with pytest.raises(ArchiveExists):
        Archive.create(site.places, "Again", clock=site.clock)
    other = Site.make(tmp_path / "other")
    (tmp_path / "keys").rename(tmp_path / "keys.old")
    other.places.keys.rename(tmp_path / "keys")
    with pytest.raises(ArchiveMissing):
        site.open()


def test_a_recording_that_is_not_there_is_unknown(site: Site) -> None:
    for name in (new_id(), "../../etc", ""):
        with pytest.raises(RecordingUnknown):
            site.open().standing(name)


def test_with_the_clock_in_2040_nothing_is_destroyed(site: Site, kept: str) -> None:
    site.clock.skew_ms = 14 * 365 * DAY_MS
    archive = site.open()
    with pytest.raises(ClockFrozen) as caught:
        archive.propose_destruction(kept, site.people[0], "expired")
    assert str(caught.value.facts["said"]).startswith("2041-")
    assert str(caught.value.facts["expected"]).startswith("2027-")
    site.clock.run(DAY_MS * 400)  # time passing settles nothing
    assert site.open().standing(kept).frozen is not None
