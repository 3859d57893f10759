"""The deck: all screens of the kiosk, one of them in front, all with the same look."""

from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from app.exam.appearance import Appearance
from app.exam.prose import Language
from app.seat.screens.screen import Screen
from app.ui import tokens
from app.ui.alarm_frame import AlarmFrame
from app.ui.look import Look
from app.ui.simulated import Simulated
from app.ui.slips import SlipGuard
from app.ui.text import Text, say
from app.ui.tokens import Tone
from app.words import Words
from sync.wire.recording import Source

S = TypeVar("S", bound=Screen)

_TRACKS = {"picture": Simulated.CAMERA, "sound": Simulated.MICROPHONE}


class Deck(QStackedWidget):
    """Makes screens when first needed and keeps them.

    Signals: a screen came to the front; all look different (Appearance); somebody asked for the proctors' corner, for
    the handbook, or to leave the program.
    """

    shown = Signal(str)
    adjusted = Signal(object)
    proctor_requested = Signal()
    handbook_requested = Signal()
    leave_requested = Signal()

    def __init__(self, language: Language, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.appearance = Appearance(language)
        self._proctor_corner = False
        self._handbook = False
        self._leave = False
        QApplication.setCursorFlashTime(tokens.CARET_MS)
        self._simulated: tuple[Simulated, ...] = ()
        self._front: type[Screen] | None = None
        self._screens: dict[type[Screen], Screen] = {}
        self._slips = SlipGuard(self)
        self._alarm = AlarmFrame(self)
        self._alarmed: tuple[Text | None, Tone] = (None, Tone.DANGER)

    def screen_of(self, kind: type[S]) -> S:
        """Give the screen of this kind, as everything looks now."""
        screen = self._screens.get(kind)
        if screen is None:
            screen = kind(Words(self.appearance.language))
            screen.set_appearance(self.appearance)
            screen.set_proctor_corner(self._proctor_corner)
            screen.set_handbook(self._handbook)
            screen.set_leave(self._leave)
            screen.set_simulated(self._simulated)
            screen.turned.connect(self._slips.turned)
            screen.appearance_requested.connect(self.set_appearance)
            screen.proctor_requested.connect(self.proctor_requested)
            screen.handbook_requested.connect(self.handbook_requested)
            screen.leave_requested.connect(self.leave_requested)
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
            self._alarm.lie_over(screen)
            screen.take_focus()
            self._slips.turned()
            self.shown.emit(kind.__name__)
        return screen

    def showEvent(self, event: QShowEvent) -> None:
        """Let no press meant for one page fall on the next."""
        super().showEvent(event)
        self._slips.watch(self)

    def set_appearance(self, appearance: Appearance) -> None:
        """Let every screen look like this, in place."""
        if appearance != self.appearance:
            self.appearance = appearance
            for screen in self._screens.values():
                screen.set_appearance(appearance)
            QApplication.setCursorFlashTime(0 if appearance.reduced_motion else tokens.CARET_MS)
            self._sound_alarm()
            self.adjusted.emit(appearance)

    def set_proctor_corner(self, shown: bool) -> None:
        """Offer the proctors' way in on every screen, or on none."""
        if shown != self._proctor_corner:
            self._proctor_corner = shown
            for screen in self._screens.values():
                screen.set_proctor_corner(shown)

    def set_handbook(self, shown: bool) -> None:
        """Offer the handbook on every screen, or on none."""
        if shown != self._handbook:
            self._handbook = shown
            for screen in self._screens.values():
                screen.set_handbook(shown)

    def set_leave(self, shown: bool) -> None:
        """Offer the way out of the program on every screen, or on none."""
        if shown != self._leave:
            self._leave = shown
            for screen in self._screens.values():
                screen.set_leave(shown)

    def set_alarm(self, text: Text | None, tone: Tone = Tone.DANGER) -> None:
        """Lay a frame over everything that says what is the matter, or take it away; nothing below moves."""
        self._alarmed = (text, tone)
        self._sound_alarm()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the frame around everything."""
        super().resizeEvent(event)
        self._alarm.setGeometry(self.rect())

    def _sound_alarm(self) -> None:
        text, tone = self._alarmed
        self._alarm.set_look(Look.of(self.appearance, roomy=self.height() >= tokens.ROOMY_HEIGHT))
        self._alarm.say(say(text, Words(self.appearance.language)) if text is not None else "", tone)

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
