"""A frame around the whole window that says in words what is the matter. It covers nothing: the page makes room."""

from PySide6.QtCore import QMargins, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.ui import tokens
from app.ui.icons import Icon, paint_icon
from app.ui.look import Looked
from app.ui.tokens import Space, Tone, Type

_FLAGS = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap


class AlarmFrame(Looked, QWidget):
    """Lies behind the pages of the window and is seen where they leave room: `margins` says how much."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("alarm")
        self._text, self._tone = "", Tone.DANGER
        self.hide()

    def text(self) -> str:
        """Give what it says; nothing is the matter when it is empty."""
        return self._text

    def say(self, text: str, tone: Tone) -> None:
        """Say what is the matter; an empty text takes the frame away."""
        self._text, self._tone = text, tone
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.lower()
        self.update()

    def margins(self) -> QMargins:
        """Give the room the frame needs in a window of its width."""
        if not self._text:
            return QMargins()
        edge = tokens.ALARM_EDGE
        return QMargins(edge, self._strip(), edge, edge)

    def look_changed(self) -> None:
        """Paint again."""
        self.update()

    def _words_width(self) -> int:
        return self.width() - 2 * Space.XL - self._icon() - Space.S

    def _icon(self) -> int:
        return QFontMetrics(self.look.font(Type.BAR_STRONG)).ascent()

    def _strip(self) -> int:
        room = QRect(0, 0, max(1, self._words_width()), 1)
        metrics = QFontMetrics(self.look.font(Type.BAR_STRONG))
        return metrics.boundingRect(room, _FLAGS, self._text).height() + 2 * Space.XS

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Fill the edge and write the words at the top."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.look.palette
        danger = self._tone is Tone.DANGER
        painter.fillRect(self.rect(), QColor(palette.danger_fill if danger else palette.attention_fill))
        colour = QColor(palette.on_danger if danger else palette.on_attention)
        strip, side = self._strip(), self._icon()
        icon = Icon.BLOCKED if danger else Icon.ATTENTION
        paint_icon(painter, icon, QRectF(Space.XL, (strip - side) / 2, side, side), colour)
        painter.setPen(colour)
        painter.setFont(self.look.font(Type.BAR_STRONG))
        left = Space.XL + side + Space.S
        painter.drawText(QRect(left, 0, self._words_width(), strip), _FLAGS, self._text)
