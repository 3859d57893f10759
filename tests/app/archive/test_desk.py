"""The desk: what is found comes from the shelf, what is watched is entered first, what is destroyed needs two."""

import shutil
from dataclasses import replace
from hashlib import sha256

import pytest

from app.archive.catalogue import Catalogue, Condition, Query, forget
from app.archive.desk import ArchiveDesk, SiteKeyMissing
from app.archive.indexing import Refreshed
from proctoring.vault.format import Verdict
from proctoring.vault.retention.faults import NotExpired, RecordingHeld, SecondPersonNeeded
from proctoring.vault.retention.standing import State
from sync.faults import EnvironmentFault
from sync.trust.keys import SealingKey
from sync.trust.keystore import FileKeyStore
from sync.wire.archive import CustodyAct
from tests.app.archive.site import CANDIDATE, ArchiveSite, about_of, sealed_about
from tests.proctoring.seat import Recorded


def refreshed(site: ArchiveSite) -> Refreshed:
    return site.desk.refresh(lambda _done, _of: None, lambda: False)


def acts(site: ArchiveSite) -> list[CustodyAct]:
    return [entry.act for entry in site.archive.custody(site.recording)]


def test_what_lies_on_the_shelf_is_found_by_part_of_a_name_and_by_number(site: ArchiveSite) -> None:
    assert refreshed(site) == Refreshed(1, 0, 1)
    for text in ("张", "伟（模", "2026113300007", "２０２６１１３３", "*1234", "焊接", site.recording[:13]):
        assert [one.recording for one in site.desk.page(Query(text))] == [site.recording], text
    assert site.desk.page(Query("李")) == []
    (entry,) = site.desk.page(Query())
    assert (entry.name, entry.verdict, entry.simulated, entry.seat) == (CANDIDATE, "complete", True, "7")


@pytest.mark.parametrize("dot", ["·", "・", "•", "．", ".", ""])
def test_a_name_is_found_with_any_dot_or_none(site: ArchiveSite, dot: str) -> None:
    catalogue = Catalogue.open(site.home.index.with_name("other.db"), bytes(32))
    try:
        refreshed(site)
        (entry,) = site.desk.page(Query())
        catalogue.put([replace(entry, name="古丽娜尔·艾合买提江")])
        assert catalogue.count(Query(f"古丽娜尔{dot}艾合")) == 1
    finally:
        catalogue.close()


def test_only_what_has_changed_is_read_again(site: ArchiveSite) -> None:
    assert refreshed(site).read == 1
    assert refreshed(site).read == 0
    site.archive.hold(site.recording, site.signers[0], "复核")
    assert refreshed(site).read == 1
    assert [one.holds for one in site.desk.page(Query(condition=Condition.HELD))] == [1]


def test_an_index_that_was_made_without_the_key_is_read_again_with_it(site: ArchiveSite) -> None:
    blind = ArchiveDesk(site.archive, site.desk._catalogue, None)
    assert blind.refresh(lambda _done, _of: None, lambda: False).read == 1
    assert site.desk.page(Query())[0].name == ""
    assert refreshed(site).read == 1
    assert site.desk.page(Query())[0].name == CANDIDATE


def test_reading_the_shelf_without_the_key_leaves_the_names_that_are_known(site: ArchiveSite) -> None:
    refreshed(site)
    blind = ArchiveDesk(site.archive, site.desk._catalogue, None)
    site.archive.hold(site.recording, site.signers[0], "复核")
    assert blind.refresh(lambda _done, _of: None, lambda: False).read == 1
    blind.look(site.recording)
    for found in (blind.page(Query(CANDIDATE)), blind.page(Query("焊接"))):
        assert [(one.name, one.seat, one.holds, one.trouble) for one in found] == [(CANDIDATE, "7", 1, "")]
    assert blind.refresh(lambda _done, _of: None, lambda: False, anew=True).read == 1
    assert blind.page(Query())[0].name == CANDIDATE
    assert refreshed(site).read == 0
    assert blind.notices().keyless
    assert not site.desk.notices().keyless


def test_a_wrong_key_takes_no_known_name_away_and_keeps_the_right_one_from_nothing(site: ArchiveSite) -> None:
    wrong = ArchiveDesk(site.archive, site.desk._catalogue, SealingKey.generate())
    assert wrong.refresh(lambda _done, _of: None, lambda: False).read == 1
    assert [(one.name, one.trouble) for one in wrong.page(Query())] == [("", "ABOUT_OF_ANOTHER_KEY")]
    assert wrong.refresh(lambda _done, _of: None, lambda: False).read == 0
    assert refreshed(site).read == 1  # the right key reads what the wrong one could not
    assert site.desk.page(Query())[0].name == CANDIDATE
    for _ in range(2):
        assert wrong.refresh(lambda _done, _of: None, lambda: False, anew=True).read == 1
        assert wrong.look(site.recording).about_trouble == "ABOUT_OF_ANOTHER_KEY"
        assert [(one.name, one.trouble) for one in wrong.page(Query("焊接"))] == [(CANDIDATE, "")]
    assert refreshed(site).read == 1
    assert site.desk.page(Query())[0].name == CANDIDATE


def test_a_name_that_is_known_of_another_manifest_or_of_nobody_is_not_kept(site: ArchiveSite) -> None:
    refreshed(site)
    catalogue, blind = site.desk._catalogue, ArchiveDesk(site.archive, site.desk._catalogue, None)
    catalogue._file.run("UPDATE entry SET manifest_sha256 = 'another', print = ''")
    blind.refresh(lambda _done, _of: None, lambda: False)
    assert [(one.name, one.trouble) for one in blind.page(Query())] == [("", SiteKeyMissing.code)]
    refreshed(site)
    assert blind.page(Query())[0].name == CANDIDATE
    (file,) = (site.home.root.parent / "store" / "about").iterdir()
    file.unlink()
    blind.refresh(lambda _done, _of: None, lambda: False)
    assert [(one.name, one.trouble) for one in blind.page(Query())] == [("", "")]


def test_a_lying_index_changes_nothing_of_what_is_done(site: ArchiveSite) -> None:
    refreshed(site)
    catalogue = site.desk._catalogue
    catalogue._file.run("UPDATE entry SET holds = 0, retain_until_ms = 0, state = 'expirable', until_month = 0")
    assert [one.recording for one in site.desk.page(Query(condition=Condition.EXPIRABLE, now_ms=1))]
    with pytest.raises(NotExpired):
        site.archive.propose_destruction(site.recording, site.signers[0], "目录说已到期")
    assert site.desk.look(site.recording).standing.retain_until_ms > 0
    assert site.desk.page(Query())[0].state == "retained"  # looking put it right again


def test_a_damaged_index_is_made_again_from_the_shelf(site: ArchiveSite) -> None:
    refreshed(site)
    site.desk.close()
    raw = bytearray(site.home.index.read_bytes())
    raw[5_000:5_400] = bytes(400)
    forget(site.home.index)
    site.home.index.write_bytes(raw)
    catalogue = Catalogue.open(site.home.index, FileKeyStore(site.home.keys).replica_key())
    site.desk = ArchiveDesk(site.archive, catalogue, None)
    assert site.desk.count(Query()) == 0
    assert refreshed(site).read == 1
    assert site.desk.count(Query()) == 1


def test_nothing_personal_can_be_read_in_the_index_file(site: ArchiveSite) -> None:
    refreshed(site)
    site.desk.close()
    raw = site.home.index.read_bytes()
    assert CANDIDATE.encode() not in raw
    assert b"652901" not in raw


def test_a_view_is_entered_before_anything_is_opened(site: ArchiveSite) -> None:
    dossier = site.desk.look(site.recording)
    source = site.desk.watch(dossier, site.signers[0], "成绩复核")
    assert source.picture(1_000) is not None
    last = site.archive.custody(site.recording)[-1]
    assert (last.act, last.purpose, last.by) == (CustodyAct.VIEWED, "成绩复核", site.signers[0].person)
    assert site.desk.views().entries == ()  # the catalogue has not been told yet
    refreshed(site)
    views = site.desk.views()
    assert [one.act for one in views.entries] == [CustodyAct.VIEWED]
    assert views.names == {site.recording: CANDIDATE}


def test_what_was_changed_is_watched_with_its_verdict_and_the_view_is_entered(site: ArchiveSite) -> None:
    dossier = site.desk.look(site.recording)
    segment = site.home.root.parent / "store" / "recordings" / site.recording / "segment-00000.ers"
    segment.chmod(0o600)
    raw = bytearray(segment.read_bytes())
    raw[len(raw) // 2] ^= 1
    segment.write_bytes(raw)
    source = site.desk.watch(dossier, site.signers[0], "成绩复核")
    assert source.report.verdict is Verdict.TAMPERED
    assert acts(site)[-1] is CustodyAct.VIEWED


def test_without_the_key_nothing_is_watched_and_no_view_is_entered(site: ArchiveSite) -> None:
    blind = ArchiveDesk(site.archive, site.desk._catalogue, None)
    with pytest.raises(SiteKeyMissing):
        blind.watch(site.desk.look(site.recording), site.signers[0], "成绩复核")
    assert CustodyAct.VIEWED not in acts(site)


def test_a_verification_tells_how_far_it_is_and_enters_its_verdict(site: ArchiveSite) -> None:
    told: list[tuple[int, int]] = []
    report = site.desk.verify(site.recording, lambda done, of: told.append((done, of)))
    assert report.verdict is Verdict.COMPLETE
    assert told == [(at, len(told)) for at in range(1, len(told) + 1)]
    assert len(told) > 1
    assert acts(site)[-1] is CustodyAct.VERIFIED


def test_a_verification_that_is_ended_enters_nothing(site: ArchiveSite) -> None:
    class Ended(EnvironmentFault):
        code = "WORK_STOPPED"

    def stop(_done: int, _of: int) -> None:
        raise Ended

    before = acts(site)
    with pytest.raises(Ended):
        site.desk.verify(site.recording, stop)
    assert acts(site) == before


def test_a_destruction_needs_the_end_two_people_and_no_hold(site: ArchiveSite) -> None:
    first, second = site.signers
    site.expire()
    hold = site.archive.hold(site.recording, second, "仲裁")
    with pytest.raises(RecordingHeld):
        site.archive.propose_destruction(site.recording, first, "到期")
    site.archive.release(site.recording, second, hold.sequence, "仲裁结束")
    proposal = site.archive.propose_destruction(site.recording, first, "到期").sequence
    with pytest.raises(SecondPersonNeeded):
        site.desk.approve(site.recording, first, proposal)
    assert site.archive.manifest(site.recording).recording == site.recording
    record = site.desk.approve(site.recording, second, proposal)
    assert record is not None
    assert record.approved_by == (second.person,)
    refreshed(site)
    assert [one.state for one in site.desk.page(Query(condition=Condition.DESTROYED))] == ["destroyed"]
    assert site.desk.outlook().recordings == 0
    signed = (site.home.root.parent / "store" / "destroyed" / f"{site.recording}.json").read_bytes()
    gone = site.desk.look(site.recording)
    assert (gone.situation.record, gone.record_sha256) == (record, sha256(signed).hexdigest())


def test_what_the_seat_says_of_another_recording_is_not_believed(site: ArchiveSite, recorded: Recorded) -> None:
    store = site.home.root.parent / "store" / "about"
    for raw in (
        sealed_about(recorded, manifest_sha256="0" * 64),
        b"{}",
        sealed_about(recorded)[:-9],
    ):
        (file,) = store.iterdir()
        file.chmod(0o600)
        file.write_bytes(raw)
        dossier = site.desk.look(site.recording)
        assert (dossier.about, dossier.about_trouble) == (None, "ABOUT_REFUSED")
    assert about_of(recorded).name == CANDIDATE


def test_the_calendar_counts_by_month_and_the_forecast_by_session(site: ArchiveSite) -> None:
    refreshed(site)
    outlook = site.desk.outlook()
    assert [(one.expiring, one.held) for one in outlook.months] == [(1, 0)]
    assert outlook.forecast.sessions is not None
    assert outlook.forecast.sessions > 0
    assert outlook.evidence.freeze is None


def test_custody_that_was_cut_is_named_and_keeps_no_view_from_being_listed(site: ArchiveSite) -> None:
    site.archive.note(site.recording, CustodyAct.VIEWED, site.signers[0], "成绩复核")
    refreshed(site)
    name = list(site.archive.shelf.names(f"custody/{site.recording}/"))[-1]
    folder = site.archive.shelf.local_folder(f"custody/{site.recording}")
    assert folder is not None
    (folder / name.rpartition("/")[2]).unlink()
    views = site.desk.views()
    assert (views.entries, views.broken) == ((), (site.recording,))
    refreshed(site)
    assert [one.trouble for one in site.desk.page(Query(condition=Condition.DAMAGED))] == ["CUSTODY_CUT"]


def test_a_recording_that_is_gone_is_found_as_missing(site: ArchiveSite) -> None:
    refreshed(site)
    shutil.rmtree(site.archive.folder(site.recording))
    refreshed(site)
    assert [one.state for one in site.desk.page(Query(condition=Condition.DAMAGED))] == ["missing"]
    assert site.desk.look(site.recording).standing.state is State.MISSING
