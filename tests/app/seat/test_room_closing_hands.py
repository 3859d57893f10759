"""Closing a session as proctors do it: from the corner, word by word, PIN by PIN, to the files on the disk."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.demo.recorder import recorder_let_go
from app.exam import events
from app.exam.room import Held
from app.seat.home import SeatHome
from app.seat.room_record import kept_record, read_record
from app.seat.screens.closing.reconcile import ReconcileScreen
from app.seat.workplace import Workplace
from app.ui.buttons import Button
from app.ui.labels import StatusMark
from sync.replica.cabinet import DocumentKind
from tests.app.seat.conftest import Site
from tests.app.seat.moved_clock import MovedClock
from tests.app.seat.proctored import KEYIDS, ProctoredSeat


@pytest.fixture
def seat(
    workplace: Workplace, site: Site, filmed: SeatHome, clock: MovedClock, qtbot: QtBot
) -> Iterator[ProctoredSeat]:
    at_work = ProctoredSeat(workplace, site, filmed, clock, qtbot)
    yield at_work
    at_work.leave()


@pytest.fixture
def filming(
    workplace: Workplace, site: Site, seat_home: SeatHome, clock: MovedClock, qtbot: QtBot
) -> Iterator[ProctoredSeat]:
    """Give a seat that keeps its recordings itself."""
    with recorder_let_go(seat_home.recorder_socket):
        at_work = ProctoredSeat(workplace, site, seat_home, clock, qtbot)
        yield at_work
        at_work.leave()


def test_what_was_recorded_of_who_never_began_is_closed_and_told_about(filming: ProctoredSeat) -> None:
    delivery = filming._case().delivery
    entry, recording = filming.entry, filming.camera.start(filming.entry.sitting)
    delivery.record(
        events.Admitted(
            session=filming.session.plan.session,
            candidate=entry.candidate,
            seat_number=7,
            proctors=KEYIDS[:2],
            confirmed_by=KEYIDS[:1],
        )
    )
    delivery.record(events.NoticeRead(notice_sha256="b" * 64, recording=recording))
    filming.line.room._close_recordings()
    recordings = filming.workplace.home.recordings
    assert (recordings / recording / "manifest.json").exists()
    assert (recordings / f"{recording}.about").exists()


def open_table(seat: ProctoredSeat) -> None:
    seat.enter()
    seat.press("corner_close_session")
    seat.until_screen("ReconcileScreen")


def sign(seat: ProctoredSeat, *which: int) -> None:
    seat.press("sign_and_close")
    seat.until_screen("AuthorityScreen")
    for index in which:
        seat.give_pin(index)


def test_two_proctors_sign_and_the_files_are_there(seat: ProctoredSeat) -> None:
    closed: list[bool] = []
    seat.line.room_closed.connect(lambda: closed.append(True))
    seat.line.admitting.begin()
    seat.until_screen("CheckInScreen")
    open_table(seat)
    sign(seat, 0, 2)
    seat.until_screen("RecordScreen")
    table = seat.deck.screen_of(ReconcileScreen)
    assert table.findChildren(Button, "sign_and_close")[0].isEnabled() is False, "it was said that it is being saved"
    assert "正在保存" in table.findChildren(StatusMark, "reconcile_verdict")[0].text()
    session = seat.session.plan.session
    record = read_record(kept_record(seat.workplace, session))
    assert set(record.signers) == {KEYIDS[0], KEYIDS[2]}, "who signs need not have opened the session"
    assert record.counts.absent == record.counts.expected == len(seat.session.plan.roster)
    paper, signed = (seat.workplace.home.records / f"room-record-{session}{end}" for end in (".pdf", ".json"))
    assert paper.read_bytes().startswith(b"%PDF-")
    assert signed.read_bytes() == kept_record(seat.workplace, session)
    assert seat.workplace.replica.cabinet.document(DocumentKind.RELEASE, session) is None
    assert not seat.room.room.is_open
    seat.press("record_done")
    assert closed == [True]


def test_one_credential_under_two_names_signs_once(seat: ProctoredSeat) -> None:
    seat.line.admitting.begin()
    open_table(seat)
    sign(seat, 0, 3)
    seat.until(lambda: seat.screen == "AuthorityScreen" and seat.room.room.is_open)
    seat.give_pin(1)
    seat.until_screen("RecordScreen")
    assert len(read_record(kept_record(seat.workplace, seat.session.plan.session)).signers) == 2


def test_while_somebody_sits_there_is_nothing_to_sign(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.until_screen("ItemScreen")
    seat.enter()
    assert seat._found("corner_close_session") is None
    seat.line.room.begin(seat.line.corner.leave)
    seat.until_screen("ReconcileScreen")
    assert seat._found("sign_and_close") is None
    assert seat.says("考试还没有结束")
    assert seat.room.room.is_open


def test_a_doubt_nobody_decided_wants_a_word_before_anybody_signs(seat: ProctoredSeat) -> None:
    seat.room.record(Held(sitting=seat.entry.sitting, note="照片不像", by=KEYIDS[:1]))
    seat.line.admitting.begin()
    open_table(seat)
    assert seat._found("sign_and_close") is None
    seat.fill("explanation", "went home to fetch the card")
    seat.press("save_explanation")
    seat.until(lambda: seat._found("sign_and_close") is not None)
    assert seat.room.room.explained == {seat.entry.sitting: "went home to fetch the card"}
    seat.press("back")
    seat.until_screen("CheckInScreen")
    assert seat.room.room.is_open


def test_files_that_cannot_be_written_take_nothing_back_and_are_written_again(seat: ProctoredSeat) -> None:
    records = seat.workplace.home.records
    records.write_bytes(b"in the way")
    seat.line.admitting.begin()
    open_table(seat)
    sign(seat, 0, 1)
    seat.until_screen("RecordScreen")
    assert not seat.room.room.is_open
    assert seat.says("还没有写出")
    records.unlink()
    seat.press("write_again")
    seat.until(lambda: not seat.says("还没有写出"))
    assert len(list(records.iterdir())) == 2
