"""One kiosk at a seat: a second one is told so in words, opens no window and writes nothing."""

import fcntl
import os
import signal
import subprocess
import sys

import pytest
from pytestqt.qtbot import QtBot

from app.exam.prose import Language
from app.seat.home import SeatHome
from app.seat.kiosk import Kiosk
from app.seat.occupancy import AlreadyRunning, Occupancy
from app.words import Words

HOLDER = """
import sys, time
from pathlib import Path
from app.seat.home import SeatHome
from app.seat.occupancy import Occupancy
Occupancy(SeatHome(Path(sys.argv[1]))).take()
print("held", flush=True)
time.sleep(600)
"""
LANGUAGES = ("zh", "en")


def _holder(home: SeatHome) -> "subprocess.Popen[str]":
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(home.root)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_who_holds_it_holds_it_until_it_is_given_up(seat_home: SeatHome) -> None:
    first, second = Occupancy(seat_home), Occupancy(seat_home)
    first.take()
    first.take()
    with pytest.raises(AlreadyRunning):
        second.take()
    first.give_up()
    first.give_up()
    second.take()
    assert seat_home.lock.stat().st_mode & 0o777 == 0o600
    second.give_up()


def test_whoever_is_killed_holds_nothing_any_more(seat_home: SeatHome) -> None:
    with _holder(seat_home) as holder:
        with pytest.raises(AlreadyRunning):
            Occupancy(seat_home).take()
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        after = Occupancy(seat_home)
        after.take()
        after.give_up()


def test_the_hold_does_not_pass_to_programs_that_are_started_meanwhile(seat_home: SeatHome) -> None:
    """The recorder outlives the kiosk that started it; the seat must not be held by it."""
    held = Occupancy(seat_home)
    held.take()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as started:
        held.give_up()
        with seat_home.lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        started.communicate(b"\n")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_says_in_words_that_the_program_runs_already_and_ends_with_3(
    seat_home: SeatHome, language: str
) -> None:
    before = sorted(file.name for file in seat_home.root.iterdir())
    with _holder(seat_home) as holder:
        command = [sys.executable, "-m", "app.cli.main", "seat", "run", "--home", str(seat_home.root), "--window"]
        environment = {**os.environ, "EXAMROOM_LANGUAGE": language}
        told = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=60)
        holder.kill()
    assert told.returncode == 3, told.stderr
    assert Words(Language(language))("fault.ALREADY_RUNNING.what") in told.stderr
    assert "Traceback" not in told.stderr
    after = sorted(file.name for file in seat_home.root.iterdir())
    assert set(after) - set(before) == {seat_home.lock.name}, "not even a logbook was opened"


def test_a_second_kiosk_touches_nothing_and_can_begin_when_the_first_has_gone(
    seat_home: SeatHome, qtbot: QtBot
) -> None:
    holder = Occupancy(seat_home)
    holder.take()
    kiosk = Kiosk(seat_home, Language.ZH, "synthetic")
    qtbot.addWidget(kiosk)
    kiosk.begin()
    assert type(kiosk.deck.currentWidget()).__name__ == "TroubleScreen"
    assert kiosk._workplace is None, "the replica was not opened"
    holder.give_up()
    kiosk._trouble.retry_requested.emit()
    qtbot.waitUntil(lambda: type(kiosk.deck.currentWidget()).__name__ != "TroubleScreen", timeout=15_000)
    kiosk.leave()
    Occupancy(seat_home).take()
