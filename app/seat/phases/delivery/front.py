"""The item in front: shown as it stands, its neighbours made ready, the answer card and the review beside it."""

from PySide6.QtCore import QObject, Signal

from app.exam.form import FormItem
from app.exam.interactions import Responses
from app.seat.phases.cards import photo_of
from app.seat.phases.delivery.item_views import grid_cells, item_view
from app.seat.phases.delivery.pending import Pending
from app.seat.phases.delivery.timekeeping import open_place
from app.seat.screens.delivery.item import ItemScreen
from app.seat.screens.delivery.review import ReviewScreen, ReviewView
from app.seat.sealing import Case
from app.seat.shelf import Contents
from app.ui.bridge import in_background
from sync.faults import Fault


class ItemFront(QObject):
    """Shows one item after another of the sitting it began with.

    `came` carries the `FormItem` that is shown now, `unshowable` one that cannot be, and its fault.
    """

    came = Signal(object)
    unshowable = Signal(object, object)

    def __init__(self, items: ItemScreen, review: ReviewScreen, pending: Pending, parent: QObject) -> None:
        super().__init__(parent)
        self._items = items
        self._review = review
        self._pending = pending
        self._case: Case | None = None
        self._number = 1
        self._asked = 0

    def begin(self, case: Case) -> None:
        """Show where the candidate was, or the first item."""
        self._case = case
        current = case.delivery.sitting.current
        self._number = case.shelf.place(current).number if current else 1
        self.show_cells()
        self.show_place(self._number)

    def end(self) -> None:
        """Show nobody's items any more."""
        self._case = None
        self._asked += 1

    @property
    def number(self) -> int:
        """The number of the item in front."""
        return self._number

    @property
    def place(self) -> FormItem:
        """The place of the item in front."""
        return self._need_case().shelf.form.items[self._number - 1]

    def show_place(self, wanted: int) -> None:
        """Show the item numbered `wanted`, or the next one whose section is open; nothing if none is."""
        case = self._need_case()
        place = open_place(case.shelf.form.items, case.delivery.timing(), wanted, self._number)
        if place is None:
            return
        self._number = place.number
        if self._show():
            self.came.emit(place)
        self._prepare_neighbours(case)

    def show_again(self) -> None:
        """Show the item in front as it stands on the disk now."""
        self._show()

    def show_cells(self) -> None:
        """Show the answer card."""
        self._items.show_cells(grid_cells(self._need_case(), self._pending.given))

    def show_review(self) -> None:
        """Fill the review; who brings it to the front decides when."""
        case = self._need_case()
        self._review.show_review(
            ReviewView(
                exam_title=case.session.plan.exam_title,
                candidate_name=case.entry.name,
                seat_number=case.entry.seat_number,
                cells=grid_cells(case, self._pending.given),
                here=self._number,
                photo=photo_of(case.entry),
            )
        )

    def responses(self, item: str) -> Responses:
        """Give an item's newest responses, on the disk or not yet."""
        given = self._need_case().delivery.sitting.given.get(item)
        return self._pending.given.get(item, given.responses if given else {})

    def _show(self) -> bool:
        case, place = self._need_case(), self.place
        try:
            contents = case.shelf.contents(place.item)
        except Fault as fault:
            self._items.show_unshowable(place.number, fault)
            self.unshowable.emit(place, fault)
            return False
        self._items.show_item(item_view(case, place, contents, self.responses(place.item)))
        return True

    def _prepare_neighbours(self, case: Case) -> None:
        """Open what stands beside it on another thread, the next one first, so that going there takes no time."""
        self._asked += 1
        asked, places = self._asked, case.shelf.form.items
        beside = [places[index] for index in (self._number, self._number - 2) if 0 <= index < len(places)]

        def prepare(opened: list[tuple[FormItem, Contents]]) -> None:
            if asked == self._asked:  # else somebody has gone on meanwhile
                for place, contents in opened:
                    self._items.prepare(item_view(case, place, contents, self.responses(place.item)))

        in_background(self, lambda: case.shelf.open_all(beside), prepare, lambda _fault: None)

    def _need_case(self) -> Case:
        if self._case is None:
            raise RuntimeError("nobody sits here")
        return self._case
