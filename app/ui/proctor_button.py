"""A proctor's card: pressed to say "this is me"."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from app.ui import tokens
from app.ui.icons import Icon, paint_icon
from app.ui.look import Looked, paint_focus
from app.ui.marked import Marked
from app.ui.text import Text
from app.ui.tokens import Space, Tone, Type

_STEPS: Mapping[int, tuple[int, int]] = {  # along a row, down a column
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


@dataclass(frozen=True)
class ProctorCard:
    """A proctor of a session, or an administrator of an archive.

    `word`: what somebody who signed says instead of agreeing: that they doubt.
    """

    proctor: str
    name: str
    signed_in: bool = False
    word: Text | None = None


class ProctorButton(Looked, Marked, QAbstractButton):
    """A proctor's card."""

    stepped = Signal(int, int)
    typed = Signal(str)  # a digit

    def __init__(self, card: ProctorCard) -> None:
        super().__init__()
        self.card = card
        self._state = ""
        self.be_markable(exclusive=True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_card(self, card: ProctorCard, state: str) -> None:
        """Show a proctor; `state` is said at the right end."""
        self.card, self._state = card, state
        self.setObjectName(f"proctor_{card.proctor}")
        self.setEnabled(not card.signed_in)
        self.setAccessibleName(f"{card.name} {state}".rstrip())
        self.update()

    def nextCheckState(self) -> None:
        """Leave choosing to the panel: one of the cards is chosen at a time."""

    def look_changed(self) -> None:
        """Measure and paint again."""
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give the card's room."""
        return QSize(tokens.PREVIEW[0] // 2, self.look.length(tokens.BAR))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move among the cards by the arrows; choose by Return as by Space. A digit begins the PIN of this name."""
        if event.key() in _STEPS:
            self.stepped.emit(*_STEPS[event.key()])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        elif event.text().isascii() and event.text().isdigit():
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Nothing is dragged."""
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the card."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, chosen = self.look.palette, self.isChecked()
        painter.setPen(QPen(QColor(palette.accent if chosen else palette.line_strong), tokens.EDGE))
        fill = palette.done_soft if self.card.signed_in else palette.accent_soft if chosen else palette.surface
        painter.setBrush(QColor(fill))
        if self.card.signed_in:
            painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), tokens.RADIUS, tokens.RADIUS)
        side = self.look.length(tokens.ICON, 1.8)
        self._paint_mark(painter, QRectF(Space.L, (self.height() - side) / 2, side, side))
        self._paint_words(painter, Space.L + side + Space.M)
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()), self.look)

    def _paint_mark(self, painter: QPainter, box: QRectF) -> None:
        palette = self.look.palette
        if self.card.signed_in:
            paint_icon(painter, Icon.CHECK, box, QColor(palette.done))
            return
        edge = palette.accent if self.isChecked() else palette.line_strong
        painter.setPen(QPen(QColor(edge), tokens.EDGE))
        painter.setBrush(QColor(palette.surface))
        painter.drawEllipse(box.adjusted(1, 1, -1, -1))
        if self.isChecked():
            inset = box.width() * 0.28
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.accent))
            painter.drawEllipse(box.adjusted(inset, inset, -inset, -inset))

    def _paint_words(self, painter: QPainter, left: int) -> None:
        small = self.look.font(Type.CAPTION)
        state_width = QFontMetrics(small).horizontalAdvance(self._state)
        rest = self.rect().adjusted(left, 0, -Space.L, 0)
        painter.setFont(small)
        painter.setPen(self.look.tone(Tone.DONE if self.card.signed_in else Tone.SOFT))
        painter.drawText(rest, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._state)
        rest.setWidth(rest.width() - (state_width + Space.M if self._state else 0))
        font = self.look.font(Type.LEAD)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if QFontMetrics(font).horizontalAdvance(self.card.name) > rest.width():
            font = self.look.font(Type.CAPTION)  # a long name on two lines is still a whole name
            flags |= Qt.TextFlag.TextWordWrap
        painter.setFont(font)
        painter.setPen(self.look.tone(Tone.INK))
        painter.drawText(rest, flags, self.card.name)
