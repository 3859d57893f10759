"""The forms of marks: every kind has its own, so that it is told apart without its colour."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from app.archive.playing.marks import Lane, Mark
from app.ui.look import Look
from sync.wire.archive import TimelineKind
from sync.wire.recording import FlagKind

_UNIT: Final = 12.0
_STROKE: Final = 1.8


def _lines(*lines: tuple[tuple[float, float], ...], closed: bool = False) -> QPainterPath:
    path = QPainterPath()
    for line in lines:
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in line]))
        if closed:
            path.closeSubpath()
    return path


def _disc(x: float, y: float, radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(x, y), radius, radius)
    return path


def _box(x: float, y: float, width: float, height: float) -> QPainterPath:
    path = QPainterPath()
    path.addRect(QRectF(x, y, width, height))
    return path


def _both(one: QPainterPath, other: QPainterPath) -> QPainterPath:
    """Put two drawings over each other; uniting them would lose what is only a line."""
    path = QPainterPath(one)
    path.addPath(other)
    return path


def _moon() -> QPainterPath:
    return _disc(6, 6, 5) - _disc(8.5, 4.5, 4.2)


def _bubble() -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(QRectF(1, 1.5, 10, 6.5), 2.5, 2.5)
    return path.united(_lines(((3, 7), (3, 11), (6.5, 7.5)), closed=True))


_SITTING: Final = frozenset(kind.value for kind in TimelineKind)
_Form = tuple[QPainterPath, QPainterPath]  # strokes, fills
_NONE: Final = QPainterPath()
_FORMS: Final[Mapping[str, _Form]] = MappingProxyType(
    {
        FlagKind.NO_FACE: (_both(_disc(6, 6, 4.6), _lines(((2, 10.5), (10, 1.5)))), _NONE),
        FlagKind.SEVERAL_FACES: (_disc(4.2, 6, 3.2), _disc(8.2, 6, 3.2)),
        FlagKind.COVERED: (_NONE, _box(1.5, 1.5, 9, 9)),
        FlagKind.FROZEN: (_lines(((6, 1), (6, 11)), ((1.7, 3.5), (10.3, 8.5)), ((1.7, 8.5), (10.3, 3.5))), _NONE),
        FlagKind.DARK: (_NONE, _moon()),
        FlagKind.OUT_OF_PLACE: (_lines(((6, 1), (11, 6), (6, 11), (1, 6)), closed=True), _disc(6, 6, 1.4)),
        FlagKind.SILENCE: (_lines(((1, 6), (11, 6)), ((1.5, 3.5), (1.5, 8.5)), ((10.5, 3.5), (10.5, 8.5))), _NONE),
        FlagKind.SPEECH: (_NONE, _bubble()),
        TimelineKind.PAUSED: (_NONE, _both(_box(2.5, 1.5, 2.6, 9), _box(7, 1.5, 2.6, 9))),
        TimelineKind.CONTINUED: (_NONE, _lines(((3, 1), (10.5, 6), (3, 11)), closed=True)),
        TimelineKind.SUBMITTED: (_lines(((1.5, 6.5), (4.8, 9.8), (10.5, 2))), _NONE),
        Lane.INCIDENT: (_both(_lines(((6, 1.2), (11, 10.5), (1, 10.5)), closed=True), _lines(((6, 5), (6, 8)))), _NONE),
        Lane.BOOKMARK: (_NONE, _lines(((3, 1), (9, 1), (9, 11), (6, 8), (3, 11)), closed=True)),
        Lane.GAP: (_both(_box(1.5, 2.5, 9, 7), _lines(((1.5, 9.5), (8.5, 2.5)), ((5, 9.5), (10.5, 4)))), _NONE),
        Lane.ITEM: (_box(1.5, 2.5, 9, 7), _NONE),
    }
)


def _is_of_the_sitting(mark: Mark) -> bool:
    """Tell what belongs to every sitting (a pause, handing in) from what should not happen."""
    return mark.lane is Lane.INCIDENT and mark.what in _SITTING


def colour_of(mark: Mark, look: Look) -> QColor:
    """Give a mark's colour; its form says the same."""
    palette = look.palette
    if _is_of_the_sitting(mark):
        return QColor(palette.accent)
    colours = {
        Lane.ITEM: palette.ink_soft,
        Lane.INCIDENT: palette.danger,
        Lane.FLAG: palette.attention,
        Lane.GAP: palette.ink,
        Lane.BOOKMARK: palette.accent,
    }
    return QColor(colours[mark.lane])


def paint_mark(painter: QPainter, mark: Mark, box: QRectF, colour: QColor) -> None:
    """Draw a mark's form into a square."""
    own = mark.lane is Lane.FLAG or _is_of_the_sitting(mark)
    strokes, fills = _FORMS.get(mark.what if own else mark.lane, _FORMS[Lane.ITEM])
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.topLeft())
    painter.scale(box.width() / _UNIT, box.height() / _UNIT)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, _STROKE, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPath(strokes)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPath(fills)
    painter.restore()
