"""What seats take content from: the registry they were enrolled with, or a medium carried by hand."""

from contextlib import ExitStack
from http import HTTPStatus
from typing import BinaryIO, Final

from sync.client.connection import CertificateNotTaken, RegistryAnswerBad, RegistryConnection, RegistryUnreachable
from sync.client.medium import METADATA, TARGETS, Medium, MediumUnreadable
from sync.client.source import ABSENT, LATER, NotThere, most_time_s

_METADATA: Final = "/tuf/metadata/"
_TARGETS: Final = "/tuf/targets/"
_PIECE_BYTES: Final = 1_048_576


class RegistrySource:
    """The repository of the registry this seat was enrolled with, over its pinned connection."""

    may_lag: Final = False
    silences: Final = (RegistryUnreachable, RegistryAnswerBad, CertificateNotTaken)

    def __init__(self, connection: RegistryConnection) -> None:
        self._connection = connection

    def metadata(self, name: str, most: int) -> bytes:
        """See `Source.metadata`."""
        reply = self._connection.get(_METADATA + name, most, total_s=most_time_s(most))
        _require_ok(reply.status)
        return reply.body

    def target(self, path: str, file: BinaryIO, length: int) -> None:
        """See `Source.target`."""
        status = self._connection.download(_TARGETS + path, file, length)
        if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            file.truncate(0)
            status = self._connection.download(_TARGETS + path, file, length)
        _require_ok(status)


class MediumSource:
    """A mirror on a medium (`sync.client.medium`)."""

    may_lag: Final = True
    silences: Final = (MediumUnreadable,)

    def __init__(self, medium: Medium) -> None:
        self._medium = medium

    def metadata(self, name: str, most: int) -> bytes:
        """See `Source.metadata`."""
        raw = self._medium.read(f"{METADATA}/{name}", most)
        if raw is None:
            raise NotThere(name)
        return raw

    def target(self, path: str, file: BinaryIO, length: int) -> None:
        """See `Source.target`; what came from elsewhere before is not gone on with."""
        file.seek(0)
        file.truncate()
        left = length + 1  # one more than is right, so that a longer file is noticed
        with ExitStack() as stack:
            theirs = self._opened(path, stack)
            while left and (piece := self._read(theirs, min(left, _PIECE_BYTES))):
                left -= len(piece)
                file.write(piece)
        file.flush()

    def _opened(self, path: str, stack: ExitStack) -> BinaryIO:
        try:
            return stack.enter_context(self._medium.opened(f"{TARGETS}/{path}"))
        except OSError as error:
            if not self._medium.root.is_dir():
                raise self._unreadable(error) from None
            raise NotThere(path) from None

    def _read(self, theirs: BinaryIO, count: int) -> bytes:
        try:
            return theirs.read(count)
        except OSError as error:
            raise self._unreadable(error) from None

    def _unreadable(self, error: OSError) -> MediumUnreadable:
        return MediumUnreadable(error.strerror or type(error).__name__, place=str(self._medium.root))


def _require_ok(status: int) -> None:
    if status in ABSENT:
        raise NotThere(f"status {status}")
    if status in LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise RegistryUnreachable(f"status {status}", reached=True)
    if status not in {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT}:
        raise RegistryAnswerBad(f"status {status}")
