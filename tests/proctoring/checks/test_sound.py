"""Microphones under a made-up root: who the kernel says has them open, who holds them for others, how loud they are."""

from pathlib import Path

import pytest

from proctoring.checks.machine import Machine
from proctoring.checks.observation import observe
from proctoring.checks.situation import Situation
from proctoring.checks.sound import microphone_in_use, microphone_level
from sync.wire.environment import Verdict
from tests.proctoring.checks.made_up import KNOWN, MadeUp

SITUATION = Situation(own_pids=frozenset({500}), known=KNOWN)
STATUS = "proc/asound/card0/pcm0c/sub0/status"


@pytest.fixture
def pc(tmp_path: Path) -> MadeUp:
    pc = MadeUp(tmp_path)
    pc.write("proc/asound/card0/pcm0p/sub0/status", "state: RUNNING\nowner_pid   : 900\n")
    pc.write("dev/snd/pcmC0D0c")
    return pc


def opened_by(pc: MadeUp, thread: int) -> None:
    pc.write(STATUS, f"state: RUNNING\nowner_pid   : {thread}\ntrigger_time: 17.1\n")


def test_an_input_that_is_closed_is_nobodys_and_an_output_does_not_count(pc: MadeUp) -> None:
    pc.write(STATUS, "closed\n")
    assert microphone_in_use(pc.machine, SITUATION).verdict is Verdict.CLEAR


def test_an_input_that_our_recorder_has_is_ours(pc: MadeUp) -> None:
    opened_by(pc, 501)
    pc.process(500, "/usr/bin/python3")
    pc.process(501, "/usr/bin/python3", parent=500)
    assert microphone_in_use(pc.machine, SITUATION).verdict is Verdict.CLEAR


def test_another_program_is_named_by_the_process_and_not_by_the_thread_that_opened_it(pc: MadeUp) -> None:
    opened_by(pc, 815)
    pc.process(812, "/usr/bin/arecord")
    pc.write("proc/815/status", "Name:\taudio\nTgid:\t812\nPid:\t815\nPPid:\t1\n")
    seen = microphone_in_use(pc.machine, SITUATION)
    assert seen.verdict is Verdict.FOUND
    assert seen.evidence == (f"/{STATUS}: pid 812 (/usr/bin/arecord, user 1000)",)


def test_a_sound_service_holds_it_for_somebody_unknown(pc: MadeUp) -> None:
    opened_by(pc, 812)
    pc.process(812, "/usr/bin/pipewire")
    assert microphone_in_use(pc.machine, SITUATION).verdict is Verdict.UNKNOWN


def test_a_program_that_only_calls_itself_a_sound_service_is_found(pc: MadeUp) -> None:
    opened_by(pc, 812)
    pc.process(812, "/home/x/listen")
    pc.write("proc/812/status", "Name:\tpipewire\nTgid:\t812\nPPid:\t1\nUid:\t1000\t1000\t1000\t1000\n")
    assert microphone_in_use(pc.machine, SITUATION).verdict is Verdict.FOUND


def test_where_the_kernel_does_not_say_who_open_files_do(pc: MadeUp) -> None:
    (pc.root / "proc/asound/card0/pcm0c").mkdir()
    assert microphone_in_use(pc.machine, SITUATION).verdict is Verdict.UNKNOWN
    pc.process(812, "/usr/bin/arecord", files={5: "/dev/snd/pcmC0D0c"})
    assert microphone_in_use(pc.machine, SITUATION).verdict is Verdict.FOUND


@pytest.mark.parametrize(
    "status", [b"", b"\xff\x00" * 5000, b"owner_pid: " + b"9" * 5000, b"state: OPEN\nowner_pid : x"]
)
def test_a_status_the_kernel_does_not_write_so_leaves_it_open(pc: MadeUp, status: bytes) -> None:
    pc.write(STATUS, status)
    assert microphone_in_use(pc.machine, SITUATION).verdict is Verdict.UNKNOWN


def test_a_status_that_cannot_be_read_leaves_it_open(pc: MadeUp) -> None:
    pc.shut(STATUS)
    (seen,) = observe({"microphone_in_use": microphone_in_use}, pc.machine, SITUATION)
    assert (seen.verdict, seen.evidence) == (Verdict.UNKNOWN, (f"/{STATUS}: ELOOP",))


def test_no_cards_and_no_nodes_agree_that_there_is_no_microphone(tmp_path: Path) -> None:
    assert microphone_in_use(MadeUp(tmp_path).machine, SITUATION).verdict is Verdict.CLEAR


def test_no_cards_but_a_node_do_not_agree(tmp_path: Path) -> None:
    pc = MadeUp(tmp_path)
    pc.write("dev/snd/pcmC0D0c")
    assert microphone_in_use(pc.machine, SITUATION).verdict is Verdict.UNKNOWN


def test_without_a_proc_folder_nothing_is_concluded(tmp_path: Path) -> None:
    (seen,) = observe({"microphone_in_use": microphone_in_use}, Machine(tmp_path), SITUATION)
    assert seen.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("level", "verdict"),
    [
        (-200.0, Verdict.FOUND),
        (-70.1, Verdict.FOUND),
        (-70.0, Verdict.CLEAR),
        (-31.4, Verdict.CLEAR),
        (-1.0, Verdict.FOUND),
        (None, Verdict.UNKNOWN),
    ],
)
def test_the_level_has_to_be_between_nothing_and_full_scale(pc: MadeUp, level: float | None, verdict: Verdict) -> None:
    assert microphone_level(pc.machine, Situation(microphone_dbfs=level)).verdict is verdict


def test_an_owner_that_proc_does_not_show_is_a_stranger(pc: MadeUp) -> None:
    opened_by(pc, 812)
    seen = microphone_in_use(pc.machine, SITUATION)
    assert (seen.verdict, seen.evidence) == (Verdict.FOUND, (f"/{STATUS}: pid 812 (not shown)",))
