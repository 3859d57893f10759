"""What our own processes run as, who holds them, what else runs, and the accessibility bus; under a made-up root."""

from pathlib import Path

import pytest

from proctoring.checks import machine as machine_module
from proctoring.checks.machine import Unreadable
from proctoring.checks.observation import Observation, observe
from proctoring.checks.others import accessibility_bus, unexpected_programs
from proctoring.checks.ourselves import debugger, elevated
from proctoring.checks.situation import Situation
from sync.wire.environment import LockdownLevel, Verdict
from tests.proctoring.checks.made_up import KNOWN, MadeUp
from tests.proctoring.checks.running import names, process, quiet

CLEAR, FOUND, UNKNOWN = Verdict.CLEAR, Verdict.FOUND, Verdict.UNKNOWN
OURS = Situation(
    own_pids=frozenset({500, 501}), own_pid=500, known=KNOWN, level=LockdownLevel.SESSION, environment={"LANG": "C"}
)


@pytest.fixture
def pc(tmp_path: Path) -> MadeUp:
    made = MadeUp(tmp_path)
    quiet(made)
    return made


def at(check: str, pc: MadeUp, situation: Situation = OURS) -> Observation:
    checks = {
        "elevated": elevated,
        "debugger": debugger,
        "processes": unexpected_programs,
        "accessibility_bus": accessibility_bus,
    }
    (seen,) = observe({check: checks[check]}, pc.machine, situation)
    return seen


def test_an_ordinary_user_without_rights_is_clear(pc: MadeUp) -> None:
    assert at("elevated", pc).evidence == ("/proc/500/status: Uid 1000",)
    assert at("elevated", pc).verdict is CLEAR


@pytest.mark.parametrize(("uid", "capabilities"), [(0, 0), (0, 2**41 - 1), (1000, 1 << 21), (1000, 1 << 19)])
def test_a_superusers_rights_are_found(pc: MadeUp, uid: int, capabilities: int) -> None:
    process(pc, 502, "python3", exe="/usr/bin/python3.11", uid=uid, capabilities=capabilities)
    situation = Situation(own_pid=502)
    assert at("elevated", pc, situation).verdict is FOUND


def test_a_right_that_reaches_nobody_else_is_clear(pc: MadeUp) -> None:
    process(pc, 502, "python3", exe="/usr/bin/python3.11", capabilities=1 << 23)  # CAP_SYS_NICE
    assert at("elevated", pc, Situation(own_pid=502)).verdict is CLEAR


def test_a_debugger_is_found_and_named(pc: MadeUp) -> None:
    assert at("debugger", pc).verdict is CLEAR
    process(pc, 900, "gdb", exe="/usr/bin/gdb")
    pc.write("proc/501/status", "Name:\trecorder\nPPid:\t500\nTracerPid:\t900\nUid:\t1000\t1000\t1000\t1000\n")
    seen = at("debugger", pc)
    assert seen.verdict is FOUND
    assert seen.evidence == ("/proc/501/status: held by pid 900 (/usr/bin/gdb)",)


def test_a_process_of_ours_that_has_ended_is_held_by_nobody(pc: MadeUp) -> None:
    assert at("debugger", pc, Situation(own_pids=frozenset({500, 4000}))).verdict is CLEAR
    assert at("debugger", pc, Situation(own_pids=frozenset({4000}))).verdict is UNKNOWN


@pytest.mark.parametrize("check", ["elevated", "debugger"])
def test_a_process_of_ours_that_is_not_shown_leaves_it_open(pc: MadeUp, check: str) -> None:
    (pc.root / "proc/500/status").unlink()
    assert at(check, pc).verdict is UNKNOWN
    assert at(check, pc, Situation()).verdict is UNKNOWN


def test_a_pc_shut_down_to_the_exam_runs_what_it_needs(pc: MadeUp) -> None:
    process(pc, 2, "", comm="kthreadd", uid=0, parent=0)
    pc.write("proc/2/cmdline")
    process(pc, 60, "/usr/lib/systemd/systemd-journald", exe="/usr/lib/systemd/systemd-journald", uid=0)
    process(pc, 61, "/usr/lib/xorg/Xorg", exe="/usr/lib/xorg/Xorg")
    process(pc, 62, "/usr/sbin/NetworkManager", uid=0)
    process(pc, 63, "/usr/libexec/ibus-engine-libpinyin", exe="/usr/libexec/ibus-engine-libpinyin")
    process(pc, 64, "ffmpeg", exe="/usr/bin/ffmpeg", parent=501)  # a child of ours
    assert at("processes", pc).verdict is CLEAR


def test_a_program_more_is_found_also_if_it_calls_itself_by_an_expected_name(pc: MadeUp) -> None:
    process(pc, 70, "cron", exe="/home/li/helper", comm="cron")
    seen = at("processes", pc)
    assert seen.verdict is FOUND
    assert seen.evidence == ("/proc/70: /home/li/helper of user 1000",)


def test_a_program_of_an_expected_name_in_somebodys_own_folder_is_found(pc: MadeUp) -> None:
    process(pc, 70, "cron", exe="/home/li/cron")
    assert at("processes", pc).facts == {"names": "cron", "count": 1}


def test_the_supervisor_that_began_us_is_ours_and_a_shell_that_did_is_not(pc: MadeUp) -> None:
    process(pc, 400, "bash", exe="/usr/bin/bash")
    process(pc, 410, "examroom", exe="/usr/bin/python3.11", parent=400)
    process(pc, 420, "examroom", exe="/usr/bin/python3.11", parent=410)
    situation = Situation(own_pids=frozenset({420}), known=KNOWN, level=LockdownLevel.SESSION)
    lines = at("processes", pc, situation).evidence
    assert "/proc/400: /usr/bin/bash of user 1000: bash" in lines
    assert not any("/proc/410" in line for line in lines)


def test_what_an_interpreter_runs_tells_it_from_another_one(pc: MadeUp) -> None:
    process(pc, 70, "/usr/bin/python3", "/usr/sbin/firewalld", "--nofork", exe="/usr/bin/python3.11", uid=0)
    assert at("processes", pc).evidence == (
        "/proc/70: /usr/bin/python3.11 of user 0: /usr/bin/python3 /usr/sbin/firewalld --nofork",
    )
    process(pc, 71, "/usr/bin/python3", "cheat.py", exe="/usr/bin/python3.11")
    pc.link("proc/71/cwd", "/home/kid")
    process(pc, 72, "perl", "cheat.pl", exe="/usr/bin/perl")
    process(pc, 73, exe="/usr/bin/bash")
    process(pc, 74, "/lib64/ld-linux-x86-64.so.2", "/home/kid/evil", exe="/usr/lib64/ld-linux-x86-64.so.2")
    assert at("processes", pc).evidence[1:] == (
        "/proc/71: /usr/bin/python3.11 of user 1000: /usr/bin/python3 cheat.py in /home/kid",
        "/proc/72: /usr/bin/perl of user 1000: perl cheat.pl in a folder that is not shown",
        "/proc/73: /usr/bin/bash of user 1000: what it was told to run is not shown",
        "/proc/74: /usr/lib64/ld-linux-x86-64.so.2 of user 1000: /lib64/ld-linux-x86-64.so.2 /home/kid/evil",
    )


def test_our_own_interpreter_is_expected_only_with_our_own_scripts(pc: MadeUp) -> None:
    python = "/opt/examroom/bin/python3.11"
    process(pc, 70, python, "-I", "/opt/examroom/bin/examroom", "agent", exe=python)
    assert at("processes", pc).verdict is CLEAR
    process(pc, 71, python, "/home/kid/cheat.py", exe=python)
    process(pc, 72, python, "-W", "/opt/examroom/x", "/home/kid/cheat.py", exe=python)
    process(pc, 73, python, "/opt/examroom/../../home/kid/cheat.py", exe=python)
    assert at("processes", pc).facts["count"] == 3


def test_the_shell_by_which_the_display_makes_its_keymap_is_expected_and_no_other(pc: MadeUp) -> None:
    command = '"/usr/bin/xkbcomp" -w 1 "-R/usr/share/X11/xkb" -xkm "-" -em1 "The XKEYBOARD keymap compiler (xkbcomp) reports:" -emp "> " -eml "Errors from xkbcomp are not fatal to the X server" "/tmp/server-0.xkm"'  # noqa: E501
    process(pc, 61, "/usr/lib/xorg/Xorg", exe="/usr/lib/xorg/Xorg")
    process(pc, 62, "sh", "-c", command, exe="/usr/bin/dash", comm="sh", parent=61)
    assert at("processes", pc).verdict is CLEAR
    process(pc, 63, "sh", "-c", f"{command}; /home/kid/evil", exe="/usr/bin/dash", comm="sh", parent=61)
    process(pc, 64, "sh", "-c", command, exe="/usr/bin/dash", comm="sh")
    process(pc, 65, "Xorg", exe="/home/kid/Xorg")
    process(pc, 66, "sh", "-c", command, exe="/usr/bin/dash", comm="sh", parent=65)
    assert at("processes", pc).facts["count"] == 4


def test_more_processes_than_are_read_are_not_nobody_else(pc: MadeUp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_module, "MOST_ENTRIES", len(list((pc.root / "proc").iterdir())))
    assert at("processes", pc).verdict is CLEAR
    process(pc, 3, "/usr/sbin/cron", exe="/usr/sbin/cron", uid=0)
    monkeypatch.setattr(machine_module, "MOST_ENTRIES", len(list((pc.root / "proc").iterdir())) - 1)
    seen = at("processes", pc)
    assert seen.verdict is UNKNOWN
    assert "entries" in seen.evidence[0]
    process(pc, 0, "evil", exe="/home/li/evil")
    assert at("processes", pc).verdict is FOUND, "what is read is looked at all the same"
    with pytest.raises(Unreadable, match="E2BIG"):
        pc.machine.names("proc")


@pytest.mark.parametrize("level", [LockdownLevel.DESKTOP, LockdownLevel.OPEN, None])
def test_of_an_ordinary_desktop_it_is_not_asked(pc: MadeUp, level: LockdownLevel | None) -> None:
    process(pc, 70, "firefox", exe="/usr/lib/firefox/firefox")
    situation = Situation(own_pids=frozenset({500}), known=KNOWN, level=level)
    assert at("processes", pc, situation).verdict is UNKNOWN


def test_hidden_processes_and_missing_lists_leave_it_open(pc: MadeUp) -> None:
    assert at("processes", pc, Situation(level=LockdownLevel.SESSION)).verdict is UNKNOWN
    (pc.root / "proc/1/status").unlink()
    assert at("processes", pc).verdict is UNKNOWN
    assert at("accessibility_bus", pc).verdict is UNKNOWN


def test_a_screen_reader_is_found_unless_it_was_approved(pc: MadeUp) -> None:
    process(pc, 80, "/usr/bin/python3", "/usr/bin/orca", exe="/usr/bin/python3.11", comm="orca")
    assert at("accessibility_bus", pc).facts == {"names": "orca"}
    approved = Situation(own_pids=frozenset({500}), known=KNOWN, environment={}, accessibility=True)
    assert at("accessibility_bus", pc, approved).verdict is CLEAR


def test_a_variable_that_opens_the_bus_is_found(pc: MadeUp) -> None:
    opened = Situation(known=KNOWN, environment={"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"})
    assert at("accessibility_bus", pc, opened).verdict is FOUND
    closed = Situation(known=KNOWN, environment={"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "0"})
    assert at("accessibility_bus", pc, closed).verdict is CLEAR


def test_the_bus_alone_says_nothing_of_who_uses_it(pc: MadeUp) -> None:
    assert at("accessibility_bus", pc).verdict is CLEAR
    names(pc, "/run/user/1000/at-spi/bus_0")
    assert at("accessibility_bus", pc).verdict is UNKNOWN


def test_a_script_called_like_a_reader_is_none(pc: MadeUp) -> None:
    process(pc, 80, "/bin/sh", "./orca-notes", exe="/usr/bin/dash", comm="orca")
    assert at("accessibility_bus", pc).verdict is CLEAR


def test_without_our_variables_it_cannot_tell(pc: MadeUp) -> None:
    assert at("accessibility_bus", pc, Situation(known=KNOWN)).verdict is UNKNOWN
