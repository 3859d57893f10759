"""The one door for files that must survive a power cut.

Order of writes: a sibling is written, flushed and fsynced, then takes the name by `os.replace`, then the folder is
fsynced. Only after that may anybody be told "saved".
"""

import errno
import os
import secrets
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from sync.faults import EnvironmentFault

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_MB = 1_000_000
_AT_ONCE = 16  # files on their way to the disk


class DiskFull(EnvironmentFault):
    """There is no room. Facts: `needed_mb`, `free_mb`."""

    code = "DISK_FULL"


class DiskFault(EnvironmentFault):
    """The disk refused for another reason than room."""

    code = "DISK_FAULT"


def write_durably(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace the file at `path` by `data`, whole or not at all.

    Raises:
        DiskFull: no room; the old file is untouched.
        DiskFault: any other refusal by the operating system.
    """
    sibling = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    with disk_faults(path.parent, needed=len(data)):
        try:
            _write_synced(sibling, data, mode)
            sibling.replace(path)
        except OSError:
            with suppress(OSError):
                sibling.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def write_all_durably(files: Mapping[Path, bytes], mode: int = 0o600) -> None:
    """Replace many files, each whole or not at all and in no particular order, in much less time than one by one.

    The disk is told of all of them at once, so that it may carry them out together.

    Raises:
        DiskFull, DiskFault: as `write_durably`; some of the files may be replaced already.
    """
    siblings = {path.with_name(f".{path.name}.{secrets.token_hex(8)}.new"): path for path in files}
    place = next(iter(files), Path()).parent
    with disk_faults(place, needed=sum(map(len, files.values()))):
        try:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                writes = [pool.submit(_write_synced, one, files[path], mode) for one, path in siblings.items()]
                for write in writes:
                    write.result()
            for sibling, path in siblings.items():
                sibling.replace(path)
        except OSError:
            for sibling in siblings:
                with suppress(OSError):
                    sibling.unlink(missing_ok=True)
            raise
        for folder in {path.parent for path in files}:
            sync_folder(folder)


def _write_synced(path: Path, data: bytes, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the folder's names themselves durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def private_folder(path: Path) -> Path:
    """Make `path` a folder only this user can enter (0700), with its parents; give it back."""
    with disk_faults(path, needed=0):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
    return path


def free_bytes(path: Path) -> int:
    """Give the bytes an ordinary user may still write where `path` (or its nearest existing parent) lies."""
    existing = next(place for place in (path, *path.parents) if place.exists())
    figures = os.statvfs(existing)
    return figures.f_bavail * figures.f_frsize


def require_space(path: Path, needed: int) -> None:
    """Refuse now what would not fit later.

    Raises:
        DiskFull: fewer than `needed` bytes are free.
    """
    free = free_bytes(path)
    if free < needed:
        raise _full(needed, free)


@contextmanager
def disk_faults(place: Path, needed: int) -> Iterator[None]:
    """Turn the operating system's refusals within the block into faults a person can read."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise _full(needed, free_bytes(place)) from error
        raise DiskFault(f"{errno.errorcode.get(error.errno or 0, 'error')} at {place.name}") from error


def _full(needed: int, free: int) -> DiskFull:
    return DiskFull(f"{needed} bytes needed, {free} free", needed_mb=-(-needed // _MB), free_mb=free // _MB)
