"""Where a content repository's files come from, and in what time.

The layout is TUF's, as plain files: `metadata/`, and `targets/` with consistent snapshots. Nothing that a source gives
is believed for where it came from; `sync.client.channel` verifies all of it.
"""

from http import HTTPStatus
from typing import BinaryIO, Final, Protocol

from sync.faults import Fault

ABSENT: Final = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
"""How servers say that a file is not there; object stores answer 403."""
LATER: Final = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)

ANY_REQUEST_S: Final = 60
SLOWEST_BYTES_PER_S: Final = 16_000
"""A town's line on a bad day; slower counts as dead."""


class NotThere(Exception):  # noqa: N818 - an answer, not a defect
    """The source has no such file."""


def most_time_s(count: int) -> float:
    """Give how long a file of `count` bytes may take, s."""
    return ANY_REQUEST_S + count / SLOWEST_BYTES_PER_S


class Source(Protocol):
    """The files of one content repository."""

    @property
    def may_lag(self) -> bool:
        """Tell whether it is a copy, which may be older than what a seat has seen."""

    @property
    def silences(self) -> tuple[type[Fault], ...]:
        """What it raises if it says nothing, or if whoever answers is not it."""

    def metadata(self, name: str, most: int) -> bytes:
        """Give a metadata file whole, by its name (role names in it are percent-encoded); at most `most` bytes.

        Raises:
            NotThere: there is none.
            One of `silences`: it cannot be said whether there is one.
        """

    def target(self, path: str, file: BinaryIO, length: int) -> None:
        """Write what `file` still lacks of the `length` bytes at `path`; whoever has them all checks what they are.

        Raises:
            NotThere: there is no such file.
            One of `silences`: it was not had whole; what came stays in `file`, and the next time goes on there.
            OSError, DiskFull, DiskFault: `file` could not be written.
        """
