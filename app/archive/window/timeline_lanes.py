"""The lanes of the timeline: each a piece of the plot that paints itself in pixels."""

from collections.abc import Callable, Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen

from app.archive.playing.marks import Mark
from app.archive.playing.source import Missing
from app.archive.window.timeline_shapes import colour_of, paint_mark
from app.ui.look import Look
from app.ui.tokens import Space, Type

_LEAST_BAND = 2.0  # pixels: a band is seen, however short


class LaneItem(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph is published without types
    """A lane: `top` and `height` in the plot's own units, time across in seconds."""

    def __init__(self, top: float, height: float, duration_ms: int, look: Callable[[], Look]) -> None:
        super().__init__()
        self._top, self._height = top, height
        self.duration_ms = duration_ms
        self.look = look

    def place(self, top: float, height: float) -> None:
        """Stand elsewhere in the plot."""
        self.prepareGeometryChange()
        self._top, self._height = top, height

    def boundingRect(self) -> QRectF:
        """Give its room in the plot."""
        return QRectF(0.0, self._top, max(self.duration_ms, 1) / 1000, self._height)

    def paint(self, painter: QPainter, *_options: Any) -> None:  # noqa: ANN401 - Qt's signature
        """Paint in pixels, whatever the zoom."""
        view = painter.worldTransform()
        box = view.mapRect(self.boundingRect())
        viewport = self.getViewWidget().viewport()
        painter.save()
        painter.resetTransform()
        self.paint_lane(painter, box, QRectF(viewport.rect()), lambda ms: view.map(QPointF(ms / 1000, 0.0)).x())
        painter.restore()

    def paint_lane(self, painter: QPainter, box: QRectF, clip: QRectF, x_of: Callable[[float], float]) -> None:
        """Paint into `box` (pixels), which may reach far out of `clip`; `x_of` gives the pixel of a time in ms."""
        raise TypeError(f"{type(self).__name__} paints nothing into {box}, {clip}, {painter}, {x_of}")


class MarkLane(LaneItem):
    """Marks of one kind: a band as long as it lasts, and its form where it begins."""

    def __init__(
        self, marks: Sequence[Mark], top: float, height: float, duration_ms: int, look: Callable[[], Look]
    ) -> None:
        super().__init__(top, height, duration_ms, look)
        self._marks = marks

    def paint_lane(self, painter: QPainter, box: QRectF, clip: QRectF, x_of: Callable[[float], float]) -> None:
        """Draw every mark that is in sight."""
        look, inset = self.look(), 2.0
        side = min(box.height() - 2 * inset, look.length(Space.L))
        for mark in self._marks:
            left, right = x_of(mark.at_ms), x_of(mark.end_ms)
            if right < clip.left() - side or left > clip.right() + side:
                continue
            colour = colour_of(mark, look)
            if mark.length_ms:
                soft = QColor(colour)
                soft.setAlphaF(0.28)
                band = QRectF(left, box.center().y() - side / 3, max(_LEAST_BAND, right - left), side * 2 / 3)
                painter.fillRect(band.intersected(clip), soft)
                painter.setPen(QPen(colour, 1))
                painter.drawLine(QPointF(left, band.bottom()), QPointF(band.right(), band.bottom()))
            paint_mark(painter, mark, QRectF(left - side / 2, box.center().y() - side / 2, side, side), colour)


class ItemLane(MarkLane):
    """Items as bands with their numbers, every other one darker."""

    def paint_lane(self, painter: QPainter, box: QRectF, clip: QRectF, x_of: Callable[[float], float]) -> None:
        """Draw the bands that are in sight, and the numbers that have room."""
        look = self.look()
        palette, font = look.palette, look.font(Type.CAPTION)
        font.setPixelSize(min(font.pixelSize(), round(box.height()) - 4))
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        for turn, mark in enumerate(self._marks):
            left, right = x_of(mark.at_ms), x_of(mark.end_ms)
            if right < clip.left() or left > clip.right():
                continue
            band = QRectF(left, box.top() + 1, max(_LEAST_BAND, right - left), box.height() - 2).intersected(clip)
            painter.fillRect(band, QColor(palette.accent_soft if turn % 2 else palette.sunken))
            painter.setPen(QPen(QColor(palette.line_strong), 1))
            painter.drawLine(band.topLeft(), band.bottomLeft())
            if metrics.horizontalAdvance(mark.what) + Space.XS <= band.width():
                painter.setPen(QColor(palette.ink))
                painter.drawText(band, Qt.AlignmentFlag.AlignCenter, mark.what)


class GapLane(LaneItem):
    """What is missing: hatched over the height it is given; what does not open is hatched both ways."""

    def __init__(
        self,
        gaps: Callable[[], Sequence[Mark | Missing]],
        top: float,
        height: float,
        duration_ms: int,
        look: Callable[[], Look],
        *,
        quiet: bool = False,
    ) -> None:
        super().__init__(top, height, duration_ms, look)
        self._gaps, self._quiet = gaps, quiet

    def paint_lane(self, painter: QPainter, box: QRectF, clip: QRectF, x_of: Callable[[float], float]) -> None:
        """Hatch every gap that is in sight."""
        palette = self.look().palette
        for gap in self._gaps():
            broken = isinstance(gap, Missing)
            start_ms = gap.start_ms if isinstance(gap, Missing) else gap.at_ms
            left, right = x_of(start_ms), x_of(gap.end_ms)
            band = QRectF(left, box.top() + 1, max(_LEAST_BAND, right - left), box.height() - 2).intersected(clip)
            if band.isEmpty():
                continue
            colour = QColor(palette.line if self._quiet else palette.danger if broken else palette.ink)
            pattern = Qt.BrushStyle.DiagCrossPattern if broken else Qt.BrushStyle.BDiagPattern
            painter.fillRect(band, QBrush(colour, pattern))
            if not self._quiet:
                painter.setPen(QPen(colour, 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(band.adjusted(0.5, 0.5, -0.5, -0.5))
