"""A fault in words: what happened, what is safe, what to do."""

from dataclasses import dataclass

from PySide6.QtCore import Signal

from app.seat.screens.screen import Screen
from sync.faults import Fault


@dataclass(frozen=True)
class TroubleView:
    """The fault, and whether trying again can help."""

    fault: Fault
    can_retry: bool = False


class TroubleScreen(Screen):
    """One fault, full page."""

    retry_requested = Signal()

    def show_trouble(self, view: TroubleView) -> None:
        """Show the fault."""
