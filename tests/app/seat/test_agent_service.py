"""The agent's service against a simulated service manager, and the program it keeps going, which is a real one."""

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import psutil
import pytest

from app.seat.agent_service import ACCOUNT, NAME, keep_going, run
from proctoring.win32.journal import journal
from sync.faults import Exit
from tests.proctoring.win32.fake import FakeWindows, seat_pc

HOME = "/seat of an exam room"


@pytest.fixture
def pc() -> FakeWindows:
    one = seat_pc()
    one.state.processes[one.state.own_pid].elevated = True
    return one


@pytest.fixture(autouse=True)
def logs_closed() -> Iterator[None]:
    yield
    for name in ("trial", "agent-service"):
        log = logging.getLogger(f"examroom.{name}")
        for handler in list(log.handlers):
            log.removeHandler(handler)
            handler.close()


def test_it_is_set_up_once_for_an_account_of_its_own_and_taken_off_again(pc: FakeWindows) -> None:
    assert run(["install", "--home", HOME], pc.door()) == Exit.GOOD
    assert run(["install", "--home", HOME], pc.door()) == Exit.GOOD
    command = f'{sys.executable} -P -m app.seat.agent_service service --home "{HOME}"'
    assert pc.state.services == {NAME: {"command": command, "start": 2, "runs": True, "account": ACCOUNT}}
    assert run(["remove"], pc.door()) == Exit.GOOD
    assert run(["remove"], pc.door()) == Exit.GOOD
    assert (pc.state.services, pc.state.handles) == ({}, {})


def test_no_administrator_no_service(pc: FakeWindows, capsys: pytest.CaptureFixture[str]) -> None:
    pc.state.processes[pc.state.own_pid].elevated = False
    assert run(["install", "--home", HOME], pc.door()) == Exit.ENVIRONMENT
    assert capsys.readouterr().err == "OpenSCManagerW: error 5\n"
    assert run(["remove"]) == Exit.ENVIRONMENT
    assert "NOT_WINDOWS" in capsys.readouterr().err


def test_as_a_service_it_ends_when_it_is_told_to_and_keeps_a_log_in_the_seat_s_folder(
    pc: FakeWindows, tmp_path: Path
) -> None:
    def manage(_state: object, handler: Callable[..., int]) -> None:
        assert handler(1, 0, None, None) == 0  # stop

    pc.state.service_manager = manage
    assert run(["service", "--home", str(tmp_path / "seat")], pc.door()) == Exit.GOOD
    assert pc.state.service_states == [4, 1]
    assert (tmp_path / "seat" / "log" / "agent-service.log").read_text() == ""


def test_a_service_s_log_has_a_line_for_each_thing_said(tmp_path: Path) -> None:
    journal("trial", tmp_path / "log").info("ended with 7")
    assert (tmp_path / "log" / "trial.log").read_text("utf-8").endswith(" ended with 7\n")


def test_a_program_that_ends_is_started_again(tmp_path: Path) -> None:
    marks, stop, said = tmp_path / "marks", Event(), list[str]()
    program = f"import sys; open({str(marks)!r}, 'a').write('x'); sys.exit(7)"

    def say(line: str) -> None:
        said.append(line)
        if len(said) == 3:
            stop.set()

    keep_going([sys.executable, "-c", program], stop, say, again_s=0.0)
    assert (marks.read_text(), said) == ("xxx", ["ended with 7"] * 3)


def test_at_a_stop_the_program_is_ended(tmp_path: Path) -> None:
    started, stop, said = tmp_path / "started", Event(), list[str]()
    program = f"import time, pathlib; pathlib.Path({str(started)!r}).write_text('x'); time.sleep(600)"
    keeping = threading.Thread(target=keep_going, args=([sys.executable, "-c", program], stop, said.append))
    keeping.start()
    while not started.exists():
        keeping.join(0.02)
    stop.set()
    keeping.join(60)
    assert (keeping.is_alive(), said) == (False, ["ended with -15"])
    assert not [child for child in psutil.Process().children() if program in child.cmdline()]


def test_a_program_that_is_not_there_is_said_and_tried_again() -> None:
    stop, said = Event(), list[str]()

    def say(line: str) -> None:
        said.append(line)
        if len(said) == 2:
            stop.set()

    keep_going(["/no/such/program"], stop, say, again_s=0.0)
    assert said == ["not started: No such file or directory"] * 2
