"""What a candidate does beside responding, as events: flags, strikes out, plays, raises a hand, reads larger."""

from pydantic import ValidationError
from PySide6.QtCore import QObject, Signal

from app.exam.appearance import Appearance
from app.exam.events import Adjusted, Flagged, HandRaised, Noted, Played
from app.exam.sitting import Notes
from app.seat.deck import Deck
from app.seat.screens.delivery.item import ItemScreen


class Gestures(QObject):
    """Listens to the item screen. `made` carries the `Event`; `too_many_marks`: an item holds no more of them."""

    made = Signal(object)
    too_many_marks = Signal()

    def __init__(self, deck: Deck, items: ItemScreen, parent: QObject) -> None:
        super().__init__(parent)
        # methods only: a lambda on a screen's signal would live on, and write, when this is gone
        items.flag_toggled.connect(self._flag)
        items.noted.connect(self._note)
        items.played.connect(self._play)
        items.hand_toggled.connect(self._raise_hand)
        deck.adjusted.connect(self._adjust)

    def _flag(self, item: str, on: bool) -> None:
        self.made.emit(Flagged(item=item, on=on))

    def _play(self, item: str, medium: str) -> None:
        self.made.emit(Played(item=item, medium=medium))

    def _raise_hand(self, on: bool) -> None:
        self.made.emit(HandRaised(on=on))

    def _note(self, item: str, notes: Notes) -> None:
        try:
            noted = Noted(item=item, struck=notes.struck, highlights=notes.highlights)
        except ValidationError:
            self.too_many_marks.emit()
        else:
            self.made.emit(noted)

    def _adjust(self, appearance: Appearance) -> None:
        self.made.emit(Adjusted.to(appearance))
