"""Heads of recordings that left their seats, asked of the registry: what shows that a recording was once longer."""

from collections.abc import Callable, Iterable
from typing import Final

import structlog

from app.archive.home import ArchiveHome
from sync.client.connection import RegistryConnection
from sync.client.heads import fetch_heads
from sync.faults import Fault
from sync.trust.files import read_bounded

HeadsOf = Callable[[str], Iterable[bytes]]
_MOST_BYTES: Final = 100_000
_log: Final = structlog.get_logger(__name__)


def no_heads(_recording: str) -> Iterable[bytes]:
    """Give none: nobody is asked."""
    return ()


class HeadsThatLeft:
    """Asks the registry that an archive was told of; without one, or without an answer, there are none.

    An archive has to work for days without a network. Whoever verifies later, with one, holds the recording against
    the heads again.
    """

    def __init__(self, home: ArchiveHome) -> None:
        self._home: Final = home

    def __call__(self, recording: str) -> list[bytes]:
        """Give a recording's heads as signed envelopes; none of them is verified here."""
        try:
            url = read_bounded(self._home.registry_file, _MOST_BYTES).decode("ascii").strip()
            connection = RegistryConnection(url, read_bounded(self._home.ca_file, _MOST_BYTES).decode("ascii"))
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError, Fault) as error:
            _log.warning("heads not asked for", recording=recording, why=type(error).__name__)
            return []
        try:
            return fetch_heads(connection, recording)
        except Fault as fault:
            _log.warning("no heads", recording=recording, code=fault.code)
            return []
        finally:
            connection.close()
