"""A shelf that lies on a real one and is killed at a chosen write, before or after the bytes are there."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from proctoring.vault.store.folder import FolderShelf
from proctoring.vault.store.s3 import S3Shelf
from proctoring.vault.store.shelf import Lock, Pace
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


class BreakingShelf:
    """A real shelf with accidents: everything that writes to it or erases from it may be the last thing done."""

    def __init__(self, shelf: FolderShelf | S3Shelf, accident: Accident) -> None:
        self.shelf = shelf
        self.accident = accident

    def names(self, prefix: str = "") -> Iterator[str]:
        return self.shelf.names(prefix)

    def folders(self, place: str) -> Iterator[str]:
        return self.shelf.folders(place)

    def sizes(self, prefix: str) -> Mapping[str, int]:
        return self.shelf.sizes(prefix)

    def size(self, name: str) -> int | None:
        return self.shelf.size(name)

    def read(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        return self.shelf.read(name, start, length)

    def put(
        self, name: str, source: Path | bytes, retain_until_ms: int | None = None, pace: Pace | None = None
    ) -> None:
        if self.accident.full:
            raise DiskFull("simulated", needed_mb=1, free_mb=0)
        self._write(lambda: self.shelf.put(name, source, retain_until_ms, pace))

    def adopt(self, source: str, target: str) -> None:
        self._write(lambda: self.shelf.adopt(source, target))

    def keep(self, name: str, sha256: str, until_ms: int | None) -> None:
        self._write(lambda: self.shelf.keep(name, sha256, until_ms))

    def lock(self, name: str) -> Lock | None:
        return self.shelf.lock(name)

    def set_hold(self, name: str, on: bool) -> None:
        self._write(lambda: self.shelf.set_hold(name, on))

    def extend(self, name: str, until_ms: int) -> None:
        self._write(lambda: self.shelf.extend(name, until_ms))

    def free_bytes(self) -> int | None:
        return self.shelf.free_bytes()

    def local_folder(self, prefix: str) -> Path | None:
        return self.shelf.local_folder(prefix)

    def erase(self, name: str, *, overwrite: bool = False) -> None:
        self._write(lambda: self.shelf.erase(name, overwrite=overwrite))

    def erase_folders(self, prefix: str) -> None:
        self._write(lambda: self.shelf.erase_folders(prefix))

    def erase_unfinished(self, prefix: str) -> None:
        self._write(lambda: self.shelf.erase_unfinished(prefix))

    def _write(self, written: Callable[[], None]) -> None:
        self.accident.happened += 1
        left = self.accident.writes
        if left is not None:
            self.accident.writes = left - 1
        if left == 0 and not self.accident.after:
            raise KilledError
        written()
        if left == 0:
            raise KilledError
