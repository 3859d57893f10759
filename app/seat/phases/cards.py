"""A roster entry as a screen shows it."""

import base64

from app.seat.screens.view import CandidateCard
from app.seat.workplace import Session
from app.ui.text import Sentence
from sync.wire.plan import MINUTE_MS, RosterEntry


def candidate_card(session: Session, entry: RosterEntry) -> CandidateCard:
    """Give the card of one candidate."""
    extra = entry.accommodation.extra_time_ms // MINUTE_MS
    return CandidateCard(
        sitting=entry.sitting,
        name=entry.name,
        admission_number=entry.admission_number,
        id_number_masked=entry.id_number_masked,
        exam_title=session.plan.exam_title,
        seat_number=entry.seat_number,
        photo=photo_of(entry),
        simulated=entry.simulated,
        allowance=Sentence("seat.extra_time", {"minutes": extra}) if extra else None,
    )


def photo_of(entry: RosterEntry) -> bytes | None:
    """Give the roster's photo, PNG bytes."""
    return base64.b64decode(entry.photo_png) if entry.photo_png else None
