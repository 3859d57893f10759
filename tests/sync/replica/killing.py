"""Other processes at a replica: killed at any line one likes, and many at once."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from types import FrameType
from typing import Any


def in_a_child(act: Callable[[], object]) -> int:
    """Do something in a child process; give its wait status."""
    return in_children(act, 1)[0]


def in_children(act: Callable[[], object], count: int) -> list[int]:
    """Do something in so many child processes at once; give their wait statuses."""
    return [os.waitpid(child, 0)[1] for child in [_begun(act) for _ in range(count)]]


def _begun(act: Callable[[], object]) -> int:
    child = os.fork()
    if child == 0:
        try:
            act()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            os._exit(1)
    return child


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

    status = in_a_child(traced)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)
