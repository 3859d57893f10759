"""The files that Python would load as ours, with their digests; the list that they are compared with."""

import hashlib
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.machinery import all_suffixes
from pathlib import Path
from typing import Final, Self

from pydantic import ValidationError

from proctoring.checks.machine import Unreadable
from sync.trust.anchor import Trust
from sync.trust.build import MOST_BYTES, BuildListRefused, read_build_list
from sync.trust.files import read_bounded
from sync.wire.build import MOST_FILES, BuildFile, BuildList

LIST_FILE: Final = "examroom-build-list.dsse"
"""The signed list lies beside the packages that it lists."""
PACKAGES: Final = ("app", "proctoring", "sync")

TOO_MANY: Final = "E2BIG"
"""Why a tree is unreadable that holds more files than any list may."""

_CACHE: Final = "__pycache__"
_AT_START: Final = frozenset({"sitecustomize", "usercustomize"})
"""Modules that Python runs by itself (its documentation of `site`)."""
_BEFORE_OTHERS: Final = _AT_START | sys.stdlib_module_names
"""What must not be added: also a module of Python's own, which is looked for here first if Python starts without -P."""
_MODULES: Final = tuple(all_suffixes())
_CHECKOUT: Final = ".git"
_CHUNK: Final = 1_000_000
_MOST_BYTES: Final = 300_000_000
"""No release of ours is larger; a file that grows without end does not keep anybody waiting."""

Mark = tuple[int, int, int, int]
"""Inode, size, and the times of the last change of contents and of anything (ns)."""


class Kind(StrEnum):
    """How a place in a tree differs from the list. `ODD`: no plain file that can be read."""

    CHANGED = "changed"
    MISSING = "missing"
    ADDED = "added"
    ODD = "odd"


@dataclass(frozen=True)
class Difference:
    """One place that is not as it was listed."""

    kind: Kind
    path: str


class Tree:
    """The files of a program below `folder`, read once and again only where a file is not the one that was read."""

    def __init__(self, folder: Path) -> None:
        self.folder: Final = folder
        self._known: dict[str, tuple[Mark, BuildFile]] = {}

    def files(self) -> tuple[Mapping[str, BuildFile], frozenset[str]]:
        """Give every file by its place, and the places that are odd.

        Raises:
            Unreadable: the folder cannot be read, or holds more than any release of ours.
        """
        known: dict[str, tuple[Mark, BuildFile]] = {}
        odd: set[str] = set()
        left = _MOST_BYTES
        for path in self._paths():
            if len(known) + len(odd) >= MOST_FILES:
                raise Unreadable(str(self.folder), TOO_MANY)
            try:
                known[path] = self._file(path, left)
                left -= known[path][1].size
            except (OSError, ValidationError):  # a name that no list can have
                odd.add(path)
        self._known = known
        return {path: file for path, (_, file) in known.items()}, frozenset(odd)

    def _paths(self) -> Iterator[str]:
        try:
            top = sorted(entry.name for entry in os.scandir(self.folder))
        except OSError as error:
            raise Unreadable(str(self.folder), error.strerror or "EIO") from None
        for name in top:
            if name in PACKAGES or (name in _BEFORE_OTHERS and (self.folder / name).is_dir()):
                yield from _below(self.folder, name)
            elif name.endswith(".pth") or (name.endswith(_MODULES) and name.partition(".")[0] in _BEFORE_OTHERS):
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
    """What the program's files are compared with; without a list that is believed, `problem` says what is wrong.

    A list of another release than the one that runs is not believed: it may be an older one put back. That there is
    none is wrong, too, where a program is installed, or taking it away would hide what changing a file does not.
    """

    tree: Tree
    listed: BuildList | None
    problem: str = ""

    @classmethod
    def beside(cls, folder: Path, trust: Trust, release: str) -> Self | None:
        """Give what the program in `folder` is compared with: the signed list there, of this release.

        None if there is none because nobody releases this: it is a checkout that somebody develops in.
        """
        try:
            signed = read_bounded(folder / LIST_FILE, MOST_BYTES)
            listed = read_build_list(signed, trust)
            if listed.version != release:
                return cls(Tree(folder), None, f"of release {listed.version}, and {release} runs")
            return cls(Tree(folder), listed)
        except FileNotFoundError:
            return None if _is_checkout(folder) else cls(Tree(folder), None, "there is none")
        except OSError as error:
            return cls(Tree(folder), None, error.strerror or "unreadable")
        except BuildListRefused as fault:
            return cls(Tree(folder), None, fault.detail)


def _is_checkout(folder: Path) -> bool:
    """Tell a checkout from what was installed: installed packages have their metadata beside them."""
    return os.path.lexists(folder / _CHECKOUT) and not any(folder.glob("examroom-*.dist-info"))


def compare(tree: Tree, listed: BuildList) -> tuple[Difference, ...]:
    """Give every place where a tree is not as listed, changed ones first. Raises what `Tree.files` raises."""
    there, odd = tree.files()
    wanted = {one.path: one for one in listed.files}
    found = [Difference(Kind.CHANGED, path) for path, file in there.items() if wanted.get(path, file) != file]
    found += [Difference(Kind.ODD, path) for path in sorted(odd)]
    found += [Difference(Kind.MISSING, path) for path in wanted if path not in there and path not in odd]
    found += [Difference(Kind.ADDED, path) for path in there if path not in wanted]
    return tuple(found)
