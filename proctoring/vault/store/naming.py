"""A finished file takes its name, never over another: also on a disk that knows no second names (vfat, many shares)."""

import ctypes
import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from proctoring.vault.store.shelf import ShelfBusy

NO_LINKS: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES})
"""What a disk says to a second name that it cannot give."""
_NO_FLAG: Final = frozenset({errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS, errno.EPERM})
_RENAME_NOREPLACE: Final = 1  # renameat2(2), linux/fs.h
_WAIT_S: Final = 10.0
_STEP_S: Final = 0.01


def take_name(sibling: str, name: str, folder: int) -> bool:
    """Let the finished file take its name, durably; tell whether it did.

    False: something has the name, and whoever called has to look whether it is this.

    By a second name; where there are none, by a rename that the system itself keeps from replacing; where there is
    none either, by a look and a rename of which only one at a time is done in a folder.

    Raises:
        ShelfBusy: others keep taking names in this folder.
        OSError: the disk refuses.
    """
    try:
        os.link(sibling, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        return _renamed(sibling, name, folder)
    os.fsync(folder)
    os.unlink(sibling, dir_fd=folder)
    return True


def _renamed(sibling: str, name: str, folder: int) -> bool:
    try:
        _rename_new(sibling, name, folder)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_FLAG:
            raise
        return _renamed_alone(sibling, name, folder)
    os.fsync(folder)
    return True


def _rename_new(sibling: str, name: str, folder: int) -> None:
    """Rename as renameat2(2) does with RENAME_NOREPLACE. Raises OSError; ENOSYS where the C library has none."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    call.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    call.restype = ctypes.c_int
    if call(folder, os.fsencode(sibling), folder, os.fsencode(name), _RENAME_NOREPLACE) != 0:
        said = ctypes.get_errno()
        raise OSError(said, os.strerror(said), name)


def _renamed_alone(sibling: str, name: str, folder: int) -> bool:
    """Rename what nobody else can have named meanwhile, and leave it to the caller to read back what stands there."""
    with _alone(folder, name):
        try:
            os.lstat(name, dir_fd=folder)
        except FileNotFoundError:
            os.rename(sibling, name, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)
    return False


@contextmanager
def _alone(folder: int, name: str) -> Iterator[None]:
    """Be the only one who takes a name in the folder; the system ends it with the process, however that ends."""
    until = time.monotonic() + _WAIT_S
    while True:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() >= until:
                raise ShelfBusy(name, name=name) from None
            time.sleep(_STEP_S)
    try:
        yield
    finally:
        fcntl.flock(folder, fcntl.LOCK_UN)
