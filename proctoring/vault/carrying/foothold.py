"""Where an export is written and read back: a medium that others had in their hands.

Every folder below the medium's own is entered from the one above, and no link is followed; what is opened is a plain
file or nothing. So nothing that lies there leads off the medium or makes anybody wait.
"""

import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from sync.replica.durable import NoFolder

LIST: Final = "export.json"
SUMS: Final = "SHA256SUMS"
_LEFTOVER: Final = re.compile(r"\.[0-9a-f]{16}\.new")
_DEEPEST: Final = 3  # an export's folders: itself, recordings/, and one for each
_MOST_NAMES: Final = 200_000
_NOT_PLAIN: Final = frozenset({errno.ELOOP, errno.ENOTDIR})
_INTO: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


@contextmanager
def entered(place: Path, parts: Sequence[str], *, make: bool = False) -> Iterator[int]:
    """Open the folder that `parts` lead to from `place`; what is not there is made, durably, if `make` says so.

    Raises:
        NoFolder: a link, or something else that is no folder, stands on the way.
        OSError: it is not there, or the medium refuses.
    """
    handle = os.open(place, _INTO)
    try:
        for part in parts:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(part, 0o700, dir_fd=handle)
                    os.fsync(handle)
            try:
                inner = os.open(part, _INTO | os.O_NOFOLLOW, dir_fd=handle)
            except OSError as error:
                if error.errno in _NOT_PLAIN:
                    raise NoFolder(folder=str(place.joinpath(*parts))) from None
                raise
            os.close(handle)
            handle = inner
        yield handle
    finally:
        os.close(handle)


@contextmanager
def plain_file(name: str, folder: int) -> Iterator[BinaryIO]:
    """Open a plain file of an open folder to read. Raises FileNotFoundError for anything else, and OSError."""
    try:
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENXIO, errno.ENODEV}:
            raise FileNotFoundError(name) from None
        raise
    with os.fdopen(handle, "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise FileNotFoundError(name)
        yield file


def sweep(folder: int, depth: int = _DEEPEST) -> None:
    """Remove what a pulled medium left unfinished, as deep as an export goes. Raises OSError."""
    with os.scandir(folder) as found:
        entries = list(islice(found, _MOST_NAMES))
        folders = [one.name for one in entries if depth > 1 and one.is_dir(follow_symlinks=False)]
    for entry in entries:
        if _LEFTOVER.fullmatch(entry.name):
            with suppress(FileNotFoundError, IsADirectoryError):
                os.unlink(entry.name, dir_fd=folder)
    for name in folders:
        inner = os.open(name, _INTO | os.O_NOFOLLOW, dir_fd=folder)
        try:
            sweep(inner, depth - 1)
        finally:
            os.close(inner)
