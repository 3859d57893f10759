"""Work in child processes of a test, and killing it: at any line one likes, or at its calls that change a disk."""

import faulthandler
import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any, Final

import pytest

_HUNG_S: Final = 90.0


def begun(act: Callable[[], object]) -> int:
    """Begin to do something in a child of this process; give its pid.

    The child collects no garbage: what it has inherited (of Qt, of servers, of pools) would wait there for threads that
    no fork takes along. One that hangs says where, and ends.
    """
    child = os.fork()
    if child == 0:
        try:
            gc.disable()
            faulthandler.dump_traceback_later(_HUNG_S, exit=True, file=2)
            act()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            os._exit(1)
    return child


def in_a_child(act: Callable[[], object]) -> int:
    """Do something in a child process; give its wait status."""
    return in_children(act, 1)[0]


def in_children(act: Callable[[], object], count: int) -> list[int]:
    """Do something in so many child processes at once; give their wait statuses."""
    return [os.waitpid(child, 0)[1] for child in [begun(act) for _ in range(count)]]


def was_killed(act: Callable[[], object]) -> bool:
    """Do something in a child process that may kill itself; tell whether it did. It ends well otherwise."""
    status = in_a_child(act)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


def killed_at_line(count: int, where: tuple[str, ...], act: Callable[[], object]) -> bool:
    """Do something in a child that is killed at its `count`th line in the files `where`; tell whether it was."""
    left = count

    def trace(frame: FrameType, event: str, _: Any) -> Any:  # noqa: ANN401 - as sys.settrace has it
        nonlocal left
        if not frame.f_code.co_filename.startswith(where):
            return None
        if event == "line":
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    def traced() -> None:
        sys.settrace(trace)
        act()

    return was_killed(traced)


def run_counted(work: Callable[[], object], names: Iterable[str], kill: tuple[int, bool] | None) -> int:
    """Do some work and count its calls of these functions of `os`; die (SIGKILL) at `kill`: which call, and after it.

    Dying after a call that failed counts, too: the work goes on from there as if it had been done.
    """
    done = 0
    patch = pytest.MonkeyPatch()

    def counting(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - stands for any function of os
            nonlocal done
            here, done = done, done + 1
            if kill == (here, False):
                os.kill(os.getpid(), signal.SIGKILL)
            try:
                return real(*args, **kwargs)
            finally:
                if kill == (here, True):
                    os.kill(os.getpid(), signal.SIGKILL)

        return step

    for name in names:
        patch.setattr(os, name, counting(getattr(os, name)))
    try:
        work()
    finally:
        patch.undo()
    return done


def calls_in(act: Callable[[], object], names: Iterable[str]) -> int:
    """Count the calls of these functions of `os` by which something is done, in a child that does it all."""
    read, write = os.pipe()
    child = begun(lambda: os.write(write, str(run_counted(act, names, None)).encode()))
    os.close(write)
    with os.fdopen(read) as told:
        count = told.read()
    assert os.waitpid(child, 0)[1] == 0
    return int(count)


def killed_at_call(act: Callable[[], object], names: Iterable[str], call: int, *, after: bool) -> bool:
    """Do something in a child that is killed at its `call`th call of these functions of `os`; tell whether it was."""
    return was_killed(lambda: run_counted(act, names, (call, after)))
