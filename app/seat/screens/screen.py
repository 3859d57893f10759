"""The base of every screen: words, text size, and the strip that says what is simulated."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.exam.item import Language
from app.seat.screens.view import Simulated
from app.words import Words


class Screen(QWidget):
    """A page of the kiosk. Signals: the person asked for a language or a text size."""

    language_requested = Signal(Language)
    text_percent_requested = Signal(int)

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._percent = 100

    def set_words(self, words: Words) -> None:
        """Say everything in another language, in place."""
        self._words = words

    def set_text_percent(self, percent: int) -> None:
        """Set the size of all text, 100 to 200 per cent."""
        self._percent = percent

    def set_simulated(self, what: tuple[Simulated, ...]) -> None:
        """Say what is not real, in a strip at the top; nothing takes the strip away."""
