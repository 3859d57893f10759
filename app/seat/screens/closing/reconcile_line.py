"""One candidate's line of the reconciliation."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui.buttons import Button
from app.ui.fields import Field
from app.ui.icons import Icon, IconMark
from app.ui.labels import Label, rule
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from sync.wire.ids import plain_line
from sync.wire.packet import EndReason
from sync.wire.room import Standing

LONGEST_WORD = 400  # characters of an explanation, as the wire takes them
_LOOKS: Mapping[Standing, tuple[Icon, Tone]] = {
    Standing.DONE: (Icon.CHECK, Tone.DONE),
    Standing.BLANK: (Icon.ATTENTION, Tone.ATTENTION),
    Standing.NEVER_BEGUN: (Icon.ATTENTION, Tone.ATTENTION),
    Standing.REFUSED: (Icon.BLOCKED, Tone.DANGER),
    Standing.HELD: (Icon.ATTENTION, Tone.ATTENTION),
    Standing.ABSENT: (Icon.TO_DO, Tone.SOFT),
}
_PHRASES = 2  # for each standing that has to be explained
_WIDTHS = (4, 3, 3, 3)


@dataclass(frozen=True)
class ReconcileRow:
    """One candidate. `score` is written out, empty where none is shown; `items`: how many the form has."""

    sitting: str
    name: str
    number: str
    seat: int
    standing: Standing
    end: EndReason | None
    under_way: bool
    answered: int
    items: int
    score: str
    incidents: int
    irregular: bool
    clauses: tuple[str, ...]
    needs_word: bool
    explanation: str


class ReconcileLine(QWidget):
    """Name and number; how they stand; what they did; what happened; and a field where a word is needed."""

    explained = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._row: ReconcileRow | None = None
        self._icon = IconMark(Icon.TO_DO, Tone.SOFT, beside=Type.STRONG)
        self._name, self._number = Label(Type.STRONG), Label(Type.BODY, Tone.SOFT)
        self._standing, self._work, self._events = Label(Type.STRONG), Label(), Label()
        self._field = Field("explanation", longest=LONGEST_WORD)
        self._field.returnPressed.connect(self._say)
        self._field.textChanged.connect(lambda _text: self._typed())
        self._save = Button("save_explanation")
        self._save.clicked.connect(self._say)
        self._said = Label(Type.BODY, Tone.SOFT)
        self._phrases = [Button(f"phrase_{at}") for at in range(_PHRASES)]
        for button in self._phrases:
            button.clicked.connect(lambda _checked=False, button=button: self._take(button))
        self._lay_out()

    def _lay_out(self) -> None:
        who = QVBoxLayout()
        who.setSpacing(0)
        who.addWidget(self._name)
        who.addWidget(self._number)
        facts = QHBoxLayout()
        facts.setSpacing(Space.L)
        facts.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        facts.addLayout(who, _WIDTHS[0])
        for label, width in zip((self._standing, self._work, self._events), _WIDTHS[1:], strict=True):
            facts.addWidget(label, width, Qt.AlignmentFlag.AlignTop)
        for label in (self._name, self._number, self._standing, self._work, self._events):
            # the columns of all lines agree only if no text pushes its own
            label.setSizePolicy(QSizePolicy.Policy.Ignored, label.sizePolicy().verticalPolicy())
        word = QHBoxLayout()
        word.setSpacing(Space.M)
        word.addWidget(self._field, 1)
        word.addWidget(self._save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        self._rule = rule()
        column.addWidget(self._rule)
        column.addLayout(facts)
        column.addWidget(self._said)
        column.addLayout(word)
        ready = QVBoxLayout()
        ready.setSpacing(Space.S)
        for button in self._phrases:
            ready.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(ready)

    def show_row(self, row: ReconcileRow, words: Words, *, first: bool) -> None:
        """Show a candidate; what is being typed for this one stays."""
        self._rule.setVisible(not first)
        another = self._row is None or self._row.sitting != row.sitting
        fresh = another or (self._row is not None and self._row.explanation != row.explanation)
        self._row = row
        icon, tone = (Icon.RUNNING, Tone.DANGER) if row.under_way else _LOOKS[row.standing]
        self._icon.show_icon(icon, tone)
        self._name.setText(row.name)
        self._number.setText(words("screen.reconcile.who", number=row.number, seat=f"{row.seat:02}"))
        self._standing.setText(_state(row, words))
        self._standing.set_tone(tone)
        self._work.setText(self._work_text(row, words))
        self._events.setText(self._events_text(row, words))
        self._events.set_tone(Tone.DANGER if row.irregular else Tone.INK)
        asked = row.needs_word and not row.under_way
        self._said.setText(words("screen.reconcile.said", text=row.explanation) if row.explanation else "")
        self._said.setVisible(asked and bool(row.explanation))
        if fresh:
            self._field.setText("")
        for at, button in enumerate(self._phrases):
            button.setVisible(asked)
            if asked:
                button.setText(words(f"screen.reconcile.phrase_{row.standing.value}_{at}"))
        self._field.setVisible(asked)
        self._save.setVisible(asked)
        key = "change" if row.explanation else "explain"
        self._field.setPlaceholderText(words(f"screen.reconcile.{key}_here"))
        self._save.setText(words(f"screen.reconcile.{key}"))
        self._field.setAccessibleName(words("screen.reconcile.explain_for", name=row.name))
        self._save.setAccessibleName(f"{self._save.text()} {row.name}")
        self._typed()

    def _work_text(self, row: ReconcileRow, words: Words) -> str:
        if row.standing not in (Standing.DONE, Standing.BLANK) and not row.under_way:
            return ""
        answered = words("screen.reconcile.answered", answered=row.answered, items=row.items)
        return f"{answered}\n{words('screen.reconcile.score', score=row.score)}" if row.score else answered

    def _events_text(self, row: ReconcileRow, words: Words) -> str:
        parts = [words("screen.reconcile.incidents", count=row.incidents)] if row.incidents else []
        if row.irregular:
            clauses = words("room.clauses", clauses=" ".join(row.clauses)) if row.clauses else ""
            parts.append(words("room.irregular") + clauses)
        return "\n".join(parts)

    def _take(self, button: Button) -> None:
        """Write a ready phrase into the field, where it can be changed before it is saved."""
        self._field.setText(button.text()[:LONGEST_WORD])
        self._save.setFocus(Qt.FocusReason.OtherFocusReason)

    def _typed(self) -> None:
        self._save.setEnabled(bool(plain_line(self._field.text())))

    def _say(self) -> None:
        text = plain_line(self._field.text())
        if text and self._row is not None:
            self.explained.emit(self._row.sitting, text)


def _state(row: ReconcileRow, words: Words) -> str:
    if row.under_way:
        return words("screen.reconcile.not_over")
    if row.end in (EndReason.PROCTOR, EndReason.VOIDED):
        return words(f"room.end.{row.end.value}")
    return words(f"room.standing.{row.standing.value}")
