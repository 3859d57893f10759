"""A quiet hint at the lower edge of what scrolls: there is more below."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.ui import tokens
from app.ui.look import Looked
from app.ui.page import Scroll
from app.ui.tokens import Space, Tone, Type

_WORTH: Final = 24  # pixels: less than this below the edge is the margin


class MoreBelow(Looked, QWidget):
    """Lies over the lower edge of `scroll` while there is more below it; presses go through.

    `empty`: how many pixels at the end of the content are empty. Screen readers read on by themselves: it is not told.
    """

    def __init__(self, parent: QWidget, scroll: Scroll, empty: Callable[[], int]) -> None:
        super().__init__(parent)
        self.setObjectName("more_below")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._scroll, self._empty, self._text = scroll, empty, ""
        bar = scroll.verticalScrollBar()
        bar.valueChanged.connect(self.place)
        bar.rangeChanged.connect(self.place)
        self.hide()

    def say(self, text: str) -> None:
        """Take the words."""
        self._text = text
        self.place()

    def look_changed(self) -> None:
        """Measure again."""
        self.place()

    def place(self) -> None:
        """Stand at the lower edge, or go."""
        bar = self._scroll.verticalScrollBar()
        below = bar.maximum() - bar.value() - self._empty()
        self.setVisible(below > _WORTH and bool(self._text))
        metrics = QFontMetrics(self.look.font(Type.CAPTION))
        width = metrics.horizontalAdvance(self._text) + 2 * Space.L
        height = metrics.height() + Space.S
        page = self._scroll.geometry()
        self.setGeometry(QRect(page.center().x() - width // 2, page.bottom() - height - Space.XS, width, height))
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Write the words on a small sheet."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.look.palette.line_strong), tokens.BORDER))
        painter.setBrush(QColor(self.look.palette.surface))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.setFont(self.look.font(Type.CAPTION))
        painter.setPen(self.look.tone(Tone.SOFT))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)
