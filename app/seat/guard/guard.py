"""The guard: everything that holds the kiosk's window in front and the rest of the PC out, put on and off together."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.seat.guard.events import GuardEvent, GuardKind
from app.seat.guard.hold import Hold
from proctoring.lockdown.level import Evidence, Level, assess
from sync.trust.clock import ClockReading, read_clock

BEAT_MS: Final = 200
"""So often it is looked whether everything still holds; what does not is put back at once."""


class Guard(QObject):
    """Guards one window, from `engage` to `release`. `noticed` tells what was stopped, undone or seen (`GuardEvent`).

    `around`: what is known of the session outside the window, freshly looked at each time it is asked for.
    """

    noticed = Signal(object)

    def __init__(
        self,
        window: QWidget,
        *,
        around: Callable[[], Evidence] = Evidence,
        clock: Callable[[], ClockReading] = read_clock,
    ) -> None:
        super().__init__(window)
        self._around: Final = around
        self._clock: Final = clock
        self._engaged = False
        self._hold: Final = Hold(window, self._tell)
        self._beat_timer = QTimer(self, interval=BEAT_MS)
        self._beat_timer.timeout.connect(self._beat)

    @property
    def engaged(self) -> bool:
        """Tell whether the guard is on."""
        return self._engaged

    def engage(self) -> None:
        """Put everything on. The window is shown over the whole screen."""
        if not self._engaged:
            self._engaged = True
            self._hold.begin()
            self._beat_timer.start()

    def release(self) -> None:
        """Take everything off; the PC is as it was. May be called at any time, and more than once."""
        if self._engaged:
            self._engaged = False
            self._beat_timer.stop()
            self._hold.end()

    def evidence(self) -> Evidence:
        """Give what is seen now of what a level is made of."""
        return replace(self._around(), keyboard_grab=self._hold.grabbed)

    def level(self) -> Level:
        """Give the level of now."""
        return assess(self.evidence())

    def _beat(self) -> None:
        self._hold.look()

    def _tell(self, kind: GuardKind, *evidence: str) -> None:
        self.noticed.emit(GuardEvent(kind, evidence, self._clock().wall_ms))
