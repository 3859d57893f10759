"""How loud the player is."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QSlider

from app.ui import tokens
from app.ui.look import Looked, paint_focus
from app.ui.tokens import Space

_TRACK = 6
_STEPS = 10


class VolumeBar(Looked, QSlider):
    """A slider from silent to as loud as it was recorded, in ten steps; drawn as a wedge that is filled."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setObjectName("volume")
        self.setRange(0, _STEPS)
        self.setValue(_STEPS)
        self.setPageStep(2)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def loudness(self) -> float:
        """From 0 to 1."""
        return self.value() / _STEPS

    def look_changed(self) -> None:
        """Measure and paint again."""
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give its room."""
        return QSize(self.look.length(tokens.WORD), tokens.TARGET)

    def minimumSizeHint(self) -> QSize:
        """Give the same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw track, what is filled, and the knob."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, knob = self.look.palette, self.look.length(Space.S)
        track = QRectF(knob + Space.XS, (self.height() - _TRACK) / 2, self.width() - 2 * (knob + Space.XS), _TRACK)
        middle = track.left() + track.width() * self.loudness
        filled = QRectF(track)
        filled.setRight(middle)
        painter.setPen(Qt.PenStyle.NoPen)
        for colour, box in ((palette.line_strong, track), (palette.accent, filled)):
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(box, _TRACK / 2, _TRACK / 2)
        painter.drawEllipse(QRectF(middle - knob, track.center().y() - knob, 2 * knob, 2 * knob))
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()), self.look)
