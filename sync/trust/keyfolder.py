"""The private folder of a key store: made whole or not at all, read suspiciously, written in one step."""

import errno
import fcntl
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from sync.faults import EnvironmentFault
from sync.trust.files import replace_file, sync_folder, write_new

MAX_BYTES: Final = 4_000
_OPEN_TO_OTHERS: Final = 0o077


class KeyStoreUnreadable(EnvironmentFault):
    """The PC's keys cannot be used: missing, damaged, or readable by others."""

    code = "KEY_STORE_UNREADABLE"


class KeyStoreUnwritable(EnvironmentFault):
    """The PC's keys could not be made: the folder cannot be written."""

    code = "KEY_STORE_UNWRITABLE"


class KeyFolder:
    """A folder that only its user may enter (0700), of small files that only its user may read (0600)."""

    def __init__(self, path: Path) -> None:
        self.path: Final = path

    def exists(self) -> bool:
        """Tell whether there is anything in the folder; a damaged store exists, and is never written over."""
        try:
            return any(self.path.iterdir())
        except FileNotFoundError:
            return False
        except OSError as error:
            raise KeyStoreUnreadable(f"{self.path}: {error.strerror}") from None

    def has(self, name: str) -> bool:
        """Tell whether there is a file of that name."""
        return os.path.lexists(self.path / name)

    def make(self, files: Mapping[str, bytes]) -> None:
        """Make the folder with these files, unless another process has made it in the meantime: then theirs stays.

        Raises:
            KeyStoreUnwritable: the disk refuses.
        """
        # A whole folder is renamed into place: a power cut leaves no store or a complete one.
        with self._writing():
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = Path(tempfile.mkdtemp(prefix=f".{self.path.name}.", dir=self.path.parent))
            try:
                for name, content in files.items():
                    write_new(fresh / name, content)
                sync_folder(fresh)
                _move_into_place(fresh, self.path)
                sync_folder(self.path.parent)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)

    def read(self, name: str) -> bytes:
        """Give a file's bytes.

        Raises:
            KeyStoreUnreadable: missing, too long, not a plain file, or open to others.
        """
        try:
            with _opened(self.path) as folder:
                descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
            with os.fdopen(descriptor, "rb") as file:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode):
                    raise KeyStoreUnreadable(f"{name}: not a plain file")
                _check_private(name, status)
                raw = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise KeyStoreUnreadable(f"{self.path / name}: {error.strerror}") from None
        if len(raw) > MAX_BYTES:
            raise KeyStoreUnreadable(f"{name}: damaged")
        return raw

    def replace(self, name: str, content: bytes) -> None:
        """Write a file in one step; durable when this returns. Raises `KeyStoreUnwritable`."""
        with self._writing():
            replace_file(self.path / name, content)

    def remove(self, name: str) -> None:
        """Remove a file durably. Raises `KeyStoreUnwritable`."""
        with self._writing():
            (self.path / name).unlink()
            sync_folder(self.path)

    @contextmanager
    def alone(self, name: str = ".") -> Iterator[None]:
        """Keep other processes and threads out meanwhile, as far as they ask for the same `name` ("." is the folder).

        Raises:
            KeyStoreUnreadable: it is not there.
        """
        try:
            descriptor = os.open(self.path / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise KeyStoreUnreadable(f"{self.path / name}: {error.strerror}") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def destroy(self, names: tuple[str, ...]) -> None:
        """Remove the files `names`, what a kill left of them, and the folder. Raises `KeyStoreUnwritable`."""
        if not self.path.exists():
            return
        leftover = re.compile(rf"\.(?:{'|'.join(map(re.escape, names))})\.[0-9a-f]{{16}}")
        try:
            with _opened(self.path) as folder:
                with os.scandir(folder) as found:
                    broken_off = [one.name for one in found if leftover.fullmatch(one.name)]
                for name in [*names, *broken_off]:
                    with suppress(FileNotFoundError):
                        os.unlink(name, dir_fd=folder)
                os.fsync(folder)
            self.path.rmdir()
        except OSError as error:
            raise KeyStoreUnwritable(f"{self.path}: {error.strerror}") from None

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise KeyStoreUnwritable(f"{self.path}: {error.strerror}") from None


def _move_into_place(fresh: Path, folder: Path) -> None:
    try:
        fresh.rename(folder)  # an empty folder is replaced, one with anything in it never
    except OSError as error:
        if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
            raise
        # Another process made the store in the meantime: theirs stays, ours is thrown away.


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        _check_private(folder.name, os.fstat(descriptor))
        yield descriptor
    finally:
        os.close(descriptor)


def _check_private(name: str, status: os.stat_result) -> None:
    if status.st_mode & _OPEN_TO_OTHERS:
        raise KeyStoreUnreadable(f"{name}: open to other users (mode {stat.S_IMODE(status.st_mode):04o})")
    if status.st_uid != os.geteuid():
        raise KeyStoreUnreadable(f"{name}: belongs to another user")
