"""Slips: the end of a double click or of a held key belongs to the page it began on, never to the one that came."""

from typing import Final

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

QUIET_MS: Final = 700
"""So long after a page came, and after the last slip, the same press once more is a slip."""
_NEAR: Final = 48  # pixels: a hand that presses again without aiming stays within a button's height
_PRESSES: Final = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
_KEYS: Final = {
    Qt.Key.Key_Return: Qt.Key.Key_Return,
    Qt.Key.Key_Enter: Qt.Key.Key_Return,
    Qt.Key.Key_Space: Qt.Key.Key_Space,
}


class SlipGuard(QObject):
    """Watches what comes to a window, before any widget has it.

    After `turned` it takes away a press at the place of the last press, and the key that was pressed last, until
    both have been quiet for `QUIET_MS`. Presses elsewhere and other keys pass.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pressed: QPointF | None = None
        self._key: int | None = None
        self._since = QElapsedTimer()

    def watch(self, widget: QWidget) -> None:
        """Watch the window the widget stands in; again is no harm."""
        window = widget.window().windowHandle()
        if window is not None:
            window.installEventFilter(self)

    def turned(self) -> None:
        """Say that another page is in front."""
        self._since.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take slips away."""
        if isinstance(event, QMouseEvent) and event.type() in _PRESSES:
            return self._slip(self._near(event.globalPosition()))
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            key = _KEYS.get(Qt.Key(event.key()))
            again, self._key = key is not None and key == self._key, key
            return self._slip(again)
        return super().eventFilter(watched, event)

    def _near(self, place: QPointF) -> bool:
        before, self._pressed = self._pressed, place
        return before is not None and (place - before).manhattanLength() <= _NEAR

    def _slip(self, again: bool) -> bool:
        if not again or not self._since.isValid() or self._since.hasExpired(QUIET_MS):
            return False
        self._since.start()
        return True
