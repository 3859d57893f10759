"""An option (选项): the whole row is the target, and what is chosen is seen by shape as well as colour."""

from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.exam.prose import Body, plain_text
from app.ui import tokens
from app.ui.icons import Icon, paint_icon
from app.ui.interactions.base import Setting
from app.ui.look import Looked, paint_focus
from app.ui.marked import Marked
from app.ui.prose import BodyView
from app.ui.tokens import Space, Type


def marker(index: int) -> str:
    """Name an option by its place: A to Z, then AA, AB and so on."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1}


class OptionRow(Looked, Marked, QAbstractButton):
    """One option: ( A ), its text, and a tick at the end of the row when it is chosen."""

    stepped = Signal(int)  # the arrows: to the row before (-1) or after (1)
    strike_toggled = Signal()  # by the second button of the mouse, Delete, or the button beside it
    picture_pressed = Signal(QImage, str)

    def __init__(self, index: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.marker = marker(index)
        self.setObjectName(f"option_{self.marker}")
        self.be_markable()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.option = ""
        self.struck = False
        self._several = False
        self._words = ""
        self._body = BodyView(self, after=self, corner=True)
        self._body.picture_pressed.connect(self.picture_pressed)

    def show_option(self, option: str, body: Body, setting: Setting, *, several: bool) -> None:
        """Show an option; `several`: more than one may be chosen, so its marker is square."""
        self.option, self._several, self._words = option, several, plain_text(body)
        self.set_exclusive(exclusive=not several)
        self._body.show_body(body, setting.media, words=setting.words, plays=setting.plays)

    def set_chosen(self, chosen: bool, state: str, *, struck: bool = False) -> None:
        """Show it as chosen or not, or struck through; `state` says so to a screen reader."""
        self.setChecked(chosen)
        self.struck = struck
        self._body.set_struck(struck)
        self.setAccessibleName(f"{self.marker} {self._words} {state}".rstrip())
        self.update()

    def nextCheckState(self) -> None:
        """Leave choosing to the owner, who knows whether the others give way."""

    def look_changed(self) -> None:
        """Nothing yet: the owner arranges again."""

    def arrange(self, width: int, least: int = 0) -> int:
        """Lay the row out in `width`, at least `least` high, and give its height."""
        marker = self.look.length(tokens.MARKER, 1.8)
        left = Space.L + marker + Space.L
        right = Space.L + self.look.length(tokens.ICON, 1.5) + Space.L
        self._body.set_look(self.look)
        inner = self._body.arrange(width - left - right)
        height = max(max(inner, marker) + 2 * Space.M, tokens.TARGET, least)
        self._body.setGeometry(left, (height - inner) // 2, width - left - right, inner)
        return height

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose by Return as by Space; move by the arrows."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.stepped.emit(_STEPS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and not event.isAutoRepeat():
            self.strike_toggled.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the second button too."""
        if event.button() is Qt.MouseButton.RightButton:
            event.accept()
        else:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Strike through by the second button."""
        if event.button() is not Qt.MouseButton.RightButton:
            super().mouseReleaseEvent(event)
        elif self.rect().contains(event.position().toPoint()):
            self.strike_toggled.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Count a double click as one press: the second would take the choice back."""
        event.accept()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that it can be pressed."""
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the row."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, chosen = self.look.palette, self.isChecked()
        hot = self.underMouse() and self.isEnabled()
        edge = palette.accent if chosen else palette.line_strong if hot else palette.line
        painter.setPen(QPen(QColor(edge), tokens.EDGE))
        painter.setBrush(QColor(palette.accent_soft if chosen else palette.surface))
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(box, tokens.RADIUS, tokens.RADIUS)
        self._paint_marker(painter)
        if chosen:
            side = self.look.length(tokens.ICON, 1.5)
            at = QRectF(self.width() - Space.L - side, (self.height() - side) / 2, side, side)
            paint_icon(painter, Icon.CHECK, at, QColor(palette.accent))
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()), self.look)

    def _paint_marker(self, painter: QPainter) -> None:
        palette, side = self.look.palette, self.look.length(tokens.MARKER, 1.8)
        box = QRectF(Space.L, (self.height() - side) / 2, side, side).adjusted(1, 1, -1, -1)
        chosen = self.isChecked()
        painter.setPen(QPen(QColor(palette.accent if chosen else palette.line_strong), tokens.EDGE))
        painter.setBrush(QColor(palette.accent if chosen else palette.surface))
        radius = tokens.RADIUS if self._several else side / 2
        painter.drawRoundedRect(box, radius, radius)
        font = self.look.font(Type.STRONG)
        font.setPixelSize(round(side * 0.5))
        painter.setFont(font)
        painter.setPen(QColor(palette.on_accent if chosen else palette.ink))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.marker)
        if self.struck:
            painter.setPen(QPen(QColor(palette.ink), tokens.EDGE))
            painter.drawLine(QLineF(box.bottomLeft() + QPointF(2, -2), box.topRight() + QPointF(-2, 2)))


class StrikeButton(Looked, QAbstractButton):
    """Stands beside an option and strikes it through. The keyboard has Delete and Shift with the letter for it."""

    def __init__(self, index: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._marker = marker(index)
        self.setObjectName(f"strike_{self._marker}")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._struck = False

    def show_state(self, name: str, *, struck: bool) -> None:
        """Show whether it strikes or lifts; `name` says so."""
        self._struck = struck
        self.setAccessibleName(name)
        self.update()

    def look_changed(self) -> None:
        """Paint again."""
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Count a double click as one press: the second would take the first back."""
        event.accept()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that it can be pressed."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Be quiet again."""
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the letter with a stroke through it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, side = self.look.palette, self.look.length(tokens.ICON, 1.5)
        box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        if self.underMouse() or self._struck:
            painter.setPen(QPen(QColor(palette.line_strong), tokens.BORDER))
            painter.setBrush(QColor(palette.sunken if self._struck else palette.surface))
            edge = float(Space.S)
            painter.drawRoundedRect(box.adjusted(-edge, -edge, edge, edge), tokens.RADIUS, tokens.RADIUS)
        font = self.look.font(Type.BODY)
        font.setPixelSize(round(side * 0.8))
        painter.setFont(font)
        painter.setPen(QPen(QColor(palette.ink_soft), tokens.EDGE))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._marker)
        painter.drawLine(QLineF(box.left() - 2, box.center().y(), box.right() + 2, box.center().y()))
