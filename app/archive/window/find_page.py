"""Finding recordings: fields that filter as one types, and a table that reads on as one scrolls."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.archive.catalogue import Condition, Entry, Query
from app.archive.window.chrome import ArchivePage, Place
from app.archive.window.find_model import Count, Fetch, FindModel
from app.archive.window.find_table import FindTable
from app.archive.window.sayings import Sayings
from app.ui.buttons import Button, Kind
from app.ui.fields import Field
from app.ui.icons import Icon
from app.ui.labels import Label, Line, StatusMark
from app.ui.message import MessagePanel
from app.ui.page import Foot, Scroll
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from sync.faults import Fault
from sync.wire.recording import FlagKind

TYPING_MS: Final = 150
_FLAGS_A_ROW: Final = 8
_DATE: Final = "%Y-%m-%d"
_FIELDS: Final = ("from", "to", "seat")


class FindPage(ArchivePage):
    """The find page. Signals: a recording is to be opened; the shelf is to be read again."""

    opened = Signal(str)
    refresh_requested = Signal()

    def __init__(self, words: Words, fetch: Fetch, count: Count, parent: QWidget | None = None) -> None:
        super().__init__(words, parent, Place.FIND)
        self._now_ms = 0
        self._session: tuple[str, str] | None = None
        self._number: int | None = None
        self.model = FindModel(fetch, count, Sayings(words), self)
        self.model.found.connect(self._found)
        self.model.searching.connect(self._searching)
        self.model.failed.connect(self._failed)
        self._typing = QTimer(self, interval=TYPING_MS, singleShot=True)
        self._typing.timeout.connect(self.search)
        self.body.addWidget(self._make_fields())
        middle = QVBoxLayout()
        middle.setContentsMargins(Space.XL, 0, Space.XL, Space.M)
        middle.setSpacing(Space.M)
        middle.addWidget(self.problem)
        self._stack = QStackedWidget()
        self.table = FindTable(self.model)
        self.table.opened.connect(self._open)
        self._nothing = MessagePanel("nothing_found")
        self._stack.addWidget(self.table)
        self._stack.addWidget(Scroll(self._nothing))
        middle.addWidget(self._stack, 1)
        self.body.addLayout(middle, 1)
        self.body.addWidget(self._make_foot())
        self.named(self.table.setAccessibleName, "archive.find.table")
        self.dress()

    def _make_fields(self) -> QWidget:
        area = QWidget()
        column = QVBoxLayout(area)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.M)
        column.setSpacing(Space.M)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        self.text = Field("text", longest=100)
        self.named(self.text.setPlaceholderText, "archive.find.text")
        self.named(self.text.setAccessibleName, "archive.find.text")
        self.text.textChanged.connect(lambda _text: self._typing.start())
        self.text.returnPressed.connect(self._to_table)
        self._further = Button("further", Kind.SECONDARY, Icon.PLUS)
        self._further.be_markable()
        self.named(self._further.setText, "archive.find.further")
        self._further.clicked.connect(self._show_more)
        row.addWidget(self.text, 1)
        row.addWidget(self._further)
        column.addLayout(row)
        column.addLayout(self._make_conditions())
        self._more: QWidget = self._make_more()
        column.addWidget(self._more)
        self._more.hide()
        return area

    def _make_conditions(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        self._conditions: dict[Condition, Button] = {}
        for condition in Condition:
            chip = Button(f"condition_{condition.value}", Kind.SECONDARY, bar=True)
            chip.be_markable()
            self.named(chip.setText, f"archive.condition.{condition.value}")
            chip.clicked.connect(lambda _checked=False, which=condition: self._one_condition(which))
            self._conditions[condition] = chip
            row.addWidget(chip)
        row.addStretch(1)
        return row

    def _make_more(self) -> QWidget:
        more = QWidget()
        column = QVBoxLayout(more)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        self._fields: dict[str, Field] = {}
        for name in _FIELDS:
            label = Label(Type.STRONG, wrap=False)
            self.named(label.setText, f"archive.find.{name}")
            field = Field(f"find_{name}", longest=40)
            self.named(field.setAccessibleName, f"archive.find.{name}")
            field.textChanged.connect(lambda _text: self._typing.start())
            self._fields[name] = field
            row.addWidget(label)
            row.addWidget(field, 1)
        for name in ("from", "to"):
            self.named(self._fields[name].setPlaceholderText, "archive.find.date_form")
        column.addLayout(row)
        grid = QGridLayout()
        grid.setSpacing(Space.S)
        self._flags: dict[FlagKind, Button] = {}
        for at, kind in enumerate(FlagKind):
            chip = Button(f"flag_{kind.value}", Kind.SECONDARY, bar=True)
            chip.be_markable()
            self.named(chip.setText, f"archive.flag.{kind.value}")
            chip.clicked.connect(lambda _checked=False, which=kind: self._one_flag(which))
            self._flags[kind] = chip
            grid.addWidget(chip, at // _FLAGS_A_ROW, at % _FLAGS_A_ROW)
        column.addLayout(grid)
        return more

    def _make_foot(self) -> QWidget:
        foot = Foot()
        self._status = StatusMark(Type.BAR)
        self._status.setObjectName("find_status")
        self._session_line = Line(Type.BAR, Tone.SOFT)
        self._any_session = Button("any_session", Kind.QUIET, bar=True)
        self.named(self._any_session.setText, "archive.find.any_session")
        self._any_session.clicked.connect(lambda: self.within_session("", ""))
        self._any_session.hide()
        self._refresh = Button("refresh", bar=True)
        self.named(self._refresh.setText, "archive.find.refresh")
        self._refresh.clicked.connect(self.refresh_requested)
        self._open_button = Button("open", Kind.PRIMARY, bar=True)
        self.named(self._open_button.setText, "archive.find.open")
        self._open_button.clicked.connect(lambda: self._open(self.table.chosen()))
        foot.row.addWidget(self._status)
        foot.row.addWidget(self._session_line)
        foot.row.addWidget(self._any_session)
        foot.row.addStretch(1)
        foot.row.addWidget(self._refresh)
        foot.row.addWidget(self._open_button)
        return foot

    def _show_more(self) -> None:
        self._more.setVisible(self._further.isChecked())

    # what is looked for

    def set_now(self, now_ms: int) -> None:
        """Say what time it is, for what can expire."""
        self._now_ms = now_ms

    def within_session(self, session: str, title: str) -> None:
        """Look within one session, or in all again."""
        self._session = (session, title) if session else None
        self._any_session.setVisible(bool(session))
        self._session_line.setText(title)
        self.search()

    def query(self) -> Query | None:
        """Give what is looked for; None while a date is no date."""
        begins, wrong_from = _day(self._fields["from"].text())
        ends, wrong_to = _day(self._fields["to"].text())
        self._fields["from"].set_wrong(wrong_from)
        self._fields["to"].set_wrong(wrong_to)
        if wrong_from or wrong_to:
            return None
        asked = Query(
            text=self.text.text(),
            session=self._session[0] if self._session else "",
            seat=self._fields["seat"].text().strip(),
            flag=next((kind for kind, chip in self._flags.items() if chip.isChecked()), None),
            condition=next((one for one, chip in self._conditions.items() if chip.isChecked()), None),
            now_ms=self._now_ms,
        )
        to_ms = _ms(ends + timedelta(days=1)) if ends else None
        return replace(asked, from_ms=_ms(begins) if begins else None, to_ms=to_ms)

    def search(self) -> None:
        """Look for what the fields say now."""
        query = self.query()
        if query is not None:
            self.model.search(query)

    def _one_condition(self, which: Condition) -> None:
        for condition, chip in self._conditions.items():
            if condition is not which:
                chip.setChecked(False)
        self.search()

    def _one_flag(self, which: FlagKind) -> None:
        for kind, chip in self._flags.items():
            if kind is not which:
                chip.setChecked(False)
        self.search()

    # what was found

    def _searching(self) -> None:
        self._status.show_status(Icon.RUNNING, Tone.SOFT, self.words("screen.archive.find.searching"))

    def _found(self, number: int) -> None:
        self._number = number
        self.show_fault(None)
        self._stack.setCurrentIndex(0 if number else 1)
        if number and self.table.chosen() < 0:
            self.table.selectRow(0)
        self._open_button.setEnabled(bool(number))
        self._say_number()

    def _failed(self, fault: Fault) -> None:
        self._number = None
        self._status.show_status(Icon.ATTENTION, Tone.ATTENTION, self.words("screen.archive.find.failed"))
        self.show_fault(fault)

    def _say_number(self) -> None:
        if self._number is None:
            return
        said = self.words("screen.archive.find.number", number=f"{self._number:,}")
        self._status.show_status(Icon.INFO, Tone.SOFT, said)
        empty = self.query() == Query(now_ms=self._now_ms)
        title = "empty_title" if empty else "nothing_title"
        do = "empty_do" if empty else "nothing_do"
        words = self.words
        said_title, said_do = words(f"screen.archive.find.{title}"), words(f"screen.archive.find.{do}")
        self._nothing.show_message(Icon.INFO, Tone.SOFT, said_title, do=said_do)

    def _to_table(self) -> None:
        self._typing.stop()
        self.search()
        self.table.setFocus()

    def _open(self, row: int) -> None:
        entry = self.model.entry(row)
        if entry is not None:
            self.opened.emit(entry.recording)

    def chosen_entry(self) -> Entry | None:
        """Give what is chosen in the table."""
        return self.model.entry(self.table.chosen())

    def show_refreshing(self, part: float) -> None:
        """Say how far the reading of the shelf has come, 0 to 1."""
        said = self.words("screen.archive.find.refreshing", percent=round(part * 100))
        self._status.show_status(Icon.RUNNING, Tone.ACCENT, said)

    def show_refreshed(self) -> None:
        """Say again what was found: the shelf has nothing new."""
        self._say_number()

    def render_view(self) -> None:
        """Say everything anew."""
        super().render_view()
        self.model.set_sayings(Sayings(self.words))
        self._say_number()


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
