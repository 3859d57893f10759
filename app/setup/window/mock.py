"""The mock exam as a person sits it: the very item screen, every response saved as in an exam, and recorded."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.exam.interactions import Responses
from app.exam.item import is_complete
from app.exam.sitting import NO_NOTES, Notes
from app.seat.practice import PracticeItem
from app.seat.screens.delivery.item import ItemView
from app.seat.screens.delivery.practice import PracticeScreen
from app.ui.number_grid import GridCell

_A_MARK = 1000


class MockExam(QObject):
    """Drives the item screen over the practice items. `save` is told every response; `finished`: it is handed in."""

    finished = Signal()

    def __init__(self, screen: PracticeScreen, save: Callable[[str, Responses], None], parent: QObject) -> None:
        super().__init__(parent)
        self._screen, self._save = screen, save
        self._items: tuple[PracticeItem, ...] = ()
        self._number = 1
        self._given: dict[str, Responses] = {}
        self._flags: set[str] = set()
        self._notes: dict[str, Notes] = {}
        screen.responded.connect(self._respond)
        screen.flag_toggled.connect(self._flag)
        screen.noted.connect(self._note)
        screen.went_to.connect(self._go)
        screen.finished.connect(self._finish)

    def begin(self, items: tuple[PracticeItem, ...]) -> None:
        """Show the first item, everything unanswered."""
        self._items, self._given, self._flags, self._notes = items, {}, set(), {}
        self._go(1)

    def _go(self, number: int) -> None:
        if not 1 <= number <= len(self._items):
            return
        self._number = number
        self._show_cells()
        one = self._items[number - 1]
        self._screen.show_item(
            ItemView(
                item=one.item,
                number=number,
                marks_milli=_A_MARK,
                responses=self._given.get(one.item.id, {}),
                flagged=one.item.id in self._flags,
                media=one.media,
                notes=self._notes.get(one.item.id, NO_NOTES),
            )
        )

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
        self._save(item, responses)
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
