"""The deck: all screens of the kiosk, one of them in front, all in the same language and text size."""

from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.exam.prose import Language
from app.seat.screens.screen import Screen
from app.seat.screens.view import Simulated
from app.ui.slips import SlipGuard
from app.words import Words
from sync.wire.recording import Source

S = TypeVar("S", bound=Screen)

_TRACKS = {"picture": Simulated.CAMERA, "sound": Simulated.MICROPHONE}


class Deck(QStackedWidget):
    """Makes screens when first needed and keeps them. Signals: a screen came to the front; all look different."""

    shown = Signal(str)
    adjusted = Signal(Language, int)

    def __init__(self, language: Language, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.language = language
        self.text_percent = 100
        self._simulated: tuple[Simulated, ...] = ()
        self._front: type[Screen] | None = None
        self._screens: dict[type[Screen], Screen] = {}
        self._slips = SlipGuard(self)

    def screen_of(self, kind: type[S]) -> S:
        """Give the screen of this kind, in the present language and size."""
        screen = self._screens.get(kind)
        if screen is None:
            screen = kind(Words(self.language))
            screen.set_text_percent(self.text_percent)
            screen.set_simulated(self._simulated)
            screen.turned.connect(self._slips.turned)
            screen.language_requested.connect(self.set_language)
            screen.text_percent_requested.connect(self.set_text_percent)
            self._screens[kind] = screen
            self.addWidget(screen)
        if not isinstance(screen, kind):
            raise TypeError(kind.__name__)
        return screen

    def bring(self, kind: type[S]) -> S:
        """Bring the screen of this kind to the front and give it."""
        screen = self.screen_of(kind)
        if self.currentWidget() is not screen or self._front is not kind:
            self.setCurrentWidget(screen)
            self._front = kind
            self._slips.turned()
            self.shown.emit(kind.__name__)
        return screen

    def showEvent(self, event: QShowEvent) -> None:
        """Let no press meant for one page fall on the next."""
        super().showEvent(event)
        self._slips.watch(self)

    def set_language(self, language: Language) -> None:
        """Say everything in another language, in place."""
        if language is not self.language:
            self.language = language
            for screen in self._screens.values():
                screen.set_words(Words(language))
            self.adjusted.emit(self.language, self.text_percent)

    def set_text_percent(self, percent: int) -> None:
        """Set all text to `percent` (100 to 200)."""
        if percent != self.text_percent:
            self.text_percent = percent
            for screen in self._screens.values():
                screen.set_text_percent(percent)
            self.adjusted.emit(self.language, self.text_percent)

    def set_simulated(self, what: tuple[Simulated, ...]) -> None:
        """Say on every screen what is not real."""
        if what != self._simulated:
            self._simulated = what
            for screen in self._screens.values():
                screen.set_simulated(what)

    def set_sources(self, sources: tuple[Source, ...]) -> None:
        """Say on every screen, beside what else is simulated, which recorded sources are."""
        tracks = {source.track for source in sources if source.simulated}
        others = tuple(what for what in self._simulated if what not in _TRACKS.values())
        self.set_simulated(others + tuple(what for track, what in _TRACKS.items() if track in tracks))
