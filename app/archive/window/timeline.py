"""One time axis for everything: sound as a wave, items, incidents, flags, gaps, bookmarks. A click goes there."""

from collections.abc import Sequence
from typing import Final

import pyqtgraph as pg
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent, MouseDragEvent
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy

from app.archive.playing.marks import Lane, Mark
from app.archive.playing.source import Missing, PlayingSource
from app.archive.window.timeline_axis import TimeAxis
from app.archive.window.timeline_lanes import GapLane, ItemLane, LaneItem, MarkLane
from app.archive.window.wave import WaveLane
from app.ui.look import Looked, paint_focus
from app.ui.tokens import Space, Type
from app.words import Words

_WAVE: Final = 2.0
"""The wave's height in lanes."""
_SLIM: Final = {Lane.ITEM: 0.0, Lane.GAP: 0.0}
"""Where lanes stand when there is room for two: what is missing over the items, everything else below."""
_LANES: Final = (Lane.ITEM, Lane.INCIDENT, Lane.FLAG, Lane.GAP, Lane.BOOKMARK)
_CLOSEST_S: Final = 0.5
_ZOOM: Final = 2.0
_TALL: Final = 18
"""The least height of a lane, pixels at 100 % text: there have to be a picture and a timeline on one screen."""


class _Box(pg.ViewBox):  # type: ignore[misc]  # pyqtgraph is published without types
    """The part that is clicked: left goes there, also while dragged; the wheel zooms; the middle button moves it."""

    def __init__(self, plot: "TimelinePlot") -> None:
        super().__init__(enableMenu=False, border=None)
        self._plot = plot
        self.setMouseEnabled(x=True, y=False)
        self.invertY(True)
        self.disableAutoRange()

    def mouseClickEvent(self, ev: MouseClickEvent) -> None:
        """Go to the moment."""
        if ev.button() is Qt.MouseButton.LeftButton:
            ev.accept()
            self._plot.go(self.mapSceneToView(ev.scenePos()).x())

    def mouseDragEvent(self, ev: MouseDragEvent, axis: int | None = None) -> None:  # noqa: ARG002 - pyqtgraph's signature
        """Go along with the pointer, or move the view."""
        if ev.button() is Qt.MouseButton.LeftButton:
            ev.accept()
            self._plot.go(self.mapSceneToView(ev.scenePos()).x())
        elif ev.button() is Qt.MouseButton.MiddleButton:
            super().mouseDragEvent(ev, axis=0)
        else:
            ev.ignore()


class TimelinePlot(Looked, pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph is published without types
    """The timeline of a source. `sought`: the person wants to go to a moment, ms."""

    sought = Signal(int)

    def __init__(self, source: PlayingSource, words: Words) -> None:
        self._source, self._words = source, words
        self._duration_s = max(source.duration_ms, 1) / 1000
        super().__init__(viewBox=_Box(self), axisItems={"bottom": TimeAxis("bottom")})
        self.setObjectName("timeline")
        self.setFrameShape(self.Shape.NoFrame)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._rows = _WAVE + len(_LANES)
        self._slim = False
        self._items = self._lanes()
        for item in self._items:
            self.addItem(item)
        self._cursor = pg.InfiniteLine(pos=0.0, angle=90)
        self._cursor.setZValue(10)
        self.addItem(self._cursor)
        plot = self.getPlotItem()
        plot.hideButtons()
        plot.setMenuEnabled(False)
        plot.setContentsMargins(0, 0, Space.M, 0)
        least = min(_CLOSEST_S, self._duration_s)
        box = plot.getViewBox()
        box.setLimits(xMin=0, xMax=self._duration_s, minXRange=least, maxXRange=self._duration_s)
        box.setRange(xRange=(0, self._duration_s), yRange=(0, self._rows), padding=0)
        self.set_words(words)

    def _lanes(self) -> list[pg.GraphicsObject]:
        source, look = self._source, lambda: self.look
        by_lane: dict[Lane, list[Mark]] = {lane: [mark for mark in source.marks if mark.lane is lane] for lane in Lane}

        def missing() -> Sequence[Mark | Missing]:
            return (*by_lane[Lane.GAP], *source.troubles())

        span = (source.duration_ms, look)
        self._by_lane: dict[Lane, LaneItem] = {}
        made: list[pg.GraphicsObject] = [
            GapLane(missing, 0, self._rows, *span, quiet=True),
            WaveLane(source.overview, 0, _WAVE, *span),
        ]
        for row, lane in enumerate(_LANES):
            top = _WAVE + row
            if lane is Lane.GAP:
                item: LaneItem = GapLane(missing, top, 1, *span)
            else:
                item = (ItemLane if lane is Lane.ITEM else MarkLane)(by_lane[lane], top, 1, *span)
            self._by_lane[lane] = item
            made.append(item)
        return made

    def be_slim(self, slim: bool) -> None:
        """Stand in two lanes, without the wave and the names, or in all again."""
        self._slim = slim
        self._rows = 2.0 if slim else _WAVE + len(_LANES)
        self._items[0].place(0, self._rows)
        self._items[1].setVisible(not slim)
        for row, lane in enumerate(_LANES):
            self._by_lane[lane].place(_SLIM.get(lane, 1.0) if slim else _WAVE + row, 1)
        box = self.getPlotItem().getViewBox()
        box.setRange(yRange=(0, self._rows), padding=0, disableAutoRange=True)
        self.getPlotItem().showAxis("left", not slim)
        self.updateGeometry()
        self.refresh()

    def set_words(self, words: Words) -> None:
        """Name the lanes."""
        self._words = words
        self.setAccessibleName(words("player.timeline"))
        self.setAccessibleDescription(words("player.timeline_keys"))
        ticks = [(_WAVE / 2, words("player.lane.wave"))]
        ticks += [(_WAVE + row + 0.5, words(f"player.lane.{lane}")) for row, lane in enumerate(_LANES)]
        axis = self.getPlotItem().getAxis("left")
        axis.setTicks([ticks])
        self._measure()

    def look_changed(self) -> None:
        """Measure and paint again."""
        palette, plot = self.look.palette, self.getPlotItem()
        self.setBackground(palette.surface)
        for name in ("left", "bottom"):
            axis = plot.getAxis(name)
            axis.setPen(QPen(QColor(palette.line), 1))
            axis.setTextPen(QColor(palette.ink_soft))
        self._cursor.setPen(pg.mkPen(palette.danger, width=2))
        self._measure()
        self.updateGeometry()
        self.refresh()

    def _measure(self) -> None:
        font = self.look.font(Type.CAPTION)
        metrics, plot = QFontMetrics(font), self.getPlotItem()
        names = [self._words(f"player.lane.{lane}") for lane in ("wave", *_LANES)]
        left, bottom = plot.getAxis("left"), plot.getAxis("bottom")
        left.setStyle(tickFont=font, tickLength=0, tickTextOffset=Space.S, autoExpandTextSpace=False)
        bottom.setStyle(tickFont=font, tickLength=-4, tickTextOffset=Space.XS, autoExpandTextSpace=False)
        left.setWidth(max(metrics.horizontalAdvance(name) for name in names) + 2 * Space.M)
        bottom.setHeight(metrics.height() + Space.S)
        bottom.label_px = metrics.horizontalAdvance("0:00:00.0")

    def refresh(self) -> None:
        """Paint everything again: more of the wave is known, or another segment does not open."""
        for item in self._items:
            item.update()

    def show_position(self, at_ms: int) -> None:
        """Move the line; when it leaves the sight, the sight follows."""
        seconds = at_ms / 1000
        box = self.getPlotItem().getViewBox()
        (left, right), _ = box.viewRange()
        if not left <= seconds <= right:
            width = right - left
            start = min(max(0.0, seconds - width * 0.1), self._duration_s - width)
            box.setXRange(start, start + width, padding=0)
        elif abs(seconds - self._cursor.value()) * max(1, self.width()) < (right - left) / 2:
            return  # not half a pixel
        self._cursor.setValue(seconds)

    def go(self, seconds: float) -> None:
        """Tell where the person wants to go."""
        self.sought.emit(round(min(max(0.0, seconds), self._duration_s) * 1000))

    def zoom(self, steps: int) -> None:
        """Look closer (1) or from further away (-1), around the line; 0: see everything."""
        box = self.getPlotItem().getViewBox()
        (left, right), _ = box.viewRange()
        if steps == 0:
            box.setXRange(0, self._duration_s, padding=0)
            return
        width = min(max(_CLOSEST_S, (right - left) / _ZOOM**steps), self._duration_s)
        centre = min(max(left, self._cursor.value()), right)
        start = min(max(0.0, centre - width * (centre - left) / (right - left)), max(0.0, self._duration_s - width))
        box.setXRange(start, start + width, padding=0)

    def sizeHint(self) -> QSize:
        """Give its room: as high as its lanes."""
        letters = QFontMetrics(self.look.font(Type.CAPTION)).height()
        lane = max(_TALL, letters)
        return QSize(640, round(self._rows * lane) + letters + 2 * Space.S)

    def minimumSizeHint(self) -> QSize:
        """Give the least: the same height."""
        return QSize(320, self.sizeHint().height())

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        """Leave every key to the panel."""
        ev.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.viewport().update()

    def paintEvent(self, ev: QPaintEvent) -> None:
        """Paint the plot, and the ring when it has the focus."""
        super().paintEvent(ev)
        if self.hasFocus():
            painter = QPainter(self.viewport())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_focus(painter, QRectF(self.viewport().rect()), self.look)
            painter.end()
