"""The holds (保全) that stand on a recording: who set each, why, until when; each is released by itself."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.archive.window.sayings import day, days_over
from app.ui.buttons import Button
from app.ui.icons import Icon
from app.ui.labels import Label, StatusMark
from app.ui.look import Look, hand_down
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from proctoring.vault.retention.standing import Hold


class HoldLine(QWidget):
    """One hold. Signal: it is to be released."""

    release_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._sequence = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        self._reason = StatusMark(Type.STRONG, wrap=True)
        self._who = Label(Type.CAPTION, Tone.SOFT)
        self._review = StatusMark(Type.BODY, wrap=True)
        self._review.setObjectName("review")
        self._release = Button("release")
        self._release.clicked.connect(lambda: self.release_chosen.emit(self._sequence))
        column.addWidget(self._reason)
        column.addWidget(self._who)
        column.addWidget(self._review)
        column.addWidget(self._release, 0, Qt.AlignmentFlag.AlignLeft)

    def show_hold(self, hold: Hold, now_ms: int, words: Words) -> None:
        """Show a hold, and whether somebody should have looked at it again by now."""
        self._sequence = hold.sequence
        self._reason.show_status(Icon.LOCK, Tone.ACCENT, words("screen.archive.hold.stands", reason=hold.reason))
        self._who.setText(f"{hold.by.name}\u2003{day(hold.since_ms)}")
        self._review.setVisible(hold.review_ms is not None)
        if hold.review_ms is not None:
            over = days_over(hold.review_ms, now_ms)
            key, look = ("over", (Icon.ATTENTION, Tone.ATTENTION)) if over else ("review", (Icon.CLOCK, Tone.SOFT))
            said = words(f"screen.archive.hold.{key}", day=day(hold.review_ms), days=over)
            self._review.show_status(*look, said)
        self._release.setText(words("screen.archive.hold.release"))


class HoldList(QWidget):
    """All holds of one recording."""

    release_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.L)
        self._lines: list[HoldLine] = []

    def show_holds(self, holds: tuple[Hold, ...], now_ms: int, words: Words, look: Look) -> None:
        """Show these holds as they stand now, by the wall clock."""
        while len(self._lines) < len(holds):
            line = HoldLine()
            line.release_chosen.connect(self.release_chosen)
            hand_down(line, look)
            self._lines.append(line)
            self._column.addWidget(line)
        for at, line in enumerate(self._lines):
            line.setVisible(at < len(holds))
            if at < len(holds):
                line.show_hold(holds[at], now_ms, words)
        self.setVisible(bool(holds))
