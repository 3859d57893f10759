"""What the shapes of the answer card mean."""

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import tokens
from app.ui.look import Looked
from app.ui.number_grid_cells import GridCell, paint_cell
from app.ui.tokens import Space, Tone, Type
from app.words import Words

_SAMPLES: Final = {
    "answered": GridCell(0, answered=True, flagged=False),
    "seen": GridCell(0, answered=False, flagged=False, seen=True),
    "unseen": GridCell(0, answered=False, flagged=False),
    "flagged": GridCell(0, answered=False, flagged=True, seen=True),
    "closed": GridCell(0, answered=False, flagged=False, seen=True, closed=True),
    "here": GridCell(0, answered=False, flagged=False, seen=True),
}
"""A shape for each thing that can be said of an item. That one is closed is said only where one is."""


class Legend(Looked, QWidget):
    """What the shapes of the answer card mean, each drawn as it is there."""

    def __init__(self) -> None:
        super().__init__()
        self._names: dict[str, str] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_words(self, words: Words, *, closed: bool) -> None:
        """Name the shapes; `closed`: there are closed items."""
        shown = [state for state in _SAMPLES if closed or state != "closed"]
        names = {state: words(f"screen.item_view.state_{state}") for state in shown}
        if names != self._names:
            self._names = names
            self.setAccessibleName(" ".join(names.values()))
            self.look_changed()

    def look_changed(self) -> None:
        """Measure and paint again."""
        self.updateGeometry()
        self.update()

    def _places(self, width: int) -> Iterator[tuple[QRect, QRect]]:
        font = self.look.font(Type.CAPTION)
        font.setPixelSize(self._text_px())
        metrics = QFontMetrics(font)
        side = self._text_px() + Space.XS
        x = y = 0
        for name in self._names.values():
            wide = side + Space.XS + metrics.horizontalAdvance(name)
            if x and x + wide > width:
                x, y = 0, y + metrics.height() + Space.XS
            box = QRect(x, y + (metrics.height() - side) // 2, side, side)
            yield box, QRect(box.right() + 1 + Space.XS, y, wide, metrics.height())
            x += wide + Space.M

    def _text_px(self) -> int:
        return self.look.length(tokens.TYPES[Type.CAPTION].px, tokens.TYPES[Type.BAR].most)

    def hasHeightForWidth(self) -> bool:
        """Say that the height depends on the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Give the height of the samples' lines."""
        return max((words.bottom() for _box, words in self._places(width)), default=0) + 1

    def sizeHint(self) -> QSize:
        """Give the room of one line; the height that counts comes from the width."""
        width = tokens.CARD_WIDTH - 2 * Space.L
        return QSize(width, self._text_px() + Space.XS)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the samples and their names."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self.look.font(Type.CAPTION)
        font.setPixelSize(self._text_px())
        painter.setFont(font)
        for (state, name), (box, words) in zip(self._names.items(), self._places(self.width()), strict=True):
            paint_cell(painter, QRectF(box), _SAMPLES[state], self.look, here=state == "here")
            painter.setPen(self.look.tone(Tone.SOFT))
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, name)
