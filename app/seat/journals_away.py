"""The newest head of every running sitting's journal leaves the seat, signed.

What comes back tells whether the registry has heard of a further journal or replica of this seat before. If so, the
whole folder was set back, keys and all: the key store is told, and with that whoever opens the replica next
(`sync.replica.generation`). An administrator may accept it; the same sitting is then not told again.
"""

from typing import Final

import structlog

from app.seat.workplace import Workplace
from sync.client.connection import RegistryConnection
from sync.client.heads import HeadNotTaken
from sync.client.journals import send_journal_head
from sync.faults import Fault
from sync.replica.cabinet import DocumentKind
from sync.trust.envelope import sign
from sync.wire.ids import LATEST_MS
from sync.wire.journal import JournalHead

_log = structlog.get_logger(__name__)


class JournalsAway:
    """Sends the head of each sitting that is not sealed yet, whenever it is another than the one that went last."""

    def __init__(self, workplace: Workplace, connection: RegistryConnection) -> None:
        self._workplace: Final = workplace
        self._connection: Final = connection
        self._sent: dict[str, str] = {}
        self._ended: set[str] = set()

    def turn(self) -> int:
        """Send what is new, and give how many went. Without an answer the rest waits for the next turn."""
        sent = 0
        for sitting, sequence, found in self._running():
            if self._sent.get(sitting) == found:
                continue
            try:
                self._send(sitting, sequence, found)
                sent += 1
            except HeadNotTaken as fault:
                _log.warning("journal head not taken", sitting=sitting, code=fault.code, detail=fault.detail)
            except Fault as fault:
                _log.info("journal heads wait", code=fault.code, detail=fault.detail)
                return sent
            self._sent[sitting] = found
        return sent

    def _running(self) -> list[tuple[str, int, str]]:
        """Give the sittings without a packet, with the number and hash of their last row.

        The head is read before the outbox is asked: a packet enters the outbox before the journal's row `sealed`, so
        no head of a row after the packet's goes out, which would look like a packet that is behind.
        """
        replica = self._workplace.replica
        sessions = set(replica.cabinet.names(DocumentKind.PLAN))  # their journals are every seat's own
        found = []
        for sitting in replica.journal.sittings():
            if sitting in self._ended or sitting in sessions:
                continue
            digest, count = replica.journal.head(sitting)
            if replica.outbox.of_sitting(sitting) is not None:
                self._ended.add(sitting)
            elif count:
                found.append((sitting, count, digest))
        return found

    def _send(self, sitting: str, sequence: int, digest: str) -> None:
        place = self._workplace
        head = JournalHead(
            sitting=sitting,
            sequence=sequence,
            hash=digest,
            wall_ms=min(max(0, place.clock().wall_ms), LATEST_MS),
            generation=place.replica.generations.current(),
        )
        envelope = sign(head.to_bytes(), JournalHead.PAYLOAD_TYPE, place.keystore.device_key())
        reply = send_journal_head(self._connection, sitting, envelope)
        found = place.replica.generations.current()
        if reply.generation > found or (reply.set_back and not self._is_told(sitting)):
            reached = max(reply.generation, found + 1)
            place.keystore.raise_generation(reached)
            _log.error("replica was set back", sitting=sitting, found=found, reached=reached)

    def _is_told(self, sitting: str) -> bool:
        """Tell whether this replica knows already that a sitting in it was set back; from now on it does."""
        cabinet, name = self._workplace.replica.cabinet, f"set_back:{sitting}"
        known = cabinet.setting(name) is not None
        if not known:
            cabinet.set_setting(name, "told")
        return known
