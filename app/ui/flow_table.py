"""A table on the page: wide ones shrink a little, then scroll."""

import math
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from app.exam.prose import Table, inline_text, plain_text
from app.ui.flow_build import TABLE_EXTRA
from app.ui.flow_ink import Images
from app.ui.flow_view import FlowView
from app.ui.look import Look, Looked, paint_focus
from app.ui.tokens import Type

_SHRINKS: Final = 0.8  # how small the text of a wide table gets before it scrolls
_LEAST_CELL: Final = 5.0  # em: a column with more text than this is not made narrower
_LATIN: Final = 0.56  # em: the width of a Latin character beside a Chinese one


class TableView(Looked, QScrollArea):
    """One table. When its columns would get too narrow its text shrinks a little; beyond that it scrolls sideways."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("table")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.flow = FlowView(self)
        self.flow.setAutoFillBackground(False)
        self.setWidget(self.flow)
        self.flow.setAutoFillBackground(False)
        self._table = Table(())

    def show_table(self, table: Table, widgets: Sequence[QWidget | None], images: Images) -> None:
        """Take a table, and the widgets in it."""
        self._table = table
        self.flow.show_blocks((table,), widgets, images)
        self.setAccessibleName(inline_text(table.caption))
        self.horizontalScrollBar().setValue(0)

    def look_changed(self) -> None:
        """Nothing yet: the owner arranges again."""

    def arrange(self, width: int) -> int:
        """Lay the table out in `width` and give the height it takes, its scroll bar included."""
        self.flow.set_look(self.look)
        shrink = min(1.0, max(_SHRINKS, width / least_width(self._table, self.look, 1.0)))
        inner = max(width, least_width(self._table, self.look, shrink))
        height = self.flow.arrange(inner, shrink)
        inner = max(inner, self.flow.natural_width())
        self.flow.resize(inner, height)
        scrolls = inner > width
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if scrolls else Qt.FocusPolicy.NoFocus)
        return height + (self.horizontalScrollBar().sizeHint().height() if scrolls else 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll sideways by the arrows; leave every other key to the page."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            event.ignore()
            return
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() + step * self.look.px(Type.EXAM) * 3)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ring when it has the focus."""
        super().paintEvent(event)
        if self.hasFocus():
            paint_focus(QPainter(self.viewport()), QRectF(self.viewport().rect()), self.look)


def least_width(table: Table, look: Look, shrink: float) -> int:
    """Give the width below which a table cannot be read, pixels: no column narrower than a few characters."""
    columns: dict[int, float] = {}
    for row in table.rows:
        at = 0
        for cell in row:
            if cell.columns == 1:
                columns[at] = max(columns.get(at, 0.0), _least(plain_text(cell.body)))
            at += cell.columns
    em = look.px(Type.EXAM) * shrink
    return max(1, math.ceil(sum(columns.values()) * em) + len(columns) * TABLE_EXTRA)


def _least(text: str) -> float:
    lines = (sum(_LATIN if character.isascii() else 1.0 for character in line) for line in text.splitlines())
    return min(_LEAST_CELL, max(lines, default=0.0)) + 0.1
