"""Practice before the start: three items on the very item screen. Not journalled, not scored, and no clock runs."""

from PySide6.QtCore import QObject, Signal

from app.exam.interactions import Responses
from app.exam.item import is_complete
from app.exam.sitting import NO_NOTES, Notes
from app.seat.phases.phase import Bench, Phase
from app.seat.practice import PracticeItem, practice_items
from app.seat.screens.delivery.item import ItemView
from app.seat.screens.delivery.practice import PracticeScreen
from app.ui.bridge import in_background
from app.ui.number_grid import GridCell


class Practising(Phase):
    """Ends with `finished`; whoever began it brings the screen that follows."""

    finished = Signal()

    def __init__(self, bench: Bench, parent: QObject) -> None:
        super().__init__(bench, parent)
        self._items: tuple[PracticeItem, ...] = ()
        self._number = 1
        self._given: dict[str, Responses] = {}
        self._flags: set[str] = set()
        self._notes: dict[str, Notes] = {}
        self._screen = bench.deck.screen_of(PracticeScreen)
        self._screen.responded.connect(self._respond)
        self._screen.flag_toggled.connect(self._flag)
        self._screen.noted.connect(self._note)
        self._screen.went_to.connect(self._go)
        self._screen.finished.connect(self._finish)

    def begin(self) -> None:
        """Show the first practice item, everything unanswered."""
        self._given, self._flags, self._notes = {}, set(), {}
        in_background(self, practice_items, self._show_first, self.trouble)

    def _show_first(self, items: tuple[PracticeItem, ...]) -> None:
        self._items = items
        self._go(1)
        self.bench.deck.bring(PracticeScreen)

    def _go(self, number: int) -> None:
        if not 1 <= number <= len(self._items):
            return
        self._number = number
        self._show_cells()
        practised = self._items[number - 1]
        item = practised.item
        view = ItemView(
            item=item,
            number=number,
            marks_milli=None,
            responses=self._given.get(item.id, {}),
            flagged=item.id in self._flags,
            media=practised.media,
            notes=self._notes.get(item.id, NO_NOTES),
        )
        self._screen.show_item(view)

    def _show_cells(self) -> None:
        self._screen.show_cells(
            tuple(
                GridCell(
                    number,
                    answered=is_complete(one.item, self._given.get(one.item.id, {})),
                    flagged=one.item.id in self._flags,
                )
                for number, one in enumerate(self._items, start=1)
            )
        )

    def _respond(self, item: str, responses: Responses) -> None:
        self._given[item] = responses
        self._show_cells()

    def _flag(self, item: str, on: bool) -> None:
        self._flags = self._flags | {item} if on else self._flags - {item}
        self._show_cells()

    def _note(self, item: str, notes: Notes) -> None:
        self._notes[item] = notes

    def _finish(self) -> None:
        if self._items:
            self._items = ()
            self.finished.emit()
