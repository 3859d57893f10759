"""Reconciliation (核对): who was expected, who sat, who did not, and what has to be explained before a room closes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.exam.room import Room
from app.exam.sitting import Sitting, State
from sync.wire.packet import EndReason, ScorePacket
from sync.wire.plan import RosterEntry
from sync.wire.room import SAT, RoomCounts, Standing

EXPLAINED: Final = frozenset({Standing.BLANK, Standing.NEVER_BEGUN, Standing.REFUSED, Standing.HELD})
"""The standings that nobody may sign for without a word."""


@dataclass(frozen=True)
class Found:
    """What a seat holds of one candidate. `packet`: the sealed one; `handed_over`: it waits only for delivery now."""

    entry: RosterEntry
    sitting: Sitting
    packet: ScorePacket | None = None
    handed_over: bool = False


@dataclass(frozen=True)
class Line:
    """One candidate's line of the table."""

    found: Found
    standing: Standing
    under_way: bool
    incidents: int
    irregular: bool
    clauses: tuple[str, ...]
    explanation: str

    @property
    def unexplained(self) -> bool:
        """Whether this has to be explained and is not."""
        return self.standing in EXPLAINED and not self.explanation.strip()


@dataclass(frozen=True)
class Reconciliation:
    """The whole table."""

    lines: tuple[Line, ...]
    counts: RoomCounts

    @property
    def under_way(self) -> tuple[Line, ...]:
        """Those whose sitting is not over; while there are any, nothing is closed."""
        return tuple(line for line in self.lines if line.under_way)

    @property
    def unexplained(self) -> tuple[Line, ...]:
        """Those whose standing somebody has to explain first."""
        return tuple(line for line in self.lines if line.unexplained)

    @property
    def can_close(self) -> bool:
        """Whether proctors may sign."""
        return not self.under_way and not self.unexplained


def reconcile(room: Room, found: Iterable[Found]) -> Reconciliation:
    """Make the table: those who are expected at this seat, in the order of their admission numbers."""
    ordered = sorted(found, key=lambda one: one.entry.admission_number)
    lines = tuple(_line(room, one) for one in ordered)
    present = sum(line.standing in SAT or line.under_way for line in lines)
    counts = RoomCounts(
        expected=len(lines),
        present=present,
        absent=len(lines) - present,
        irregular=sum(line.irregular for line in lines),
    )
    return Reconciliation(lines, counts)


def _line(room: Room, found: Found) -> Line:
    sitting_id, sitting = found.entry.sitting, found.sitting
    incidents = [*sitting.incidents, *(one.incident for one in room.incidents if one.sitting == sitting_id)]
    clauses = sorted({incident.clause for incident in incidents if incident.clause})
    refused = room.refused.get(sitting_id)
    return Line(
        found=found,
        standing=_standing(room, found),
        under_way=_under_way(found),
        incidents=len(incidents),
        irregular=bool(clauses) or sitting.end_reason is EndReason.VOIDED,
        clauses=tuple(clauses),
        explanation=room.explained.get(sitting_id) or (refused.note if refused else sitting.sent_back or ""),
    )


def _standing(room: Room, found: Found) -> Standing:
    sitting_id, sitting = found.entry.sitting, found.sitting
    match sitting.state:
        case State.AWAITING if sitting_id in room.refused:
            return Standing.REFUSED
        case State.AWAITING if sitting_id in room.held:
            return Standing.HELD
        case State.AWAITING if sitting.sent_back is not None:
            return Standing.NEVER_BEGUN
        case State.AWAITING:
            return Standing.ABSENT
        case State.ADMITTED:
            return Standing.NEVER_BEGUN
        case _:
            answered = any(given.responses for given in sitting.given.values())
            return Standing.DONE if answered else Standing.BLANK


def _under_way(found: Found) -> bool:
    """A sitting is over when its packet has every signature and is in the outbox's hands."""
    state = found.sitting.state
    if state in (State.AWAITING, State.ADMITTED):
        return False
    return state is not State.SEALED or not found.handed_over
