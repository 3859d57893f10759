"""What the watch noticed, at the seat: for proctors in the corner, as hints only, and for nobody else."""

import re
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.demo.recorder import recorder_let_go
from app.seat.home import SeatHome
from app.seat.phases.proctor import corner as corner_phase
from app.seat.phases.proctor.corner_hints import Hints
from app.seat.screens.proctor.corner_hints import CornerHintsScreen
from app.seat.workplace import Workplace
from app.ui.capture_view import Preview
from app.ui.fields import Field
from proctoring.recorder.client import RecorderState, RecorderStatus
from proctoring.recorder.messages import NotedFlag
from sync.wire.ids import new_id
from sync.wire.plan import WatchPolicy
from sync.wire.recording import Flag, FlagKind
from tests.app.seat.conftest import Site
from tests.app.seat.moved_clock import MovedClock
from tests.app.seat.proctored import KEYIDS, ProctoredSeat

LOUD_IS_SILENCE = WatchPolicy(silence_ms=1_000, silence_dbfs_tenths=-10)


@pytest.fixture
def seat(
    workplace: Workplace, site: Site, seat_home: SeatHome, clock: MovedClock, qtbot: QtBot
) -> Iterator[ProctoredSeat]:
    with recorder_let_go(seat_home.recorder_socket):  # its own: what the watch looks for is settled at its start
        at_work = ProctoredSeat(workplace, site, seat_home, clock, qtbot)
        yield at_work
        at_work.leave()


def status_of(seat: ProctoredSeat) -> RecorderStatus:
    status = seat.camera.status()
    assert status is not None
    return status


def test_proctors_see_what_the_watch_noticed_and_report_from_it_and_the_candidate_never_does(
    seat: ProctoredSeat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corner_phase, "REFRESH_MS", 50)
    plan = seat.camera._plan
    policy = plan.policy.model_copy(update={"watch": LOUD_IS_SILENCE})
    seat.camera._plan = plan.model_copy(update={"policy": policy})
    seat.begin()
    seat.enter()
    seat.press("corner_hints")
    seat.until_screen("CornerHintsScreen")
    assert seat.says("由人判断")
    screen = seat.deck.screen_of(CornerHintsScreen)
    seat.until(lambda: seat.says("没有声音"))
    assert not seat.says("还没有提示")
    pictures = screen.findChildren(Preview, "hint_picture")
    seat.until(lambda: pictures[0]._image is not None)
    status = status_of(seat)
    (number,) = [noted.number for noted in status.flags if noted.picture][:1]
    assert set(seat.camera.flag_pictures(status.pid, (number, 99))) == {number}
    assert seat.camera.flag_pictures(status.pid + 1, (number,)) == {}, "one started anew counts anew"
    seat.press("hint_report_0")
    seat.until_screen("CornerFormScreen")
    note = seat.front.findChild(Field, "note")
    assert note is not None
    assert re.fullmatch(r"提示 \d\d:\d\d:\d\d 没有声音", note.text())
    seat.pick("其他事件")
    seat.press("form_confirm")
    seat.until_screen("CornerScreen")
    told = seat.kept().incidents[-1]
    assert (told.code, told.detail, told.by) == ("REPORTED", note.text(), KEYIDS[:1])
    assert seat.says("仅供参考")
    seat.press("corner_hints")
    seat.until_screen("CornerHintsScreen")
    QTest.keyClick(seat.front, Qt.Key.Key_Escape)
    seat.until_screen("CornerScreen")
    seat.press("corner_leave")
    seat.until_screen("ItemScreen")
    assert not seat.says("没有声音")
    assert screen._view.rows == ()
    assert all(picture._image is None for picture in pictures)


def test_what_the_recorder_says_of_another_recording_is_shown_to_nobody(seat: ProctoredSeat) -> None:
    flag = NotedFlag(number=1, flag=Flag(kind=FlagKind.DARK, at_ms=500, length_ms=2_000), picture=False)
    mine, other = new_id(), new_id()
    status = RecorderStatus(
        state=RecorderState.RECORDING, pid=1, recording=other, recorded_ms=4_000, flags=(flag, flag)
    )
    hints = Hints(seat.camera, seat.workplace.clock, seat)
    hints.take(status, mine)
    assert hints.rows() == ()
    hints.take(status, other)
    (row,) = hints.rows()
    assert (row.seconds, row.picture) == (2, None)
    hints.take(None, None)
    assert hints.rows() == ()
