"""The same checks on this very PC: a real port, a real debugger, a real process under a false name."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from proctoring.checks.machine import Machine
from proctoring.checks.ourselves import debugger
from proctoring.checks.process import Process, Running, ours
from proctoring.checks.situation import Situation
from proctoring.checks.talking import listening, peers
from proctoring.checks.tools import remote_tool
from sync.wire.environment import Verdict
from tests.proctoring.checks.made_up import KNOWN

MACHINE = Machine()
STRANGERS = Situation(own_pids=frozenset({1_000_000_000}), known=KNOWN)
"""Of nobody's here: so this process's own sockets count as somebody else's."""

TRACED = "import ctypes; ctypes.CDLL(None).ptrace(0, 0, 0, 0); print('on', flush=True); input()"
RENAMED = "import ctypes; ctypes.CDLL(None).prctl(15, b'x11vnc', 0, 0, 0); print('on', flush=True); input()"


@contextmanager
def running(*command: str | Path) -> Iterator[int]:
    """Run a program that says when it is ready and then waits; gives its process id."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline()
        yield child.pid
        child.communicate(b"\n")


def test_a_port_that_this_process_opens_is_found_and_is_ours_if_we_say_so() -> None:
    with socket.create_server(("0.0.0.0", 0)) as server:  # noqa: S104 - that is what is to be found
        port = server.getsockname()[1]
        found = listening(MACHINE, STRANGERS)
        assert f"tcp 0.0.0.0:{port}" in str(found.facts["names"]) + str(found.evidence)
        own = Situation(own_pids=frozenset({os.getpid()}), known=KNOWN)
        assert f":{port}" not in str(listening(MACHINE, own).evidence)


def test_a_connection_on_this_pc_alone_is_nobody_elses() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        assert "127.0.0.1" not in str(peers(MACHINE, STRANGERS).evidence)


def test_a_process_that_is_traced_is_found() -> None:
    with running(sys.executable, "-c", TRACED) as pid:
        found = debugger(MACHINE, Situation(own_pids=frozenset({pid})))
    assert found.verdict is Verdict.FOUND
    assert found.evidence[0].startswith(f"/proc/{pid}/status: held by pid {os.getpid()} (")


def test_a_process_under_a_false_name_is_seen_for_the_file_it_runs() -> None:
    with running(sys.executable, "-c", RENAMED) as pid:
        seen = Process.look(MACHINE, pid)
        assert seen is not None
        assert (seen.comm, seen.parent, seen.uid) == ("x11vnc", os.getpid(), os.getuid())
        assert seen.exe == str(Path(f"/proc/{pid}/exe").readlink())
        assert f"/proc/{pid}/" not in str(remote_tool(MACHINE, STRANGERS).evidence)
        assert pid in ours(Running.look(MACHINE).processes, frozenset({os.getpid()}))


def test_a_program_of_a_tools_name_in_somebodys_own_folder_is_looked_at(tmp_path: Path) -> None:
    forged = tmp_path / "x11vnc"
    shutil.copy(shutil.which("cat") or "/bin/cat", forged)
    with subprocess.Popen([forged, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        others = frozenset(MACHINE.processes()) - {child.pid}  # whatever runs on this PC beside
        seen = remote_tool(MACHINE, Situation(own_pids=others, known=KNOWN))
        child.communicate(b"")
    assert seen.verdict is not Verdict.CLEAR
    assert f"VNC: /proc/{child.pid}/exe: {forged}" in seen.evidence
