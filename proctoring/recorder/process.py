"""The recorder as a process: detached, alone at its socket, deaf to the terminal, and without core files.

Light: this is what the keeper consists of.
"""

import fcntl
import os
import resource
import signal
import socket
from pathlib import Path
from typing import Final

from proctoring.recorder.keeper import Keeper
from sync.faults import EnvironmentFault
from sync.own_program import own_program
from sync.replica.durable import disk_faults, private_folder

IDLE_S: Final = 60.0
_READY: Final = b"1"
_BACKLOG: Final = 16


class RecorderRuns(EnvironmentFault):
    """Another recorder already serves this socket."""

    code = "RECORDER_RUNS"


def detach() -> int:
    """Leave the terminal, the session and the parent; give the descriptor to say "ready" on.

    The process that was started waits for that word and ends, so nobody is left with a child to bury.
    """
    reading, writing = os.pipe()
    if os.fork():
        os.close(writing)
        ready = os.read(reading, 1) == _READY
        os._exit(0 if ready else 1)
    os.close(reading)
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    return writing


def run(control: Path, keys: Path, *, idle_s: float, ready: int | None) -> int:
    """Keep a recorder at `control` until it ends; give the exit code.

    Raises:
        RecorderRuns: another one serves this socket.
        DiskFault: the socket's folder cannot be used.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    private_folder(control.parent)
    lock = _lock(control.with_name(f"{control.name}.lock"))
    if ready is not None:
        _log_to(control.with_name(f"{control.name}.log"))
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    control.unlink(missing_ok=True)  # left by a recorder that was killed: we hold the lock, so it is dead
    program = own_program("proctoring.recorder.worker")
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(control))
            listener.listen(_BACKLOG)
            return Keeper(listener, lock, [*program, "--keys", str(keys), "--idle", str(idle_s)], ready).run()
    finally:
        control.unlink(missing_ok=True)
        os.close(lock)


def _lock(path: Path) -> int:
    """Hold the lock file; it stays when the recorder ends, the lock does not."""
    with disk_faults(path.parent, needed=0):
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise RecorderRuns(path.name) from None
    return lock


def _log_to(path: Path) -> None:
    """Write what is logged, and what libraries print, to one file for each life of the recorder."""
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
