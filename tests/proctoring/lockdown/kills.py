"""Killing a command (SIGKILL to its process) before and after each of its calls that change a disk."""

import os
import signal
from collections.abc import Callable
from typing import Any, Final

import pytest

CHANGING: Final = (
    "chmod",
    "chown",
    "fchmod",
    "fchown",
    "fsync",
    "mkdir",
    "replace",
    "rmdir",
    "setxattr",
    "symlink",
    "unlink",
    "utime",
    "write",
)


def changes(work: Callable[[], object]) -> int:
    """Count the calls by which some work changes the disk, in a process that does it all."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        done = 0
        try:
            done = _run(work, None)
        finally:
            os.write(write, str(done).encode())
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        count = int(told.read())
    os.waitpid(pid, 0)
    assert count > 0
    return count


def killed_at(work: Callable[[], object], change: int, *, after: bool) -> bool:
    """Do the work in a process that is killed at one of its changes; tell whether it got that far."""
    pid = os.fork()
    if pid == 0:
        try:
            _run(work, (change, after))
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def _run(work: Callable[[], object], kill: tuple[int, bool] | None) -> int:
    done = 0
    patch = pytest.MonkeyPatch()

    def counting(real: Callable[..., Any]) -> Callable[..., Any]:
        def change(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - stands for any function of os
            nonlocal done
            here, done = done, done + 1
            if kill == (here, False):
                os.kill(os.getpid(), signal.SIGKILL)
            try:
                return real(*args, **kwargs)
            finally:
                if kill == (here, True):
                    os.kill(os.getpid(), signal.SIGKILL)

        return change

    for name in CHANGING:
        patch.setattr(os, name, counting(getattr(os, name)))
    try:
        work()
    finally:
        patch.undo()
    return done
