"""Killing a piece of work before and after every step by which it makes something durable."""

from collections.abc import Callable, Iterator
from typing import Final

from tests.killing import calls_in, killed_at_call

DURABLE: Final = ("fsync", "fdatasync", "link", "rename", "replace", "unlink", "rmdir", "mkdir", "ftruncate", "write")


def killed_at(work: Callable[[], object], step: int, *, after: bool) -> bool:
    """Do the work in a process that is killed (SIGKILL) at a step; tell whether it got that far."""
    return killed_at_call(work, DURABLE, step, after=after)


def every_kill(work: Callable[[], object], stride: int = 1) -> Iterator[tuple[int, bool]]:
    """Give every `stride`-th step, before and after."""
    for step in range(0, calls_in(work, DURABLE), stride):
        yield step, False
        yield step, True
