"""Where a log's files come from: an HTTPS address, or a folder; both hostile, both bounded."""

import errno
from http import HTTPStatus
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

from sync.client.connection import RegistryAnswerBad, RegistryConnection, RegistryUnreachable
from sync.faults import EnvironmentFault, Refused
from sync.trust.files import read_bounded

REGISTRY_PREFIX: Final = "/v1/log"

_OF_A_LOG: Final = ("checkpoint", "tile")  # a log that lost either is a bad one; without both it is none
_NO_PLAIN_FILE: Final = frozenset({errno.EINVAL, errno.ELOOP, errno.ENXIO, errno.EISDIR})


class LogUnreadable(EnvironmentFault):
    """The log's files cannot be read where they should be: no folder, a disk or a server that refuses."""

    code = "LOG_UNREADABLE"


class LogMissing(EnvironmentFault):
    """The folder holds nothing of a log. Fact: `folder`."""

    code = "LOG_MISSING"


class LogOfAnother(EnvironmentFault):
    """What is there is of another registry than the trust folder's: nothing of a log of this one was read."""

    code = "LOG_OF_ANOTHER"


class LogFileBad(Refused):
    """A file of the log is not what it has to be."""

    code = "LOG_FILE_BAD"


class LogSource(Protocol):
    """The files of one log, by their C2SP tlog-tiles paths."""

    def read(self, path: str, max_bytes: int) -> bytes | None:
        """Give a whole file, or nothing if there is none.

        Raises:
            LogFileBad: longer than `max_bytes`, or no plain file.
            LogUnreadable: it cannot be said whether there is one.
            LogOfAnother: another registry answers there.
        """


class LogFolder:
    """A log's files in a folder; no link at the end of a path is followed, and no pipe waited for.

    Raises:
        LogUnreadable: there is no such folder, or it cannot be looked into.
        LogMissing: it holds nothing of a log.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise LogUnreadable(f"{folder.name}: no folder")
        if not any(_is_there(folder / name) for name in _OF_A_LOG):
            raise LogMissing(folder.name, folder=str(folder))
        self._folder = folder

    def read(self, path: str, max_bytes: int) -> bytes | None:
        """See `LogSource.read`."""
        try:
            raw = read_bounded(self._folder / path, max_bytes)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if error.errno in _NO_PLAIN_FILE:
                raise LogFileBad(f"{path}: not a plain file") from None
            raise LogUnreadable(f"{path}: {error.strerror}") from None
        if len(raw) > max_bytes:
            raise LogFileBad(f"{path}: more than {max_bytes} bytes")
        return raw


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise LogUnreadable(f"{path.name}: {error.strerror}") from None
    return True


class LogAddress:
    """A log's files under an https address; an address without a path is a registry's.

    Raises:
        RegistryAddressRefused: no https address, or no CA certificate.
    """

    def __init__(self, url: str, ca_pem: str) -> None:
        parts = urlsplit(url)
        self._prefix = parts.path.rstrip("/") or REGISTRY_PREFIX
        self._connection = RegistryConnection(f"{parts.scheme}://{parts.netloc}", ca_pem)

    def read(self, path: str, max_bytes: int) -> bytes | None:
        """See `LogSource.read`."""
        try:
            reply = self._connection.get(f"{self._prefix}/{path}", max_bytes)
        except RegistryUnreachable as fault:
            raise LogUnreadable(f"{path}: {fault.detail}") from None
        except RegistryAnswerBad as fault:
            if fault.foreign:
                raise LogOfAnother(fault.detail) from None
            raise LogFileBad(f"{path}: {fault.detail}") from None
        if reply.status == HTTPStatus.NOT_FOUND:
            return None
        if reply.status != HTTPStatus.OK:
            raise LogUnreadable(f"{path}: status {reply.status}")
        return reply.body

    def close(self) -> None:
        """Close what is open."""
        self._connection.close()
