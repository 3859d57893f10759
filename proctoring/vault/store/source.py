"""What is put on a shelf: bytes or a file, read once for its digest and then as often as it takes to carry it."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Final

from sync.replica.durable import disk_faults


class Source:
    """An open source: `size` in bytes, `sha256` in hexadecimal; `of` makes one."""

    def __init__(self, file: BufferedReader, size: int, sha256: str) -> None:
        self._file: Final = file
        self.size: Final = size
        self.sha256: Final = sha256

    @classmethod
    @contextmanager
    def of(cls, source: Path | bytes) -> Iterator["Source"]:
        """Open bytes, or a plain file (never through a link at its end).

        Raises:
            DiskFault: the file cannot be read.
        """
        with disk_faults(source.parent if isinstance(source, Path) else Path(), needed=0):
            file = _open(source)
        with file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            yield cls(file, file.tell(), digest)

    def at(self, start: int = 0) -> BufferedReader:
        """Give the file, to be read from byte `start` on."""
        self._file.seek(start)
        return self._file


def _open(source: Path | bytes) -> BufferedReader:
    if isinstance(source, bytes):
        return BufferedReader(BytesIO(source))
    file = os.fdopen(os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "not a plain file", source.name)
    return file
