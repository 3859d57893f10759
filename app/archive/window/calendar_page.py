"""The retention calendar: what reaches its end in which month, how long the disk lasts, whether the clock counts."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.archive.catalogue import Month
from app.archive.desk import Outlook
from app.archive.figures import size_words
from app.archive.window.chrome import ArchivePage, Place
from app.archive.window.list_table import ListCell, ListTable
from app.archive.window.rows import RowButton
from app.archive.window.sayings import FEW_SESSIONS, moment
from app.ui.icons import Icon
from app.ui.labels import Label, Note, StatusMark
from app.ui.page import Column, Panel, Scroll
from app.ui.tokens import Tone, Type
from app.words import Words


class CalendarPage(ArchivePage):
    """Months, the earliest first. Signals: the recordings of a month are wanted; those whose holds are overdue."""

    month_opened = Signal(int, int)
    reviews_opened = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent, Place.CALENDAR)
        self._outlook: Outlook | None = None
        self._now = (0, 0)
        column = Column()
        title = Label(Type.TITLE)
        self.named(title.setText, "archive.calendar.title")
        self._frozen = Note()
        self._frozen.setObjectName("frozen")
        self._reviews = Note()
        self._reviews.setObjectName("reviews")
        show = RowButton("show_reviews")
        self.named(show.setText, "archive.calendar.show")
        show.clicked.connect(self.reviews_opened)
        self._reviews.put(show)
        disk = Panel()
        self._lasts = StatusMark(Type.SECTION, wrap=True)
        self._lasts.setObjectName("forecast")
        self._free = Label(Type.BODY, Tone.SOFT)
        disk.content.addWidget(self._lasts)
        disk.content.addWidget(self._free)
        months = Panel()
        self._table = ListTable("months", (3, 2, 2, 2, 4), opens=True)
        self._table.opened.connect(self._open_month)
        self._empty = Label(Type.LEAD, Tone.SOFT)
        self.named(self._empty.setText, "archive.calendar.empty")
        months.content.addWidget(self._table)
        months.content.addWidget(self._empty)
        for widget in (title, self.problem, self._frozen, self._reviews, disk, months):
            column.content.addWidget(widget)
        column.content.addStretch(1)
        self._known = (disk, months)
        for panel in self._known:
            panel.hide()  # until somebody knows what to say
        self.body.addWidget(Scroll(column), 1)
        self.dress()

    def show_outlook(self, outlook: Outlook, year: int, month: int) -> None:
        """Show it; `year` and `month` are now."""
        self._outlook, self._now = outlook, (year, month)
        self.render_view()

    def render_view(self) -> None:
        """Write it."""
        super().render_view()
        outlook, words = self._outlook, self.words
        if outlook is None:
            return
        for panel in self._known:
            panel.show()
        freeze = outlook.evidence.freeze
        said = ""
        if freeze is not None:
            facts = {"said": moment(freeze.said_ms), "expected": moment(freeze.expected_ms)}
            said = words("screen.archive.calendar.frozen", **facts)
        self._frozen.say(Tone.ATTENTION, said)
        count = f"{outlook.reviews:,}"
        self._reviews.say(
            Tone.ATTENTION, words("screen.archive.calendar.reviews", count=count) if outlook.reviews else ""
        )
        self._show_disk(outlook)
        heads = tuple(
            words(f"screen.archive.calendar.{one}") for one in ("month", "expiring", "held", "proposed", "state")
        )
        ways = words("screen.archive.calendar.show"), words("screen.archive.calendar.show_long")
        self._table.show_rows(heads, [self._row(month) for month in outlook.months], self.look, ways)
        self._table.setVisible(bool(outlook.months))
        self._empty.setVisible(not outlook.months)

    def _open_month(self, at: int) -> None:
        if self._outlook is not None:
            month = self._outlook.months[at]
            self.month_opened.emit(month.year, month.month)

    def _show_disk(self, outlook: Outlook) -> None:
        words, left = self.words, outlook.forecast.sessions
        if outlook.forecast.free_bytes is None:
            self._lasts.show_status(Icon.INFO, Tone.SOFT, words("screen.archive.calendar.unmeasured"))
        elif left is None:
            self._lasts.show_status(Icon.INFO, Tone.SOFT, words("screen.archive.calendar.no_measure"))
        else:
            few = left < FEW_SESSIONS
            look = (Icon.ATTENTION, Tone.ATTENTION) if few else (Icon.INFO, Tone.INK)
            self._lasts.show_status(*look, words("screen.archive.calendar.lasts", sessions=left))
        if outlook.forecast.free_bytes is None:
            self._free.setText(words("screen.archive.calendar.kept_only", count=f"{outlook.recordings:,}"))
        else:
            free = size_words(outlook.forecast.free_bytes)
            kept = words("screen.archive.calendar.kept", count=f"{outlook.recordings:,}", free=free)
            self._free.setText("\n".join(part for part in (kept, self._assumed(outlook)) if part))

    def _assumed(self, outlook: Outlook) -> str:
        """Say what the forecast goes by, as the command does."""
        seen = outlook.forecast
        if seen.sessions is None or seen.bytes_per_hour is None or seen.recordings_per_session is None:
            return ""
        hour = size_words(seen.bytes_per_hour)
        return self.words("screen.archive.calendar.assumed", recordings=seen.recordings_per_session, size=hour)

    def _row(self, month: Month) -> tuple[ListCell, ...]:
        over = (month.year, month.month) < self._now
        this = (month.year, month.month) == self._now
        free = month.expiring - month.held
        if over and free:
            state = ListCell(self.words("screen.archive.calendar.over", count=f"{free:,}"), Icon.CLOCK, Tone.ATTENTION)
        elif over:
            state = ListCell(self.words("screen.archive.calendar.all_held"), Icon.LOCK, Tone.ACCENT)
        elif this:
            state = ListCell(self.words("screen.archive.calendar.this_month"), Icon.CLOCK, Tone.INK)
        else:
            state = ListCell(self.words("screen.archive.calendar.later"), Icon.SHIELD, Tone.DONE)
        when = f"{month.year}-{month.month:02}"
        figures = (ListCell(f"{figure:,}") for figure in (month.expiring, month.held, month.proposed))
        return (ListCell(when), *figures, state)
