"""What all phases share: the deck, the seat, one ordered worker, and where faults go."""

from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import QObject, Signal

from app.seat.deck import Deck
from app.seat.screens.view import SessionFacts
from app.seat.workplace import Session, Workplace
from app.ui.bridge import Worker


@dataclass(frozen=True)
class Bench:
    """What every phase works with. `worker` does everything that writes to the journal, in order."""

    deck: Deck
    workplace: Workplace
    worker: Worker


class Phase(QObject):
    """A phase of the flow. `troubled` carries a fault that the phase cannot go on with."""

    troubled = Signal(object)

    def __init__(self, bench: Bench, parent: QObject) -> None:
        super().__init__(parent)
        self.bench = bench

    def trouble(self, fault: object) -> None:
        """Hand a fault to the kiosk."""
        self.troubled.emit(fault)


def session_facts(workplace: Workplace, session: Session) -> SessionFacts:
    """Give the session as page heads name it, its window in the seat's local time."""
    plan = session.plan
    opens, closes = (_local(ms) for ms in (plan.opens_ms, plan.closes_ms))
    return SessionFacts(
        exam_title=plan.exam_title,
        site=plan.site,
        room=plan.room,
        when=f"{opens:%Y-%m-%d %H:%M}–{closes:%H:%M}",
        seat_label=workplace.enrolment.seat_label,
    )


def _local(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, tz=UTC).astimezone()
