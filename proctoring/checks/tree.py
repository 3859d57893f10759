"""What lies in a folder, and what a file holds, as somebody sees it who does not trust whoever may write there.

No link is followed, nothing but a plain file is opened, and what was read is of the very file that was looked at: the
kernel's marks of it are the same before and after.
"""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from proctoring.checks.machine import Unreadable
from sync.wire.build import MOST_FILES

LIST_FILE: Final = "examroom-build-list.dsse"
"""The signed list lies at the top of the tree that it lists, and is not in it."""
TOO_MANY: Final = "E2BIG"
"""Why a folder is unreadable that holds more than any list may."""
_MOST_THREADS: Final = 4
"""More than these only wait for the disk."""
_SIZE: Final = 2
_CHUNK: Final = 1_000_000
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_RIGHTS_OF_ANOTHER: Final = stat.S_ISUID | stat.S_ISGID
_ONLY_READ: Final = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")
)
"""A link is not followed, a pipe not waited for, as far as the system knows how."""
_HAS_OWNERS: Final = os.name == "posix"


Mark = tuple[int, int, int, int, int]
"""Device, inode, size, times of the last change of contents and of anything (ns): a file is not changed without one."""


def mark_of(status: os.stat_result) -> Mark:
    """Give the mark of a file by its status."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def entries(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    """Give all that lies in a folder, by name, in no order; a link as itself.

    Raises:
        Unreadable: it cannot be read, or holds more than any release of ours.
    """
    try:
        with os.scandir(folder) as found:
            for count, entry in enumerate(found):
                if count >= MOST_FILES:
                    raise Unreadable(folder, TOO_MANY)
                try:
                    yield entry.name, os.lstat(entry.path)
                except FileNotFoundError:
                    continue  # gone while we looked
    except OSError as error:
        raise Unreadable(folder, error.strerror or "EIO") from None


def others_may_write(status: os.stat_result, owner: int) -> bool:
    """Tell whether somebody else than the superuser and `owner` may write there; a link is only its folder's matter."""
    if not _HAS_OWNERS or stat.S_ISLNK(status.st_mode):
        return False
    return status.st_uid not in {0, owner} or bool(status.st_mode & _OTHERS_WRITE)


def lends_rights(status: os.stat_result) -> bool:
    """Tell whether whoever starts this file gets the rights of its owner or group."""
    return stat.S_ISREG(status.st_mode) and bool(status.st_mode & _RIGHTS_OF_ANOTHER)


def open_above(folder: str, owner: int) -> str | None:
    """Give the first folder above, in which somebody else could put another one in the place of this; None: none.

    Raises:
        Unreadable: one of them cannot be looked at.
    """
    for above in Path(folder).resolve().parents:
        try:
            status = above.lstat()
        except OSError as error:
            raise Unreadable(str(above), error.strerror or "EIO") from None
        if others_may_write(status, owner) and not status.st_mode & stat.S_ISVTX:
            return str(above)
    return None


def digests(wanted: Mapping[str, Mark]) -> dict[str, str]:
    """Give the SHA-256 of files by their places, read side by side; none of one that was not the marked one throughout.

    Of two processors some 1 GB/s, if the disk gives that.
    """
    if not wanted:
        return {}
    threads = min(_MOST_THREADS, os.cpu_count() or 1, len(wanted))
    by_size = sorted(wanted, key=lambda place: wanted[place][_SIZE], reverse=True)
    with ThreadPoolExecutor(threads) as beside:
        shares = [by_size[first::threads] for first in range(threads)]
        read = beside.map(lambda share: list(_digests(share, wanted)), shares)
        return dict(pair for share in read for pair in share)


def _digests(places: Iterable[str], marks: Mapping[str, Mark]) -> Iterator[tuple[str, str]]:
    for place in places:
        try:
            digest = _digest(place, marks[place])
        except OSError:
            continue
        if digest is not None:
            yield place, digest


def _digest(place: str, mark: Mark) -> str | None:
    descriptor = os.open(place, _ONLY_READ)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        if mark_of(os.fstat(descriptor)) != mark:
            return None
        digest, left = hashlib.sha256(), mark[_SIZE]
        while left >= 0 and (piece := file.read(_CHUNK)):
            digest.update(piece)
            left -= len(piece)
        return digest.hexdigest() if mark_of(os.fstat(descriptor)) == mark else None
