"""What was seen is not forgotten: custody that is cut, an older store put back, a recording that is gone."""

import shutil
from pathlib import Path

import pytest

from proctoring.vault.format import layout
from proctoring.vault.retention.archive import State
from proctoring.vault.retention.custody import read_chain
from proctoring.vault.retention.faults import ClockLineCut, CustodyCut, CustodyRefused, RecordingMissing
from proctoring.vault.retention.people import Signer
from proctoring.vault.retention.standing import DAY_MS
from proctoring.vault.retention.timekeeping import moment
from sync.trust import envelope
from sync.wire.archive import CustodyAct, CustodyEntry
from tests.proctoring.vault.retention.world import Site, expire


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site.make(tmp_path)


@pytest.fixture
def kept(site: Site) -> str:
    return site.keep(site.open().shelf)


def store(site: Site) -> Path:
    return site.places.root / "store"


def entries(site: Site, recording: str) -> list[Path]:
    return sorted((store(site) / "custody" / recording).iterdir())


def test_a_hold_that_is_cut_away_with_its_entry_is_missed_and_blocks_everything(site: Site, kept: str) -> None:
    hold = site.open().hold(kept, site.people[0], "complaint 17")
    expire(site)
    entries(site, kept)[-1].unlink()
    archive = site.open()
    with pytest.raises(CustodyCut) as caught:
        archive.standing(kept)
    assert caught.value.facts["missing"] == str(hold.sequence)
    with pytest.raises(CustodyCut):
        archive.propose_destruction(kept, site.people[0], "expired")
    with pytest.raises(CustodyCut):
        archive.release(kept, site.people[0], hold.sequence, "nothing to see")
    with pytest.raises(CustodyCut):
        archive.hold(kept, site.people[0], "a new one in its place")
    assert len(entries(site, kept)) == hold.sequence


def test_another_entry_in_the_place_of_one_that_was_seen_is_noticed(site: Site, kept: str) -> None:
    site.open().hold(kept, site.people[0], "complaint 17")
    entries(site, kept)[-1].unlink()
    seen = {file: file.read_bytes() for file in site.places.root.glob("replica.db*")}
    site.lose_memory()  # as another home with the same keys would go on
    site.open().note(kept, CustodyAct.VERIFIED, None, None, verdict="complete")
    site.lose_memory()
    for file, raw in seen.items():
        file.write_bytes(raw)
    with pytest.raises(CustodyCut):
        site.open().standing(kept)


def test_all_custody_gone_is_noticed_and_the_recording_stays_in_sight(site: Site, kept: str) -> None:
    shutil.rmtree(store(site) / "custody" / kept)
    with pytest.raises(CustodyCut):
        site.open().standing(kept)
    shutil.rmtree(store(site) / "recordings" / kept)
    assert list(site.open().recordings()) == [kept]


def test_an_older_clock_line_put_back_destroys_nothing(site: Site, kept: str) -> None:
    lines = store(site) / "clock"
    there = {file.name for file in lines.iterdir()}
    expire(site)
    for file in lines.iterdir():
        if file.name not in there:
            file.unlink()
    with pytest.raises(ClockLineCut):
        site.open().propose_destruction(kept, site.people[0], "expired")


def test_a_home_that_was_lost_begins_a_new_memory_with_what_lies_there(site: Site, kept: str) -> None:
    site.open().hold(kept, site.people[0], "complaint 17")
    site.lose_memory()
    assert site.open().standing(kept).held
    entries(site, kept)[-1].unlink()
    with pytest.raises(CustodyCut):
        site.open().standing(kept)


@pytest.mark.parametrize("gone", ["all", "manifest", "segment", "cut segment"])
def test_what_custody_knows_and_the_store_has_not_is_missing(site: Site, kept: str, gone: str) -> None:
    other = site.keep(site.open().shelf)
    folder = store(site) / "recordings" / kept
    segment = folder / layout.segment_name(0)
    if gone == "all":
        shutil.rmtree(folder)
    elif gone == "manifest":
        (folder / "manifest.json").unlink()
    elif gone == "segment":
        segment.unlink()
    else:
        segment.chmod(0o600)
        segment.write_bytes(segment.read_bytes()[:-1])
    archive = site.open()
    assert sorted(archive.recordings()) == sorted([kept, other])
    assert archive.standing(kept).state is State.MISSING
    assert archive.standing(kept).retain_until_ms > site.clock.true_ms + 1000 * DAY_MS
    assert archive.standing(other).state is State.RETAINED
    archive.hold(kept, site.people[0], "somebody took it")
    with pytest.raises(RecordingMissing):
        archive.extend(kept, site.people[0], archive.standing(kept).retain_until_ms + DAY_MS, "longer")


def test_what_is_missing_is_not_destroyed(site: Site, kept: str) -> None:
    expire(site)
    shutil.rmtree(store(site) / "recordings" / kept)
    with pytest.raises(RecordingMissing):
        site.open().propose_destruction(kept, site.people[0], "expired")
    with pytest.raises(RecordingMissing):
        site.open().folder(kept)


def backdated(site: Site, recording: str, person: Signer, act: CustodyAct, at_ms: int, about: int | None) -> None:
    """Write an entry behind the archive's back, with a key that its owner kept, under an earlier time."""
    book = site.open().ledger.book
    chain = read_chain(book, recording)
    entry = CustodyEntry(
        archive=book.archive,
        recording=recording,
        manifest_sha256=chain.entries[0].manifest_sha256,
        sequence=len(chain.entries),
        before=chain.last_sha256,
        act=act,
        by=person.person,
        at=moment(site.clock()).model_copy(update={"wall_ms": at_ms}),
        purpose="nothing to see",
        about=about,
        facts={},
    )
    name = f"custody/{recording}/{entry.sequence:06}.json"
    book.shelf.put(name, envelope.sign(entry.to_bytes(), CustodyEntry.PAYLOAD_TYPE, person.key))


def test_who_was_revoked_cannot_release_a_hold_under_an_earlier_time(site: Site, kept: str) -> None:
    hold = site.open().hold(kept, site.people[0], "complaint 17")
    then = site.clock().wall_ms
    site.clock.run(DAY_MS)
    site.revoke(site.people[1])
    backdated(site, kept, site.people[1], CustodyAct.RELEASED, then, hold.sequence)
    with pytest.raises(CustodyRefused, match="revoked"):
        site.open().standing(kept)


def test_a_new_memory_does_not_believe_who_was_revoked_and_goes_back_in_time(site: Site, kept: str) -> None:
    then = site.clock().wall_ms
    site.clock.run(DAY_MS)
    hold = site.open().hold(kept, site.people[0], "complaint 17")
    site.revoke(site.people[1])
    backdated(site, kept, site.people[1], CustodyAct.RELEASED, then, hold.sequence)
    site.lose_memory()
    with pytest.raises(CustodyRefused, match="revoked"):
        site.open().standing(kept)


def test_what_somebody_entered_before_their_revocation_stands(site: Site, kept: str) -> None:
    site.open().hold(kept, site.people[1], "complaint 17")
    site.clock.run(DAY_MS)
    site.revoke(site.people[1])
    assert site.open().standing(kept).held
    site.lose_memory()
    assert site.open().standing(kept).held


def test_a_clock_that_was_set_right_again_keeps_nobody_from_a_hold(site: Site, kept: str) -> None:
    site.clock.skew_ms = 300 * DAY_MS
    site.open().note(kept, CustodyAct.VIEWED, site.people[0], "complaint 17")
    site.clock.skew_ms = 0
    site.open().hold(kept, site.people[0], "complaint 17")
    assert site.open().standing(kept).held
