"""Killing a command (SIGKILL to its process) before and after each of its calls that change a disk."""

from collections.abc import Callable
from typing import Final

from tests.killing import calls_in, killed_at_call

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
    count = calls_in(work, CHANGING)
    assert count > 0
    return count


def killed_at(work: Callable[[], object], change: int, *, after: bool) -> bool:
    """Do the work in a process that is killed at one of its changes; tell whether it got that far."""
    return killed_at_call(work, CHANGING, change, after=after)
