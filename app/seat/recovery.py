"""Where to go on after a start: is there a sitting here that is not over?"""

from dataclasses import dataclass

from app.exam.sitting import Sitting, State
from app.seat.delivery import Replayed, replay_sitting
from app.seat.room_log import read_room
from app.seat.workplace import Workplace
from sync.client.plans import load_plan
from sync.faults import Refused
from sync.replica.cabinet import DocumentKind
from sync.replica.outbox import Stage
from sync.wire.plan import RosterEntry


@dataclass(frozen=True)
class Unfinished:
    """A sitting that was cut off: which session, who, and how far it had come."""

    session: str
    entry: RosterEntry
    replayed: Replayed


def find_unfinished(workplace: Workplace) -> Unfinished | None:
    """Give the sitting that a crash or power cut interrupted, the latest first; None if all are over.

    A sitting is over when its packet is queued: then only the outbox has work left; or when its session was closed,
    although it was never begun; or once the candidate was sent back. Looked
    for by the rosters of the plans kept here; one that is no longer believed has
    none (the sessions screen names it).

    Raises:
        JournalBroken, EventRefused, OutOfOrder: a journal is not what this program wrote.
    """
    rosters = _rosters(workplace)
    for sitting_id in reversed(workplace.replica.journal.sittings()):
        if sitting_id not in rosters:
            continue  # a session's own journal
        replayed = replay_sitting(workplace.replica.journal, sitting_id)
        if not _is_over(workplace, sitting_id, replayed.sitting):
            return Unfinished(*rosters[sitting_id], replayed)
    return None


def _is_over(workplace: Workplace, sitting_id: str, sitting: Sitting) -> bool:
    if sitting.state is not State.SEALED:
        return sitting.state is State.AWAITING
    row = workplace.replica.outbox.of_sitting(sitting_id)
    return row is not None and row.stage is not Stage.SEALED


def _rosters(workplace: Workplace) -> dict[str, tuple[str, RosterEntry]]:
    """Give each expected sitting with its session; if two plans name one, the newer plan's word counts."""
    found: dict[str, tuple[str, RosterEntry]] = {}
    for session_id in workplace.replica.cabinet.names(DocumentKind.PLAN):
        try:
            plan, _ = load_plan(workplace.replica, workplace.trust, session_id)
        except Refused:
            continue
        if read_room(workplace.replica.journal, session_id).record_sha256 is not None:
            continue
        for entry in plan.roster:
            found.setdefault(entry.sitting, (session_id, entry))
    return found
