"""An installed tree against the signed list of it: every place that is not as it was released.

The first look reads every file that has the listed size; a later one asks the kernel only whether each is still the
file that was read, of a share of the folders at a time where it is made every second.
"""

import os
import stat
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple, Self

from proctoring.checks.machine import Unreadable
from proctoring.checks.tree import (
    LIST_FILE,
    Mark,
    digests,
    entries,
    lends_rights,
    mark_of,
    open_above,
    others_may_write,
)
from sync.trust.anchor import Trust
from sync.trust.build import MOST_BYTES, BuildListRefused, peek_build_list, read_build_list
from sync.trust.files import read_bounded
from sync.wire.build import BuildFile, BuildLink, BuildList

SHARE: Final = 1_000
"""So many places, and the rest of their last folder, are looked at by a look of a share: some 6 ms of a processor."""
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


_ORDER: Final = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True)
class Difference:
    """One place that is not as it was released; a folder stands for all that is or was in it."""

    kind: Kind
    path: str


@dataclass
class _Folder:
    """What belongs into a folder, by name; what was seen there.

    `good`: files that are as listed, by their marks: while these stay, nothing else about the files can change, rights
    included. `bad`: files that were read and are others.
    """

    wanted: dict[str, _Wanted]
    good: dict[str, Mark] = field(default_factory=dict)
    bad: dict[str, Mark] = field(default_factory=dict)
    found: list[Difference] = field(default_factory=list)


class _ToRead(NamedTuple):
    """A file that has the listed size and was not read yet. `loose`: its rights are not as they should be."""

    folder: str
    name: str
    mark: Mark
    loose: bool


class InstalledTree:
    """A program's tree below `folder`, compared with its list. `owner`: who but the superuser may own it.

    May be used from any thread; one look is made at a time.
    """

    def __init__(self, folder: Path, listed: BuildList, owner: int = ROOT) -> None:
        self._top, self._owner = str(folder), owner
        self._folders = _by_folder(listed)
        self._ring = sorted(self._folders)
        self._turn = 0
        self._looked = False
        self._one_at_a_time = threading.Lock()

    def look(self, *, whole: bool = True) -> tuple[Difference, ...]:
        """Give every place that differs; not `whole`: as far as was seen by now, of all folders after some looks.

        Raises:
            Unreadable: the folder is not there, or a folder above it cannot be looked at.
        """
        with self._one_at_a_time:
            self._look_at(self._share() if self._looked and not whole else self._ring)
            self._looked = True
            found = (one for folder in self._folders.values() for one in folder.found)
            return tuple(sorted(found, key=lambda one: (_ORDER[one.kind], one.path)))

    def _share(self) -> list[str]:
        """Give the folders whose turn it is."""
        share, places = list[str](), 0
        while places < SHARE and len(share) < len(self._ring):
            folder = self._ring[self._turn]
            self._turn = (self._turn + 1) % len(self._ring)
            share.append(folder)
            places += 1 + len(self._folders[folder].wanted)
        return share

    def _look_at(self, folders: list[str]) -> None:
        unread: list[_ToRead] = []
        for path in folders:
            folder = self._folders[path]
            folder.found = list(self._differences(path, folder, unread))
        read = digests({self._place(_joined(one.folder, one.name)): one.mark for one in unread})
        for one in unread:
            folder, path = self._folders[one.folder], _joined(one.folder, one.name)
            digest, wanted = read.get(self._place(path)), folder.wanted[one.name]
            if isinstance(wanted, BuildFile) and digest == wanted.sha256:
                if not one.loose:
                    folder.good[one.name] = one.mark
                continue
            folder.found.append(Difference(Kind.ODD if digest is None else Kind.CHANGED, path))
            if digest is not None:
                folder.bad[one.name] = one.mark

    def _place(self, path: str) -> str:
        return f"{self._top}/{path}" if path else self._top

    def _differences(self, path: str, folder: _Folder, unread: list[_ToRead]) -> Iterator[Difference]:
        """Give what differs in a folder, but not in those below it; add to `unread` what has to be read first."""
        if not path:
            yield from self._of_the_top()
        elif not _is_folder(self._place(path)):
            return  # which is said of it where it lies
        there, good = set[str](), folder.good
        try:
            for name, status in entries(self._place(path)):
                there.add(name)
                if good.get(name) != mark_of(status) and (path or name != LIST_FILE):
                    yield from self._difference(path, name, status, unread)
        except Unreadable:
            yield Difference(Kind.ODD, path or _TOP)
            return
        for name in folder.wanted.keys() - there:
            yield Difference(Kind.MISSING, _joined(path, name))

    def _of_the_top(self) -> Iterator[Difference]:
        try:
            yield from self._rights(_TOP, os.lstat(self._top))
        except OSError as error:
            raise Unreadable(self._top, error.strerror or "EIO") from None
        above = open_above(self._top, self._owner)
        if above is not None:
            yield Difference(Kind.WRITABLE, shown(above))

    def _rights(self, path: str, status: os.stat_result) -> list[Difference]:
        found = list[Difference]()
        if others_may_write(status, self._owner):
            found.append(Difference(Kind.WRITABLE, shown(path)))
        if lends_rights(status):
            found.append(Difference(Kind.PRIVILEGED, shown(path)))
        return found

    def _difference(
        self, folder: str, name: str, status: os.stat_result, unread: list[_ToRead]
    ) -> Iterator[Difference]:
        """Give how a place differs that is not known to be good."""
        path, here = _joined(folder, name), self._folders[folder]
        loose = self._rights(path, status)
        yield from loose
        if name not in here.wanted:
            yield Difference(Kind.ADDED, shown(path))
            return
        wanted, mode = here.wanted[name], status.st_mode
        if wanted is None:
            if not stat.S_ISDIR(mode):
                yield Difference(Kind.ODD, path)
        elif isinstance(wanted, BuildLink):
            if _target(self._place(path)) != wanted.target:
                yield Difference(Kind.CHANGED if stat.S_ISLNK(mode) else Kind.ODD, path)
        elif not stat.S_ISREG(mode):
            yield Difference(Kind.ODD, path)
        elif status.st_size != wanted.size or here.bad.get(name) == mark_of(status):
            yield Difference(Kind.CHANGED, path)
        else:
            unread.append(_ToRead(folder, name, mark_of(status), bool(loose)))


@dataclass(frozen=True)
class ExpectedBuild:
    """What the program's files are compared with; without a list that is believed, `problem` says what is wrong.

    A list of another release than the one that runs is not believed: it may be an older one put back. That there is
    none is wrong, too, where a program is installed, or taking it away would hide what changing a file does not.
    `vouched`: who signed the list is known and right; before a PC is enrolled nobody has said whose lists it believes.
    """

    folder: Path
    listed: BuildList | None
    tree: InstalledTree | None
    problem: str = ""
    vouched: bool = True

    @classmethod
    def at(cls, folder: Path, trust: Trust | None, release: str, owner: int = ROOT) -> Self | None:
        """Give what the program installed in `folder` is compared with: the signed list there, of this release.

        None if there is none because nobody releases this: it is a checkout that somebody develops in.
        """
        try:
            signed = read_bounded(folder / LIST_FILE, MOST_BYTES)
            listed = peek_build_list(signed) if trust is None else read_build_list(signed, trust)
        except FileNotFoundError:
            return None if _is_checkout(folder) else cls(folder, None, None, "there is none")
        except OSError as error:
            return cls(folder, None, None, error.strerror or "unreadable")
        except BuildListRefused as fault:
            return cls(folder, None, None, fault.detail)
        if listed.version != release:
            return cls(folder, None, None, f"of release {listed.version}, and {release} runs")
        return cls(folder, listed, InstalledTree(folder, listed, owner), vouched=trust is not None)


def shown(path: str) -> str:
    """Give a place as it may be shown, whatever bytes its name has."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _by_folder(listed: BuildList) -> dict[str, _Folder]:
    """Give what belongs into each folder, by its place; the tree's own folder is ""."""
    folders = {"": _Folder({})}
    every: tuple[BuildFile | BuildLink, ...] = (*listed.files, *listed.links)
    for one in every:
        wanted: _Wanted = one
        folder, _, name = one.path.rpartition("/")
        while folder not in folders:
            folders[folder] = _Folder({name: wanted})
            wanted = None
            folder, _, name = folder.rpartition("/")
        folders[folder].wanted[name] = wanted
    return folders


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _is_folder(place: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(place).st_mode)
    except OSError:
        return False


def _target(place: str) -> str | None:
    try:
        return os.readlink(place)  # noqa: PTH115 - to the letter: Path would tidy it up
    except OSError:
        return None


def _is_checkout(folder: Path) -> bool:
    """Tell a checkout from what was installed: there the packages lie at its top, without their metadata."""
    at_top = (folder / "app" / "__init__.py").is_file() and not any(folder.glob("examroom-*.dist-info"))
    return at_top and os.path.lexists(folder / _CHECKOUT)
