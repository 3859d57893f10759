"""The few file operations that key store and trust folder need.

The house's door for writing is `sync.replica.durable`. This package is below it (the replica is opened with a
key from here), so it has its own, smaller one: whole small files, private to the user if nobody says otherwise,
durable when the call returns.
"""

import errno
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

PRIVATE_FILE: Final = 0o600
PUBLIC_FILE: Final = 0o644


def write_new(path: Path, data: bytes, mode: int = PRIVATE_FILE) -> None:
    """Write a file that must not exist yet and bring it to the disk; its folder is left to `sync_folder`."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def replace_file(path: Path, data: bytes, mode: int = PRIVATE_FILE) -> None:
    """Write a file in one step: after a power cut there is the old content or the new, never a part."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        write_new(fresh, data, mode)
        fresh.replace(path)
    finally:
        with suppress(FileNotFoundError):
            fresh.unlink()
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring a folder's entries to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_bounded(path: Path, max_bytes: int) -> bytes:
    """Read a file of at most `max_bytes`; of a longer one, a byte more, so that the reader notices.

    Raises:
        OSError: missing, unreadable, a symbolic link, or not a plain file (a pipe would keep its reader waiting).
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a plain file", path.name)
        return file.read(max_bytes + 1)
