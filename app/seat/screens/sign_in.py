"""Proctors sign in, each by name and PIN."""

from dataclasses import dataclass

from PySide6.QtCore import Signal

from app.seat.screens.screen import Screen
from app.seat.screens.view import ProctorCard, SessionFacts


@dataclass(frozen=True)
class SignInView:
    """Who can sign in, and how many of them have to."""

    session: SessionFacts
    proctors: tuple[ProctorCard, ...]
    needed: int


class SignInScreen(Screen):
    """Cards of the proctors and a PIN field."""

    pin_entered = Signal(str, str)

    def show_sign_in(self, view: SignInView) -> None:
        """Show the proctors; what was typed and chosen stays."""

    def show_checking(self, proctor: str) -> None:
        """Say that the PIN is being checked; nothing can be typed meanwhile."""

    def show_wrong_pin(self, proctor: str, tries_left: int) -> None:
        """Say that the PIN was wrong; the field is empty again and has the focus."""

    def show_locked(self, proctor: str, seconds_left: int) -> None:
        """Say that this proctor has to wait; 0 seconds opens the field again."""
