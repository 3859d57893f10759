"""Finding recordings: fields that filter as one types, and a table that reads on as one scrolls."""

from dataclasses import replace
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.archive.catalogue import Condition, Entry, Query
from app.archive.desk import Notices
from app.archive.window.chrome import ArchivePage, Place
from app.archive.window.find_fields import FindFields
from app.archive.window.find_model import Count, Fetch, FindModel
from app.archive.window.find_table import FindTable
from app.archive.window.rows import RowBar, RowButton
from app.archive.window.sayings import Sayings, notice_brief, notice_lines
from app.ui.buttons import Kind
from app.ui.icons import Icon
from app.ui.labels import Line, Note, StatusMark
from app.ui.message import MessagePanel
from app.ui.page import Scroll
from app.ui.text import Sentence, Text, say
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from sync.faults import Fault

_LINES_UNFOLDED: Final = 36
"""From a window as high as so many letters on, the conditions stand below the text."""


class FindPage(ArchivePage):
    """The find page. Signals: a recording is to be opened; the shelf is to be read again."""

    opened = Signal(str)
    refresh_requested = Signal()

    def __init__(self, words: Words, fetch: Fetch, count: Count, parent: QWidget | None = None) -> None:
        super().__init__(words, parent, Place.FIND)
        self._now_ms, self._wall_ms = 0, 0
        self._session = ""
        self._until: tuple[int, int] | None = None
        self._within: Text = ""
        self._number: int | None = None
        self.model = FindModel(fetch, count, Sayings(words), self)
        self.model.found.connect(self._found)
        self.model.searching.connect(self._searching)
        self.model.failed.connect(self._failed)
        self.fields: Final = FindFields(self)
        self.text: Final = self.fields.text
        self.fields.changed.connect(self.search)
        self.fields.entered.connect(self._to_table)
        self.fields.unfolded.connect(self._bring)
        self.body.addWidget(self.fields)
        self.notice: Final = Note()
        self.notice.setObjectName("notice")
        self._notices: Notices | None = None
        middle = QVBoxLayout()
        middle.setContentsMargins(Space.XL, 0, Space.XL, Space.M)
        middle.setSpacing(Space.M)
        middle.addWidget(self.problem)
        middle.addWidget(self.notice)
        self._stack = QStackedWidget()
        self.table = FindTable(self.model)
        self.table.opened.connect(self._open)
        self._nothing = MessagePanel("nothing_found")
        self._stack.addWidget(self.table)
        self._empty = Scroll(self._nothing)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.fields.page)
        middle.addWidget(self._stack, 1)
        self.body.addLayout(middle, 1)
        self.body.addWidget(self._make_foot())
        self.named(self.table.setAccessibleName, "archive.find.table")
        self.dress()

    def _make_foot(self) -> QWidget:
        foot = RowBar("foot", Space.M)
        self._status = StatusMark(Type.BODY)
        self._status.setObjectName("find_status")
        self._session_line = Line(Type.BODY, Tone.SOFT)
        self._everywhere = RowButton("everywhere", Kind.QUIET)
        self.named(self._everywhere.setText, "archive.find.everywhere")
        self._everywhere.clicked.connect(lambda: self._look_within("", None, ""))
        self._everywhere.hide()
        self._refresh = RowButton("refresh")
        self.named(self._refresh.setText, "archive.find.refresh")
        self._refresh.clicked.connect(self.refresh_requested)
        self._open_button = RowButton("open", Kind.PRIMARY)
        self.named(self._open_button.setText, "archive.find.open")
        self._open_button.clicked.connect(lambda: self._open(self.table.chosen()))
        for widget in (self._status, self._session_line, self._everywhere):
            foot.row.put(widget)
        for widget in (self._refresh, self._open_button):
            foot.row.put(widget, far=True)
        return foot

    # how much room there is

    def look_changed(self) -> None:
        """Fold the conditions away where large text would leave no room for what was found."""
        self._fold()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold and unfold with the window."""
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        folded = self.height() < _LINES_UNFOLDED * self.look.px(Type.STRONG)
        if folded is not self.fields.folded:
            self.fields.fold(folded=folded)
            self._say_notices()

    def _bring(self) -> None:
        """Show what was found, that nothing was, or the conditions."""
        page = self.fields.page if self.fields.page_wanted else self.table if self._number != 0 else self._empty
        self._stack.setCurrentWidget(page)

    # what is looked for

    def set_now(self, now_ms: int, wall_ms: int) -> None:
        """Say what time it surely is, for what can expire, and what the wall clock says, for what is to be reviewed."""
        self._now_ms, self._wall_ms = now_ms, wall_ms

    def within_session(self, session: str, title: Text) -> None:
        """Look within one session."""
        self._look_within(session, None, title)

    def within_month(self, year: int, month: int) -> None:
        """Look at what reaches its end in one month, whatever was looked for before."""
        self.fields.clear()
        self._look_within("", (year, month), Sentence("screen.archive.find.month", {"month": f"{year}-{month:02}"}))

    def with_condition(self, condition: Condition) -> None:
        """Look at what stands so, whatever was looked for before."""
        self.fields.choose(condition)
        self._look_within("", None, "")

    def _look_within(self, session: str, until: tuple[int, int] | None, title: Text) -> None:
        self._session, self._until, self._within = session, until, title
        self._everywhere.setVisible(bool(session or until))
        self._session_line.setText(say(title, self.words))
        self.search()

    def query(self) -> Query:
        """Give what is looked for."""
        return replace(self.fields.query(self._session, self._now_ms, self._wall_ms), until=self._until)

    def search(self) -> None:
        """Look for what the fields say now."""
        self.model.search(self.query())

    # what was found

    def _searching(self) -> None:
        self._status.show_status(Icon.RUNNING, Tone.SOFT, self.words("screen.archive.find.searching"))

    def _found(self, number: int) -> None:
        self._number = number
        self.show_fault(None)
        self._bring()
        if number and self.table.chosen() < 0:
            self.table.selectRow(0)
        self._say_number()

    def _failed(self, fault: Fault) -> None:
        self._number = None
        self._status.show_status(Icon.ATTENTION, Tone.ATTENTION, self.words("screen.archive.find.failed"))
        self.show_fault(fault)

    def _say_number(self) -> None:
        self._open_button.allow(self.words("screen.archive.why.nothing") if self._number == 0 else "")
        if self._number is None:
            if self._fault is not None:
                self._status.show_status(Icon.ATTENTION, Tone.ATTENTION, self.words("screen.archive.find.failed"))
            return
        said = self.words("screen.archive.find.number", number=f"{self._number:,}")
        self._status.show_status(Icon.INFO, Tone.SOFT, said)
        empty = self.query() == Query(now_ms=self._now_ms, wall_ms=self._wall_ms)
        title = "empty_title" if empty else "nothing_title"
        do = "empty_do" if empty else "nothing_do"
        words = self.words
        said_title, said_do = words(f"screen.archive.find.{title}"), words(f"screen.archive.find.{do}")
        self._nothing.show_message(Icon.INFO, Tone.SOFT, said_title, do=said_do)

    def _to_table(self) -> None:
        self.fields.further.setChecked(False)
        self._bring()
        self.search()
        self.table.setFocus()

    def _open(self, row: int) -> None:
        entry = self.model.entry(row)
        if entry is not None:
            self.opened.emit(entry.recording)

    def chosen_entry(self) -> Entry | None:
        """Give what is chosen in the table."""
        return self.model.entry(self.table.chosen())

    def forget(self) -> None:
        """Forget what was looked for: nobody is signed in any more."""
        self.fields.clear()
        self._look_within("", None, "")
        self._notices = None
        self._say_notices()

    def show_notices(self, notices: Notices) -> None:
        """Say what somebody has to see to before anything else."""
        self._notices = notices
        self._say_notices()

    def _say_notices(self) -> None:
        notices, said = self._notices, ""
        if notices is not None:
            brief = self.fields.folded
            said = notice_brief(notices, self.words) if brief else "\n".join(notice_lines(notices, self.words))
        self.notice.say(Tone.ATTENTION, said)

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
        self.fields.set_words(self.words)
        self.model.set_sayings(Sayings(self.words))
        self._session_line.setText(say(self._within, self.words))
        self._say_notices()
        self._say_number()
