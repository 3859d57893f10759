"""What recordings are looked for: a text, and further conditions that unfold below it or on a page of their own."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.archive.catalogue import Condition, Query
from app.archive.window.chrome import ArchivePage
from app.archive.window.rows import RowButton, Wrap
from app.ui import tokens
from app.ui.buttons import Button
from app.ui.fields import Field
from app.ui.icons import Icon
from app.ui.labels import Label
from app.ui.look import Looked
from app.ui.page import Scroll
from app.ui.tokens import Space, Type
from app.words import Words
from sync.wire.recording import FlagKind

TYPING_MS: Final = 150
_DATE: Final = "%Y-%m-%d"
_FIELDS: Final = ("from", "to", "seat")


class FindFields(QWidget):
    """The fields. Signals: something else is looked for; Return was pressed in the text; the conditions unfold.

    Where there is little room (`fold`), all conditions stand in `page` instead of below the text.
    """

    changed = Signal()
    entered = Signal()
    unfolded = Signal()

    def __init__(self, owner: ArchivePage) -> None:
        super().__init__()
        self._words = owner.words
        self._folded = False
        self._typing = QTimer(self, interval=TYPING_MS, singleShot=True)
        self._typing.timeout.connect(self.changed)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(Space.XL, Space.M, Space.XL, Space.M)
        self._column.setSpacing(Space.M)
        self._column.addLayout(self._make_text(owner))
        self._conditions: dict[Condition, Button] = {}
        self._flags: dict[FlagKind, Button] = {}
        self._first, self._more = self._make_conditions(owner), self._make_more(owner)
        self._column.addWidget(self._first)
        self._column.addWidget(self._more)
        inside = QWidget()
        self._inside = QVBoxLayout(inside)
        self._inside.setContentsMargins(0, 0, Space.M, 0)
        self._inside.setSpacing(Space.L)
        self._inside.addStretch(1)
        self.page: Final = Scroll(inside)
        self._show()

    def _make_text(self, owner: ArchivePage) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        self.text = Field("text", longest=100)
        owner.named(self.text.setPlaceholderText, "archive.find.text")
        owner.named(self.text.setAccessibleName, "archive.find.text")
        self.text.textChanged.connect(lambda _text: self._typing.start())
        self.text.returnPressed.connect(self._enter)
        self.further = Button("further", icon=Icon.PLUS)
        self.further.be_markable()
        self.further.clicked.connect(self._show)
        row.addWidget(self.text, 1)
        row.addWidget(self.further)
        return row

    def _make_conditions(self, owner: ArchivePage) -> QWidget:
        area = QWidget()
        row = Wrap(area)
        for condition in Condition:
            chip = RowButton(f"condition_{condition.value}")
            chip.be_markable()
            owner.named(chip.setText, f"archive.condition.{condition.value}")
            chip.clicked.connect(lambda _checked=False, which=condition: self._one_condition(which))
            self._conditions[condition] = chip
            row.put(chip)
        return area

    def _make_more(self, owner: ArchivePage) -> QWidget:
        more = QWidget()
        column = QVBoxLayout(more)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        fields = QWidget()
        row = Wrap(fields, Space.XL)
        self._fields: dict[str, Field] = {}
        for name in _FIELDS:
            field = Field(f"find_{name}", longest=40)
            owner.named(field.setAccessibleName, f"archive.find.{name}")
            field.textChanged.connect(lambda _text: self._typing.start())
            self._fields[name] = field
            row.put(_Named(owner, name, field))
        for name in ("from", "to"):
            owner.named(self._fields[name].setPlaceholderText, "archive.find.date_form")
        column.addWidget(fields)
        flags = QWidget()
        chips = Wrap(flags)
        for kind in FlagKind:
            chip = RowButton(f"flag_{kind.value}")
            chip.be_markable()
            owner.named(chip.setText, f"archive.flag.{kind.value}")
            chip.clicked.connect(lambda _checked=False, which=kind: self._one_flag(which))
            self._flags[kind] = chip
            chips.put(chip)
        column.addWidget(flags)
        return more

    def set_words(self, words: Words) -> None:
        """Say it in another language."""
        self._words = words
        self._name_further()

    @property
    def folded(self) -> bool:
        """Whether the conditions are kept on a page of their own."""
        return self._folded

    def fold(self, *, folded: bool) -> None:
        """Keep the conditions on a page of their own, or below the text."""
        self._folded = folded
        column = self._inside if folded else self._column
        for at, part in enumerate((self._first, self._more)):
            column.insertWidget(at if folded else at + 1, part)
        self._show()

    @property
    def page_wanted(self) -> bool:
        """Whether the page of conditions is to be in front."""
        return self._folded and self.further.isChecked()

    def _show(self) -> None:
        unfolded = self.further.isChecked()
        self._first.setVisible(unfolded or not self._folded)
        self._more.setVisible(unfolded)
        self._name_further()
        self.unfolded.emit()

    def _name_further(self) -> None:
        chips = [*self._flags.values(), *(self._conditions.values() if self._folded else ())]
        count = sum(chip.isChecked() for chip in chips) + sum(bool(one.text()) for one in self._fields.values())
        words = self._words
        named = (
            words("screen.archive.find.further_count", count=count) if count else words("screen.archive.find.further")
        )
        self.further.setText(named)

    def query(self, session: str, now_ms: int) -> Query | None:
        """Give what is looked for; None while a date is no date."""
        self._name_further()
        begins, wrong_from = _day(self._fields["from"].text())
        ends, wrong_to = _day(self._fields["to"].text())
        self._fields["from"].set_wrong(wrong_from)
        self._fields["to"].set_wrong(wrong_to)
        if wrong_from or wrong_to:
            return None
        asked = Query(
            text=self.text.text(),
            session=session,
            seat=self._fields["seat"].text().strip(),
            flag=next((kind for kind, chip in self._flags.items() if chip.isChecked()), None),
            condition=next((one for one, chip in self._conditions.items() if chip.isChecked()), None),
            now_ms=now_ms,
        )
        to_ms = _ms(ends + timedelta(days=1)) if ends else None
        return replace(asked, from_ms=_ms(begins) if begins else None, to_ms=to_ms)

    def clear(self) -> None:
        """Look for everything again."""
        for field in (self.text, *self._fields.values()):
            field.clear()
        for chip in (*self._conditions.values(), *self._flags.values(), self.further):
            chip.setChecked(False)
        self._typing.stop()
        self._show()

    def _enter(self) -> None:
        self._typing.stop()
        self.entered.emit()

    def _one_condition(self, which: Condition) -> None:
        for condition, chip in self._conditions.items():
            if condition is not which:
                chip.setChecked(False)
        self.changed.emit()

    def _one_flag(self, which: FlagKind) -> None:
        for kind, chip in self._flags.items():
            if kind is not which:
                chip.setChecked(False)
        self.changed.emit()


class _Named(Looked, QWidget):
    """A field with its name before it."""

    def __init__(self, owner: ArchivePage, name: str, field: Field) -> None:
        super().__init__()
        self._field = field
        label = Label(Type.STRONG, wrap=False)
        owner.named(label.setText, f"archive.find.{name}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.M)
        row.addWidget(label)
        row.addWidget(field)
        self.look_changed()

    def look_changed(self) -> None:
        """Have room for a date."""
        self._field.setFixedWidth(self.look.length(2 * tokens.WORD))


def _day(text: str) -> tuple[datetime | None, bool]:
    """Read a date of the local calendar; also tell whether it is wrong."""
    if not text.strip():
        return None, False
    try:
        return datetime.strptime(text.strip(), _DATE).astimezone(), False
    except ValueError:
        return None, True


def _ms(day: datetime) -> int:
    return round(day.astimezone(UTC).timestamp() * 1000)
