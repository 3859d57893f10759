"""A candidate finds themself by admission number and confirms."""

from dataclasses import dataclass

from PySide6.QtCore import Signal

from app.seat.screens.screen import Screen
from app.seat.screens.view import CandidateCard, SessionFacts
from app.ui.text import Text


@dataclass(frozen=True)
class CheckInView:
    """The session, and how many of the roster are still expected at this seat."""

    session: SessionFacts
    expected: int


class CheckInScreen(Screen):
    """The admission number, then one's own card."""

    number_entered = Signal(str)
    confirmed = Signal(str)
    denied = Signal(str)

    def show_check_in(self, view: CheckInView) -> None:
        """Show the empty number field."""

    def show_candidate(self, card: CandidateCard) -> None:
        """Show whose number it is, and ask."""

    def show_problem(self, problem: Text) -> None:
        """Say under the field why this number does not go on; what was typed stays."""
