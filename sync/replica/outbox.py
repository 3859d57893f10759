"""The outbox: packets on their way to the registry, one stage at a time, none ever dropped."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sync.faults import Fault, Refused
from sync.replica.connection import Connection


class Stage(StrEnum):
    """How far a packet has come (architecture, "Outbox")."""

    SEALED = "sealed"
    QUEUED = "queued"
    IN_FLIGHT = "in_flight"
    RECEIPTED = "receipted"
    PROVEN = "proven"
    PURGEABLE = "purgeable"
    QUARANTINED = "quarantined"


_NEXT: Mapping[Stage, frozenset[Stage]] = {
    Stage.SEALED: frozenset({Stage.QUEUED}),
    Stage.QUEUED: frozenset({Stage.IN_FLIGHT}),
    Stage.IN_FLIGHT: frozenset({Stage.QUEUED, Stage.RECEIPTED, Stage.QUARANTINED}),
    Stage.RECEIPTED: frozenset({Stage.PROVEN}),
    Stage.PROVEN: frozenset({Stage.PURGEABLE}),
    Stage.PURGEABLE: frozenset(),
    Stage.QUARANTINED: frozenset({Stage.QUEUED}),
}
_WAITING = (Stage.QUEUED, Stage.RECEIPTED)


class StageRefused(Fault):
    """A row cannot go from where it is to where it was sent, or lacks the evidence for it."""

    code = "STAGE_REFUSED"


class PacketClash(Refused):
    """Another packet with this id, but other bytes, is here already."""

    code = "PACKET_CLASH"


@dataclass(frozen=True)
class OutboxRow:
    """One packet: its envelope's exact bytes, its stage, and the evidence that came back. Times in ms."""

    sha256: str
    packet: str
    sitting: str
    envelope: bytes
    stage: Stage
    tries: int
    next_try_ms: int
    reason: str
    receipt: bytes | None
    proof: bytes | None
    queued_ms: int


_COLUMNS = "sha256, packet, sitting, envelope, stage, tries, next_try_ms, reason, receipt, proof, queued_ms"


class Outbox:
    """The packets of this replica."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, sha256: str, packet: str, sitting: str, envelope: bytes, now_ms: int) -> None:
        """Put a sealed packet in; the same bytes again change nothing.

        Raises:
            PacketClash: the same packet id with other bytes.
        """
        with self._connection.transaction():
            known = self._connection.rows("SELECT sha256 FROM outbox WHERE packet = ?", packet)
            if known and known[0][0] != sha256:
                raise PacketClash(f"packet {packet}")
            self._connection.run(
                f"INSERT INTO outbox ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, 0, 0, '', NULL, NULL, ?)"  # noqa: S608 - fixed names
                " ON CONFLICT (sha256) DO NOTHING",
                *(sha256, packet, sitting, envelope, Stage.SEALED.value, now_ms),
            )

    def replace_sealed(self, old_sha256: str, sha256: str, envelope: bytes) -> None:
        """Exchange a packet that has not been queued yet for the same packet with one more signature.

        Raises:
            StageRefused: it is not here, or no longer `sealed`.
        """
        changed = self._connection.run(
            "UPDATE outbox SET sha256 = ?, envelope = ? WHERE sha256 = ? AND stage = ?",
            *(sha256, envelope, old_sha256, Stage.SEALED.value),
        )
        if not changed:
            raise StageRefused("only a sealed packet can be countersigned")

    def due(self, now_ms: int) -> list[OutboxRow]:
        """Give the rows that something can be done about now, the longest waiting first."""
        return self._select(
            "WHERE stage IN (?, ?) AND next_try_ms <= ? ORDER BY queued_ms, sha256",
            *(stage.value for stage in _WAITING),
            now_ms,
        )

    def all(self) -> list[OutboxRow]:
        """Give every row, the oldest first."""
        return self._select("ORDER BY queued_ms, sha256")

    def get(self, sha256: str) -> OutboxRow | None:
        """Give one row."""
        return next(iter(self._select("WHERE sha256 = ?", sha256)), None)

    def of_sitting(self, sitting: str) -> OutboxRow | None:
        """Give a sitting's packet."""
        return next(iter(self._select("WHERE sitting = ?", sitting)), None)

    def move(
        self,
        sha256: str,
        to: Stage,
        *,
        receipt: bytes | None = None,
        proof: bytes | None = None,
        reason: str = "",
        next_try_ms: int = 0,
    ) -> None:
        """Move a row one stage on, durably. A verified receipt (proof) is what moves it to `receipted` (`proven`).

        Raises:
            StageRefused: not a step from where the row is, or the evidence for it is missing.
        """
        if (to is Stage.RECEIPTED and not receipt) or (to is Stage.PROVEN and not proof):
            raise StageRefused(f"{to} needs its evidence")
        with self._connection.transaction():
            row = self.get(sha256)
            if row is None or to not in _NEXT[row.stage]:
                raise StageRefused(f"{row.stage if row else 'absent'} to {to}")
            self._connection.run(
                "UPDATE outbox SET stage = ?, receipt = coalesce(?, receipt), proof = coalesce(?, proof),"
                " reason = ?, next_try_ms = ?, tries = tries + ? WHERE sha256 = ?",
                *(to.value, receipt, proof, reason, next_try_ms, int(to is Stage.IN_FLIGHT), sha256),
            )

    def postpone(self, sha256: str, *, reason: str, next_try_ms: int) -> None:
        """Leave a row where it is and look at it again at `next_try_ms`."""
        self._connection.run(
            "UPDATE outbox SET reason = ?, next_try_ms = ? WHERE sha256 = ?", reason, next_try_ms, sha256
        )

    def recover(self) -> int:
        """After a start: what was in flight may or may not have arrived, so it is sent again. Gives the count."""
        return self._connection.run(
            "UPDATE outbox SET stage = ?, next_try_ms = 0 WHERE stage = ?",
            *(Stage.QUEUED.value, Stage.IN_FLIGHT.value),
        )

    def _select(self, rest: str, *values: object) -> list[OutboxRow]:
        found = self._connection.rows(f"SELECT {_COLUMNS} FROM outbox {rest}", *values)  # noqa: S608 - fixed names
        return [_row(values) for values in found]


def _row(values: tuple[Any, ...]) -> OutboxRow:
    sha256, packet, sitting, envelope, stage, *others = values
    return OutboxRow(sha256, packet, sitting, envelope, Stage(stage), *others)
