"""An area of a picture as something the keyboard can reach; presses are told to it by the picture below."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.exam.prose import Body, plain_text
from app.ui import tokens
from app.ui.icons import Icon, paint_icon
from app.ui.interactions.base import Setting
from app.ui.look import Looked
from app.ui.marked import Marked
from app.ui.prose import BodyView
from app.ui.tokens import Space, Type

_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1}
_VEIL = 56  # of 255: how much a chosen area is covered
_SAMPLES = 64
_ROOM = Space.L  # around the outline, for ring and tick


class AreaButton(Looked, Marked, QAbstractButton):
    """Outlined when it is looked at, ticked when it is chosen; as a `slot` always outlined, with what is in it."""

    stepped = Signal(int)
    let_go = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.be_markable()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.area = ""
        self.slot = False
        self.by_key = False
        self._hot = False
        self._letters = ""
        self._filling = BodyView(self, after=self)
        self._filling.hide()
        self._filled, self._said = False, ""
        self._path = QPainterPath()

    def show_area(self, area: str, *, slot: bool) -> None:
        """Stand for an area."""
        self.area, self.slot = area, slot
        self.setObjectName(f"area_{area}")

    def look_changed(self) -> None:
        """Paint again; the owner arranges."""
        self.update()

    def nextCheckState(self) -> None:
        """Leave the state to the owner."""

    def place(self, path: QPainterPath) -> None:
        """Lie over an outline, in the coordinates of the parent."""
        box = path.boundingRect().adjusted(-_ROOM, -_ROOM, _ROOM, _ROOM).toAlignedRect()
        self.setGeometry(box)
        self._path = path.translated(-QPointF(box.topLeft()))
        self._fit()

    def fill(self, letters: str, body: Body, setting: Setting) -> None:
        """Show what is in a slot: its words if they fit, else its letters."""
        self._letters, self._filled, self._said = letters, bool(body), plain_text(body)
        self._filling.show_body(body, setting.media, words=setting.words, plays=setting.plays)
        self._fit()
        self.update()

    def set_hot(self, hot: bool) -> None:
        """Show that a press here would mean this area."""
        if hot is not self._hot:
            self._hot = hot
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press by Return as by Space; tell the arrows and Esc."""
        key = Qt.Key(event.key())
        self.by_key = True
        if key in _STEPS:
            self.stepped.emit(_STEPS[key])
        elif key == Qt.Key.Key_Escape:
            self.let_go.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.click()
        else:
            super().keyPressEvent(event)

    def _fit(self) -> None:
        box = self._path.boundingRect().toAlignedRect().adjusted(Space.XS, 2, -Space.XS, -2)
        fits = False
        if self._filled and box.width() > 0:
            self._filling.set_look(self.look)
            height = self._filling.arrange(box.width())
            fits = height <= box.height()
            words = QFontMetrics(self.look.font(Type.EXAM)).horizontalAdvance(self._said)
            inside = max(0, (box.width() - words) // 2)
            height = self._filling.arrange(box.width() - inside)
            top = box.center().y() - height // 2
            self._filling.setGeometry(box.left() + inside, top, box.width() - inside, height)
        self._filling.setVisible(fits)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the outline, what is in it, and the tick."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, chosen = self.look.palette, self.isChecked()
        if self.slot:
            painter.fillPath(self._path, QColor(palette.accent_soft if chosen else palette.surface))
        elif chosen:
            veil = QColor(palette.accent)
            veil.setAlpha(_VEIL)
            painter.fillPath(self._path, veil)
        if self.hasFocus():
            # light, dark, light, dark, light: seen on a dark part and on a light one, and like no line of the picture
            self._outline(painter, palette.surface, 4 * tokens.RING)
            self._outline(painter, palette.focus, 3 * tokens.RING)
            self._outline(painter, palette.surface, tokens.RING)
        elif chosen or self._hot:
            self._outline(painter, palette.surface, 2 * tokens.RING)
            self._outline(painter, palette.accent, tokens.RING)
        elif self.slot:
            self._outline(painter, palette.line_strong, tokens.EDGE, dashed=True)
        if self.slot and self._letters and self._filling.isHidden():
            self._badge(painter, self._letters)
        elif chosen and not self.slot:
            self._badge(painter, "")

    def _outline(self, painter: QPainter, colour: str, width: int, *, dashed: bool = False) -> None:
        pen = QPen(QColor(colour), width)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path)

    def _corner(self, side: float) -> QPointF:
        """Give the place of the tick: on the outline at the upper right, clear of what the area shows."""
        goal = self._path.boundingRect().topRight()
        around = [self._path.pointAtPercent(step / _SAMPLES) for step in range(_SAMPLES)]
        at = min(around, key=lambda point: (point - goal).manhattanLength())
        inside = QRectF(self.rect()).adjusted(side / 2 + 1, side / 2 + 1, -side / 2 - 1, -side / 2 - 1)
        return QPointF(min(max(at.x(), inside.left()), inside.right()), min(max(at.y(), inside.top()), inside.bottom()))

    def _badge(self, painter: QPainter, letters: str) -> None:
        palette, side = self.look.palette, self.look.length(tokens.ICON * 1.3, 1.5)
        middle = self._path.boundingRect().center() if letters else self._corner(side)
        width = side * max(1.0, len(letters) * 0.6)
        box = QRectF(middle.x() - width / 2, middle.y() - side / 2, width, side)
        painter.setPen(QPen(QColor(palette.surface), tokens.EDGE))
        painter.setBrush(QColor(palette.accent))
        painter.drawRoundedRect(box, side / 2, side / 2)
        if not letters:
            inset = side * 0.2
            paint_icon(painter, Icon.CHECK, box.adjusted(inset, inset, -inset, -inset), QColor(palette.on_accent))
            return
        font = self.look.font(Type.STRONG)
        font.setPixelSize(round(side * 0.6))
        painter.setFont(font)
        painter.setPen(QColor(palette.on_accent))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letters)
