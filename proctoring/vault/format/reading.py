"""Reading a recording's files from outside: plain files only, bounded, and the disk's refusals as faults."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from proctoring.vault.format import layout
from proctoring.vault.format.report import RecordingUnreadable

_BUFFER_BYTES: Final = 1 << 18  # some twenty records at once: a call of the system costs more than hashing one


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a plain file to read.

    Raises:
        FileNotFoundError: there is none; a link or anything else that only stands there does not count.
        RecordingUnreadable: the disk refuses, also later within the block.
    """
    try:
        with os.fdopen(_descriptor(path), "rb", _BUFFER_BYTES) as file:
            yield file
    except FileNotFoundError:
        raise
    except OSError as error:
        raise RecordingUnreadable(f"{path.name}: {error.strerror}", file=path.name) from None


def read_small(path: Path, max_bytes: int) -> bytes:
    """Read a file of at most `max_bytes`; of a larger one, one byte more, which whoever uses it refuses.

    Raises what `opened` raises.
    """
    with opened(path) as file:
        return file.read(max_bytes + 1)


def lines(path: Path, max_line: int, max_bytes: int) -> Iterator[bytes]:
    """Give the lines of a file, each with its line end; the last may lack it. Raises what `opened` raises.

    Of a line over `max_line` only the beginning is given and reading ends there: nothing after it can be trusted.
    """
    with opened(path) as file:
        left = max_bytes
        while left > 0 and (line := file.readline(min(max_line, left))):
            left -= len(line)
            yield line
            if not line.endswith(b"\n"):
                return


def names(folder: Path) -> frozenset[str]:
    """Give the names in the folder.

    Raises:
        RecordingUnreadable: there is no such folder, or it holds more files than any recording has.
    """
    try:
        with os.scandir(folder) as entries:
            found = frozenset(entry.name for entry in islice(entries, layout.MAX_FILES + 1))
    except OSError as error:
        raise RecordingUnreadable(f"{folder.name}: {error.strerror}", file=folder.name) from None
    except ValueError:
        raise RecordingUnreadable("not a path", file=folder.name) from None  # a zero byte, or half a character
    if len(found) > layout.MAX_FILES:
        raise RecordingUnreadable(f"{folder.name}: too many files", file=folder.name)
    return found


def _descriptor(path: Path) -> int:
    if not stat.S_ISREG(path.lstat().st_mode):
        raise FileNotFoundError(path)
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):  # exchanged since it was looked at
        os.close(descriptor)
        raise FileNotFoundError(path)
    return descriptor
