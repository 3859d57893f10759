"""Copies on this machine of what lies in a bucket: made anew for each use, and gone after it.

A copy is a folder `OF.PART` below one root, locked (flock) by the process that uses it: whatever is there and locked by
nobody was left by a kill and is swept. No copy is ever believed again: the next use reads the store. Copies of a
recording are dropped whoever uses them, before it is said to be destroyed.
"""

import fcntl
import os
import shutil
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from proctoring.vault.format import layout
from proctoring.vault.store.fetching import PART, fetch
from proctoring.vault.store.shelf import Pace, Shelf
from sync.faults import EnvironmentFault
from sync.replica.durable import disk_faults, private_folder, sync_folder
from sync.wire.ids import new_id

MOST: Final = 4
"""So many copies at once one user has; who takes one more loses the oldest."""
_GOING: Final = ".going"
_TRIES: Final = 5


class CopiesStay(EnvironmentFault):
    """Copies of a recording on this machine do not go: somebody keeps writing them. Fact: `recording`."""

    code = "COPIES_STAY"


class Copies:
    """The copies below `root` that one user (an opened archive) has. Safe from several threads and processes."""

    def __init__(self, root: Path) -> None:
        self._root: Final = root
        self._lock: Final = threading.RLock()  # a copy may be let go by the garbage collector, at any moment
        self._held: Final[dict[Path, int]] = {}
        weakref.finalize(self, _unlock_all, self._held)

    def fetch(self, shelf: Shelf, prefix: str, of: str, part: str | None = None, pace: Pace | None = None) -> Path:
        """Copy what lies directly under `prefix` into a folder of its own and give that; `of` is the recording's id.

        With a `part` of the same name this user goes on with what it began; without, everything is read from the store.

        Raises:
            DiskFull, DiskFault: this machine's disk; and whatever the shelf raises.
        """
        folder = private_folder(self._root) / f"{of}.{part or new_id()}.{id(self):x}"
        self._take(folder)
        try:
            return fetch(shelf, prefix, folder, pace)
        except BaseException:
            if part is None:
                self.let_go(folder)
            raise

    def let_go(self, folder: Path) -> None:
        """Remove a copy that is not used any more; what is none of this user's stays. Raises DiskFault."""
        with self._lock:
            handle = self._held.pop(folder, None)
        if handle is None:
            return
        try:
            self._remove(folder)
        finally:
            os.close(handle)

    def drop(self, of: str) -> None:
        """Remove every copy of a recording, whoever uses it.

        Raises:
            CopiesStay, DiskFault: it is not done.
        """
        for _ in range(_TRIES):
            found = [one for one in self._there() if one.name.partition(".")[0] == of]
            if not found:
                return
            for one in found:
                self._remove(one)
        raise CopiesStay(recording=of)

    def sweep(self) -> None:
        """Remove what nobody uses: copies that a kill left, and what is none. Raises DiskFault."""
        if not self._root.is_dir():
            return
        with _alone(self._root):
            for one in self._there():
                if not _in_use(one):
                    self._remove(one)

    def _there(self) -> list[Path]:
        with disk_faults(self._root, needed=0):
            try:
                return sorted(self._root.iterdir())
            except FileNotFoundError:
                return []

    def _take(self, folder: Path) -> None:
        with self._lock:
            if folder in self._held:
                return
        with _alone(self._root), disk_faults(self._root, needed=0):
            folder.mkdir(mode=0o700, exist_ok=True)
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            fcntl.flock(handle, fcntl.LOCK_SH)
        with self._lock:
            self._held[folder] = handle
            oldest = list(self._held)[:-MOST]
        for one in oldest:
            self.let_go(one)

    def _remove(self, copy: Path) -> None:
        """Take a copy's name away first, so that nobody goes on writing into it; then its keys, then the rest."""
        with disk_faults(self._root, needed=0), suppress(FileNotFoundError):
            if copy.is_symlink() or not copy.is_dir():
                copy.unlink()
                return
            if copy.suffix != _GOING:
                copy = copy.rename(copy.with_name(f"{copy.name}.{new_id()}{_GOING}"))
                sync_folder(self._root)
            for file in copy.iterdir():
                if _is_key(file.name) and file.is_file() and not file.is_symlink():
                    _overwrite(file)
            shutil.rmtree(copy)
            sync_folder(self._root)


@contextmanager
def using(fetched: Callable[[], Path], let_go: Callable[[Path], None]) -> Iterator[Path]:
    """Fetch a folder for as long as the block runs."""
    folder = fetched()
    try:
        yield folder
    finally:
        let_go(folder)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Be the only one who begins or sweeps copies; the system ends it with the process, however that ends."""
    with disk_faults(root, needed=0):
        handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _in_use(copy: Path) -> bool:
    try:
        handle = os.open(copy, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return False  # no folder: nothing of ours
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _unlock_all(held: dict[Path, int]) -> None:
    for handle in held.values():
        os.close(handle)


def _is_key(name: str) -> bool:
    whole = name.removeprefix(".").removesuffix(PART)
    return whole == layout.MANIFEST or layout.opening_number(whole) is not None


def _overwrite(file: Path) -> None:
    file.chmod(0o600)
    with file.open("r+b", buffering=0) as handle:
        handle.write(bytes(os.fstat(handle.fileno()).st_size))
        os.fsync(handle.fileno())
