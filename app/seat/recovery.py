"""Where to go on after a start: is there a sitting here that is not over?"""

from dataclasses import dataclass

from app.exam.sitting import Sitting, State
from app.seat.delivery import read_sitting
from app.seat.workplace import Workplace
from sync.replica.cabinet import DocumentKind
from sync.replica.outbox import Stage
from sync.wire.plan import RosterEntry


@dataclass(frozen=True)
class Unfinished:
    """A sitting that was cut off: which session, who, and how far it had come."""

    session: str
    entry: RosterEntry
    sitting: Sitting


def find_unfinished(workplace: Workplace) -> Unfinished | None:
    """Give the sitting that a crash or power cut interrupted, the latest first; None if all are over.

    A sitting is over when its packet is queued: then only the outbox has work left.

    Raises:
        JournalBroken, EventRefused, OutOfOrder: a journal is not what this program wrote.
    """
    for sitting_id in reversed(workplace.replica.journal.sittings()):
        sitting = read_sitting(workplace.replica.journal, sitting_id)
        if _is_over(workplace, sitting_id, sitting):
            continue
        found = _on_a_roster(workplace, sitting_id)
        if found is not None:
            return Unfinished(found[0], found[1], sitting)
    return None


def _is_over(workplace: Workplace, sitting_id: str, sitting: Sitting) -> bool:
    if sitting.state is not State.SEALED:
        return False
    row = workplace.replica.outbox.of_sitting(sitting_id)
    return row is not None and row.stage is not Stage.SEALED


def _on_a_roster(workplace: Workplace, sitting_id: str) -> tuple[str, RosterEntry] | None:
    for session_id in workplace.replica.cabinet.names(DocumentKind.PLAN):
        for entry in workplace.session_of(session_id).plan.roster:
            if entry.sitting == sitting_id:
                return session_id, entry
    return None
