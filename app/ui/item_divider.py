"""The divider between an item and what it shares with others: moved by the mouse or by the arrows."""

from typing import Final

from PySide6.QtCore import QLineF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.ui import tokens
from app.ui.look import Looked, paint_focus
from app.ui.tokens import Space

USUAL: Final = 0.45
_LEAST, _MOST = 0.25, 0.7
_STEP: Final = 0.03
_GRIP: Final = 18  # half the length of the two lines that say it can be taken hold of


class Divider(Looked, QWidget):
    """`moved`: the part of the width at its left is now this. Arrows move it, Home puts it where it usually is."""

    moved = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("divider")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFixedWidth(Space.L)
        self.part = USUAL
        self._held = False

    def look_changed(self) -> None:
        """Paint again."""
        self.update()

    def move_to(self, part: float) -> None:
        """Go to a part of the width, as far as both sides stay readable."""
        part = min(max(part, _LEAST), _MOST)
        if part != self.part:
            self.part = part
            self.setAccessibleDescription(f"{round(part * 100)} %")
            self.moved.emit(part)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by the arrows; leave every other key to the page."""
        match event.key():
            case Qt.Key.Key_Left:
                self.move_to(self.part - _STEP)
            case Qt.Key.Key_Right:
                self.move_to(self.part + _STEP)
            case Qt.Key.Key_Home:
                self.move_to(USUAL)
            case _:
                event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold."""
        self._held = event.button() is Qt.MouseButton.LeftButton

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse."""
        owner = self.parentWidget()
        if self._held and owner is not None:
            self.move_to(self.mapTo(owner, event.position().toPoint()).x() / max(1, owner.width()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._held = False
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go where it usually is."""
        self.move_to(USUAL)
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the line between the sides, and the grip."""
        painter = QPainter(self)
        palette, middle = self.look.palette, self.width() / 2
        painter.setPen(QPen(QColor(palette.line), tokens.BORDER))
        painter.drawLine(QLineF(middle, 0, middle, self.height()))
        painter.setPen(QPen(QColor(palette.line_strong), tokens.EDGE))
        at = self.height() / 2
        painter.fillRect(QRectF(middle - 3, at - _GRIP, 6, 2 * _GRIP), QColor(palette.ground))
        for x in (middle - 2, middle + 2):
            painter.drawLine(QLineF(x, at - _GRIP, x, at + _GRIP))
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()), self.look)
