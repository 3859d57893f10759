"""Nobody there: after a while without a key or the pointer the window signs out. What plays is being watched."""

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

IDLE_MS: Final = 600_000
_LOOK_MS: Final = 1_000
_INPUT: Final = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.InputMethod,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
    }
)


class Idle(QObject):
    """Signal: nobody touched the program for `after_ms`, counted on the monotonic clock, and nothing was `busy`."""

    over = Signal()

    def __init__(self, after_ms: int, busy: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self.after_ms: Final = after_ms
        self._busy: Final = busy
        self._touched = time.monotonic()
        self._timer = QTimer(self, interval=min(_LOOK_MS, after_ms))
        self._timer.timeout.connect(self._look)

    def begin(self) -> None:
        """Watch, from now."""
        self._touched = time.monotonic()
        self._timer.start()
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    def end(self) -> None:
        """Watch no longer."""
        self._timer.stop()
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002 - Qt's signature
        """See that somebody is there; every event goes on."""
        if event.type() in _INPUT:
            self._touched = time.monotonic()
        return False

    def _look(self) -> None:
        if self._busy():
            self._touched = time.monotonic()
        elif (time.monotonic() - self._touched) * 1000 >= self.after_ms:
            self.over.emit()
