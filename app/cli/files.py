"""Files that a person names on the command line: read within bounds, written only where nothing stands."""

import base64
import binascii
import os
import stat
from pathlib import Path

from sync.faults import EnvironmentFault, Refused
from sync.replica.durable import disk_faults
from sync.trust.anchor import Trust, TrustRefused
from sync.trust.files import PRIVATE_FILE, sync_folder, write_new
from sync.trust.keys import KeyRefused, SealingKey

_MAX_FILE_BYTES = 16_000_000


class FileUnreadable(EnvironmentFault):
    """A file that was named cannot be read. Fact: `file`."""

    code = "FILE_UNREADABLE"


class FileTaken(EnvironmentFault):
    """There is a file already where one was to be written. Fact: `file`."""

    code = "FILE_TAKEN"


class KeyFileRefused(Refused):
    """The key file does not hold a key that opens recordings."""

    code = "KEY_FILE_REFUSED"


class TrustFolderUnusable(EnvironmentFault):
    """The public keys to check with cannot be used; nothing is said of what was to be checked. Fact: `folder`."""

    code = "TRUST_FOLDER_UNUSABLE"


def read_file(path: Path, max_bytes: int = _MAX_FILE_BYTES) -> bytes:
    """Read a whole file, within bounds.

    Raises:
        FileUnreadable: it is not there, is no plain file, cannot be read, or is larger than any evidence.
    """
    try:
        # a pipe or a device would keep us waiting, or give bytes without end: opened without waiting, and turned away
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise FileUnreadable("not a plain file", file=str(path))
            raw = file.read(max_bytes + 1)
    except OSError as error:
        raise FileUnreadable(error.strerror or "", file=str(path)) from None
    except ValueError:
        raise FileUnreadable("not a path", file=str(path)) from None  # a zero byte, or half a character
    if len(raw) > max_bytes:
        raise FileUnreadable("too large", file=str(path))
    return raw


def require_new_file(path: Path) -> None:
    """Refuse to begin what would end with a file that cannot be written. Raises FileTaken."""
    if os.path.lexists(path):
        raise FileTaken(file=str(path))


def write_new_file(path: Path, data: bytes, mode: int = PRIVATE_FILE) -> None:
    """Write a file, for this user alone (0600) if nothing else is said, never over another.

    Raises:
        FileTaken: there is one.
        DiskFull, DiskFault: the disk refuses.
    """
    with disk_faults(path.parent, needed=len(data)):
        try:
            write_new(path, data, mode)
        except FileExistsError:
            raise FileTaken(file=str(path)) from None
        sync_folder(path.parent)


def load_trust(folder: Path) -> Trust:
    """Read the public keys to check with.

    Raises:
        TrustFolderUnusable: they are missing, or do not hold together.
    """
    try:
        return Trust.load(folder)
    except TrustRefused as fault:
        raise TrustFolderUnusable(fault.detail, folder=str(folder)) from None
    except ValueError:
        raise TrustFolderUnusable("not a path", folder=str(folder)) from None


def load_opener(path: Path) -> SealingKey:
    """Read a key that opens recordings, as `examroom site key` writes it.

    Raises:
        FileUnreadable: see `read_file`.
        KeyFileRefused: it holds no such key.
    """
    try:
        return SealingKey.from_raw(base64.b64decode(read_file(path).strip(), validate=True))
    except (binascii.Error, KeyRefused):
        raise KeyFileRefused from None
