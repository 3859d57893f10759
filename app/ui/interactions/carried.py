"""What can be pressed, and also carried with the mouse to where it belongs."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from app.ui.look import Looked

_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1}
_SEEN_THROUGH = 0.8


class _Ghost(QWidget):
    """What is seen of a thing while it is carried; presses go through it."""

    def __init__(self, picture: QPixmap, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._picture = picture
        self.resize(picture.deviceIndependentSize().toSize())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the thing, a little seen through."""
        painter = QPainter(self)
        painter.setOpacity(_SEEN_THROUGH)
        painter.drawPixmap(0, 0, self._picture)


class Carried(Looked, QAbstractButton):
    """A button that tells a press (`clicked`) from being carried: `lifted`, `moved` over, `dropped` at a place.

    Places are global. Return presses as Space does; the arrows are told by `stepped`; Esc by `let_go`.
    """

    lifted = Signal()
    moved = Signal(QPoint)
    dropped = Signal(QPoint)
    stepped = Signal(int)
    let_go = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._pressed_at: QPoint | None = None
        self._ghost: _Ghost | None = None
        self.movable = True
        self.by_key = False  # how it was pressed last

    def look_changed(self) -> None:
        """Nothing yet: the owner arranges again."""

    def nextCheckState(self) -> None:
        """Leave the state to the owner."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press by Return as by Space; tell the arrows and Esc."""
        key = Qt.Key(event.key())
        self.by_key = True
        if key in _STEPS:
            self.stepped.emit(_STEPS[key])
        elif key == Qt.Key.Key_Escape:
            self.let_go.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.click()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a carry could begin."""
        super().mousePressEvent(event)
        self.by_key = False
        if event.button() is Qt.MouseButton.LeftButton and self.movable and self.isDown():
            self._pressed_at = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Carry once the hand has really moved."""
        at = event.position().toPoint()
        if self._pressed_at is None:
            super().mouseMoveEvent(event)
            return
        if self._ghost is None:
            if (at - self._pressed_at).manhattanLength() < QApplication.startDragDistance():
                return
            self._ghost = _Ghost(self.grab(), self.window())
            self._ghost.show()
            self.lifted.emit()
        place = self.mapToGlobal(at)
        self._ghost.move(self.window().mapFromGlobal(place - self._pressed_at))
        self._ghost.raise_()
        self.moved.emit(place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Drop what was carried; otherwise it was a press."""
        carried = self._ghost is not None
        self._put_away()
        if not carried:
            super().mouseReleaseEvent(event)
            return
        self.setDown(False)
        self.dropped.emit(self.mapToGlobal(event.position().toPoint()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Count a double click as one press: the second would take the first back."""
        event.accept()

    def hideEvent(self, event: QHideEvent) -> None:
        """Drop nothing anywhere when the page goes away."""
        super().hideEvent(event)
        self._put_away()

    def _put_away(self) -> None:
        self._pressed_at = None
        if self._ghost is not None:
            self._ghost.hide()
            self._ghost.deleteLater()
            self._ghost = None
