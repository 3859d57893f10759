"""A cell of a match: where a row meets a column."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.ui import tokens
from app.ui.icons import Icon, paint_icon
from app.ui.look import Looked, paint_focus
from app.ui.marked import Marked
from app.ui.tokens import Type

_STEPS = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}


class MatchCell(Looked, Marked, QAbstractButton):
    """A mark to press, round where it gives way to another, square where several can be; with a letter or empty."""

    stepped = Signal(int, int)  # by so many rows and columns

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.be_markable()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.row = self.column = ""
        self._letter = ""
        self._several = False

    def show_pair(self, row: str, column: str, *, several: bool) -> None:
        """Stand for a pair; `several`: the row may have more than one."""
        self.row, self.column, self._several = row, column, several
        self.setObjectName(f"cell_{row}_{column}")
        self.update()

    def set_letter(self, letter: str) -> None:
        """Show the letter of the column, where its words do not stand above."""
        self._letter = letter
        self.update()

    def look_changed(self) -> None:
        """Paint again; the owner arranges."""
        self.update()

    def nextCheckState(self) -> None:
        """Leave the state to the owner."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press by Return as by Space; tell the arrows."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.stepped.emit(*_STEPS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.click()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Count a double click as one press."""
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the mark in the middle of the cell."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, on = self.look.palette, self.isChecked()
        if on:
            painter.fillRect(self.rect(), QColor(palette.accent_soft))
        if self.underMouse():  # an outline only: what is filled is chosen
            edge = tokens.EDGE / 2
            painter.setPen(QPen(QColor(palette.line_strong), tokens.EDGE))
            painter.drawRect(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge))
        side = self.look.length(tokens.MARKER, 1.8) if self._letter else self.look.length(tokens.ICON * 1.3, 1.8)
        middle = QRectF(self.rect()).center()
        box = QRectF(middle.x() - side / 2, middle.y() - side / 2, side, side).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(palette.accent if on else palette.line_strong), tokens.EDGE))
        painter.setBrush(QColor(palette.accent if on else palette.surface))
        radius = tokens.RADIUS if self._several else side / 2
        painter.drawRoundedRect(box, radius, radius)
        if self._letter:
            font = self.look.font(Type.STRONG)
            font.setPixelSize(round(side * 0.5))
            painter.setFont(font)
            painter.setPen(QColor(palette.on_accent if on else palette.ink))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._letter)
        elif on:
            inset = side * 0.18
            paint_icon(painter, Icon.CHECK, box.adjusted(inset, inset, -inset, -inset), QColor(palette.on_accent))
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()), self.look)
