"""Holding the window: over the whole screen, in front, with the keyboard; put back whenever it was taken away."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.seat.guard.events import GuardKind

Tell = Callable[..., None]


class Hold:
    """Keeps one window where it belongs."""

    def __init__(self, window: QWidget, tell: Tell) -> None:
        self._window: Final = window
        self._tell: Final = tell
        self._flags = window.windowFlags()
        self.grabbed = False

    def begin(self) -> None:
        """Take screen and keyboard."""
        self._flags = self._window.windowFlags()
        own = Qt.WindowType.BypassWindowManagerHint | Qt.WindowType.FramelessWindowHint
        self._window.setWindowFlags(self._flags | own)
        self._window.setGeometry(QGuiApplication.primaryScreen().geometry())
        self._window.show()
        self._window.activateWindow()
        self._grab()

    def end(self) -> None:
        """Give screen and keyboard back."""
        if self.grabbed:
            self._window.windowHandle().setKeyboardGrabEnabled(False)
        self.grabbed = False

    def look(self) -> None:
        """Put back what was taken away."""
        held = self.grabbed
        self._grab()
        if held and not self.grabbed:
            self._tell(GuardKind.GRAB_LOST)

    def _grab(self) -> None:
        self.grabbed = self._window.windowHandle().setKeyboardGrabEnabled(True)
