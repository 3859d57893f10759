"""A recorder that hangs is not taken for one that records. Its keeper, who would help, is stopped with it."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pytestqt.qtbot import QtBot

import app.seat.workplace
from app.demo.recorder import recorder_let_go
from app.exam.sitting import State
from app.seat.home import SeatHome
from app.seat.phases.closing import closing as closing_phase
from app.seat.sealing import packet_of
from app.seat.workplace import Workplace
from proctoring.recorder.client import RecorderClient, RecorderStatus
from sync.wire.packet import EndReason
from tests.app.seat.conftest import Site
from tests.app.seat.moved_clock import MovedClock
from tests.app.seat.proctored import ProctoredSeat


@pytest.fixture
def seat(
    workplace: Workplace, site: Site, seat_home: SeatHome, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> Iterator[ProctoredSeat]:
    clock = MovedClock()
    monkeypatch.setattr(app.seat.workplace, "read_clock", clock)
    with recorder_let_go(seat_home.recorder_socket):
        at_work = ProctoredSeat(workplace, site, seat_home, clock, qtbot)
        yield at_work
        at_work.leave()


@contextmanager
def hanging(seat: ProctoredSeat) -> Iterator[None]:
    status = seat.camera.status()
    assert status is not None
    _signal(status, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal(status, signal.SIGCONT)


def _signal(status: RecorderStatus, which: signal.Signals) -> None:
    assert status.keeper is not None
    for pid in (status.keeper, status.pid):
        os.kill(pid, which)


def test_a_recorder_that_hangs_is_no_answer_within_seconds_and_holds_no_pin_up(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.until(lambda: seat.says("录音录像中"))
    with hanging(seat):
        began = time.monotonic()
        seat.until(lambda: seat.codes() == ["RECORDING_INTERRUPTED"])
        assert time.monotonic() - began < 6
        began = time.monotonic()
        seat.enter(0)
        assert time.monotonic() - began < 3
        seat.until(lambda: seat.says("录音录像中断"))
        seat.press("corner_leave")
    seat.until(lambda: "RECORDING_BACK" in seat.codes())
    assert seat.codes()[:2] == ["RECORDING_INTERRUPTED", "RECORDING_BACK"]


def test_who_asks_while_the_recorder_does_something_slow_gets_no_answer_soon(seat: ProctoredSeat) -> None:
    seat.begin()
    with seat.camera._turn:
        began = time.monotonic()
        assert seat.camera.status() is None
        assert seat.camera.glimpse() is None
        assert time.monotonic() - began < 4
    assert seat.camera.status() is not None


def test_a_sitting_is_sealed_beside_a_recorder_that_hangs_and_says_so(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.choose()
    seat.rest()
    with hanging(seat):
        seat.desk._hand_in(EndReason.CANDIDATE)
        seat.until_screen("ResultScreen")
        assert "RECORDING_LOST" in seat.codes()
        assert seat.kept().state is State.SEALED
        row = seat.workplace.replica.outbox.of_sitting(seat.entry.sitting)
        assert row is not None
        assert packet_of(row).recording is None
    recording = seat.kept().recording
    assert recording is not None
    assert seat.camera.close(seat.entry.sitting, recording).duration_ms > 0, "nothing of it is lost"


def test_a_recorder_that_hangs_while_it_closes_is_waited_for_in_words_and_not_for_ever(
    seat: ProctoredSeat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing_phase, "SLOW_MS", 200)
    monkeypatch.setattr(closing_phase, "RECORDER_MS", 3_000)
    seat.begin()
    status, stop = seat.camera.status(), RecorderClient.stop
    assert status is not None

    def hang(self: RecorderClient) -> object:
        _signal(status, signal.SIGSTOP)
        return stop(self)

    try:
        with monkeypatch.context() as hangs:
            hangs.setattr(RecorderClient, "stop", hang)
            seat.desk._hand_in(EndReason.CANDIDATE)
            seat.until(lambda: seat.says("最多再等 3 秒"))
            seat.until_screen("ResultScreen")
        assert seat.codes()[-1] == "RECORDING_LOST"
    finally:
        _signal(status, signal.SIGCONT)
