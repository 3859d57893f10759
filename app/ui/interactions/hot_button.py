"""A stretch of text that can be chosen: a box before it, and the text outlined once it is."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QLineF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.ui import tokens
from app.ui.flow_slots import LineBox
from app.ui.icons import Icon, paint_icon
from app.ui.look import Looked, paint_focus
from app.ui.marked import Marked
from app.ui.tokens import Type

_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1}
_AROUND = 3  # pixels of the outline around the text


class HotButton(Looked, Marked, QAbstractButton):
    """Lies over its text, which the document below has written; only the text itself can be pressed."""

    stepped = Signal(int)  # the arrows: to the stretch before (-1) or after (1)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.be_markable()
        self._single = False
        self._marker = QRect()
        self._lines: list[QRect] = []

    def show_hot(self, said: str, state: str, *, chosen: bool, single: bool) -> None:
        """Show it as chosen or not; `single`: only one of them can be, so its box is round."""
        self._single = single
        self.setChecked(chosen)
        self.setAccessibleName(f"{said} {state}")
        self._repaint()

    def look_changed(self) -> None:
        """Nothing yet: the owner arranges again."""

    def line_box(self, most: int) -> LineBox:  # noqa: ARG002 - a box has no other size
        """Give the room for the box before the text."""
        em = self.look.px(Type.EXAM)
        return LineBox(round(1.25 * em), em, round(0.2 * em))

    def lie_over(self, marker: QRect, lines: Sequence[QRect]) -> None:
        """Move over the box and the parts of the lines."""
        whole = QRect(marker)
        for line in lines:
            whole = whole.united(line)
        whole.adjust(-_AROUND, -_AROUND, _AROUND, _AROUND)
        self.setGeometry(whole)
        self._marker = marker.translated(-whole.topLeft())
        self._lines = [line.translated(-whole.topLeft()) for line in lines]
        region = QRegion()
        for part in self._parts():
            region += part.adjusted(-_AROUND, -_AROUND, _AROUND, _AROUND)
        self.setMask(region)

    def _parts(self) -> list[QRect]:
        """Give the box with the first part of the text, then the other parts."""
        if not self._lines:
            return [self._marker]
        first = self._marker.united(self._lines[0])
        if self._lines[0].top() > self._marker.bottom():  # the text began in the line after its box
            return [self._marker, *self._lines]
        return [first, *self._lines[1:]]

    def paint_ground(self, painter: QPainter) -> None:
        """Paint the ground under the text, in the document's coordinates."""
        palette = self.look.palette
        hot = self.underMouse() or self.isDown()
        if not (self.isChecked() or hot):
            return
        for part in self._parts():
            painter.fillRect(
                part.translated(self.pos()),
                QColor(palette.accent_soft if self.isChecked() else palette.sunken),
            )

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the box, and the outline or the line below."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, chosen = self.look.palette, self.isChecked()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for part in self._parts():
            box = QRectF(part)
            if chosen:
                painter.setPen(QPen(QColor(palette.accent), tokens.EDGE))
                painter.drawRect(box.adjusted(-1, 1, 1, -1))
            else:
                painter.setPen(QPen(QColor(palette.line_strong), 1, Qt.PenStyle.DashLine))
                painter.drawLine(QLineF(box.left(), box.bottom(), box.right(), box.bottom()))
        self._paint_box(painter)
        if self.hasFocus():
            for part in self._parts():
                paint_focus(painter, QRectF(part).adjusted(-_AROUND, -_AROUND, _AROUND, _AROUND), self.look)

    def _paint_box(self, painter: QPainter) -> None:
        palette, chosen, em = self.look.palette, self.isChecked(), self.look.px(Type.EXAM)
        side = 0.86 * em
        middle = QRectF(self._marker).center()
        box = QRectF(middle.x() - side / 2, middle.y() - side / 2, side, side)
        painter.setPen(QPen(QColor(palette.accent if chosen else palette.line_strong), tokens.EDGE))
        painter.setBrush(QColor(palette.accent if chosen else palette.surface))
        radius = side / 2 if self._single else tokens.RADIUS / 2
        painter.drawRoundedRect(box, radius, radius)
        if chosen:
            inset = side * 0.14
            paint_icon(painter, Icon.CHECK, box.adjusted(inset, inset, -inset, -inset), QColor(palette.on_accent))

    def _repaint(self) -> None:
        self.update()
        below: QWidget | None = self.parentWidget()
        if below is not None:
            below.update(self.geometry())

    def nextCheckState(self) -> None:
        """Leave choosing to the owner, who knows the limit."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose by Return as by Space; move by the arrows."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.stepped.emit(_STEPS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.click()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Count a double click as one press: the second would take the choice back."""
        event.accept()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that it can be pressed."""
        super().enterEvent(event)
        self._repaint()

    def leaveEvent(self, event: QEvent) -> None:
        """Show it as it was."""
        super().leaveEvent(event)
        self._repaint()
