"""Timekeeping: the time that is left is shown, warned of, and acted on when it is over. The clock is the delivery's."""

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.exam.form import FormItem
from app.exam.sitting import State
from app.exam.timing import Timing
from app.seat.screens.delivery.item import ItemScreen
from app.seat.screens.delivery.review import ReviewScreen
from app.seat.sealing import Case
from app.ui.text import Sentence
from sync.wire.plan import MINUTE_MS, Bilingual

CLOCK_MS: Final = 200
WARN_MINUTES: Final = (1, 5, 15)
WARN_FOR_MS: Final = 20_000


class Timekeeping(QObject):
    """Looks at the clock of the running sitting.

    `over`: no time is left. `section_closed`: the time of the section in front (its number from 0) is used up.
    Both are told at every look until somebody acts, and never while the sitting is paused.
    """

    over = Signal()
    section_closed = Signal(int)

    def __init__(self, items: ItemScreen, review: ReviewScreen, parent: QObject) -> None:
        super().__init__(parent)
        self._items = items
        self._review = review
        self._case: Case | None = None
        self._warned: tuple[int, int] | None = None
        self._timer = QTimer(self, interval=CLOCK_MS)
        self._timer.timeout.connect(self.look)

    def begin(self, case: Case) -> None:
        """Keep this sitting's time from now on."""
        self._case, self._warned = case, None
        self._timer.start()

    def end(self) -> None:
        """Keep nobody's time."""
        self._case = None
        self._timer.stop()

    def look(self) -> None:
        """Show what is left now."""
        case = self._case
        if case is None:
            return
        timing = case.delivery.timing()
        for screen in (self._items, self._review):
            screen.set_remaining(timing.left_ms)
        self._review.set_early_leave(timing.early_leave_in_ms)
        self._items.set_warning(minutes_to_warn_of(timing.left_ms, timing.duration_ms))
        self._look_at_section(case, timing)
        if case.delivery.sitting.state is not State.ACTIVE:
            return
        if timing.is_over:
            self.over.emit()
        elif timing.section is not None and timing.is_closed(timing.section):
            self.section_closed.emit(timing.section)

    def _look_at_section(self, case: Case, timing: Timing) -> None:
        section = timing.section
        if section is None:
            self._items.set_section(None, None)
            return
        left_ms = timing.section_left_ms(section)
        self._items.set_section(section_title(case, section), left_ms)
        limit_ms = timing.limits_ms[section] if section < len(timing.limits_ms) else None
        if left_ms is None or limit_ms is None:
            return
        minutes = minutes_to_warn_of(left_ms, limit_ms)
        if minutes is not None and (section, minutes) != self._warned:
            self._warned = section, minutes
            self._items.show_note(Sentence("sitting.section_warning", {"minutes": minutes}))


def minutes_to_warn_of(left_ms: int, duration_ms: int) -> int | None:
    """Give the minutes to warn of: for 20 s from each mark on, unless the whole is shorter than the mark."""
    for minutes in WARN_MINUTES:
        mark = minutes * MINUTE_MS
        if mark < duration_ms and mark - WARN_FOR_MS < left_ms <= mark:
            return minutes
    return None


def section_title(case: Case, section: int) -> Bilingual | None:
    """Name a section; None where the form has but one."""
    sections = case.session.plan.blueprint.sections
    return sections[section].title if len(sections) > 1 else None


def open_place(places: tuple[FormItem, ...], timing: Timing, wanted: int, here: int) -> FormItem | None:
    """Give the place numbered `wanted`, or if its section is closed the next open one on the way from `here`.

    Without one on that way the other way is searched; None: nothing is open.
    """
    on, back = places[wanted - 1 :], places[: wanted - 1][::-1]
    ways = (on, back) if wanted >= here else (places[:wanted][::-1], places[wanted:])
    return next((place for way in ways for place in way if not timing.is_closed(place.section)), None)
