"""Before handing in: what is unanswered or flagged, and the confirmation."""

from dataclasses import dataclass

from PySide6.QtCore import Signal

from app.seat.screens.screen import Screen
from app.ui.number_grid import GridCell
from sync.wire.plan import Bilingual


@dataclass(frozen=True)
class ReviewView:
    """The whole answer card; `here` is the item the candidate came from."""

    exam_title: Bilingual
    candidate_name: str
    seat_number: int
    cells: tuple[GridCell, ...]
    here: int


class ReviewScreen(Screen):
    """The answer card with the unfinished first, and handing in behind a confirmation."""

    back_requested = Signal()
    went_to = Signal(int)
    submit_confirmed = Signal()

    def show_review(self, view: ReviewView) -> None:
        """Show the answer card; a confirmation that was open is closed."""

    def set_remaining(self, remaining_ms: int) -> None:
        """Show the time left."""
