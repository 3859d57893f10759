"""The sound wave of a whole recording, as the loudest moment under each column of pixels."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from app.archive.playing.overview import BIN_MS, UNKNOWN, Overview
from app.archive.window.timeline_lanes import LaneItem
from app.ui.look import Look

_Places = NDArray[np.int64]
_FULL = 32_767.0
_FLOOR_DB = -48.0  # softer than this is drawn as nothing: a quiet room


class WaveLane(LaneItem):
    """Draws what is known of the wave; what is not worked out yet is a thin broken line."""

    def __init__(
        self, overview: Overview, top: float, height: float, duration_ms: int, look: Callable[[], Look]
    ) -> None:
        super().__init__(top, height, duration_ms, look)
        self._overview = overview

    def paint_lane(self, painter: QPainter, box: QRectF, clip: QRectF, x_of: Callable[[float], float]) -> None:
        """Draw a line up and down for each column."""
        peaks, palette = self._overview.peaks, self.look().palette
        left, right = int(max(box.left(), clip.left())), int(min(box.right(), clip.right())) + 1
        ms_a_pixel = self.duration_ms / box.width() if box.width() else 0.0
        if right <= left or not len(peaks) or not ms_a_pixel:
            return
        columns = np.arange(left, right + 1)
        edges = ((columns - x_of(0.0)) * ms_a_pixel / BIN_MS).astype(np.int64)
        edges = np.clip(edges, 0, len(peaks) - 1)
        starts, ends = edges[:-1], np.maximum(edges[1:], edges[:-1] + 1)
        loudest = np.maximum.reduceat(peaks, _pairs(starts, ends, len(peaks)))[::2]
        middle, half = box.center().y(), box.height() / 2 - 2
        painter.setPen(QPen(QColor(palette.line_strong), 1))
        painter.drawLine(QLineF(left, middle, right, middle))
        painter.setPen(QPen(QColor(palette.accent), 1))
        tall = _height(loudest) * half
        lines = [
            QLineF(x + 0.5, middle - up, x + 0.5, middle + up)
            for x, up, peak in zip(columns[:-1].tolist(), tall.tolist(), loudest.tolist(), strict=True)
            if peak != UNKNOWN and up > 0
        ]
        painter.drawLines(lines)


def _pairs(starts: _Places, ends: _Places, size: int) -> _Places:
    """Give start and end of each column after one another, as `reduceat` takes them: none may be past the last."""
    pairs = np.empty(2 * len(starts), np.int64)
    pairs[::2], pairs[1::2] = starts, np.minimum(ends, size - 1)
    return pairs


def _height(peaks: NDArray[np.int16]) -> NDArray[np.float64]:
    """Give how tall a peak is drawn, 0 to 1: by its level, as ears hear it."""
    level = 20 * np.log10(np.maximum(peaks, 1) / _FULL)
    return np.clip(1 - level / _FLOOR_DB, 0.0, 1.0)
