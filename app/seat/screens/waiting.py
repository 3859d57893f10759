"""Nothing to do here yet: what will come, and how."""

from dataclasses import dataclass

from app.seat.screens.screen import Screen
from app.seat.screens.view import SessionFacts
from app.ui.text import Text


@dataclass(frozen=True)
class WaitingView:
    """What is waited for, what will come here, and (if there is one) the session."""

    title: Text
    body: Text
    session: SessionFacts | None = None


class WaitingScreen(Screen):
    """An empty state with words."""

    def show_waiting(self, view: WaitingView) -> None:
        """Show what is waited for."""
