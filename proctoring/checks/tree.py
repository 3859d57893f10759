"""The files that Python would load as ours, with their digests; the list that they are compared with."""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from proctoring.checks.machine import Unreadable
from sync.wire.build import MOST_FILES, BuildFile, BuildList

LIST_FILE: Final = "examroom-build-list.dsse"
"""The signed list lies beside the packages that it lists."""
PACKAGES: Final = ("app", "proctoring", "sync")

_CACHE: Final = "__pycache__"
_AT_START: Final = frozenset({"sitecustomize.py", "usercustomize.py"})
_CHUNK: Final = 1_000_000
_MOST_BYTES: Final = 300_000_000
"""No release of ours is larger; a file that grows without end does not keep anybody waiting."""

Mark = tuple[int, int, int, int]
"""Inode, size, and the times of the last change of contents and of anything (ns)."""


@dataclass(frozen=True)
class OddFile:
    """A place in the tree that is no readable plain file, and why."""

    path: str
    reason: str


class Tree:
    """The files of a program below `folder`, read once and again only where a file is not the one that was read."""

    def __init__(self, folder: Path) -> None:
        self.folder: Final = folder
        self._known: dict[str, tuple[Mark, BuildFile]] = {}

    def files(self) -> tuple[Mapping[str, BuildFile], tuple[OddFile, ...]]:
        """Give every file by its place, and what is odd.

        Raises:
            Unreadable: the folder cannot be read, or holds more than any release of ours.
        """
        known: dict[str, tuple[Mark, BuildFile]] = {}
        odd: list[OddFile] = []
        left = _MOST_BYTES
        for path in self._paths():
            if len(known) + len(odd) >= MOST_FILES:
                raise Unreadable(str(self.folder), "E2BIG")
            try:
                known[path] = self._file(path, left)
                left -= known[path][1].size
            except OSError as error:
                odd.append(OddFile(path, error.strerror or type(error).__name__))
        self._known = known
        return {path: file for path, (_, file) in known.items()}, tuple(odd)

    def _paths(self) -> Iterator[str]:
        try:
            top = sorted(entry.name for entry in os.scandir(self.folder))
        except OSError as error:
            raise Unreadable(str(self.folder), error.strerror or "EIO") from None
        for name in top:
            if name in PACKAGES:
                yield from _below(self.folder, name)
            elif name in _AT_START or name.endswith(".pth"):
                yield name

    def _file(self, path: str, left: int) -> tuple[Mark, BuildFile]:
        place = f"{self.folder}/{path}"
        before = self._known.get(path)
        if before is not None and before[0] == _mark(os.lstat(place)):
            return before
        with os.fdopen(os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise OSError(0, "not a plain file")
            digest, size = hashlib.sha256(), 0
            while piece := file.read(_CHUNK):
                digest.update(piece)
                size += len(piece)
                if size > left:
                    raise OSError(0, "too large")
            return _mark(status), BuildFile(path=path, sha256=digest.hexdigest(), size=size)


def _mark(status: os.stat_result) -> Mark:
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _below(folder: Path, name: str) -> Iterator[str]:
    """Give every place below a package but byte code; a link to a folder is itself an odd place."""
    found_here: list[str] = []
    folders = [name]
    while folders:
        here = folders.pop()
        try:
            entries = list(os.scandir(folder / here))
        except OSError:
            found_here.append(here)  # which then is no plain file
            continue
        for entry in entries:
            if entry.name == _CACHE:
                continue
            place = f"{here}/{entry.name}"
            (folders if entry.is_dir(follow_symlinks=False) else found_here).append(place)
            if len(found_here) + len(folders) > MOST_FILES:
                break
    return iter(sorted(found_here))


@dataclass(frozen=True)
class ExpectedBuild:
    """What the program's files are compared with; without a list that is believed, `problem` says what is wrong."""

    tree: Tree
    listed: BuildList | None
    problem: str = ""
