"""A row that can be put in another place: dragged, moved by its arrows, or picked up and carried by keys."""

from enum import Enum

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.exam.prose import Body, plain_text
from app.ui import tokens
from app.ui.icons import Icon, paint_icon
from app.ui.interactions.base import Setting
from app.ui.interactions.carried import Carried
from app.ui.look import paint_focus
from app.ui.prose import BodyView
from app.ui.tokens import Space, Type


class Part(Enum):
    """What can be pressed at the end of a row."""

    UP = Icon.UP
    DOWN = Icon.DOWN
    ADD = Icon.PLUS
    REMOVE = Icon.CROSS


class OrderRow(Carried):
    """A place (or none yet), what stands there, and the parts that move it."""

    part_pressed = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.option = ""
        self.body = BodyView(self, after=self, corner=True)
        self._place: int | None = None
        self._parts: tuple[Part, ...] = ()
        self._sure = self._held = False
        self._pressed_part: Part | None = None
        self._said = ""

    def show_option(self, option: str, body: Body, setting: Setting) -> None:
        """Show an option."""
        self.option, self._said = option, plain_text(body)
        self.setObjectName(f"row_{option}")
        self.body.show_body(body, setting.media, words=setting.words, plays=setting.plays)

    def show_state(self, place: int | None, parts: tuple[Part, ...], state: str, *, sure: bool, held: bool) -> None:
        """Show its place; `sure`: the person put it there; `held`: it is picked up. `state` says so in words."""
        self._place, self._parts, self._sure, self._held = place, parts, sure, held
        self.setAccessibleName(f"{state} {self._said}".strip())
        self.update()

    def part_rect(self, part: Part) -> QRect:
        """Give where a part of the row is."""
        side = self.look.length(tokens.TARGET, 1.5)
        left = self.width() - Space.S - side * (len(self._parts) - self._parts.index(part))
        return QRect(left, (self.height() - side) // 2, side, side)

    def arrange(self, width: int) -> int:
        """Lay the row out in `width` and give its height; room for two parts is always kept."""
        left, right = self._left(), 2 * self.look.length(tokens.TARGET, 1.5) + 2 * Space.S
        self.body.set_look(self.look)
        inner = self.body.arrange(max(1, width - left - right))
        height = max(inner + 2 * Space.M, self.look.length(tokens.TARGET, 1.5) + 2 * Space.XS)
        self.body.setGeometry(left, (height - inner) // 2, max(1, width - left - right), inner)
        return height

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a press on a part; anything else is a press on the row, or the beginning of a carry."""
        at = event.position().toPoint()
        self._pressed_part = next((part for part in self._parts if self.part_rect(part).contains(at)), None)
        if self._pressed_part is None:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell a part that was pressed."""
        part, self._pressed_part = self._pressed_part, None
        if part is None:
            super().mouseReleaseEvent(event)
        elif self.part_rect(part).contains(event.position().toPoint()):
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.part_pressed.emit(part)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Let two quick presses on an arrow be two steps; on the row they are one."""
        at = event.position().toPoint()
        if any(self.part_rect(part).contains(at) for part in (Part.UP, Part.DOWN) if part in self._parts):
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    def _left(self) -> int:
        return Space.L + self.look.length(tokens.MARKER, 1.8) + Space.L

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the row."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.look.palette
        edge = palette.accent if self._held else palette.line_strong if self.underMouse() else palette.line
        painter.setPen(QPen(QColor(edge), tokens.EDGE))
        painter.setBrush(QColor(palette.accent_soft if self._held else palette.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), tokens.RADIUS, tokens.RADIUS)
        self._paint_place(painter)
        for part in self._parts:
            box = QRectF(self.part_rect(part))
            side = self.look.length(tokens.ICON, 1.5)
            middle = box.center()
            at = QRectF(middle.x() - side / 2, middle.y() - side / 2, side, side)
            paint_icon(painter, part.value, at, QColor(palette.accent))
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()), self.look)

    def _paint_place(self, painter: QPainter) -> None:
        palette, side = self.look.palette, self.look.length(tokens.MARKER, 1.8)
        box = QRectF(Space.L, (self.height() - side) / 2, side, side).adjusted(1, 1, -1, -1)
        if self._place is None:
            inset = side * 0.2
            paint_icon(painter, Icon.GRIP, box.adjusted(inset, inset, -inset, -inset), QColor(palette.line_strong))
            return
        pen = QPen(QColor(palette.accent if self._sure else palette.line_strong), tokens.EDGE)
        if not self._sure:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(QColor(palette.accent if self._sure else palette.surface))
        painter.drawRoundedRect(box, tokens.RADIUS, tokens.RADIUS)
        font = self.look.font(Type.STRONG)
        font.setPixelSize(round(side * 0.5))
        painter.setFont(font)
        painter.setPen(QColor(palette.on_accent if self._sure else palette.ink))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(self._place))
