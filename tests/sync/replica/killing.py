"""Other processes at a replica: killed at any line one likes, and many at once."""

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

OPENING_AND_CLOSING = """
import sys
from pathlib import Path
from sync.replica.database import Replica
from sync.trust.keystore import open_key_store
home = Path(sys.argv[1])
keys = open_key_store(home / "keys")
for _ in range(int(sys.argv[2])):
    with Replica.open(home / "replica.db", keys.replica_key(), keys) as replica:
        replica.advance()
print(keys.generation())
"""
"""A program: opens and closes the replica of a seat's folder so often."""


def in_a_child(act: Callable[[], object]) -> int:
    """Do something in a child process; give its wait status."""
    child = os.fork()
    if child == 0:
        try:
            act()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1]


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
