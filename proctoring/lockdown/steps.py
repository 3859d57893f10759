"""What a step of a lock-down is, whatever the platform: it looks what is there, is applied, and undone."""

import errno
import os
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Protocol, Self

from pydantic import StringConstraints

from proctoring.lockdown.faults import (
    LockdownNotAllowed,
    LockdownPathTaken,
    LockdownReadOnly,
    LockdownUnwritable,
)
from sync.replica.durable import DiskFull, free_bytes
from sync.wire.document import Part

StepName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.@-]{0,79}$")]
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_NOT_ALLOWED: Final = frozenset({errno.EPERM, errno.EACCES})


class Commands(Protocol):
    """The way to the running system: programs of the operating system, by argument lists."""

    def run(
        self,
        argv: tuple[str, ...],
        *,
        good: frozenset[int] = frozenset({0}),
        given: str = "",
        within_s: float | None = None,
    ) -> str:
        """Run a program and give what it says; `good` are the exit codes that are none the worse for it.

        `within_s`: what it may take, where that is longer than for others.
        """


@dataclass(frozen=True)
class Place:
    """The PC that is locked down. `root`: where its files lie; `live`: None if nothing that runs is to be touched."""

    root: Path = Path("/")
    live: Commands | None = None

    def at(self, path: str) -> Path:
        """Give where a path of the PC ("etc/x") lies. Links among its folders are followed, but not out of the root.

        Raises:
            LockdownPathTaken: they, or the path itself, lead out of it.
        """
        if ".." in Path(path).parts:
            raise LockdownPathTaken("it climbs", path=f"/{path}")
        named = self.root / path
        root, parent = self.root.resolve(), named.parent.resolve()
        if not parent.is_relative_to(root):
            raise LockdownPathTaken("a link leads elsewhere", path=f"/{path}")
        return parent / named.name


class Step(Part):
    """One reversible step; `name` is unique within a plan.

    A step holds what it is to do and, once it has `looked`, what was there before: that is what the undo plan keeps.
    """

    name: StepName

    @abstractmethod
    def looked(self, place: Place) -> Self:
        """Look what is there now; give the step with that in it. Changes nothing. Raises Faults of the lock-down."""

    @abstractmethod
    def apply(self, place: Place) -> None:
        """Do it; doing it again changes nothing more. Raises Faults of the lock-down, or DiskFull."""

    @abstractmethod
    def undo(self, place: Place) -> None:
        """Put back what was there before, also if the step was never applied or only in part. Raises as `apply`."""

    @abstractmethod
    def difference(self, place: Place) -> str:
        """Say how what is there differs from what was applied: "missing", "content", …; "" if it does not."""

    def settled(self, _place: Place) -> Self:
        """Give the step with what only shows after all steps have been applied."""
        return self


@contextmanager
def system_faults(path: str, needed: int = 0) -> Iterator[None]:
    """Turn the operating system's refusals about a path ("etc/x") into faults a person can read."""
    try:
        yield
    except OSError as error:
        shown, name = f"/{path}", errno.errorcode.get(error.errno or 0, "EIO")
        if error.errno in _NO_ROOM:
            free = free_bytes(Path(error.filename) if error.filename else Path("/"))
            raise DiskFull(f"{shown}", needed_mb=-(-needed // 1_000_000), free_mb=free // 1_000_000) from error
        if error.errno == errno.EROFS:
            raise LockdownReadOnly(name, path=shown) from error
        if error.errno in _NOT_ALLOWED and os.geteuid() != 0:
            raise LockdownNotAllowed(shown) from error
        raise LockdownUnwritable(f"{shown}: {name}", path=shown) from error
