"""A candidate who was admitted and has not begun is sent back: the seat is free for somebody else, nothing is lost."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.demo.recorder import recorder_let_go
from app.exam.prose import Language
from app.exam.sitting import State
from app.seat.home import SeatHome
from app.seat.kiosk import Kiosk
from app.seat.recovery import find_unfinished
from app.seat.room_record import reconcile_seat
from app.seat.screens.proctor.corner import CornerScreen
from app.seat.screens.proctor.corner_form import CornerFormScreen
from proctoring.recorder.client import RecorderClient
from sync.wire.room import Standing
from tests.app.seat.conftest import Site
from tests.app.seat.only_session import only_session
from tests.app.seat.screens import hands as hand
from tests.app.seat.test_admitting import Room1
from tests.app.seat.test_kiosk import WAIT_MS


@pytest.fixture
def seat(seat_home: SeatHome, site: Site, qtbot: QtBot) -> Iterator[Room1]:
    with recorder_let_go(seat_home.recorder_socket):
        kiosk = Kiosk(seat_home, Language.ZH, "synthetic")
        kiosk.resize(1366, 768)
        kiosk.show()
        qtbot.addWidget(kiosk)
        yield Room1(kiosk, site, qtbot)
        kiosk.leave()


def send_back(seat: Room1) -> None:
    """Let a proctor send whoever was admitted back."""
    seat.press("proctor_corner")
    seat.give_pin(0)
    seat.until_screen("CornerScreen")
    name = hand.find(seat.kiosk.deck.screen_of(CornerScreen), QLabel, "candidate_name")
    assert (name.text(), name.isVisible()) == (seat.plan.roster[0].name, True)
    assert seat.find("corner_end") is None
    assert seat.find("corner_pause") is None
    seat.press("corner_send_back")
    seat.until_screen("CornerFormScreen")
    choices = seat.kiosk.deck.screen_of(CornerFormScreen)
    choices.choose("reason.wrong_candidate")
    seat.press("form_confirm")


def test_who_was_admitted_is_sent_back_and_somebody_else_sits_here(seat: Room1) -> None:
    seat.open_up()
    seat.find_candidate(0)
    seat.press("admit")
    seat.give_pin(0)
    seat.until_screen("NoticeScreen")
    seat.press("notice_tick")
    seat.bot.waitUntil(lambda: bool(seat.sitting_of(0).notice_sha256), timeout=WAIT_MS)
    first = seat.sitting_of(0).recording
    assert first is not None
    send_back(seat)
    seat.until_screen("CheckInScreen")
    sitting = seat.sitting_of(0)
    assert (sitting.state, sitting.notice_sha256, sitting.recording) == (State.AWAITING, "", None)
    told = sitting.incidents[-1]
    assert (told.code, told.detail, told.by) == ("SENT_BACK", "考生本人不符", tuple(seat.keys()[:1]))
    assert (seat.workplace.home.recordings / first / "manifest.json").exists(), "what was recorded is closed and stays"
    assert find_unfinished(seat.workplace) is None, "a restart does not bring them back"
    line = reconcile_seat(seat.workplace, only_session(seat.workplace), seat.room()).lines[0]
    assert (line.found.entry.sitting, line.standing) == (seat.plan.roster[0].sitting, Standing.NEVER_BEGUN)
    assert line.explanation == "考生本人不符"
    seat.find_candidate(1)
    seat.press("admit")
    seat.give_pin(1)
    seat.until_screen("NoticeScreen")
    assert seat.sitting_of(1).state is State.ADMITTED


def test_who_was_sent_back_reads_the_notice_again_and_is_recorded_anew(seat: Room1) -> None:
    seat.open_up()
    recordings = []
    for _admission in range(2):
        seat.find_candidate(0)
        seat.press("admit")
        seat.give_pin(1)
        seat.until_screen("NoticeScreen")
        assert not seat.sitting_of(0).notice_sha256
        seat.press("notice_tick")
        seat.bot.waitUntil(lambda: bool(seat.sitting_of(0).notice_sha256), timeout=WAIT_MS)
        recordings.append(seat.sitting_of(0).recording)
        if len(recordings) == 1:
            send_back(seat)
            seat.until_screen("CheckInScreen")
    assert len(set(recordings)) == 2
    assert [incident.code for incident in seat.sitting_of(0).incidents] == ["SENT_BACK", "ADMITTED_AGAIN"]
    seat.press("start_exam")
    seat.until_screen("ItemScreen")


def test_who_was_admitted_before_a_restart_can_be_sent_back_and_proctors_sign_in_for_the_next(seat: Room1) -> None:
    seat.open_up()
    seat.find_candidate(0)
    seat.press("admit")
    seat.give_pin(0)
    seat.until_screen("NoticeScreen")
    seat.kiosk.begin()
    seat.until_screen("NoticeScreen")
    send_back(seat)
    seat.until_screen("SignInScreen")
    assert seat.sitting_of(0).state is State.AWAITING
    seat.sign_in(seat.site.pins())
    seat.press("start_session")
    seat.until_screen("CheckInScreen")
    seat.find_candidate(0)
    seat.press("admit")
    seat.give_pin(0)
    seat.until_screen("NoticeScreen")


def test_a_recording_that_was_closed_too_early_is_followed_by_another_one(seat: Room1) -> None:
    seat.open_up()
    seat.find_candidate(0)
    seat.press("admit")
    seat.give_pin(0)
    seat.until_screen("NoticeScreen")
    seat.press("notice_tick")
    seat.bot.waitUntil(lambda: bool(seat.sitting_of(0).notice_sha256), timeout=WAIT_MS)
    first = seat.sitting_of(0).recording
    with closing(RecorderClient.attach(seat.workplace.home.recorder_socket, 1)) as recorder:
        recorder.stop()
    seat.kiosk.begin()
    seat.until_screen("NoticeScreen")
    seat.bot.waitUntil(lambda: seat.sitting_of(0).recording != first, timeout=WAIT_MS)
    seat.press("start_exam")
    seat.until_screen("ItemScreen")
