"""The PC as checks see it: files below a root folder, read within bounds, absent told from unreadable."""

import errno
import os
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Final, Self, TypeVar, cast

MOST_BYTES: Final = 256 * 1024
"""No file of the kernel's that a check reads is larger; of anything else only the beginning counts."""
MOST_ENTRIES: Final = 20_000
"""No folder is read any further, and one that holds more counts as unreadable."""
_PAGE: Final = 4096
"""The kernel gives a file of its own that is no longer in one piece."""
T = TypeVar("T")
R = TypeVar("R")

_ABSENT: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ESRCH})
"""ESRCH: a process ended while its file was read."""


class Unreadable(Exception):  # noqa: N818 - it says what a file is
    """It is there, and cannot be read; `args` name the path and the reason (errno's name)."""


class Memory:
    """What followed from what was read, of this round of checks and the one before; what nobody asks for is dropped."""

    def __init__(self) -> None:
        self._before: dict[Hashable, tuple[object, object]] = {}
        self._now: dict[Hashable, tuple[object, object]] = {}

    def turn(self) -> None:
        """Begin another round."""
        self._before, self._now = self._now, {}

    def follows(self, place: Hashable, was_read: R, work_out: Callable[[R], T]) -> T:
        """Give what follows from what was read at a place: from the same as the last time, the same."""
        known = self._before.get(place)
        if known is None or known[0] != was_read:
            known = was_read, work_out(was_read)
        self._now[place] = known
        return cast("T", known[1])


@dataclass(frozen=True)
class Machine:
    """One PC. `root`: the folder its file system is looked at below; "/" is this PC.

    `seen`: what was looked at once for several checks, in a glance; None otherwise. `memory`: of a PC that is looked
    at again and again; everything is read again each time, but only what differs is worked out again.
    """

    root: Path = Path("/")
    seen: dict[Callable[..., object], object] | None = field(default=None, compare=False, repr=False)
    memory: Memory | None = field(default=None, compare=False, repr=False)

    def remembering(self) -> Self:
        """Give the same PC for many rounds of checks, one after the other."""
        return replace(self, memory=Memory())

    def glance(self) -> Self:
        """Give the same PC for one round of checks, in which what several ask for is looked at once."""
        if self.memory is not None:
            self.memory.turn()
        return replace(self, seen={})

    def follows(self, place: Hashable, was_read: R, work_out: Callable[[R], T]) -> T:
        """Give what follows from what was read at a place, and from nothing else. Raises what `work_out` raises."""
        return work_out(was_read) if self.memory is None else self.memory.follows(place, was_read, work_out)

    def once(self, look: Callable[["Machine"], T]) -> T:
        """Give what `look` sees; in a glance it looks only once. Raises what `look` raises, each time."""
        if self.seen is None:
            return look(self)
        if look not in self.seen:
            self.seen[look] = look(self)
        return cast("T", self.seen[look])

    def read(self, path: str, most: int = MOST_BYTES, longest_line: int = _PAGE) -> bytes | None:
        """Give the first `most` bytes of a file, None if there is none.

        `longest_line`: no line of it is longer. Then where the kernel left more room than that in its page it was at
        the end (fs/seq_file.c, `seq_read_iter`), and is not asked for more: some tables take it 2 ms each time.

        Raises:
            Unreadable: it is there, and cannot be read.
        """
        try:
            descriptor = os.open(self._below(path), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                return os.read(descriptor, most) if most <= _PAGE else _read_all(descriptor, most, longest_line)
            finally:
                os.close(descriptor)
        except OSError as error:
            _tell(path, error)
            return None

    def text(self, path: str, most: int = MOST_BYTES) -> str | None:
        """Give a file's text without the white space around it, odd bytes replaced. None, and raises as `read`."""
        raw = self.read(path, most)
        return None if raw is None else raw.decode("utf-8", "replace").strip()

    def names(self, path: str) -> tuple[str, ...] | None:
        """Give the names in a folder, sorted; None if there is no such folder.

        Raises:
            Unreadable: it cannot be read, or holds more than is read: what is beyond that nobody has seen.
        """
        names = self._first_names(path)
        if names is not None and len(names) > MOST_ENTRIES:
            raise Unreadable(path, "E2BIG")
        return names

    def link(self, path: str) -> str | None:
        """Give what a symbolic link says, None if there is none. Raises `Unreadable`."""
        try:
            return os.readlink(self._below(path))  # noqa: PTH115 - ten thousand of them in a look
        except OSError as error:
            _tell(path, error)
            return None

    def exists(self, path: str) -> bool:
        """Tell whether something is there, a dangling link too. Raises `Unreadable`."""
        try:
            os.lstat(self._below(path))
        except OSError as error:
            _tell(path, error)
            return False
        return True

    def processes(self) -> Iterator[int]:
        """Give the ids of all processes. Raises `Unreadable` as `names`, and if /proc is not there."""
        yield from _ids(self.names("proc"))

    def first_processes(self) -> tuple[tuple[int, ...], bool]:
        """Give the ids of as many processes as are read, and whether that is all. Raises `Unreadable`."""
        names = self._first_names("proc")
        return _ids(names), names is not None and len(names) <= MOST_ENTRIES

    def _first_names(self, path: str) -> tuple[str, ...] | None:
        """Give one name more than is read, if there are as many."""
        try:
            with os.scandir(self._below(path)) as entries:
                return tuple(sorted(entry.name for entry in islice(entries, MOST_ENTRIES + 1)))
        except OSError as error:
            _tell(path, error)
            return None

    def _below(self, path: str) -> str:
        return self._top + path.lstrip("/")

    @cached_property
    def _top(self) -> str:
        return f"{self.root}/"


def _read_all(descriptor: int, most: int, longest_line: int) -> bytes:
    pieces: list[bytes] = []
    left = most
    while left > 0 and (piece := os.read(descriptor, min(left, 65_536))):
        pieces.append(piece)
        left -= len(piece)
        if len(piece) < _PAGE - longest_line:
            break
    return b"".join(pieces)


def _ids(names: tuple[str, ...] | None) -> tuple[int, ...]:
    if names is None:
        raise Unreadable("/proc", "ENOENT")
    return tuple(sorted(int(name) for name in names if name.isdecimal() and name.isascii()))


def _tell(path: str, error: OSError) -> None:
    """Let absence pass, and name what is unreadable."""
    if error.errno not in _ABSENT:
        raise Unreadable(path, errno.errorcode.get(error.errno or 0, "EIO")) from None
