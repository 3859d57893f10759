"""Readiness of the seat, the release, and the start of the session."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Signal

from app.seat.screens.screen import Screen
from app.seat.screens.view import SessionFacts
from app.ui.text import Text


class CheckState(StrEnum):
    """How a readiness check came out."""

    GOOD = "good"
    ATTENTION = "attention"
    BLOCKED = "blocked"
    RUNNING = "running"


@dataclass(frozen=True)
class CheckRow:
    """One check: its name, what was seen, what that means, what to do (the last two may be empty)."""

    name: Text
    state: CheckState
    seen: Text
    meaning: Text = ""
    advice: Text = ""


class ReleaseState(StrEnum):
    """Where the release (开考放行) stands."""

    WAITING = "waiting"
    FETCHING = "fetching"
    RELEASED = "released"


@dataclass(frozen=True)
class LaunchView:
    """Everything on the launch screen. `release_note` says why the release is not here yet, if there is a why."""

    session: SessionFacts
    proctors: tuple[str, ...]
    checks: tuple[CheckRow, ...]
    release: ReleaseState
    release_note: Text | None
    can_start: bool


class LaunchScreen(Screen):
    """The readiness panel, the release (fetched or typed), and "Start session"."""

    release_requested = Signal()
    code_entered = Signal(str)
    start_requested = Signal()
    recheck_requested = Signal()

    def show_launch(self, view: LaunchView) -> None:
        """Show the checks and the release; a code being typed stays."""

    def show_wrong_code(self, group: int) -> None:
        """Point out the group (1 to 6) that cannot be right; 0: it is not known which."""
