"""The icons, drawn as lines on a 24-unit square: no font and no file has to be there for them."""

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QIcon, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import tokens
from app.ui.look import Looked
from app.ui.tokens import Tone, Type

_UNITS: Final = 24.0
_STROKE: Final = 2.4


class Icon(Enum):
    """What an icon shows."""

    CHECK = auto()
    CROSS = auto()
    FLAG = auto()
    ATTENTION = auto()
    BLOCKED = auto()
    RUNNING = auto()
    TO_DO = auto()
    RECORD = auto()
    PAUSE = auto()
    PLAY = auto()
    OUTBOX = auto()
    SHIELD = auto()
    BACK = auto()
    FORWARD = auto()
    ZOOM = auto()
    CLOCK = auto()
    LOCK = auto()
    MICROPHONE = auto()
    SIMULATED = auto()
    INFO = auto()
    UP = auto()
    HAND = auto()
    DOWN = auto()
    PLUS = auto()
    MINUS = auto()
    GRIP = auto()
    LINK = auto()


def _line(*points: tuple[float, float], closed: bool = False) -> QPainterPath:
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(x, y) for x, y in points]))
    if closed:
        path.closeSubpath()
    return path


def _ring(x: float, y: float, radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(x, y), radius, radius)
    return path


def _arc(x: float, y: float, radius: float, start: float, span: float) -> QPainterPath:
    path = QPainterPath()
    box = QRectF(x - radius, y - radius, 2 * radius, 2 * radius)
    path.arcMoveTo(box, start)
    path.arcTo(box, start, span)
    return path


def _box(x: float, y: float, width: float, height: float, radius: float = 1.5) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(QRectF(x, y, width, height), radius, radius)
    return path


def _shield() -> QPainterPath:
    path = QPainterPath(QPointF(12, 2.5))
    path.lineTo(20, 5.5)
    path.lineTo(20, 11.5)
    path.cubicTo(20, 17, 16, 20, 12, 21.5)
    path.cubicTo(8, 20, 4, 17, 4, 11.5)
    path.lineTo(4, 5.5)
    path.closeSubpath()
    return path


_Drawing = tuple[tuple[QPainterPath, ...], tuple[QPainterPath, ...]]  # strokes, fills


def _hand() -> QPainterPath:
    """An open hand held up: four fingers, the thumb at the left."""
    path = QPainterPath(QPointF(7.5, 13.5))
    for left, top in ((7.5, 6.0), (10.5, 3.5), (13.5, 4.0), (16.5, 6.5)):  # a finger goes up, round, and down
        path.lineTo(left, top + 1.2)
        path.cubicTo(left, top - 0.6, left + 3.0, top - 0.6, left + 3.0, top + 1.2)
        path.lineTo(left + 3.0, 11.5)
    path.lineTo(19.5, 14.5)
    path.cubicTo(19.5, 19.5, 16.5, 21.8, 13.0, 21.8)
    path.cubicTo(10.0, 21.8, 8.6, 20.4, 7.2, 18.2)
    path.lineTo(3.6, 13.2)
    path.cubicTo(3.4, 11.2, 5.6, 11.0, 7.5, 13.5)
    return path


def _drawings() -> Mapping[Icon, _Drawing]:
    tick = _line((4.5, 12.5), (9.8, 17.8), (19.8, 6.5))
    circle = _ring(12, 12, 9)
    mark = (_line((12, 9.5), (12, 14)),)
    return MappingProxyType(
        {
            Icon.CHECK: ((tick,), ()),
            Icon.CROSS: ((_line((6, 6), (18, 18)), _line((18, 6), (6, 18))), ()),
            Icon.FLAG: ((_line((6, 3), (6, 21)),), (_line((6, 4), (19, 8.5), (6, 13), closed=True),)),
            Icon.ATTENTION: (
                (_line((12, 3.5), (21.5, 20), (2.5, 20), closed=True), *mark),
                (_ring(12, 17, 1.3),),
            ),
            Icon.BLOCKED: ((circle, _line((7, 12), (17, 12))), ()),
            Icon.RUNNING: ((_arc(12, 12, 8.5, 60, 270),), ()),
            Icon.TO_DO: ((_ring(12, 12, 8.5),), ()),
            Icon.RECORD: ((_ring(12, 12, 9.5),), (_ring(12, 12, 5.5),)),
            Icon.PLAY: ((), (_line((7, 4), (20, 12), (7, 20), closed=True),)),
            Icon.PAUSE: ((), (_box(5.5, 4, 4.5, 16), _box(14, 4, 4.5, 16))),
            Icon.OUTBOX: (
                (
                    _line((4, 14), (4, 20), (20, 20), (20, 14)),
                    _line((12, 15), (12, 4)),
                    _line((7.5, 8), (12, 3.8), (16.5, 8)),
                ),
                (),
            ),
            Icon.SHIELD: ((_shield(), _line((8, 12), (11, 15), (16.5, 8.5))), ()),
            Icon.BACK: ((_line((15, 5), (8, 12), (15, 19)),), ()),
            Icon.FORWARD: ((_line((9, 5), (16, 12), (9, 19)),), ()),
            Icon.ZOOM: (
                (
                    _ring(10.5, 10.5, 6.5),
                    _line((15.5, 15.5), (21, 21)),
                    _line((7.5, 10.5), (13.5, 10.5)),
                    _line((10.5, 7.5), (10.5, 13.5)),
                ),
                (),
            ),
            Icon.CLOCK: ((circle, _line((12, 7), (12, 12.5), (15.5, 14.5))), ()),
            Icon.LOCK: ((_arc(12, 9.5, 4.5, 0, 180), _box(5, 10.5, 14, 10)), ()),
            Icon.MICROPHONE: (
                (_arc(12, 11, 6.5, 180, 180), _line((12, 17.5), (12, 21))),
                (_box(9, 3, 6, 11, 3),),
            ),
            Icon.INFO: ((circle, _line((12, 11.5), (12, 16.5))), (_ring(12, 7.8, 1.4),)),
            Icon.UP: ((_line((5, 15), (12, 8), (19, 15)),), ()),
            Icon.HAND: ((_hand(),), ()),
            Icon.DOWN: ((_line((5, 9), (12, 16), (19, 9)),), ()),
            Icon.PLUS: ((_line((12, 5), (12, 19)), _line((5, 12), (19, 12))), ()),
            Icon.MINUS: ((_line((5, 12), (19, 12)),), ()),
            Icon.GRIP: ((), tuple(_ring(x, y, 1.6) for x in (8.5, 15.5) for y in (5.5, 12, 18.5))),
            Icon.LINK: (
                (_line((3, 12), (21, 12)), _line((7, 8), (3, 12), (7, 16)), _line((17, 8), (21, 12), (17, 16))),
                (),
            ),
            Icon.SIMULATED: ((_box(3, 5, 18, 14, 2), _line((7, 15), (13, 9)), _line((12, 15), (17, 10))), ()),
        }
    )


_DRAWINGS: Final = _drawings()


def paint_icon(painter: QPainter, icon: Icon, box: QRectF, colour: QColor) -> None:
    """Draw an icon into a square."""
    strokes, fills = _DRAWINGS[icon]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.topLeft())
    painter.scale(box.width() / _UNITS, box.height() / _UNITS)
    pen = QPen(colour, _STROKE, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for path in strokes:
        painter.drawPath(path)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    for path in fills:
        painter.drawPath(path)
    painter.restore()


def icon_image(icon: Icon, side: int, colour: QColor, ratio: float) -> QIcon:
    """Give an icon for a button of Qt's."""
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint_icon(painter, icon, QRectF(0, 0, side * ratio, side * ratio), colour)
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return QIcon(pixmap)


class IconMark(Looked, QWidget):
    """An icon on the page; `beside` a kind of text it is as high as one of its lines and stands in its middle."""

    def __init__(
        self, icon: Icon, tone: Tone = Tone.INK, side: int = tokens.ICON, *, beside: Type | None = None
    ) -> None:
        super().__init__()
        self._icon, self._tone, self._side, self._beside = icon, tone, side, beside
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_icon(self, icon: Icon, tone: Tone) -> None:
        """Show another icon."""
        self._icon, self._tone = icon, tone
        self.update()

    def look_changed(self) -> None:
        """Measure and paint again."""
        self.updateGeometry()
        self.update()

    def _drawn(self) -> int:
        if self._beside is None:
            return self.look.length(self._side)
        return self.look.length(self._side, tokens.TYPES[self._beside].most)

    def sizeHint(self) -> QSize:
        """Give the icon's room."""
        side = self._drawn()
        height = QFontMetrics(self.look.font(self._beside)).height() if self._beside else side
        return QSize(side, max(side, height))

    def minimumSizeHint(self) -> QSize:
        """Give the same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the icon."""
        side = self._drawn()
        box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        paint_icon(QPainter(self), self._icon, box, self.look.tone(self._tone))
