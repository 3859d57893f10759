"""The time left, calm: it grows clear towards the end and never flashes."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy

from app.ui import tokens
from app.ui.look import Looked
from app.ui.tokens import Space, Tone, Type

_SECOND_MS = 1000
_LAST_MS = 15 * 60 * _SECOND_MS  # from here on the clock stands in a frame


def clock_text(remaining_ms: int) -> str:
    """Write milliseconds as 01:47:32; a second that has begun counts as a whole one."""
    seconds = -(-max(0, remaining_ms) // _SECOND_MS)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


class ClockFace(Looked, QLabel):
    """A caption and the time left in digits of one width."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("clock")
        self._caption, self._text, self._last = "", clock_text(0), False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """Give the digits."""
        return self._text

    def set_caption(self, caption: str) -> None:
        """Name it ("剩余")."""
        self._caption = caption
        self.look_changed()

    def set_remaining(self, remaining_ms: int) -> None:
        """Show the time left."""
        text, last = clock_text(remaining_ms), remaining_ms <= _LAST_MS
        if (text, last) != (self._text, self._last):
            self._text, self._last = text, last
            # Not announced: a reader that speaks every second hides the exam. It is there when asked for.
            self.setAccessibleDescription(text)
            self.update()

    def look_changed(self) -> None:
        """Measure and paint again."""
        self.setAccessibleName(self._caption)
        self.updateGeometry()
        self.update()

    def _widths(self) -> tuple[int, int]:
        caption = QFontMetrics(self.look.font(Type.BAR)).horizontalAdvance(self._caption)
        return caption, QFontMetrics(self.look.font(Type.CLOCK)).horizontalAdvance("00:00:00")

    def sizeHint(self) -> QSize:
        """Give the room of caption and digits."""
        height = QFontMetrics(self.look.font(Type.CLOCK)).height()
        return QSize(sum(self._widths()) + Space.S + 2 * Space.M, height + Space.S)

    def minimumSizeHint(self) -> QSize:
        """Give the same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw caption and digits."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._last:
            painter.setPen(QPen(QColor(self.look.palette.attention), tokens.EDGE))
            painter.setBrush(QColor(self.look.palette.attention_soft))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), tokens.RADIUS, tokens.RADIUS)
        inside = self.rect().adjusted(Space.M, 0, -Space.M, 0)
        painter.setFont(self.look.font(Type.BAR))
        painter.setPen(self.look.tone(Tone.INK if self._last else Tone.SOFT))
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._caption)
        painter.setFont(self.look.font(Type.CLOCK))
        painter.setPen(self.look.tone(Tone.INK))
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._text)
