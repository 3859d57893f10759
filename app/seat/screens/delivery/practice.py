"""Practice items before the start: the very item screen, without clock, recording or marks."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.seat.screens.delivery.item import ItemScreen
from app.seat.screens.delivery.item_bars import ItemHeader
from app.ui.text import Sentence
from app.words import Words


class PracticeScreen(ItemScreen):
    """Ends with `finished`. Nothing on it is kept."""

    finished = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.show_header(ItemHeader(Sentence("screen.practice.title"), "", None))
        self._be_practice()
        self.review_requested.connect(self.finished)

    def _be_practice(self) -> None:
        for widget in (self._head.clock, self._foot.recording, self._foot.saved, self._foot.hand):
            widget.hide()
        self._foot.submit.setText(self.words("screen.practice.finish"))

    def render_view(self) -> None:
        """Write everything in the words of now."""
        super().render_view()
        self._be_practice()
