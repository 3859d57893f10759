"""The outbox: packets on their way to the registry, one stage at a time, none ever dropped.

How long a row waits is reckoned by the monotonic clock of the start of the machine in which it was tried last. The wall
clock may be set to 1970, to 2040, and back: no wait becomes endless by that, and none becomes nothing. After another
start the wall clock says how much of a wait is left, if that makes sense, and it is never more than the whole of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

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


class Why(StrEnum):
    """Why a row is still where it is, as far as this seat knows; a person reads `outbox.why.<value>`."""

    NEW = "new"
    NO_NETWORK = "no_network"
    BROKEN_OFF = "broken_off"
    NOT_REGISTRY = "not_registry"
    BUSY = "busy"
    FAILS = "fails"
    REFUSED = "refused"
    NO_PROOF = "no_proof"
    CONFLICT = "conflict"


_NEXT: Final[Mapping[Stage, frozenset[Stage]]] = {
    Stage.SEALED: frozenset({Stage.QUEUED}),
    Stage.QUEUED: frozenset({Stage.IN_FLIGHT, Stage.RECEIPTED}),  # a receipt may also come by hand
    Stage.IN_FLIGHT: frozenset({Stage.QUEUED, Stage.RECEIPTED, Stage.QUARANTINED}),
    Stage.RECEIPTED: frozenset({Stage.PROVEN}),
    Stage.PROVEN: frozenset({Stage.PURGEABLE}),
    Stage.PURGEABLE: frozenset(),
    Stage.QUARANTINED: frozenset({Stage.QUEUED, Stage.RECEIPTED}),
}


class StageRefused(Fault):
    """A row cannot go from where it is to where it was sent, or lacks the evidence for it."""

    code = "STAGE_REFUSED"


class PacketClash(Refused):
    """Another packet with this id, but other bytes, is here already."""

    code = "PACKET_CLASH"


class Now(Protocol):
    """An instant on both clocks, ms (`sync.trust.clock.ClockReading` is one)."""

    @property
    def boot_id(self) -> str:
        """Which start of the machine this is."""
        ...

    @property
    def mono_ms(self) -> int:
        """Time since that start."""
        ...

    @property
    def wall_ms(self) -> int:
        """Time since 1970 (UTC), as far as this machine knows."""
        ...


@dataclass(frozen=True)
class Hold:
    """Why a row waits, and for how long from `tried` on, ms. `detail` is for whoever looks further."""

    why: Why
    detail: str
    wait_ms: int
    tried: Now


@dataclass(frozen=True)
class OutboxLine:
    """One packet without its bytes. Times are the wall clock's, ms; 0 stands for never.

    `tries` counts how often it was sent; `carried_ms`: when it was last written onto a medium.
    """

    sha256: str
    packet: str
    sitting: str
    stage: Stage
    why: Why
    detail: str
    tries: int
    queued_ms: int
    tried_ms: int
    wait_ms: int
    carried_ms: int
    size: int


@dataclass(frozen=True)
class OutboxRow(OutboxLine):
    """One packet: also its envelope's exact bytes, and the evidence that came back."""

    envelope: bytes
    receipt: bytes | None
    proof: bytes | None


@dataclass(frozen=True)
class Pause:
    """Somebody stopped delivery by hand: since when (wall clock, ms), and what they gave as the reason."""

    since_ms: int
    reason: str


@dataclass(frozen=True)
class OutboxState:
    """What is not over yet, counted. `oldest_ms`: since when the oldest of `undelivered` is here (wall clock)."""

    stages: Mapping[Stage, int]
    whys: Mapping[Why, int]
    oldest_ms: int | None
    pause: Pause | None

    @property
    def waiting(self) -> int:
        """Those on their way that no receipt has come for yet."""
        return self.stages.get(Stage.QUEUED, 0) + self.stages.get(Stage.IN_FLIGHT, 0)

    @property
    def unproven(self) -> int:
        """Those the registry has signed for, whose proof is still to come."""
        return self.stages.get(Stage.RECEIPTED, 0)

    @property
    def quarantined(self) -> int:
        """Those a person has to look at."""
        return self.stages.get(Stage.QUARANTINED, 0)

    @property
    def undelivered(self) -> int:
        """All that no receipt has come for, those that wait for a signature or a person too."""
        return self.waiting + self.quarantined + self.stages.get(Stage.SEALED, 0)


_LINE: Final = (
    "sha256, packet, sitting, stage, why, reason,"
    " tries, queued_ms, tried_wall_ms, wait_ms, carried_ms, length(envelope)"
)
_BYTES: Final = "envelope, receipt, proof"
_UNDELIVERED: Final = (Stage.SEALED, Stage.QUEUED, Stage.IN_FLIGHT, Stage.QUARANTINED)


class Outbox:
    """The packets of this replica. Several processes may work on it; each step is one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # a packet comes in

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
                "INSERT INTO outbox (sha256, packet, sitting, envelope, stage, queued_ms) VALUES (?, ?, ?, ?, ?, ?)"
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

    # it goes its way

    def due(self, stage: Stage, now: Now) -> list[str]:
        """Give the digests of the rows of a stage that do not have to wait (any longer), the oldest first."""
        found = self._connection.rows(
            "SELECT sha256 FROM outbox WHERE stage = ? AND NOT CASE WHEN tried_boot = ?"
            " THEN ? - tried_mono_ms BETWEEN 0 AND wait_ms - 1"
            " ELSE ? - tried_wall_ms BETWEEN 0 AND wait_ms - 1 AND ? < wait_ms END ORDER BY queued_ms, sha256",
            *(stage.value, now.boot_id, now.mono_ms, now.wall_ms, now.mono_ms),
        )
        return [str(row[0]) for row in found]

    def move(
        self,
        sha256: str,
        to: Stage,
        *,
        receipt: bytes | None = None,
        proof: bytes | None = None,
        hold: Hold | None = None,
    ) -> None:
        """Move a row one stage on, durably. A verified receipt (proof) is what moves it to `receipted` (`proven`).

        Raises:
            StageRefused: not a step from where the row is, or the evidence for it is missing.
        """
        if (to is Stage.RECEIPTED and not receipt) or (to is Stage.PROVEN and not proof):
            raise StageRefused(f"{to} needs its evidence")
        with self._connection.transaction():
            row = self.line(sha256)
            if row is None or to not in _NEXT[row.stage]:
                raise StageRefused(f"{row.stage if row else 'absent'} to {to}")
            self._connection.run(
                "UPDATE outbox SET stage = ?, receipt = coalesce(?, receipt), proof = coalesce(?, proof),"
                " tries = tries + ? WHERE sha256 = ?",
                *(to.value, receipt, proof, _counted(to, hold), sha256),
            )
            if to is not Stage.IN_FLIGHT:  # why it waited is true until something has come of this try
                self._hold(sha256, hold)

    def postpone(self, sha256: str, hold: Hold) -> None:
        """Leave a row where it is and look at it again when the hold is over."""
        with self._connection.transaction():
            self._hold(sha256, hold)

    def recover(self) -> int:
        """After a start: what was in flight may or may not have arrived, so it is sent again. Gives the count.

        Whoever calls this is the only one who delivers.
        """
        return self._connection.run(
            "UPDATE outbox SET stage = ?, wait_ms = 0 WHERE stage = ?",
            *(Stage.QUEUED.value, Stage.IN_FLIGHT.value),
        )

    # people

    def pause(self, reason: str, now_ms: int) -> None:
        """Deliver nothing from now on; it holds over restarts until `resume`. Pausing again changes the reason."""
        self._connection.run(
            "INSERT INTO outbox_pause (one, since_ms, reason) VALUES (1, ?, ?)"
            " ON CONFLICT (one) DO UPDATE SET reason = excluded.reason",
            *(now_ms, reason),
        )

    def resume(self) -> bool:
        """Deliver again; tell whether it was paused."""
        return self._connection.run("DELETE FROM outbox_pause") > 0

    def paused(self) -> Pause | None:
        """Give the pause, if there is one."""
        found = self._connection.rows("SELECT since_ms, reason FROM outbox_pause")
        return Pause(*found[0]) if found else None

    def retry(self, sha256: str | None = None) -> int:
        """Let a row (all, if none is named) be tried at once: what is quarantined, and what waits. Gives the count."""
        which, named = (" AND sha256 = ?", (sha256,)) if sha256 else ("", ())
        with self._connection.transaction():
            freed = self._connection.run(
                f"UPDATE outbox SET stage = ?, wait_ms = 0 WHERE stage = ?{which}",  # noqa: S608 - fixed text
                *(Stage.QUEUED.value, Stage.QUARANTINED.value, *named),
            )
            return freed + self._connection.run(
                f"UPDATE outbox SET wait_ms = 0 WHERE stage IN (?, ?) AND wait_ms > 0{which}",  # noqa: S608 - fixed text
                *(Stage.QUEUED.value, Stage.RECEIPTED.value, *named),
            )

    def mark_carried(self, digests: Iterable[str], now_ms: int) -> None:
        """Note that packets were written onto a medium; that alone moves nothing."""
        with self._connection.transaction():
            for sha256 in digests:
                self._connection.run("UPDATE outbox SET carried_ms = ? WHERE sha256 = ?", now_ms, sha256)

    def let_go(self, sha256: str) -> None:
        """Erase a purgeable packet's bytes; its line, receipt and proof stay.

        Raises:
            StageRefused: nobody has said yet that it may go.
        """
        changed = self._connection.run(
            "UPDATE outbox SET envelope = x'' WHERE sha256 = ? AND stage = ?", sha256, Stage.PURGEABLE.value
        )
        if not changed:
            raise StageRefused("only a purgeable packet may be let go")

    # what is here

    def all(self) -> list[OutboxRow]:
        """Give every row with its bytes, the oldest first."""
        return self._rows("ORDER BY queued_ms, sha256")

    def lines(self) -> list[OutboxLine]:
        """Give every row without its bytes, the oldest first."""
        found = self._connection.rows(f"SELECT {_LINE} FROM outbox ORDER BY queued_ms, sha256")  # noqa: S608 - fixed names
        return [_line(values) for values in found]

    def line(self, sha256: str) -> OutboxLine | None:
        """Give one row without its bytes."""
        found = self._connection.rows(f"SELECT {_LINE} FROM outbox WHERE sha256 = ?", sha256)  # noqa: S608 - fixed names
        return _line(found[0]) if found else None

    def get(self, sha256: str) -> OutboxRow | None:
        """Give one row."""
        return next(iter(self._rows("WHERE sha256 = ?", sha256)), None)

    def of_sitting(self, sitting: str) -> OutboxRow | None:
        """Give a sitting's packet."""
        return next(iter(self._rows("WHERE sitting = ?", sitting)), None)

    def state(self) -> OutboxState:
        """Count what is here."""
        counted = self._connection.rows("SELECT stage, why, count(*), min(queued_ms) FROM outbox GROUP BY stage, why")
        stages: dict[Stage, int] = {}
        whys: dict[Why, int] = {}
        oldest: list[int] = []
        for text, why, count, first_ms in counted:
            stage = Stage(text)
            stages[stage] = stages.get(stage, 0) + count
            if stage in _UNDELIVERED:
                oldest.append(first_ms)
                whys[Why(why)] = whys.get(Why(why), 0) + count
        return OutboxState(stages, whys, min(oldest, default=None), self.paused())

    def _hold(self, sha256: str, hold: Hold | None) -> None:
        values: tuple[object, ...] = (Why.NEW.value, "", 0)
        if hold is not None:
            values = (hold.why.value, hold.detail, hold.wait_ms)
        self._connection.run("UPDATE outbox SET why = ?, reason = ?, wait_ms = ? WHERE sha256 = ?", *values, sha256)
        if hold is not None:
            self._connection.run(
                "UPDATE outbox SET tried_boot = ?, tried_mono_ms = ?, tried_wall_ms = ? WHERE sha256 = ?",
                *(hold.tried.boot_id, hold.tried.mono_ms, hold.tried.wall_ms, sha256),
            )

    def _rows(self, rest: str, *values: object) -> list[OutboxRow]:
        found = self._connection.rows(f"SELECT {_LINE}, {_BYTES} FROM outbox {rest}", *values)  # noqa: S608 - fixed names
        return [_row(values) for values in found]


def _counted(to: Stage, hold: Hold | None) -> int:
    """Count a try when it begins; where nobody was there nothing was sent, so it was none."""
    if to is Stage.IN_FLIGHT:
        return 1
    return -1 if to is Stage.QUEUED and hold is not None and hold.why is Why.NO_NETWORK else 0


def _line(values: tuple[Any, ...]) -> OutboxLine:
    sha256, packet, sitting, stage, why, *others = values
    return OutboxLine(sha256, packet, sitting, Stage(stage), Why(why), *others)


def _row(values: tuple[Any, ...]) -> OutboxRow:
    sha256, packet, sitting, stage, why, *others = values
    return OutboxRow(sha256, packet, sitting, Stage(stage), Why(why), *others)
