"""A proctor signs for one candidate's packet by PIN."""

from dataclasses import dataclass

from PySide6.QtCore import Signal

from app.seat.screens.screen import Screen
from app.seat.screens.view import CandidateCard, ProctorCard
from app.ui.text import Text


@dataclass(frozen=True)
class CountersignView:
    """For whom, who can sign, and why it is asked."""

    candidate: CandidateCard
    proctors: tuple[ProctorCard, ...]
    reason: Text


class CountersignScreen(Screen):
    """The candidate's card beside the proctors' cards and the PIN field."""

    pin_entered = Signal(str, str)

    def show_countersign(self, view: CountersignView) -> None:
        """Show for whom a signature is needed."""

    def show_checking(self, proctor: str) -> None:
        """Say that the PIN is being checked; nothing can be typed meanwhile."""

    def show_wrong_pin(self, proctor: str, tries_left: int) -> None:
        """Say that the PIN was wrong; the field is empty again and has the focus."""

    def show_locked(self, proctor: str, seconds_left: int) -> None:
        """Say that this proctor has to wait; 0 seconds opens the field again."""
