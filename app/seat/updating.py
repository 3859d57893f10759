"""The newest program for this seat is fetched in the background and laid ready; nothing is installed here."""

from importlib.metadata import version
from typing import Final

import structlog

from app.seat.recovery import find_unfinished
from app.seat.workplace import Workplace
from sync.client.connection import RegistryAnswerBad, RegistryUnreachable
from sync.client.software_update import fetch_update
from sync.client.sources import RegistrySource
from sync.faults import Refused

ANSWERED_S: Final = 6 * 3_600.0
UNANSWERED_S: Final = 1_800.0
BUSY_S: Final = 600.0
"""While somebody sits here the line is theirs; after so many seconds it is looked at again."""
_log = structlog.get_logger(__name__)


class Updating:
    """Looks for a newer program from time to time."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace: Final = workplace

    def turn(self) -> float:
        """Look once; give after how many seconds to look again. What is not believed is logged for people to see."""
        place = self._workplace
        if find_unfinished(place) is not None:
            return BUSY_S
        connection = place.connect()
        try:
            ready = fetch_update(
                RegistrySource(connection), place.home.tuf, place.trust, place.home.updates, installed(), place.now_ms()
            )
        except (RegistryUnreachable, RegistryAnswerBad) as fault:
            _log.info("no program looked for", code=fault.code, detail=fault.detail)
            return UNANSWERED_S
        except Refused as fault:
            _log.error("no program taken", code=fault.code, detail=fault.detail)
            return ANSWERED_S
        finally:
            connection.close()
        if ready is not None:
            _log.info("a newer program lies ready", file=ready.name)
        return ANSWERED_S


def installed() -> str:
    """Give the version of the program that runs here."""
    return version("examroom")
