"""The recording notice, the rules, and the start of the sitting."""

from dataclasses import dataclass

from PySide6.QtCore import Signal

from app.seat.screens.screen import Screen
from app.seat.screens.view import SessionFacts
from app.ui.text import Text
from app.words import Words


@dataclass(frozen=True)
class NoticeView:
    """What the candidate is told before the start. `ready` is true once the recording runs; `problem` says why not."""

    session: SessionFacts
    candidate_name: str
    seat_number: int
    items: int
    minutes: int
    marks: int
    pass_mark: int
    retention_years: int
    ready: bool
    problem: Text | None = None


def notice_text(words: Words, retention_years: int) -> str:
    """Give the recording notice as it is read, one statement a line; its digest goes into the journal."""
    return words("screen.notice.title", years=retention_years)


class NoticeScreen(Screen):
    """The notice with a live picture, the rules, "I have read this", and "Start the exam"."""

    notice_read = Signal()
    start_requested = Signal()

    def show_notice(self, view: NoticeView) -> None:
        """Show the notice; "I have read this" is open until it is ticked."""

    def set_preview(self, jpeg: bytes | None) -> None:
        """Show the camera's newest picture, or that there is none."""

    def set_level(self, dbfs_tenths: int) -> None:
        """Show the sound's level, tenths of dBFS."""

    def set_source_simulated(self, *, picture: bool, sound: bool) -> None:
        """Say on the picture and at the level that they are simulated."""
