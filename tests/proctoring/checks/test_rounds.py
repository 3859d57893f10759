"""Rounds of checks, one after the other: what is remembered from one to the next never changes what is said."""

import shutil
import socket
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proctoring.checks.catalogue import CHECKS
from proctoring.checks.machine import Machine
from proctoring.checks.observation import observe
from proctoring.checks.process import Process
from proctoring.checks.situation import Situation
from proctoring.checks.sockets import sockets as sockets_of
from sync.wire.environment import LockdownLevel
from tests.proctoring.checks.made_up import KNOWN, MadeUp
from tests.proctoring.checks.running import LISTEN, Line, names, quiet, sockets

SITUATION = Situation(own_pids=frozenset({500}), own_pid=500, known=KNOWN, environment={}, level=LockdownLevel.SESSION)
BY_PROCESS = (
    *("debugger", "remote_tool", "capture_tool", "remote_session", "other_users", "accessibility_bus"),
    *("listening", "peers", "processes"),
)
CHECKED = {name: CHECKS[name] for name in BY_PROCESS}
PIDS = (500, 812, 813)
COMMS = ("bash", "x11vnc", "kworker/0:1", "sshd-session", "rustdesk", "orca")
FILES = ("/usr/bin/bash", "/usr/bin/x11vnc", "/home/li/x11vnc", "/usr/bin/python3.11", "/opt/todesk/bin/ToDesk", "")
ARGUMENTS = (b"", b"-bash\0", b"python3\0/usr/bin/x11vnc\0", b"sshd: li@pts/0\0", b"/usr/bin/rustdesk\0--service\0")

pids = st.sampled_from(PIDS)
processes = st.fixed_dictionaries(
    {
        "comm": st.sampled_from(COMMS),
        "exe": st.sampled_from(FILES),
        "cmdline": st.sampled_from(ARGUMENTS),
        "parent": st.sampled_from((1, 2, 500, 812)),
        "uid": st.sampled_from((0, 1000, 1001)),
        "tracer": st.sampled_from((0, 0, 813)),
        "rights": st.sampled_from((0, 1 << 21)),
        "memory": st.booleans(),
        "state": st.sampled_from("RSZ"),
    }
)
changes = st.one_of(
    st.tuples(st.just("is"), pids, processes),
    st.tuples(st.just("ends"), pids, st.none()),
    st.tuples(st.just("listens"), pids, st.sampled_from((22, 5900, 8080))),
    st.tuples(st.just("names"), st.none(), st.sampled_from(("", "/run/xrdp/x", "@at-spi/bus"))),
)


class Living:
    """A made-up PC on which processes come, go, rename themselves and run another file, as the kernel would show it."""

    def __init__(self, root: Path) -> None:
        self.pc = MadeUp(root)
        quiet(self.pc)

    def change(self, kind: str, pid: int, what: object) -> None:
        match kind, what:
            case "is", dict():
                self._is(pid, **what)
            case "ends", _:
                shutil.rmtree(self.pc.root / f"proc/{pid}", ignore_errors=True)
            case "listens", int():
                sockets(self.pc, "tcp", Line("0.0.0.0", what, LISTEN, inode=pid))  # noqa: S104
                self._link(f"proc/{pid}/fd/7", f"socket:[{pid}]")
            case _:
                names(self.pc, *filter(None, (str(what),)))

    def _is(self, pid: int, **it: object) -> None:
        has = "VmSize:\t100 kB" if it["memory"] else "Threads:\t1"
        lines = (
            f"Name:\t{it['comm']}\nUmask:\t0022\nState:\t{it['state']} (sleeping)\nTgid:\t{pid}\nPid:\t{pid}\n"
            f"PPid:\t{it['parent']}\nTracerPid:\t{it['tracer']}\nUid:\t{it['uid']}\t0\t0\t0\nGid:\t0\t0\t0\t0\n"
            f"FDSize:\t64\nGroups:\t \n{has}\nCapPrm:\t{0:016x}\n"
            f"CapEff:\t{it['rights']:016x}\nCapBnd:\t{0:016x}\n"
        )
        self.pc.write(f"proc/{pid}/status", lines)
        nothing = it["parent"] == 2 and not it["memory"]  # both are kept in a process's memory
        self.pc.write(f"proc/{pid}/cmdline", b"" if nothing else it["cmdline"])  # type: ignore[arg-type]
        self._link(f"proc/{pid}/exe", "" if nothing else str(it["exe"]))

    def _link(self, path: str, target: str) -> None:
        (self.pc.root / path).unlink(missing_ok=True)
        if target:
            self.pc.link(path, target)


@settings(max_examples=15, deadline=None)
@given(rounds=st.lists(st.lists(changes, max_size=3), min_size=2, max_size=5))
def test_a_round_that_remembers_says_what_one_that_sees_the_pc_for_the_first_time_says(
    rounds: list[list[tuple[str, int, object]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        living = Living(Path(folder))
        remembering = living.pc.machine.remembering()
        for made in rounds:
            for change in made:
                living.change(*change)
            assert observe(CHECKED, remembering, SITUATION) == observe(CHECKED, living.pc.machine, SITUATION)


@pytest.fixture
def living(tmp_path: Path) -> Living:
    return Living(tmp_path)


RUNNING = {"parent": 1, "uid": 1000, "tracer": 0, "rights": 0, "memory": True, "state": "S"}


@pytest.mark.parametrize(
    ("changed", "to"),
    [
        ("comm", "x11vnc"),
        ("exe", "/usr/bin/x11vnc"),
        ("cmdline", b"python3\0/usr/bin/x11vnc\0"),
        ("uid", 0),
        ("parent", 500),
        ("tracer", 813),
        ("rights", 1 << 21),
    ],
)
def test_whatever_a_process_becomes_is_seen_in_the_next_round(living: Living, changed: str, to: object) -> None:
    before = {**RUNNING, "comm": "bash", "exe": "/usr/bin/python3.11", "cmdline": b"python3\0"}
    machine = living.pc.machine.remembering()
    looked = []
    for it in (before, {**before, changed: to}):
        living.change("is", 812, it)
        looked.append(Process.look(machine.glance(), 812))
    assert looked[0] != looked[1] == Process.look(living.pc.machine, 812)


def test_a_process_whose_number_is_given_to_another_one_is_the_other_one(living: Living) -> None:
    machine = living.pc.machine.remembering()
    living.change("is", 812, {**RUNNING, "comm": "bash", "exe": "/usr/bin/bash", "cmdline": b"-bash\0"})
    observe(CHECKED, machine, SITUATION)
    living.change("ends", 812, None)
    living.change("is", 812, {**RUNNING, "comm": "bash", "exe": "/usr/bin/x11vnc", "cmdline": b"-bash\0"})
    assert "VNC: /proc/812/exe: /usr/bin/x11vnc" in observe(CHECKED, machine, SITUATION)[1].evidence


def test_what_is_read_the_same_is_worked_out_once_and_forgotten_when_nobody_asks() -> None:
    worked_out: list[bytes] = []

    def work_out(raw: bytes) -> int:
        worked_out.append(raw)
        return len(raw)

    machine = Machine().remembering()
    for raw in (b"a", b"a", b"bb", None, b"bb"):
        round_of = machine.glance()
        if raw is not None:
            assert round_of.follows("here", raw, work_out) == len(raw)
    assert worked_out == [b"a", b"bb", b"bb"]


def test_a_table_of_several_pages_is_read_to_its_end() -> None:
    with ExitStack() as opened:
        servers = [opened.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(70)]
        ports = {server.getsockname()[1] for server in servers}
        seen = {one.port for one in sockets_of(Machine()) if one.listens}
    assert ports <= seen
