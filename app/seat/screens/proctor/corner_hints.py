"""What the watch noticed in picture and sound, for proctors: hints with a small picture each, and a report from one."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.seat.screens.proctor.corner_view import HintRow
from app.seat.screens.screen import BETWEEN_FACTS, PageHead, Screen
from app.ui import tokens
from app.ui.buttons import Button, Kind
from app.ui.capture_view import Preview
from app.ui.clock import clock_text
from app.ui.icons import Icon
from app.ui.labels import Label, Note, StatusMark
from app.ui.page import Column, Foot, Panel, Scroll
from app.ui.text import say
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from app.words.incidents import so_long

ROWS = 20


@dataclass(frozen=True)
class HintsView:
    """Whose recording it is (the name, empty if nobody's) and what was noticed in it, the newest first."""

    name: str
    rows: tuple[HintRow, ...] = ()


class _HintLine(Panel):
    """One hint: the moment's picture, what it may be and when, and a report that begins with it."""

    def __init__(self, number: int) -> None:
        super().__init__(Space.M)
        self._picture = Preview(tokens.HINT)
        self._picture.setObjectName("hint_picture")
        self._what = StatusMark(Type.STRONG, wrap=True)
        self._when = Label(Type.BODY, Tone.SOFT)
        self.report = Button(f"hint_report_{number}")
        text = QVBoxLayout()
        text.setSpacing(Space.S)
        text.addWidget(self._what)
        text.addWidget(self._when)
        text.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(text, 1)
        row.addWidget(self.report, 0, Qt.AlignmentFlag.AlignVCenter)
        self.content.addLayout(row)

    def show_row(self, hint: HintRow, words: Words) -> None:
        """Show a hint."""
        what = say(hint.what, words)
        self._what.show_status(Icon.FLAG, Tone.SOFT, what)
        key = "when_moment" if not hint.seconds else "when"
        self._when.setText(words(f"screen.corner_hints.{key}", time=hint.when, length=so_long(hint.seconds, words)))
        self._picture.set_nothing(words("screen.corner_hints.no_picture"))
        self._picture.show_picture(hint.picture)
        self._picture.setAccessibleName(words("screen.corner_hints.picture", what=what, time=hint.when))
        self.report.setAccessibleName(words("screen.corner_hints.report_of", what=what, time=hint.when))

    def forget(self) -> None:
        """Keep no picture of anybody."""
        self._picture.show_picture(None)


class CornerHintsScreen(Screen):
    """The hints under the sentence that a person decides; back at the foot. Escape goes back.

    `reported` carries the key of the hint a report is to begin with.
    """

    reported = Signal(str)
    left = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._view = HintsView("")
        self._head = PageHead(self.tools)
        self._left = ""
        self._only_hints = Note()
        self._none = Label(Type.LEAD, Tone.SOFT)
        self._none.setObjectName("no_hints")
        self._lines = tuple(_HintLine(number) for number in range(ROWS))
        for index, line in enumerate(self._lines):
            line.report.clicked.connect(lambda _checked=False, index=index: self._report(index))
            self.named(line.report.setText, "corner_hints.report")
        self._back = Button("hints_back", Kind.PRIMARY)
        self._back.clicked.connect(self.left)
        self.named(self._head.show_title, "corner_hints.head")
        self.named(self._none.setText, "corner_hints.none")
        self.named(self._back.setText, "corner_hints.back")
        self._lay_out()
        self.dress()

    def _lay_out(self) -> None:
        page = Column(tokens.WIDE)
        page.content.setSpacing(Space.M)
        page.content.addWidget(self._only_hints)
        page.content.addWidget(self._none)
        for line in self._lines:
            page.content.addWidget(line)
        page.content.addStretch(1)
        foot = Foot()
        foot.row.addStretch(1)
        foot.row.addWidget(self._back)
        self.body.addWidget(self._head)
        self.body.addWidget(Scroll(page), 1)
        self.body.addWidget(foot)

    def show_hints(self, view: HintsView) -> None:
        """Show what was noticed; nothing of what was shown before is kept."""
        if any(line.report.hasFocus() for line in self._lines[len(view.rows) :]):
            self._back.setFocus(Qt.FocusReason.OtherFocusReason)
        moved = [row.key for row in view.rows] != [row.key for row in self._view.rows]
        self._view = view
        self.render_view()
        if moved:
            self.turned.emit()  # what was under a hand is another one now

    def set_remaining(self, remaining_ms: int | None) -> None:
        """Show the time left; None hides it."""
        self._left = clock_text(remaining_ms) if remaining_ms is not None else ""
        self._show_facts()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def render_view(self) -> None:
        """Write it."""
        words, rows = self.words, self._view.rows
        self._show_facts()
        self._only_hints.say(Tone.ACCENT, words("screen.corner_hints.only_hints"))
        self._none.setVisible(not rows)
        for index, line in enumerate(self._lines):
            line.setVisible(index < len(rows))
            if index < len(rows):
                line.show_row(rows[index], words)
            else:
                line.forget()

    def _show_facts(self) -> None:
        left = self.words("screen.corner_hints.time_left", time=self._left) if self._left else ""
        self._head.show_facts(BETWEEN_FACTS.join(fact for fact in (self._view.name, left) if fact))

    def _report(self, index: int) -> None:
        if index < len(self._view.rows):
            self.reported.emit(self._view.rows[index].key)
