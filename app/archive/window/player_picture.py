"""Where the picture of a recording is shown, or what is missing and why."""

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import tokens
from app.ui.capture_view import paint_simulated
from app.ui.icons import Icon, paint_icon
from app.ui.look import Looked, paint_focus
from app.ui.tokens import Space, Tone, Type

_LEAST = QSize(240, 180)
_MOST = 1.5  # larger text leaves less room for the picture


class PictureArea(Looked, QWidget):
    """A picture as large as its place lets it be; without one a sentence (`title`) and what belongs to it (`facts`).

    `pressed`: Return on it, or a double click.
    """

    pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("picture")
        self._image: QImage | None = None
        self._title = self._facts = self._simulated = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_picture(self, image: QImage, name: str) -> None:
        """Show a picture; `name` says to a screen reader which."""
        if name != self.accessibleName():
            self.setAccessibleName(name)
        if image is not self._image:
            self._image, self._title, self._facts = image, "", ""
            self.update()

    def show_nothing(self, title: str, facts: str) -> None:
        """Say what is missing, and why."""
        self._image, self._title, self._facts = None, title, facts
        self.setAccessibleName(f"{title} {facts}".strip())
        self.update()

    def set_simulated(self, text: str) -> None:
        """Say over the picture that its camera was simulated; empty: it was real."""
        self._simulated = text
        self.update()

    def text(self) -> str:
        """Give what is said instead of a picture."""
        return self._title

    def look_changed(self) -> None:
        """Measure and paint again."""
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give the least room: it takes what there is."""
        return _LEAST

    def minimumSizeHint(self) -> QSize:
        """Give the least room in which anybody is recognised."""
        return QSize(self.look.length(_LEAST.width(), _MOST), self.look.length(_LEAST.height(), _MOST))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Return, leave every other key to the panel."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.pressed.emit()
        else:
            event.ignore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Do as Return does."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.pressed.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw picture or sentence."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        palette, box = self.look.palette, QRectF(self.rect())
        painter.fillRect(box, QColor(palette.sunken))
        if self._image is None:
            self._paint_missing(painter)
        else:
            size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
            shown = QRectF(left, top, size.width(), size.height())
            painter.drawImage(shown, self._image)
            if self._simulated:
                paint_simulated(painter, box, self, self._simulated)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(palette.line), tokens.BORDER))
        painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
        if self.hasFocus():
            paint_focus(painter, box, self.look)

    def _paint_missing(self, painter: QPainter) -> None:
        """Hatch the ground as gaps are hatched on the timeline, and say it on a plain field in the middle."""
        palette, flags = self.look.palette, Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
        if not self._title:
            return
        painter.fillRect(self.rect(), QBrush(QColor(palette.line), Qt.BrushStyle.BDiagPattern))
        icon = self.look.length(Space.XXL)
        width = min(self.width() - 2 * Space.L, self.look.length(tokens.NARROW, 1.6))
        inner = QRect(0, 0, width - icon - 3 * Space.L, self.height())
        parts = ((self._title, Type.SECTION, Tone.INK), (self._facts, Type.BODY, Tone.SOFT))
        heights = []
        for text, kind, _tone in parts:
            painter.setFont(self.look.font(kind))
            heights.append(painter.boundingRect(inner, flags, text).height() if text else 0)
        tall = sum(heights) + 2 * Space.L + (Space.XS if self._facts else 0)
        field = QRectF((self.width() - width) / 2, max(0.0, (self.height() - tall) / 2), width, tall)
        painter.setPen(QPen(QColor(palette.line_strong), tokens.BORDER))
        painter.setBrush(QColor(palette.surface))
        painter.drawRoundedRect(field, tokens.RADIUS, tokens.RADIUS)
        place = field.topLeft() + QPointF(Space.L, Space.L)
        paint_icon(painter, Icon.ATTENTION, QRectF(place.x(), place.y(), icon, icon), self.look.tone(Tone.ATTENTION))
        top = round(place.y())
        for (text, kind, tone), height in zip(parts, heights, strict=True):
            painter.setFont(self.look.font(kind))
            painter.setPen(self.look.tone(tone))
            painter.drawText(QRect(round(place.x()) + icon + Space.L, top, inner.width(), height), flags, text)
            top += height + Space.XS
