"""Whether a shelf's folder is there: a share that drops leaves an error, or an empty folder on the machine's disk."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from proctoring.vault.store.shelf import ShelfAway
from sync.replica.durable import DiskFault, disk_faults

_AWAY: Final = frozenset(
    {
        errno.ENOTCONN,  # a FUSE file system whose program is gone
        errno.ESTALE,  # NFS
        errno.EIO,
        errno.EREMOTEIO,
        errno.ENODEV,
        errno.ESHUTDOWN,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.ETIMEDOUT,
        errno.ECONNABORTED,
        errno.ECONNREFUSED,
        errno.ECONNRESET,
        errno.EPIPE,
    }
)
_PAPER: Final = "store.json"
"""The store's own signed paper: no two stores have the same one."""
_PAPER_BYTES: Final = 100_000
_NOT_PLAIN: Final = frozenset({errno.ELOOP, errno.ENOTDIR, errno.EISDIR, errno.ENXIO, errno.ENOENT})


def identity(folder: int) -> tuple[int, int]:
    """Give what tells an open folder from others: device and inode. Raises OSError."""
    found = os.fstat(folder)
    return found.st_dev, found.st_ino


def paper(folder: int) -> bytes | None:
    """Give the store's own paper in an open folder, or None. Raises OSError."""
    try:
        handle = os.open(_PAPER, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError as error:
        if error.errno in _NOT_PLAIN:
            return None
        raise
    with os.fdopen(handle, "rb") as file:
        return file.read(_PAPER_BYTES) if stat.S_ISREG(os.fstat(handle).st_mode) else None


@contextmanager
def shelf_faults(root: Path, needed: int) -> Iterator[None]:
    """Turn the system's refusals into faults, as `disk_faults` does, and tell a share that dropped from a bad disk."""
    try:
        with disk_faults(root, needed):
            yield
    except DiskFault as fault:
        refused = fault.__cause__
        if isinstance(refused, OSError) and refused.errno in _AWAY:
            raise ShelfAway(errno.errorcode[refused.errno], place=str(root)) from refused
        raise
