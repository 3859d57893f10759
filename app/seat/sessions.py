"""The sessions kept at this seat, and which of them can be opened now."""

from dataclasses import dataclass
from enum import StrEnum

from app.exam.sitting import State
from app.seat.admission import seat_number_of
from app.seat.delivery import read_sitting
from app.seat.room_log import read_room
from app.seat.workplace import Workplace
from sync.client.plans import load_plan
from sync.client.release import SeatNotInPlan, grant_of
from sync.faults import Refused
from sync.replica.cabinet import DocumentKind
from sync.wire.plan import SessionPlan


class SessionState(StrEnum):
    """Where a session stands. What this PC's clock alone says (`later`, `past`) keeps nobody from opening it."""

    NOW = "now"
    LATER = "later"
    PAST = "past"
    OVER = "over"  # by signed time, which no clock makes up
    CLOSED = "closed"  # at this seat, with a signed record
    BROKEN = "broken"


CAN_BE_CHOSEN = frozenset({SessionState.NOW, SessionState.LATER, SessionState.PAST})


@dataclass(frozen=True)
class KeptSession:
    """A session that is kept here. `expected` and `done` count this seat's candidates; `fault`: why it is broken."""

    session: str
    state: SessionState
    plan: SessionPlan | None = None
    expected: int = 0
    done: int = 0
    fault: Refused | None = None


def kept_sessions(workplace: Workplace) -> tuple[KeptSession, ...]:
    """Give all sessions kept here, in the order of their opening; the broken ones last.

    Raises:
        JournalBroken, EventRefused, OutOfOrder: a journal is not what this program wrote.
    """
    found = [_kept(workplace, name) for name in workplace.replica.cabinet.names(DocumentKind.PLAN)]
    return tuple(sorted(found, key=lambda one: (one.plan is None, one.plan.opens_ms if one.plan else 0, one.session)))


def _kept(workplace: Workplace, name: str) -> KeptSession:
    try:
        plan, _ = load_plan(workplace.replica, workplace.trust, name)
        grant_of(plan, workplace.enrolment.device)
    except Refused as fault:
        return KeptSession(name, SessionState.BROKEN, fault=fault)
    if plan.session != name:
        return KeptSession(name, SessionState.BROKEN, fault=SeatNotInPlan("a plan under another session's name"))
    here = seat_number_of(workplace)
    mine = [entry for entry in plan.roster if here is None or entry.seat_number == here]
    states = [read_sitting(workplace.replica.journal, entry.sitting).state for entry in mine]
    done = sum(state in (State.SUBMITTED, State.SEALED) for state in states)
    return KeptSession(name, _state(workplace, plan), plan, len(mine), done)


def _state(workplace: Workplace, plan: SessionPlan) -> SessionState:
    if read_room(workplace.replica.journal, plan.session).record_sha256 is not None:
        return SessionState.CLOSED
    if plan.closes_ms <= workplace.replica.cabinet.highest_signed_ms():
        return SessionState.OVER
    now_ms = workplace.now_ms()
    if now_ms < plan.opens_ms:
        return SessionState.LATER
    return SessionState.NOW if now_ms < plan.closes_ms else SessionState.PAST


def the_one_now(sessions: tuple[KeptSession, ...]) -> KeptSession | None:
    """Give the session that is now, if it is exactly one: then nobody has to choose."""
    now = [one for one in sessions if one.state is SessionState.NOW]
    return now[0] if len(now) == 1 else None
