"""The cells of an answer card (答题卡): an item's number, its state by shape AND colour."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.ui import tokens
from app.ui.look import Look


@dataclass(frozen=True)
class GridCell:
    """One item's place on the answer card; numbers count from 1. `closed`: the time of its section is used up."""

    number: int
    answered: bool
    flagged: bool
    seen: bool = False
    closed: bool = False


class Only(StrEnum):
    """Which items the answer card shows."""

    ALL = "all"
    UNANSWERED = "unanswered"
    FLAGGED = "flagged"


def selected(cells: tuple[GridCell, ...], only: Only) -> tuple[GridCell, ...]:
    """Give the cells a filter leaves."""
    match only:
        case Only.UNANSWERED:
            return tuple(cell for cell in cells if not cell.answered)
        case Only.FLAGGED:
            return tuple(cell for cell in cells if cell.flagged)
        case _:
            return cells


def paint_cell(painter: QPainter, box: QRectF, cell: GridCell, look: Look, *, here: bool) -> None:
    """Draw one cell.

    Filled = answered, outlined with an empty line to write on = seen but not answered, broken outline = not seen,
    corner flag = flagged, struck through from corner to corner = closed, doubled edge = here.
    """
    palette = look.palette
    inner, radius = box.adjusted(1, 1, -1, -1), tokens.RADIUS / 2
    if here:
        painter.setPen(QPen(QColor(palette.ink), tokens.RING))
        painter.setBrush(QColor(palette.surface))
        painter.drawRoundedRect(box.adjusted(1.5, 1.5, -1.5, -1.5), tokens.RADIUS, tokens.RADIUS)
        inner, radius = box.adjusted(5, 5, -5, -5), tokens.RADIUS / 3
    ground = palette.sunken if cell.closed else palette.surface
    edge = QPen(QColor(palette.accent if cell.answered else palette.line_strong), tokens.BORDER)
    if here and not cell.answered:
        edge = QPen(Qt.PenStyle.NoPen)
    elif not (cell.answered or cell.seen):
        edge.setDashPattern([2.0, 2.0])
    painter.setPen(edge)
    painter.setBrush(QColor(palette.accent if cell.answered else ground))
    painter.drawRoundedRect(inner, radius, radius)
    strokes = palette.on_accent if cell.answered else palette.ink_soft
    if cell.closed:
        painter.setPen(QPen(QColor(strokes), tokens.BORDER))
        painter.drawLine(QLineF(inner.bottomLeft() + QPointF(2, -2), inner.topRight() + QPointF(-2, 2)))
    elif cell.seen and not (cell.answered or here):  # within the ring a line so near would strike the number out
        side = inner.width() * 0.25
        painter.setPen(QPen(QColor(palette.ink), tokens.EDGE))
        low = inner.bottom() - 3
        painter.drawLine(QLineF(inner.left() + side, low, inner.right() - side, low))
    painter.setPen(QColor(palette.on_accent if cell.answered else palette.ink))
    if cell.number:
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(cell.number))
    if cell.flagged:
        _paint_flag(painter, box, look)


def _paint_flag(painter: QPainter, box: QRectF, look: Look) -> None:
    side, corner = box.width() * 0.46, box.topRight()
    painter.setPen(QPen(QColor(look.palette.ink), tokens.BORDER))
    painter.setBrush(QColor(look.palette.attention_fill))
    painter.drawPolygon(QPolygonF([corner, corner - QPointF(side, 0), corner + QPointF(0, side)]))
