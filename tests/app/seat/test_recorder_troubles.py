"""What is wrong with a recording that goes on: seen at the seat, alarmed where it hurts, in the journal once."""

import os
import signal
from collections.abc import Iterator
from functools import partial

import pytest
from pytestqt.qtbot import QtBot

from app.demo.recorder import recorder_let_go
from app.seat.alarm import Cause
from app.seat.home import SeatHome
from app.seat.phases.delivery import recorder_watch
from app.seat.phases.delivery.recorder_troubles import CALM_LOOKS, Lasting, statements
from app.seat.workplace import Workplace
from app.words import Words
from app.words.incidents import incident_detail, incident_name
from proctoring.recorder.client import RecorderState, RecorderStatus, Trouble
from proctoring.recorder.messages import DiskOutlook
from sync.wire.packet import GapRef, Incident
from tests.app.seat.conftest import Site
from tests.app.seat.moved_clock import MovedClock
from tests.app.seat.proctored import ProctoredSeat
from tests.app.seat.screens.samples import EN, ZH


@pytest.fixture
def seat(
    workplace: Workplace,
    site: Site,
    seat_home: SeatHome,
    clock: MovedClock,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> Iterator[ProctoredSeat]:
    monkeypatch.setattr(recorder_watch, "RECORDER_MS", 100)
    with recorder_let_go(seat_home.recorder_socket):
        at_work = ProctoredSeat(workplace, site, seat_home, clock, qtbot)
        yield at_work
        at_work.leave()


def status_of(seat: ProctoredSeat) -> RecorderStatus:
    status = seat.camera.status()
    assert status is not None
    return status


def test_a_restart_and_a_keeper_that_is_gone_are_in_the_journal_once_and_said_to_proctors(
    seat: ProctoredSeat,
) -> None:
    seat.begin()
    seat.until(lambda: status_of(seat).recorded_ms > 1_000)
    before = status_of(seat)
    os.kill(before.pid, signal.SIGKILL)
    seat.choose()
    seat.rest()
    assert len(seat.kept().given) == 1, "answers come first"
    seat.until(lambda: "RECORDER_RESTARTED" in seat.codes())
    after = status_of(seat)
    assert (after.recording, after.restarts) == (before.recording, 1)
    (told,) = [one for one in seat.kept().incidents if one.code == "RECORDER_RESTARTED"]
    (gap,) = [one for one in after.gaps if one.track == "both"]
    assert told.detail.endswith(f" s at {gap.start_ms // 1000} s")
    assert seat.desk._alarm.causes <= {Cause.NOT_RECORDING}
    assert after.keeper is not None
    os.kill(after.keeper, signal.SIGKILL)
    seat.until(lambda: "RECORDER_UNGUARDED" in seat.codes())
    seat.enter()
    seat.until(lambda: seat.says("录音录像没有看护程序"))
    assert seat.says("录像 "), "where the gap is"
    seat.press("corner_leave")
    for _look in range(5):
        seat.desk._watch._show(status_of(seat))
    seat.rest()
    assert [seat.codes().count(code) for code in ("RECORDER_RESTARTED", "RECORDER_UNGUARDED")] == [1, 1]
    seat.again()
    seat.until(lambda: seat.says("录音录像中"))
    for _look in range(3):
        seat.desk._watch._show(status_of(seat))
    seat.rest()
    assert [seat.codes().count(code) for code in ("RECORDER_RESTARTED", "RECORDER_UNGUARDED")] == [1, 1]


def test_a_disk_that_runs_full_alarms_until_it_has_room_and_holds_nobody_up(
    seat: ProctoredSeat, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat.begin()
    ask = seat.camera.status
    with monkeypatch.context() as patched:
        patched.setattr(seat.camera, "status", partial(short_of_room, ask))
        seat.until(lambda: seat.desk._alarm.causes == {Cause.DISK_LOW, Cause.DISK_SLOW})
        seat.until(lambda: {"RECORDING_DISK_LOW", "RECORDING_DISK_SLOW"} <= set(seat.codes()))
        seat.choose()
        seat.rest()
        assert len(seat.kept().given) == 1
        seat.enter()
        seat.until(lambda: seat.says("约 9 分钟"))
        seat.press("corner_leave")
    seat.until(lambda: seat.desk._alarm.causes == frozenset())
    assert sorted(code for code in seat.codes() if "DISK" in code) == ["RECORDING_DISK_LOW", "RECORDING_DISK_SLOW"]


def short_of_room(ask: object) -> RecorderStatus | None:
    """Give what the real recorder says, its disk simulated to be nearly full and slow."""
    status = ask() if callable(ask) else None
    if not isinstance(status, RecorderStatus):
        return None
    disk = DiskOutlook(free_bytes=60_000_000, lasts_ms=540_000, slow=True, behind_ms=2_500)
    return status.model_copy(update={"disk": disk, "troubles": (Trouble.DISK_SLOW, Trouble.DISK_LOW)})


def test_a_trouble_lasts_until_it_has_been_away_for_a_while() -> None:
    lasting = Lasting()
    assert lasting.look((Trouble.DISK_SLOW,)) == {Trouble.DISK_SLOW}
    for _look in range(CALM_LOOKS - 1):
        assert lasting.look(()) == {Trouble.DISK_SLOW}
    assert lasting.look(()) == frozenset()


@pytest.mark.parametrize(
    ("words", "said"),
    [(ZH, "录像 2 分 5 秒 处，缺 3 秒"), (EN, "3 s missing at 2 min 5 s of the recording")],
    ids=("zh", "en"),
)
def test_a_gap_is_told_in_words_and_of_one_track_it_is_no_restart(words: Words, said: str) -> None:
    gaps = tuple(
        GapRef(track=track, start_ms=125_400, length_ms=2_600, reason="recorder_restarted")
        for track in ("picture", "both")
    )
    status = RecorderStatus(state=RecorderState.RECORDING, pid=1, gaps=gaps)
    ((code, detail),) = statements(status)
    incident = Incident(code=code, wall_ms=1, active_ms=1, detail=detail)
    assert incident_detail(incident, words) == said
    assert incident_name(incident, (), words) == words("incident.RECORDER_RESTARTED")
