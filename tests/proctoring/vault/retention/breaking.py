"""A shelf that lies on a real one and is killed at a chosen write, before or after the bytes are there."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from proctoring.vault.store.folder import FolderShelf
from proctoring.vault.store.shelf import Pace
from sync.replica.durable import DiskFull


class KilledError(BaseException):
    """The process is gone: nothing of ours catches this."""


@dataclass
class Accident:
    """What goes wrong. `writes` are those still left; at the last the process is killed, `after` it or before it.

    `full`: the disk has no room.
    """

    writes: int | None = None
    after: bool = False
    full: bool = False
    happened: int = 0


class BreakingShelf(FolderShelf):
    """A real folder shelf with accidents."""

    def __init__(self, root: Path, accident: Accident) -> None:
        super().__init__(root)
        self.accident = accident

    def put(
        self, name: str, source: Path | bytes, retain_until_ms: int | None = None, pace: Pace | None = None
    ) -> None:
        if self.accident.full:
            raise DiskFull("simulated", needed_mb=1, free_mb=0)
        for _ in self._write():
            super().put(name, source, retain_until_ms, pace)

    def erase(self, name: str, *, overwrite: bool = False) -> None:
        for _ in self._write():
            super().erase(name, overwrite=overwrite)

    def _write(self) -> Iterator[None]:
        self.accident.happened += 1
        left = self.accident.writes
        if left is not None:
            self.accident.writes = left - 1
        last = left == 0
        if last and not self.accident.after:
            raise KilledError
        yield
        if last:
            raise KilledError
