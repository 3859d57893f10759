"""What recordings are looked for: a text, and further conditions that unfold below it or on a page of their own."""

from dataclasses import replace
from datetime import date
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.archive import days
from app.archive.catalogue import Condition, Query
from app.archive.window.chrome import ArchivePage
from app.archive.window.rows import RowButton, Wrap
from app.ui import tokens
from app.ui.buttons import Button
from app.ui.fields import Field
from app.ui.icons import Icon
from app.ui.labels import Label, StatusMark
from app.ui.look import Looked
from app.ui.page import Scroll
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from sync.wire.recording import FlagKind

TYPING_MS: Final = 150
_SECOND_MS: Final = 1000
_DATES: Final = ("from", "to")
_FIELDS: Final = (*_DATES, "seat")


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
        self._said = StatusMark(Type.BODY, wrap=True)  # stays in sight while the conditions are folded away
        self._said.setObjectName("wrong_dates")
        self._said.hide()
        self._column.addWidget(self._said)
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
        for name in _DATES:
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

    def query(self, session: str, now_ms: int, wall_ms: int) -> Query:
        """Give what is looked for. A date that is none is said, and nothing is asked by it."""
        self._name_further()
        begins, ends = self._days()
        asked = Query(
            text=self.text.text(),
            session=session,
            seat=self._fields["seat"].text().strip(),
            flag=next((kind for kind, chip in self._flags.items() if chip.isChecked()), None),
            condition=next((one for one, chip in self._conditions.items() if chip.isChecked()), None),
            now_ms=now_ms,
            wall_ms=wall_ms,
        )
        from_ms = days.begins_ms(begins) if begins else None
        return replace(asked, from_ms=from_ms, to_ms=days.ends_ms(ends) + _SECOND_MS if ends else None)

    def _days(self) -> tuple[date | None, date | None]:
        """Read both dates, and say below the fields what is the matter with them."""
        typed = {name: self._fields[name].text().strip() for name in _DATES}
        begins, ends = (days.day_typed(text) for text in typed.values())
        wrong = [name for name, day in zip(_DATES, (begins, ends), strict=True) if typed[name] and day is None]
        for name in _DATES:
            self._fields[name].set_wrong(name in wrong)
        said = [self._words(f"screen.archive.find.wrong_{name}", typed=typed[name]) for name in wrong]
        if begins and ends and begins > ends:
            said.append(self._words("screen.archive.find.wrong_order"))
            self._fields["to"].set_wrong(True)
        self._said.setVisible(bool(said))
        self._said.show_status(Icon.ATTENTION, Tone.ATTENTION, "\n".join(said))
        return begins, ends

    def choose(self, condition: Condition) -> None:
        """Look for this condition alone."""
        self.clear()
        self._conditions[condition].setChecked(True)
        self._name_further()

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
