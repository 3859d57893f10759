"""A picture that is looked at closely: made larger and smaller, and moved. Only what is in sight is ever painted."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from app.ui.look import Looked, paint_focus
from app.ui.tokens import Space, Type

STEP: Final = 1.25
_LARGEST: Final = 8.0
_FIT_MOST: Final = 4.0  # a small picture is made no larger than this to fit
_PAN: Final = 0.125  # of the canvas, by an arrow
_NOTCH: Final = 120.0  # of a wheel, eighths of a degree
_ARROWS: Final = {
    Qt.Key.Key_Left: (1, 0),
    Qt.Key.Key_Right: (-1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class PictureCanvas(Looked, QWidget):
    """Wheel, + and - zoom, 0 fits, 1 shows it as it is; drag or arrows move it. `zoomed`: its size in per cent."""

    zoomed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("picture_canvas")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._image: QImage | None = None
        self._scale = 1.0
        self._middle = QPointF()  # the point of the picture in the middle of the canvas
        self._fits = True
        self._held: QPointF | None = None

    def show_image(self, image: QImage | None) -> None:
        """Show a picture as large as it fits; None lets the last one go."""
        self._image, self._held = image, None
        self.fit()

    @property
    def percent(self) -> int:
        """How large it is: 100 is a pixel of the picture on a pixel of the page."""
        return round(self._scale * 100)

    def fit(self) -> None:
        """Show all of it."""
        self._fits = True
        self._set(self._fitting(), QPointF(self._size().width() / 2, self._size().height() / 2))

    def zoom(self, factor: float, around: QPointF | None = None) -> None:
        """Make it larger or smaller around a point of the canvas, by default its middle."""
        centre = QPointF(self.width() / 2, self.height() / 2)
        point = centre if around is None else around
        before = self._scale
        scale = min(max(before * factor, min(self._fitting(), 1.0)), _LARGEST)
        away = point - centre
        self._fits = False
        self._set(scale, self._middle + away / before - away / scale)

    def zoom_to(self, scale: float) -> None:
        """Show it at a size, 1.0 being as it is."""
        self.zoom(scale / self._scale)

    def pan(self, by: QPointF) -> None:
        """Move it by pixels of the canvas."""
        self._set(self._scale, self._middle - by / self._scale)

    def place(self) -> QRectF:
        """Give where the picture lies on the canvas."""
        size = self._size() * self._scale
        corner = QPointF(self.width() / 2, self.height() / 2) - self._middle * self._scale
        return QRectF(corner, size)

    def _size(self) -> QSizeF:
        return QSizeF(self._image.size()) if self._image is not None else QSizeF(1, 1)

    def _fitting(self) -> float:
        size = self._size()
        return max(0.001, min(self.width() / size.width(), self.height() / size.height(), _FIT_MOST))

    def _set(self, scale: float, middle: QPointF) -> None:
        """Take a size and a place; nothing of the canvas stays empty while there is picture to fill it."""
        size, before = self._size(), self.percent
        self._scale = scale
        reach_x, reach_y = self.width() / 2 / scale, self.height() / 2 / scale
        self._middle = QPointF(_held(middle.x(), reach_x, size.width()), _held(middle.y(), reach_y, size.height()))
        self.setCursor(Qt.CursorShape.ArrowCursor if scale <= self._fitting() else Qt.CursorShape.OpenHandCursor)
        self.update()
        if self.percent != before:
            self.zoomed.emit(self.percent)

    def look_changed(self) -> None:
        """Paint again."""
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again, or keep size and place."""
        super().resizeEvent(event)
        if self._fits:
            self.fit()
        else:
            self._set(self._scale, self._middle)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        self.zoom(STEP ** (event.angleDelta().y() / _NOTCH), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of it."""
        self._held = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move it."""
        if self._held is not None:
            self.pan(event.position() - self._held)
            self._held = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let it go."""
        self._held = None
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom and move by keys; every other key is the page's."""
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(STEP)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self.zoom(1 / STEP)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key == Qt.Key.Key_1:
            self.zoom_to(1.0)
        elif key in _ARROWS:
            across, down = _ARROWS[key]
            self.pan(QPointF(across * self.width() * _PAN, down * self.height() * _PAN))
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the part that is in sight."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.look.palette.picture_ground))
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            place = self.place()
            seen = place.intersected(QRectF(self.rect()))
            part = QRectF((seen.topLeft() - place.topLeft()) / self._scale, seen.size() / self._scale)
            painter.drawImage(seen, self._image, part)
            self._paint_percent(painter)
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()), self.look)

    def _paint_percent(self, painter: QPainter) -> None:
        """Say how large it is, in a corner."""
        font = self.look.font(Type.BAR)
        text = f"{self.percent} %"
        metrics = QFontMetrics(font)
        width, height = metrics.horizontalAdvance(text) + 2 * Space.M, metrics.height() + Space.S
        box = QRectF(self.width() - width - Space.M, Space.M, width, height)
        painter.fillRect(box, QColor(self.look.palette.ink))
        painter.setFont(font)
        painter.setPen(QColor(self.look.palette.surface))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _held(middle: float, reach: float, size: float) -> float:
    """Keep a side of the picture where it fills the canvas, or in its middle where it is smaller."""
    return size / 2 if 2 * reach >= size else min(max(middle, reach), size - reach)
