"""The time axis: recorded time in steps that people count in."""

from typing import Final

import pyqtgraph as pg

from app.archive.window.player_times import recorded

_STEPS_S: Final = (0.1, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)


class TimeAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph is published without types
    """Says hours, minutes and seconds; parts of a second when one looks closely."""

    label_px = 80
    """How much room a label takes."""

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:  # noqa: N803 - pyqtgraph's names
        """Give the distance of labels: the least of the steps at which they do not touch."""
        wanted = (maxVal - minVal) * self.label_px * 1.4 / max(size, 1.0)
        return [(next((step for step in _STEPS_S if step >= wanted), _STEPS_S[-1]), 0.0)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:  # noqa: ARG002 - pyqtgraph's signature
        """Give the labels."""
        told = [recorded(max(0, round(value * 1000)), fine=spacing < 1) for value in values]
        return [text[:-2] if spacing < 1 else text for text in told]
