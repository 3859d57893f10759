"""Heads of recordings that left their seats, asked of the registry: what shows that a recording was once longer."""

from collections.abc import Callable, Iterable
from typing import Final

import structlog

from app.archive.home import ArchiveHome
from sync.client.connection import RegistryConnection, RegistryUnreachable
from sync.client.heads import fetch_heads
from sync.faults import Fault
from sync.trust.files import read_bounded

HeadsOf = Callable[[str], Iterable[bytes]]
Unanswered = Callable[[str, str], None]
"""Told of a recording whose heads could not be asked for, and why (a fault's code, or an error's name)."""
_MOST_BYTES: Final = 100_000
_log: Final = structlog.get_logger(__name__)


def no_heads(_recording: str) -> Iterable[bytes]:
    """Give none: nobody is asked."""
    return ()


def _logged(recording: str, why: str) -> None:
    _log.warning("heads not asked for", recording=recording, why=why)


class HeadsThatLeft:
    """Asks the registry that an archive was told of; without one, or without an answer, there are none.

    An archive has to work for days without a network. Whoever verifies later, with one, holds the recording against
    the heads again. Where a person waits for the result, `unanswered` says so to them instead of the log. Where many
    recordings are gone through, `once` keeps each from waiting in its turn for a registry that does not answer.
    """

    def __init__(self, home: ArchiveHome, unanswered: Unanswered = _logged, *, once: bool = False) -> None:
        """`once`: a registry that could not be reached is not asked again."""
        self._home: Final = home
        self._unanswered: Final = unanswered
        self._once: Final = once
        self._given_up = False
        self.answered = False
        """Whether the registry answered when it was asked last."""

    def __call__(self, recording: str) -> list[bytes]:
        """Give a recording's heads as signed envelopes; none of them is verified here."""
        self.answered = False
        if self._given_up:
            self._unanswered(recording, RegistryUnreachable.code)
            return []
        try:
            url = read_bounded(self._home.registry_file, _MOST_BYTES).decode("ascii").strip()
            connection = RegistryConnection(url, read_bounded(self._home.ca_file, _MOST_BYTES).decode("ascii"))
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError, Fault) as error:
            self._unanswered(recording, error.code if isinstance(error, Fault) else type(error).__name__)
            return []
        try:
            found = fetch_heads(connection, recording)
        except Fault as fault:
            self._given_up = self._once and isinstance(fault, RegistryUnreachable)
            self._unanswered(recording, fault.code)
            return []
        else:
            self.answered = True
            return found
        finally:
            connection.close()
