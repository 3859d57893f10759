"""The focus ring for the keyboard alone: after a press of the pointer a window shows none, until a key is pressed."""

from typing import Final

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from app.ui.look import POINTED

_POINTED: Final = {
    QEvent.Type.MouseButtonPress: True,
    QEvent.Type.TouchBegin: True,
    QEvent.Type.KeyPress: False,
}


class KeyRing(QObject):
    """Watches one window, and everything in it, for as long as it lives. Fields to type in keep their edge."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window: Final = window
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See what somebody works with; every event goes on."""
        pointed = _POINTED.get(event.type())
        if pointed is not None and isinstance(watched, QWidget) and watched.window() is self._window:
            self._turn(pointed=pointed)
        return False

    def _turn(self, *, pointed: bool) -> None:
        if bool(self._window.property(POINTED)) is pointed:
            return
        self._window.setProperty(POINTED, pointed)
        focus = self._window.focusWidget()
        if isinstance(focus, QAbstractScrollArea):
            focus.viewport().update()
        if focus is not None:
            focus.update()
