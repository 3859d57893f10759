"""Sleep, standing still, and other users, by clocks and files."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.seat.guard.events import GuardKind
from app.seat.guard.pauses import ASLEEP_MS, STOOD_STILL_MS, OtherUsers, Pauses
from proctoring.checks.machine import Machine
from sync.trust.clock import ClockReading

START = ClockReading("boot", 1_000, 1_700_000_000_000, 40)


def kinds(pauses: Pauses, now: ClockReading) -> list[GuardKind]:
    return [matter.kind for matter in pauses.look(now)]


def test_sleep_is_told_once_and_how_long_it_was() -> None:
    pauses = Pauses()
    assert kinds(pauses, START) == []
    slept = replace(START, mono_ms=START.mono_ms + 200, slept_ms=START.slept_ms + 12_000)
    (matter,) = pauses.look(slept)
    assert matter.kind is GuardKind.SUSPEND
    assert "12 s" in matter.evidence[0]
    assert kinds(pauses, replace(slept, mono_ms=slept.mono_ms + 200)) == []


def test_a_program_that_stood_still_says_so_and_a_slow_one_does_not() -> None:
    pauses = Pauses()
    assert kinds(pauses, START) == []
    slow = replace(START, mono_ms=START.mono_ms + STOOD_STILL_MS - 1, slept_ms=START.slept_ms + ASLEEP_MS - 1)
    assert kinds(pauses, slow) == []
    assert kinds(pauses, replace(slow, mono_ms=slow.mono_ms + STOOD_STILL_MS)) == [GuardKind.STOPPED]


def test_a_clock_that_was_set_is_no_sleep_and_what_was_before_does_not_count() -> None:
    pauses = Pauses()
    assert kinds(pauses, START) == []
    assert kinds(pauses, replace(START, wall_ms=0)) == []
    pauses.begin()
    assert kinds(pauses, replace(START, mono_ms=START.mono_ms + 10 * STOOD_STILL_MS)) == []


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in {
        "proc/self/cgroup": "0::/user.slice/user-1000.slice/session-3.scope\n",
        "run/systemd/sessions/3": "UID=1000\nACTIVE=1\nSTATE=active\n",
        "sys/class/tty/tty0/active": "tty7\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def begun(root: Path) -> OtherUsers:
    others = OtherUsers(Machine(root))
    others.begin()
    assert list(others.look()) == []
    return others


def test_a_session_that_is_not_in_front_any_more_is_told(root: Path) -> None:
    others = begun(root)
    (root / "run/systemd/sessions/3").write_text("UID=1000\nACTIVE=0\nSTATE=online\n")
    (matter,) = others.look()
    assert matter.kind is GuardKind.USER_SWITCH
    assert matter.evidence == ("/run/systemd/sessions/3: ACTIVE=0",)


def test_another_terminal_in_front_is_told_until_ours_is_back(root: Path) -> None:
    others = begun(root)
    terminal = root / "sys/class/tty/tty0/active"
    terminal.write_text("tty3\n")
    (matter,) = others.look()
    assert "tty3" in matter.evidence[0]
    terminal.write_text("tty7\n")
    assert list(others.look()) == []


@pytest.mark.parametrize("gone", ["proc/self/cgroup", "run/systemd/sessions/3", "sys/class/tty/tty0/active"])
def test_what_is_not_there_or_goes_away_accuses_nobody(root: Path, gone: str) -> None:
    others = begun(root)
    (root / gone).unlink()
    assert list(others.look()) == []
    begun(root)
    (root / gone).mkdir()  # there, and no file
    assert list(others.look()) == []
    begun(root)


def test_a_session_of_a_service_that_is_never_in_front_is_not_watched(root: Path) -> None:
    (root / "run/systemd/sessions/3").write_text("ACTIVE=0\n")
    assert list(begun(root).look()) == []


@pytest.mark.parametrize("forged", ["0::/session-../../etc/passwd.scope", "0::/session-.scope", "\0" * 500])
def test_a_forged_group_names_no_other_file(root: Path, forged: str) -> None:
    (root / "proc/self/cgroup").write_text(forged)
    others = begun(root)
    (root / "run/systemd/sessions/3").write_text("ACTIVE=0\n")
    assert list(others.look()) == []
