"""Writing what leaves the archive: whole or not at all, durable, and read back from where it was written."""

import hashlib
import os
import secrets
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from proctoring.vault.carrying.foothold import entered, plain_file
from sync.faults import EnvironmentFault
from sync.replica.durable import disk_faults

_SYNC_BYTES: Final = 1 << 25
"""So often the system is made to write: else it takes in gigabytes at once and progress says nothing of the medium."""

_GATHER_BYTES: Final = 1 << 20

Write = Callable[[bytes], None]
Progress = Callable[[int], None]
"""Is told of so many bytes more that were written, or read back."""


class ReadBackDiffers(EnvironmentFault):
    """What was read back is not what was written: the medium is worn out or false. Fact: `file`."""

    code = "READ_BACK_DIFFERS"


@dataclass(frozen=True)
class Written:
    """A file's length and digest, as it was written and read back."""

    bytes: int
    sha256: str


def write_whole(
    path: Path,
    fill: Callable[[Write], None],
    *,
    needed: int = 0,
    progress: Progress | None = None,
    folder: int | None = None,
) -> Written:
    """Let `fill` write a file, make it durable, read it back, and only then give it its name.

    `needed` (bytes) is for the words of a full disk. `progress` hears every byte twice: written, read back. `folder`:
    the open folder in which it gets its name, whatever leads to it by `path`.

    Raises:
        DiskFull, DiskFault: it cannot be written or read back; nothing stands under the name.
        ReadBackDiffers: see there; nothing stands under the name.
    """
    sibling = f".{secrets.token_hex(8)}.new"
    told = progress or _nobody
    with disk_faults(path.parent, needed), ExitStack() as stack:
        if folder is None:
            folder = stack.enter_context(entered(path.parent, ()))
        try:
            written = _write(sibling, folder, fill, told)
            _compare(path, written, read_back(sibling, folder, told))
            os.replace(sibling, path.name, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(sibling, dir_fd=folder)
            raise
    return written


def read_back(name: str, folder: int, progress: Progress | None = None) -> Written:
    """Give what a plain file of an open folder holds on the medium itself, not in the system's memory of it.

    Raises:
        FileNotFoundError: there is none.
        OSError: the medium refuses.
    """
    told = progress or _nobody
    digest = hashlib.sha256()
    size = 0
    with plain_file(name, folder) as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while chunk := file.read(_GATHER_BYTES):
            digest.update(chunk)
            size += len(chunk)
            told(len(chunk))
    return Written(size, digest.hexdigest())


def _compare(path: Path, written: Written, found: Written) -> None:
    if found != written:
        raise ReadBackDiffers(f"{found.bytes} of {written.bytes} bytes, or others", file=path.name)


def _write(name: str, folder: int, fill: Callable[[Write], None], told: Progress) -> Written:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(name, flags, 0o600, dir_fd=folder), "wb", 0) as file:
        sink = _Sink(file.fileno(), told)
        fill(sink.write)
        sink.flush()
        os.fsync(file.fileno())
    return Written(sink.size, sink.digest.hexdigest())


class _Sink:
    """Gathers small pieces, hashes, writes, and has the medium keep up."""

    def __init__(self, descriptor: int, told: Progress) -> None:
        self._descriptor: Final = descriptor
        self._told: Final = told
        self._pieces: list[bytes] = []
        self._gathered = 0
        self._unsynced = 0
        self.digest: Final = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        self._pieces.append(data)
        self._gathered += len(data)
        if self._gathered >= _GATHER_BYTES:
            self.flush()

    def flush(self) -> None:
        data = b"".join(self._pieces)
        self._pieces.clear()
        self._gathered = 0
        self.digest.update(data)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        self.size += len(data)
        self._unsynced += len(data)
        if self._unsynced >= _SYNC_BYTES:
            os.fdatasync(self._descriptor)
            self._unsynced = 0
        self._told(len(data))


def _nobody(_more: int) -> None:
    """Nobody wants to know."""
