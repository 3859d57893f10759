"""Files that a person names on the command line: read within bounds, written only where nothing stands."""

from pathlib import Path

from sync.faults import EnvironmentFault
from sync.replica.durable import disk_faults
from sync.trust.anchor import Trust, TrustRefused
from sync.trust.files import sync_folder, write_new

_MAX_FILE_BYTES = 16_000_000


class FileUnreadable(EnvironmentFault):
    """A file that was named cannot be read. Fact: `file`."""

    code = "FILE_UNREADABLE"


class FileTaken(EnvironmentFault):
    """There is a file already where one was to be written. Fact: `file`."""

    code = "FILE_TAKEN"


class TrustFolderUnusable(EnvironmentFault):
    """The public keys to check with cannot be used; nothing is said of what was to be checked. Fact: `folder`."""

    code = "TRUST_FOLDER_UNUSABLE"


def read_file(path: Path) -> bytes:
    """Read a whole file, within bounds.

    Raises:
        FileUnreadable: it is not there, cannot be read, or is larger than any evidence.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_FILE_BYTES + 1)
    except OSError as error:
        raise FileUnreadable(error.strerror or "", file=str(path)) from None
    if len(raw) > _MAX_FILE_BYTES:
        raise FileUnreadable("too large", file=str(path))
    return raw


def write_new_file(path: Path, data: bytes) -> None:
    """Write a file for this user alone (0600), never over another.

    Raises:
        FileTaken: there is one.
        DiskFull, DiskFault: the disk refuses.
    """
    with disk_faults(path.parent, needed=len(data)):
        try:
            write_new(path, data)
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
