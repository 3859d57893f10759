"""Killing a piece of work before and after every step by which it makes something durable."""

import os
import signal
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

DURABLE: Final = ("fsync", "fdatasync", "link", "rename", "replace", "unlink", "rmdir", "mkdir", "ftruncate", "write")


def steps(work: Callable[[], object]) -> int:
    """Count the durable steps of some work, in a process of its own that does them all."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        counted = _run(work, None)
        os.write(write, str(counted).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        count = told.read()
    assert os.waitpid(pid, 0)[1] == 0
    return int(count)


def killed_at(work: Callable[[], object], step: int, *, after: bool) -> bool:
    """Do the work in a process that is killed (SIGKILL) at a step; tell whether it got that far."""
    pid = os.fork()
    if pid == 0:
        try:
            _run(work, (step, after))
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def every_kill(work: Callable[[], object], stride: int = 1) -> Iterator[tuple[int, bool]]:
    """Give every `stride`-th step, before and after."""
    for step in range(0, steps(work), stride):
        yield step, False
        yield step, True


def _run(work: Callable[[], object], kill: tuple[int, bool] | None) -> int:
    done = 0
    patch = pytest.MonkeyPatch()

    def counting(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - stands for any function of os
            nonlocal done
            here, done = done, done + 1
            if kill == (here, False):
                os.kill(os.getpid(), signal.SIGKILL)
            result = real(*args, **kwargs)
            if kill == (here, True):
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return step

    for name in DURABLE:
        patch.setattr(os, name, counting(getattr(os, name)))
    try:
        work()
    finally:
        patch.undo()
    return done
