"""The readiness panel: what was checked, what was seen, what it means, what to do."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.seat.screens.late import hand_look
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
    NOTE = "note"
    OVERRIDDEN = "overridden"


@dataclass(frozen=True)
class CheckRow:
    """One check: its name, what was seen, what that means, what to do (the last two may be empty).

    `evidence`: what shows it, a line each. `key`: with one, two proctors may go on all the same; `override`: they do,
    who and why. `pinned`: it stands above all others, good or not.
    """

    name: Text
    state: CheckState
    seen: Text
    meaning: Text = ""
    advice: Text = ""
    evidence: tuple[Text, ...] = ()
    key: str = ""
    override: Text = ""
    pinned: bool = False


_LOOKS = {
    CheckState.GOOD: (Icon.CHECK, Tone.DONE),
    CheckState.ATTENTION: (Icon.ATTENTION, Tone.ATTENTION),
    CheckState.BLOCKED: (Icon.BLOCKED, Tone.DANGER),
    CheckState.RUNNING: (Icon.RUNNING, Tone.SOFT),
    CheckState.NOTE: (Icon.INFO, Tone.SOFT),
    CheckState.OVERRIDDEN: (Icon.SHIELD, Tone.ATTENTION),
}
_ORDER = (
    CheckState.RUNNING,
    CheckState.BLOCKED,
    CheckState.ATTENTION,
    CheckState.OVERRIDDEN,
    CheckState.NOTE,
    CheckState.GOOD,
)
"""What is shown first."""


_BELOW_FROM = 1.4


class _CheckLine(QWidget):
    """One check. What is good says so beside its name; what is not takes the room it needs."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = IconMark(Icon.RUNNING, Tone.SOFT, beside=Type.STRONG)
        self._name, self._seen = Label(Type.STRONG), Label()
        self._state = Label(Type.STRONG, wrap=False)
        self._state.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._meaning, self._advice = Label(Type.BODY, Tone.SOFT), Label()
        self._evidence = Label(Type.CAPTION, Tone.SOFT)
        self._evidence.setObjectName("evidence")
        self._override = Label(Type.STRONG)
        self._override.setObjectName("overridden")
        self.go_on = Button("override")
        self._head = head = QHBoxLayout()
        head.setSpacing(Space.M)
        top = Qt.AlignmentFlag.AlignTop
        head.addWidget(self._name, 2, top)
        head.addWidget(self._seen, 3, top)
        head.addWidget(self._state, 0, top)
        self._text = text = QVBoxLayout()
        text.setSpacing(Space.XS)
        text.addLayout(head)
        for label in (self._meaning, self._advice, self._evidence, self._override):
            text.addWidget(label)
        self._gap = QWidget()
        self._gap.setFixedHeight(Space.XS)
        text.addWidget(self._gap)
        text.addWidget(self.go_on, 0, Qt.AlignmentFlag.AlignLeft)
        inside = QHBoxLayout()
        inside.setSpacing(Space.M)
        inside.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        inside.addLayout(text, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addWidget(rule())
        column.addLayout(inside)

    def set_look(self, look: Look, words: Words, state: CheckState) -> None:
        """Take a look, and make the last column as wide as its longest word, so that all lines agree.

        Where the text is large, or much is to be said, what was seen stands under the name.
        """
        below = look.scale >= _BELOW_FROM or state not in (CheckState.GOOD, CheckState.RUNNING)
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
        evidence = "\n".join(say(line, words) for line in check.evidence)
        for label, text in (
            (self._override, say(check.override, words)),
            (self._evidence, evidence),
            (self._meaning, say(check.meaning, words)),
            (self._advice, say(check.advice, words)),
        ):
            label.setText(text)
            label.setVisible(bool(text))
        self.go_on.setObjectName(f"override_{check.key}")
        for widget in (self._gap, self.go_on):
            widget.setVisible(bool(check.key) and not check.override)
        self.go_on.setText(words("environment.go_on"))
        self.go_on.setAccessibleName(f"{self.go_on.text()} {self._name.text()}")


class ReadinessPanel(Looked, Panel):
    """What is not good, the gravest first; what is, folded into one line. `overridden` carries a row's key.

    `grown`: lines were made, so that the order of the keyboard is another.
    """

    overridden = Signal(str)
    grown = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._title = Label(Type.SECTION)
        self.recheck = Button("recheck", Kind.QUIET, bar=True)
        self._lines: list[_CheckLine] = []
        self._shown: tuple[CheckRow, ...] = ()
        self._checks: tuple[CheckRow, ...] = ()
        self._words: Words | None = None
        self._open = False
        self._empty = Label(Type.BODY, Tone.SOFT)
        self._fold_rule = rule()
        self.fold = Button("checks_clear", Kind.QUIET, bar=True)
        self.fold.clicked.connect(self._turn)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.recheck)
        self.content.setSpacing(Space.M)
        self.content.addLayout(head)
        self.content.addWidget(self._empty)
        self.content.addWidget(self._fold_rule)
        self.content.addWidget(self.fold, 0, Qt.AlignmentFlag.AlignLeft)
        self.content.addStretch(1)

    def look_changed(self) -> None:
        """Nothing of its own: the lines are measured when they are shown."""

    def set_words(self, words: Words) -> None:
        """Say everything in another language."""
        self._words = words
        self._title.setText(words("screen.launch.readiness"))
        self._empty.setText(words("screen.launch.no_checks"))
        self.recheck.setText(words("screen.launch.recheck"))

    def show_checks(self, checks: tuple[CheckRow, ...], words: Words) -> bool:
        """Show the checks: of those that came out alike, in the order given. Say whether lines were made for it."""
        self._checks, self._words = checks, words
        self._empty.setVisible(not checks)
        good = [one for one in checks if one.state is CheckState.GOOD and not one.pinned]
        told = sorted((one for one in checks if one not in good), key=_place)
        self._shown = (*told, *(good if self._open else ()))
        more = len(self._lines) < len(self._shown)
        while len(self._lines) < len(self._shown):
            self._add_line()
        for index, line in enumerate(self._lines):
            line.setVisible(index < len(self._shown))
            if index < len(self._shown):
                line.set_look(self.look, words, self._shown[index].state)
                line.show_check(self._shown[index], words)
        for widget in (self._fold_rule, self.fold):
            widget.setVisible(bool(good))
        key = "folded" if told else "all_clear"
        said = words(f"environment.{key}", count=len(good))
        self.fold.setText(words(f"environment.{'fold' if self._open else 'unfold'}", said=said))
        self._place_fold(len(told))
        for before, after in pairwise((self.recheck, *(line.go_on for line in self._lines), self.fold)):
            QWidget.setTabOrder(before, after)
        return more

    def _place_fold(self, told: int) -> None:
        """Let the line that folds stand between what is told and what is good."""
        for widget in (self._fold_rule, self.fold):
            self.content.removeWidget(widget)
        at = self.content.indexOf(self._lines[told]) if told < len(self._lines) else self.content.count() - 1
        self.content.insertWidget(at, self._fold_rule)
        self.content.insertWidget(at + 1, self.fold, 0, Qt.AlignmentFlag.AlignLeft)

    def _add_line(self) -> None:
        line, index = _CheckLine(), len(self._lines)
        line.go_on.clicked.connect(lambda _checked=False, at=index: self._ask(at))
        hand_look(line, self.look)
        self._lines.append(line)
        self.content.insertWidget(self.content.count() - 1, line)

    def _ask(self, at: int) -> None:
        if at < len(self._shown) and self._shown[at].key:
            self.overridden.emit(self._shown[at].key)

    def _turn(self) -> None:
        self._open = not self._open
        if self._words is not None and self.show_checks(self._checks, self._words):
            self.grown.emit()


def _place(check: CheckRow) -> tuple[bool, int]:
    return not check.pinned, _ORDER.index(check.state)
