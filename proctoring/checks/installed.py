"""An installed tree against the signed list of it: every place that is not as it was released.

The first look reads every file that has the listed size; a later one asks the kernel only whether each is still the
file that was read, of a share of the folders at a time where it is made every second.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

from proctoring.checks.machine import Unreadable
from proctoring.checks.tree import LIST_FILE, Mark, digests, entries, lends_rights, open_above, others_may_write
from sync.trust.anchor import Trust
from sync.trust.build import MOST_BYTES, BuildListRefused, read_build_list
from sync.trust.files import read_bounded
from sync.wire.build import BuildFile, BuildLink, BuildList

SHARE: Final = 1_500
"""So many places, and the rest of their last folder, are looked at by a look of a share: some 7 ms of a processor."""
ROOT: Final = 0
"""The superuser: who a package's files belong to."""
_CHECKOUT: Final = ".git"
_TOP: Final = "."

_Wanted = BuildFile | BuildLink | None
"""What belongs at a place; None is a folder."""


class Kind(StrEnum):
    """How a place in a tree differs, the weightiest first.

    `ODD`: neither a plain file nor a folder that can be read, nor the link that was listed. `WRITABLE`: somebody else
    than the superuser may write there. `PRIVILEGED`: whoever starts it gets the rights of its owner.
    """

    CHANGED = "changed"
    ODD = "odd"
    MISSING = "missing"
    ADDED = "added"
    WRITABLE = "writable"
    PRIVILEGED = "privileged"


@dataclass(frozen=True)
class Difference:
    """One place that is not as it was released; a folder stands for all that is or was in it."""

    kind: Kind
    path: str


class InstalledTree:
    """A program's tree below `folder`, compared with its list. `owner`: who but the superuser may own it."""

    def __init__(self, folder: Path, listed: BuildList, owner: int = ROOT) -> None:
        self._folder, self._owner = str(folder), owner
        self._wanted = _by_folder(listed)
        self._ring = sorted(self._wanted)
        self._turn = 0
        self._read: dict[str, tuple[Mark, bool]] = {}
        self._found: dict[str, list[Difference]] = {}

    def look(self, *, whole: bool = True) -> tuple[Difference, ...]:
        """Give every place that differs; not `whole`: as far as was seen by now, of all folders after some looks.

        Raises:
            Unreadable: the folder is not there, or a folder above it cannot be looked at.
        """
        self._look_at(self._ring if whole or not self._found else self._share())
        order = list(Kind)
        found = (one for differences in self._found.values() for one in differences)
        return tuple(sorted(found, key=lambda one: (order.index(one.kind), one.path)))

    def _share(self) -> list[str]:
        """Give the folders whose turn it is."""
        share, places = list[str](), 0
        while places < SHARE and len(share) < len(self._ring):
            folder = self._ring[self._turn]
            self._turn = (self._turn + 1) % len(self._ring)
            share.append(folder)
            places += 1 + len(self._wanted[folder])
        return share

    def _look_at(self, folders: list[str]) -> None:
        unread: dict[str, tuple[str, Mark]] = {}
        for folder in folders:
            self._found[folder] = list(self._differences(folder, unread))
        read = digests({self._place(path): mark for path, (_, mark) in unread.items()})
        for path, (folder, mark) in unread.items():
            digest, wanted = read.get(self._place(path)), self._wanted[folder][path]
            same = isinstance(wanted, BuildFile) and digest == wanted.sha256
            if not same:
                self._found[folder].append(Difference(Kind.ODD if digest is None else Kind.CHANGED, path))
            if digest is not None:
                self._read[path] = mark, same

    def _place(self, path: str) -> str:
        return f"{self._folder}/{path}" if path else self._folder

    def _differences(self, folder: str, unread: dict[str, tuple[str, Mark]]) -> Iterator[Difference]:
        """Give what differs in a folder, but not in those below it; add to `unread` what has to be read first."""
        if not folder:
            yield from self._of_the_top()
        elif not _is_folder(self._place(folder)):
            return  # which is said of it where it lies
        missing = set(self._wanted[folder])
        try:
            for name, status in entries(self._place(folder)):
                path = f"{folder}/{name}" if folder else name
                if path == LIST_FILE:
                    continue
                missing.discard(path)
                yield from self._rights(path, status)
                yield from self._difference(folder, path, status, unread)
        except Unreadable:
            yield Difference(Kind.ODD, folder or _TOP)
            return
        yield from (Difference(Kind.MISSING, path) for path in missing)

    def _of_the_top(self) -> Iterator[Difference]:
        try:
            yield from self._rights(_TOP, os.lstat(self._folder))
        except OSError as error:
            raise Unreadable(self._folder, error.strerror or "EIO") from None
        above = open_above(self._folder, self._owner)
        if above is not None:
            yield Difference(Kind.WRITABLE, above)

    def _rights(self, path: str, status: os.stat_result) -> Iterator[Difference]:
        if others_may_write(status, self._owner):
            yield Difference(Kind.WRITABLE, shown(path))
        if lends_rights(status):
            yield Difference(Kind.PRIVILEGED, shown(path))

    def _difference(
        self, folder: str, path: str, status: os.stat_result, unread: dict[str, tuple[str, Mark]]
    ) -> Iterator[Difference]:
        wanted = self._wanted[folder].get(path, LIST_FILE)
        if isinstance(wanted, str):
            yield Difference(Kind.ADDED, shown(path))
        elif wanted is None:
            if not stat.S_ISDIR(status.st_mode):
                yield Difference(Kind.ODD, path)
        elif isinstance(wanted, BuildLink):
            if _target(self._place(path)) != wanted.target:
                yield Difference(Kind.CHANGED if stat.S_ISLNK(status.st_mode) else Kind.ODD, path)
        elif not stat.S_ISREG(status.st_mode):
            yield Difference(Kind.ODD, path)
        elif status.st_size != wanted.size:
            yield Difference(Kind.CHANGED, path)
        else:
            mark = Mark.of(status)
            before = self._read.get(path)
            if before is None or before[0] != mark:
                unread[path] = folder, mark
            elif not before[1]:
                yield Difference(Kind.CHANGED, path)


@dataclass(frozen=True)
class ExpectedBuild:
    """What the program's files are compared with; without a list that is believed, `problem` says what is wrong.

    A list of another release than the one that runs is not believed: it may be an older one put back. That there is
    none is wrong, too, where a program is installed, or taking it away would hide what changing a file does not.
    """

    folder: Path
    listed: BuildList | None
    tree: InstalledTree | None
    problem: str = ""

    @classmethod
    def at(cls, folder: Path, trust: Trust, release: str, owner: int = ROOT) -> Self | None:
        """Give what the program installed in `folder` is compared with: the signed list there, of this release.

        None if there is none because nobody releases this: it is a checkout that somebody develops in.
        """
        try:
            listed = read_build_list(read_bounded(folder / LIST_FILE, MOST_BYTES), trust)
        except FileNotFoundError:
            return None if _is_checkout(folder) else cls(folder, None, None, "there is none")
        except OSError as error:
            return cls(folder, None, None, error.strerror or "unreadable")
        except BuildListRefused as fault:
            return cls(folder, None, None, fault.detail)
        if listed.version != release:
            return cls(folder, None, None, f"of release {listed.version}, and {release} runs")
        return cls(folder, listed, InstalledTree(folder, listed, owner))


def shown(path: str) -> str:
    """Give a place as it may be shown, whatever bytes its name has."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _by_folder(listed: BuildList) -> dict[str, dict[str, _Wanted]]:
    """Give what belongs into each folder, by its place; the tree's own folder is ""."""
    folders: dict[str, dict[str, _Wanted]] = {"": {}}
    for one in (*listed.files, *listed.links):
        folder = one.path.rpartition("/")[0]
        wanted: _Wanted = one
        path = one.path
        while folder not in folders:
            folders[folder] = {path: wanted}
            path, wanted, folder = folder, None, folder.rpartition("/")[0]
        folders[folder][path] = wanted
    return folders


def _is_folder(place: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(place).st_mode)
    except OSError:
        return False


def _target(place: str) -> str | None:
    try:
        return os.readlink(place)
    except OSError:
        return None


def _is_checkout(folder: Path) -> bool:
    """Tell a checkout from what was installed: there the packages lie at its top, without their metadata."""
    at_top = (folder / "app" / "__init__.py").is_file() and not any(folder.glob("examroom-*.dist-info"))
    return at_top and os.path.lexists(folder / _CHECKOUT)
