"""The PC as checks see it: files below a root folder, read within bounds, absent told from unreadable."""

import errno
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Self, TypeVar, cast

MOST_BYTES: Final = 256 * 1024
"""No file of the kernel's that a check reads is larger; of anything else only the beginning counts."""
MOST_ENTRIES: Final = 20_000
"""No folder is read any further."""
T = TypeVar("T")

_ABSENT: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ESRCH})
"""ESRCH: a process ended while its file was read."""


class Unreadable(Exception):  # noqa: N818 - it says what a file is
    """It is there, and cannot be read; `args` name the path and the reason (errno's name)."""


@dataclass(frozen=True)
class Machine:
    """One PC. `root`: the folder its file system is looked at below; "/" is this PC.

    `seen`: what was looked at once for several checks, in a glance; None otherwise.
    """

    root: Path = Path("/")
    seen: dict[Callable[..., object], object] | None = field(default=None, compare=False, repr=False)

    def glance(self) -> Self:
        """Give the same PC for one round of checks, in which what several ask for is looked at once."""
        return replace(self, seen={})

    def once(self, look: Callable[["Machine"], T]) -> T:
        """Give what `look` sees; in a glance it looks only once. Raises what `look` raises, each time."""
        if self.seen is None:
            return look(self)
        if look not in self.seen:
            self.seen[look] = look(self)
        return cast("T", self.seen[look])

    def read(self, path: str, most: int = MOST_BYTES) -> bytes | None:
        """Give the first `most` bytes of a file, None if there is none.

        Raises:
            Unreadable: it is there, and cannot be read.
        """
        with _telling(path):
            descriptor = os.open(self._below(path), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                return os.read(descriptor, most) if most <= _ONE_READ else _read_all(descriptor, most)
            finally:
                os.close(descriptor)
        return None

    def text(self, path: str, most: int = MOST_BYTES) -> str | None:
        """Give a file's text without the white space around it, odd bytes replaced. None, and raises as `read`."""
        raw = self.read(path, most)
        return None if raw is None else raw.decode("utf-8", "replace").strip()

    def names(self, path: str) -> tuple[str, ...] | None:
        """Give the names in a folder, sorted; None if there is no such folder. Raises `Unreadable`."""
        with _telling(path), os.scandir(self._below(path)) as entries:
            return tuple(sorted(entry.name for entry, _ in zip(entries, range(MOST_ENTRIES), strict=False)))
        return None

    def link(self, path: str) -> str | None:
        """Give what a symbolic link says, None if there is none. Raises `Unreadable`."""
        with _telling(path):
            return os.readlink(self._below(path))  # noqa: PTH115 - ten thousand of them in a look
        return None

    def exists(self, path: str) -> bool:
        """Tell whether something is there, a dangling link too. Raises `Unreadable`."""
        with _telling(path):
            os.lstat(self._below(path))
            return True
        return False

    def processes(self) -> Iterator[int]:
        """Give the ids of all processes. Raises `Unreadable` if /proc cannot be read or is not there."""
        names = self.names("proc")
        if names is None:
            raise Unreadable("/proc", "ENOENT")
        yield from sorted(int(name) for name in names if name.isdecimal() and name.isascii())

    def _below(self, path: str) -> str:
        return f"{self.root}/{path.lstrip('/')}"


_ONE_READ: Final = 4096
"""The kernel gives a short file of its own in one piece."""


def _read_all(descriptor: int, most: int) -> bytes:
    pieces: list[bytes] = []
    left = most
    while left > 0 and (piece := os.read(descriptor, min(left, 65_536))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


class _telling:  # noqa: N801 - used like a keyword
    """Let absence pass, and name what is unreadable."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if not isinstance(error, OSError):
            return False
        if error.errno in _ABSENT:
            return True
        raise Unreadable(self._path, errno.errorcode.get(error.errno or 0, "EIO")) from None
