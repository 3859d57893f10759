"""The readiness panel: what was checked, what was seen, what it means, what to do."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.buttons import Button, Kind
from app.ui.icons import Icon, IconMark
from app.ui.labels import Label, rule
from app.ui.look import Look, Looked
from app.ui.page import Panel
from app.ui.text import Text, say
from app.ui.tokens import Space, Tone, Type
from app.words import Words


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


_LOOKS = {
    CheckState.GOOD: (Icon.CHECK, Tone.DONE),
    CheckState.ATTENTION: (Icon.ATTENTION, Tone.ATTENTION),
    CheckState.BLOCKED: (Icon.BLOCKED, Tone.DANGER),
    CheckState.RUNNING: (Icon.RUNNING, Tone.SOFT),
}


_BELOW_FROM = 1.4


class _CheckLine(QWidget):
    """One check."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = IconMark(Icon.RUNNING, Tone.SOFT, beside=Type.STRONG)
        self._name, self._seen = Label(Type.STRONG), Label()
        self._state = Label(Type.STRONG, wrap=False)
        self._state.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._meaning, self._advice = Label(Type.BODY, Tone.SOFT), Label()
        self._head = head = QHBoxLayout()
        head.setSpacing(Space.M)
        top = Qt.AlignmentFlag.AlignTop
        head.addWidget(self._name, 2, top)
        head.addWidget(self._seen, 3, top)
        head.addWidget(self._state, 0, top)
        self._text = text = QVBoxLayout()
        text.setSpacing(Space.XS)
        text.addLayout(head)
        text.addWidget(self._meaning)
        text.addWidget(self._advice)
        inside = QHBoxLayout()
        inside.setSpacing(Space.M)
        inside.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        inside.addLayout(text, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addWidget(rule())
        column.addLayout(inside)

    def set_look(self, look: Look, words: Words) -> None:
        """Take a look, and make the last column as wide as its longest word, so that all lines agree.

        Where the text is large, what was seen stands under the name: beside it there is no room for sentences.
        """
        below = look.scale >= _BELOW_FROM
        if below is (self._text.indexOf(self._seen) < 0):
            (self._head if below else self._text).removeWidget(self._seen)
            if below:
                self._text.insertWidget(1, self._seen)
            else:
                self._head.insertWidget(1, self._seen, 3, Qt.AlignmentFlag.AlignTop)
        self._icon.set_look(look)
        metrics = QFontMetrics(look.font(Type.STRONG))
        states = (words(f"screen.launch.state_{state.value}") for state in CheckState)
        self._state.setMinimumWidth(max(metrics.horizontalAdvance(state) for state in states))

    def show_check(self, check: CheckRow, words: Words) -> None:
        """Show a check."""
        icon, tone = _LOOKS[check.state]
        self._icon.show_icon(icon, tone)
        self._name.setText(say(check.name, words))
        self._seen.setText(say(check.seen, words))
        self._state.setText(words(f"screen.launch.state_{check.state.value}"))
        self._state.set_tone(tone)
        for label, text in ((self._meaning, check.meaning), (self._advice, check.advice)):
            label.setText(say(text, words))
            label.setVisible(bool(text))


class ReadinessPanel(Looked, Panel):
    """All checks, and a button to check again."""

    def __init__(self) -> None:
        super().__init__()
        self._title = Label(Type.SECTION)
        self.recheck = Button("recheck", Kind.QUIET, bar=True)
        self._lines: list[_CheckLine] = []
        self._empty = Label(Type.BODY, Tone.SOFT)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.recheck)
        self.content.setSpacing(Space.M)
        self.content.addLayout(head)
        self.content.addWidget(self._empty)
        self.content.addStretch(1)

    def look_changed(self) -> None:
        """Nothing of its own: the lines are measured when they are shown."""

    def set_words(self, words: Words) -> None:
        """Say everything in another language."""
        self._title.setText(words("screen.launch.readiness"))
        self._empty.setText(words("screen.launch.no_checks"))
        self.recheck.setText(words("screen.launch.recheck"))

    def show_checks(self, checks: tuple[CheckRow, ...], words: Words) -> None:
        """Show the checks, in the order given."""
        self._empty.setVisible(not checks)
        while len(self._lines) < len(checks):
            line = _CheckLine()
            self._lines.append(line)
            self.content.insertWidget(self.content.count() - 1, line)
        for index, line in enumerate(self._lines):
            line.setVisible(index < len(checks))
            if index < len(checks):
                line.set_look(self.look, words)
                line.show_check(checks[index], words)
