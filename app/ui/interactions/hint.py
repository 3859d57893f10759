"""The line that says what an interaction asks, and what does not go. It takes the same room whatever it says."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.ui import tokens
from app.ui.icons import Icon, paint_icon
from app.ui.look import Looked
from app.ui.tokens import Space, Tone, Type

_FLAGS = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
_MOST_HIGH = 10_000


class Hint(Looked, QWidget):
    """An icon and a sentence that wraps."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("hint")
        self._icon, self._tone, self._text = Icon.INFO, Tone.SOFT, ""

    def text(self) -> str:
        """Give what it says."""
        return self._text

    def say(self, icon: Icon, tone: Tone, text: str, *, aloud: bool = False) -> None:
        """Say something; `aloud` tells a screen reader at once."""
        self._icon, self._tone, self._text = icon, tone, text
        self.setAccessibleName(text)
        if aloud and self.isVisible():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))
        self.update()

    def look_changed(self) -> None:
        """Nothing yet: the owner arranges again."""

    def height_of(self, texts: tuple[str, ...], width: int) -> int:
        """Give the height of the longest of `texts` in `width`; 0 if there are none."""
        heights = [self._written(text, width).height() for text in texts if text]
        return max(heights, default=0)

    def _indent(self) -> int:
        return self.look.length(tokens.ICON) + Space.S

    def _written(self, text: str, width: int) -> QRect:
        room = QRect(0, 0, max(1, width - self._indent()), _MOST_HIGH)
        return QFontMetrics(self.look.font(Type.BODY)).boundingRect(room, _FLAGS, text)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Write it."""
        if not self._text:
            return
        painter = QPainter(self)
        font = self.look.font(Type.BODY)
        side, line = self.look.length(tokens.ICON), QFontMetrics(font).height()
        paint_icon(painter, self._icon, QRectF(0, (line - side) / 2, side, side), self.look.tone(self._tone))
        painter.setFont(font)
        painter.setPen(self.look.tone(Tone.INK if self._tone is not Tone.SOFT else Tone.SOFT))
        painter.drawText(self.rect().adjusted(self._indent(), 0, 0, 0), _FLAGS, self._text)
