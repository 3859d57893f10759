"""Slider (滑块): a number on a scale. Until the person moves it there is no response, and it looks so."""

import math
from decimal import Decimal
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QWidget

from app.exam.interactions import Interaction, Slider
from app.ui import tokens
from app.ui.buttons import Button
from app.ui.icons import Icon
from app.ui.interactions.base import Setting
from app.ui.interactions.board import Board
from app.ui.labels import Line
from app.ui.look import Looked, paint_focus
from app.ui.tokens import Space, Tone, Type

_POSITIONS: Final = 100
"""So many positions a scale has that names no step and is not of whole numbers."""
_TALL: Final = 320
_APART: Final = 1.6
"""Numbers under the track stand apart by so many times their width."""


class Scale:
    """The numbers a slider can give, from the lower to the upper bound."""

    def __init__(self, slider: Slider) -> None:
        self.lower, self.upper = Decimal(slider.lower), Decimal(slider.upper)
        step = Decimal(slider.step) if slider.step else Decimal(0)
        if step <= 0:
            step = Decimal(1) if slider.whole else (self.upper - self.lower) / _POSITIONS
        self.step = step
        self.most = max(0, int((self.upper - self.lower) // step))
        self._whole = slider.whole
        self._places = max(-int(number.normalize().as_tuple().exponent) for number in (self.lower, step))

    @property
    def counted(self) -> tuple[int, int]:
        """The first number and the step where all are whole; else positions are counted from 0."""
        whole = self.lower == int(self.lower) and self.step == int(self.step)
        return (int(self.lower), int(self.step)) if whole else (0, 1)

    def text(self, position: int) -> str:
        """Give the lexical form of the number at a position."""
        number = self.lower + self.step * position
        return str(int(number)) if self._whole else f"{number:.{max(1, self._places)}f}"

    def position(self, text: str) -> int:
        """Give the position nearest to a number."""
        return max(0, min(self.most, round((Decimal(text) - self.lower) / self.step)))


class Track(Looked, QAbstractSlider):
    """The line, its marks and the handle. Drag, press anywhere, arrows, Home and End.

    What Qt calls its value is for screen readers: they read it, and set it.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("slider_track")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._scale: Scale | None = None
        self._position: int | None = None
        self._vertical = self._reverse = False
        self._telling = False
        self.valueChanged.connect(self._set_from_outside)

    def show_scale(self, scale: Scale, position: int | None, *, vertical: bool, reverse: bool) -> None:
        """Show a position, or none; `reverse`: the lower bound is at the right or at the top."""
        self._scale, self._position, self._vertical, self._reverse = scale, position, vertical, reverse
        self._telling = True
        first, step = scale.counted
        self.setOrientation(Qt.Orientation.Vertical if vertical else Qt.Orientation.Horizontal)
        self.setRange(first, first + step * scale.most)
        self.setSingleStep(step)
        self.setValue(first + step * (position or 0))
        self._telling = False
        self.update()

    def _set_from_outside(self, value: int) -> None:
        if self._scale is not None and not self._telling:
            first, step = self._scale.counted
            self.chosen.emit(round((value - first) / step))

    def look_changed(self) -> None:
        """Paint again; the owner arranges."""
        self.update()

    def size_within(self, width: int) -> QSize:
        """Give its size."""
        thick = self.look.length(tokens.TARGET, 1.5) + 2 * Space.XS
        return QSize(thick * 2, self.look.length(_TALL, 1.2)) if self._vertical else QSize(width, thick)

    def place_of(self, position: int) -> QPointF:
        """Give where a position is."""
        most = self._scale.most if self._scale else 0
        part = position / most if most else 0.0
        pad = self.look.length(tokens.TARGET, 1.5) / 2 + Space.XS
        if self._vertical:
            down = part if self._reverse else 1 - part
            return QPointF(self.width() / 2, pad + down * (self.height() - 2 * pad))
        right = 1 - part if self._reverse else part
        return QPointF(pad + right * (self.width() - 2 * pad), self.height() / 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step by the arrows, go to the ends by Home and End."""
        if self._scale is None:
            return
        key, most = Qt.Key(event.key()), self._scale.most
        up = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
        if key in up:
            turned = -1 if self._reverse and not self._vertical and key in (Qt.Key.Key_Left, Qt.Key.Key_Right) else 1
            turned = -1 if self._reverse and self._vertical and key in (Qt.Key.Key_Up, Qt.Key.Key_Down) else turned
            self.step(up[key] * turned)
        elif key == Qt.Key.Key_Home:
            self.chosen.emit(0)
        elif key == Qt.Key.Key_End:
            self.chosen.emit(most)
        else:
            event.ignore()  # Qt's slider would take the keys that turn to the next item

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()

    def step(self, by: int) -> None:
        """Go so many positions on; from nowhere, begin in the middle."""
        most = self._scale.most if self._scale else 0
        start = most // 2 if self._position is None else self._position + by
        self.chosen.emit(max(0, min(most, start)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go where it is pressed."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the hand."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Stay where the hand let go."""
        event.accept()

    def _go(self, at: QPointF) -> None:
        if self._scale is None:
            return
        first, last = self.place_of(0), self.place_of(self._scale.most)
        run = last - first
        length = QPointF.dotProduct(run, run)
        part = QPointF.dotProduct(at - first, run) / length if length else 0.0
        self.chosen.emit(max(0, min(self._scale.most, round(part * self._scale.most))))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the line, the part that is chosen, the marks, the handle."""
        if self._scale is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.look.palette
        first, last = self.place_of(0), self.place_of(self._scale.most)
        painter.setPen(QPen(QColor(palette.line_strong), Space.S, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(first, last)
        self._paint_marks(painter)
        if self._position is not None:
            painter.setPen(QPen(QColor(palette.accent), Space.S, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(first, self.place_of(self._position))
        self._paint_handle(painter)
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()), self.look)

    def _paint_marks(self, painter: QPainter) -> None:
        most = self._scale.most if self._scale else 0
        if not 0 < most <= _POSITIONS // 2:
            return
        painter.setPen(QPen(QColor(self.look.palette.line_strong), tokens.EDGE))
        for position in range(most + 1):
            at = self.place_of(position)
            across = QPointF(Space.M, 0) if self._vertical else QPointF(0, Space.M)
            painter.drawLine(at - across, at + across)

    def _paint_handle(self, painter: QPainter) -> None:
        palette, side = self.look.palette, self.look.length(tokens.MARKER, 1.5)
        answered = self._position is not None
        most = self._scale.most if self._scale else 0
        at = self.place_of(self._position if self._position is not None else most // 2)
        pen = QPen(QColor(palette.accent if answered else palette.line_strong), tokens.RING)
        if not answered:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(QColor(palette.accent if answered else palette.surface))
        painter.drawEllipse(at, side / 2, side / 2)
        if answered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.on_accent))
            painter.drawEllipse(at, side / 6, side / 6)


class SliderView(Board):
    """The number, the track between − and +, and the bounds below."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._slider: Slider | None = None
        self._scale: Scale | None = None
        self._number = Line(Type.TITLE)
        self._number.setObjectName("slider_number")
        self._labels: list[tuple[str, QRectF]] = []
        self.less = Button("slider_less", icon=Icon.MINUS)
        self.track = Track(self)
        self.more = Button("slider_more", icon=Icon.PLUS)
        for widget in (self._number, self.less, self.track, self.more):
            widget.setParent(self)
        self.less.clicked.connect(lambda: self.track.step(-1))
        self.more.clicked.connect(lambda: self.track.step(1))
        self.track.chosen.connect(self._choose)

    @property
    def scale(self) -> Scale | None:
        """The numbers it can give, once it is shown."""
        return self._scale

    def show_interaction(self, interaction: Interaction, values: tuple[str, ...], setting: Setting) -> None:
        """Show a slider with its response."""
        if not isinstance(interaction, Slider):
            raise TypeError(type(interaction).__name__)
        self._slider, self._scale = interaction, Scale(interaction)
        self.begin(interaction, values, setting)
        words = setting.words
        self.less.setAccessibleName(words("screen.interaction.slider.less"))
        self.more.setAccessibleName(words("screen.interaction.slider.more"))
        self.ask(words("screen.interaction.slider.asked"))
        self.show_values()

    def show_values(self) -> None:
        """Show the number, or that there is none yet."""
        if self._slider is None or self._scale is None:
            return
        words = self.setting.words
        position = self._scale.position(self.values[0]) if self.values else None
        text = self.values[0] if self.values else words("screen.interaction.slider.none")
        self._number.setText(text)
        self._number.set_tone(Tone.INK if self.values else Tone.SOFT)
        self.track.setAccessibleName(f"{self.accessibleName()} {text}".strip())
        self.track.show_scale(self._scale, position, vertical=self._slider.vertical, reverse=self._slider.reverse)
        self._number.resize(self._number.sizeHint())

    def arrange(self, width: int) -> int:
        """Lay number, track and bounds out."""
        if self._slider is None:
            return 0
        top = self.arrange_top(width)
        for widget in (self._number, self.less, self.track, self.more):
            widget.set_look(self.look)
        height = self._number.sizeHint().height()
        self._number.setGeometry(0, top, width, height)
        top += height + Space.S
        for one in (self.less, self.more):
            one.ensurePolished()
        button = self.less.sizeHint().expandedTo(QSize(tokens.TARGET, tokens.TARGET))
        return self._stand(top, button) if self._slider.vertical else self._lie(top, width, button)

    def _lie(self, top: int, width: int, button: QSize) -> int:
        left, right = (self.more, self.less) if self._slider and self._slider.reverse else (self.less, self.more)
        start = button.width() + Space.M
        size = self.track.size_within(max(1, width - 2 * start))
        self.track.setGeometry(start, top, size.width(), size.height())
        middle = top + (size.height() - button.height()) // 2
        left.setGeometry(0, middle, button.width(), button.height())
        right.setGeometry(width - button.width(), middle, button.width(), button.height())
        self._label(QPointF(start, top))
        return top + size.height() + Space.XS + QFontMetrics(self.look.font(Type.BODY)).height()

    def _stand(self, top: int, button: QSize) -> int:
        upper, lower = (self.less, self.more) if self._slider and self._slider.reverse else (self.more, self.less)
        size = self.track.size_within(0)
        width = max(size.width(), button.width())
        upper.setGeometry((width - button.width()) // 2, top, button.width(), button.height())
        top += button.height() + Space.S
        self.track.setGeometry((width - size.width()) // 2, top, size.width(), size.height())
        self._label(QPointF(width + Space.S, top))
        top += size.height() + Space.S
        lower.setGeometry((width - button.width()) // 2, top, button.width(), button.height())
        return top + button.height()

    def _label(self, corner: QPointF) -> None:
        """Put the numbers beside the track, which has its corner there: the bounds, or as many as find room."""
        self._labels = []
        if self._slider is None or self._scale is None:
            return
        metrics, most = QFontMetrics(self.look.font(Type.BODY)), self._scale.most
        widest = max(metrics.horizontalAdvance(self._scale.text(at)) for at in (0, most))
        each = metrics.height() if self._slider.vertical else widest * _APART
        run = self.track.place_of(most) - self.track.place_of(0)
        length = max(1.0, abs(run.x()) + abs(run.y()))
        stride = max(1, math.ceil(each * most / length)) if self._slider.step_label else max(1, most)
        for position in range(0, most + 1, stride):
            text = self._scale.text(position)
            width, at = metrics.horizontalAdvance(text), self.track.place_of(position)
            if self._slider.vertical:
                place = QPointF(corner.x(), corner.y() + at.y() - metrics.height() / 2)
            else:
                place = QPointF(corner.x() + at.x() - width / 2, corner.y() + self.track.height() + Space.XS)
            self._labels.append((text, QRectF(place, QSizeF(width + 1, metrics.height()))))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Write the numbers beside the track."""
        painter = QPainter(self)
        painter.setFont(self.look.font(Type.BODY))
        painter.setPen(self.look.tone(Tone.INK))
        for text, place in self._labels:
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def _choose(self, position: int) -> None:
        if self._scale is not None:
            self.respond((self._scale.text(position),))
