"""The strip across the top that says what is not real."""

from enum import StrEnum

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from app.ui.capture_view import SimulatedTag
from app.ui.icons import Icon, paint_icon
from app.ui.tokens import Space, Type
from app.words import Words


class Simulated(StrEnum):
    """What is not real; said on every screen while it is so."""

    CANDIDATE = "candidate"
    CAMERA = "camera"
    MICROPHONE = "microphone"
    REHEARSAL = "rehearsal"


class SimulatedStrip(SimulatedTag):
    """The amber strip across the top: what is not real."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("simulated_strip")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Give the strip's height."""
        return QSize(0, QFontMetrics(self.look.font(Type.BAR_STRONG)).height() + Space.XS)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw hatching at both ends and the words between."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, height = self.look.palette, self.height()
        painter.fillRect(self.rect(), QColor(palette.attention_fill))
        colour = QColor(palette.on_attention)
        font = self.look.font(Type.BAR_STRONG)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        icon = metrics.ascent()
        width = icon + Space.S + metrics.horizontalAdvance(self._text)
        left = max(Space.XL, (self.width() - width) // 2)
        paint_icon(painter, Icon.SIMULATED, QRectF(left, (height - icon) / 2, icon, icon), colour)
        rest = self.rect().adjusted(left + icon + Space.S, 0, -Space.S, 0)
        painter.setPen(colour)
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._text)


def simulated_sentence(what: tuple[Simulated, ...], words: Words) -> str:
    """Say in one sentence that this is a rehearsal, what is simulated, or both; nothing when all is real."""
    rehearsal = words("screen.simulated.rehearsal") if Simulated.REHEARSAL in what else ""
    names = [
        words(f"screen.simulated.{one.value}") for one in Simulated if one in what and one is not Simulated.REHEARSAL
    ]
    if not names:
        return rehearsal
    listed = names[-1]
    if names[:-1]:
        before = words("screen.simulated.between").join(names[:-1])
        listed = words("screen.simulated.pair", first=before, last=names[-1])
    sources = words("screen.simulated.sources", what=listed)
    return words("screen.simulated.both", rehearsal=rehearsal, sources=sources) if rehearsal else sources
