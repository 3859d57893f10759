"""The camera's newest picture and the sound's level, each with a clear label when its source is simulated."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import tokens
from app.ui.icons import Icon, paint_icon
from app.ui.look import Looked
from app.ui.pictures import read_picture
from app.ui.tokens import Space, Tone, Type

SILENCE: Final = -600  # tenths of dBFS: the left end of the meter
_STEPS: Final = 24


class Preview(Looked, QWidget):
    """The camera's picture, mirrored by nobody: what is shown is what is recorded."""

    def __init__(self, size: tuple[int, int] = tokens.PREVIEW) -> None:
        super().__init__()
        self._size = size
        self.setObjectName("preview")
        self._image: QImage | None = None
        self._nothing = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_nothing(self, words: str) -> None:
        """Say what stands there while there is no picture."""
        self._nothing = words
        self.update()

    def show_picture(self, jpeg: bytes | None) -> None:
        """Show the newest picture."""
        self._image = read_picture(jpeg) if jpeg else None
        self.update()

    def look_changed(self) -> None:
        """Measure and paint again."""
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give the picture's room."""
        return QSize(self.look.length(self._size[0], 1.2), self.look.length(self._size[1], 1.2))

    def minimumSizeHint(self) -> QSize:
        """Give the same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the picture."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        palette, box = self.look.palette, QRectF(self.rect())
        shape = QPainterPath()
        shape.addRoundedRect(box, tokens.RADIUS, tokens.RADIUS)
        painter.setClipPath(shape)
        painter.fillRect(box, QColor(palette.sunken))
        if self._image is None:
            painter.setFont(self.look.font(Type.BODY))
            painter.setPen(self.look.tone(Tone.SOFT))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(Space.L, 0, -Space.L, 0), flags, self._nothing)
        else:
            size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            left, top = (box.width() - size.width()) / 2, (box.height() - size.height()) / 2
            painter.drawImage(QRectF(left, top, size.width(), size.height()), self._image)


def paint_simulated(painter: QPainter, box: QRectF, widget: Looked, words: str) -> None:
    """Draw the amber label "simulated" into the top left corner of `box`."""
    look = widget.look
    font = look.font(Type.STRONG)
    metrics = QFontMetrics(font)
    icon = metrics.ascent()
    width = Space.S + icon + Space.S + metrics.horizontalAdvance(words) + Space.M
    label = QRectF(box.left(), box.top(), min(width, box.width()), metrics.height() + Space.S)
    painter.fillRect(label, QColor(look.palette.attention_fill))
    colour = QColor(look.palette.on_attention)
    top = label.top() + (label.height() - icon) / 2
    paint_icon(painter, Icon.SIMULATED, QRectF(label.left() + Space.S, top, icon, icon), colour)
    painter.setFont(font)
    painter.setPen(colour)
    rest = label.adjusted(Space.S + icon + Space.S, 0, -Space.XS, 0)
    painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)


class SimulatedTag(Looked, QWidget):
    """The amber label by itself; hidden when it says nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    def text(self) -> str:
        """Give what it says."""
        return self._text

    def say(self, text: str) -> None:
        """Say it."""
        self._text = text
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.update()

    def look_changed(self) -> None:
        """Measure and paint again."""
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give the label's room."""
        return QSize(0, QFontMetrics(self.look.font(Type.STRONG)).height() + Space.S)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the label."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_simulated(painter, QRectF(self.rect()), self, self._text)


class LevelMeter(Looked, QWidget):
    """The sound's level from -60 dBFS to 0 in steps that light up."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("level")
        self._level = SILENCE
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_level(self, dbfs_tenths: int) -> None:
        """Show a level, tenths of dBFS."""
        level = min(max(dbfs_tenths, SILENCE), 0)
        if level != self._level:
            self._level = level
            self.update()

    def look_changed(self) -> None:
        """Measure and paint again."""
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give the meter's room."""
        return QSize(self.look.length(tokens.PREVIEW[0] // 2), self.look.length(tokens.ICON))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw microphone and steps."""
        painter = QPainter(self)
        palette, height = self.look.palette, self.height()
        paint_icon(painter, Icon.MICROPHONE, QRectF(0, 0, height, height), QColor(palette.ink))
        left = height + Space.S
        pitch = (self.width() - left) / _STEPS
        lit = round(_STEPS * (1 - self._level / SILENCE))
        for step in range(_STEPS):
            colour = palette.done if step < lit else palette.line
            inset = height * 0.2
            box = QRectF(left + step * pitch, inset, pitch - Space.XS / 2, height - 2 * inset)
            painter.fillRect(box, QColor(colour))
