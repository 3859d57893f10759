"""Pictures from outside: only PNG and JPEG, bounded before they are decoded; and the widgets that show them."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QImageReader, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.ui import tokens
from app.ui.icons import Icon, paint_icon
from app.ui.look import Looked, paint_focus
from app.ui.tokens import Space, Tone, Type

_FORMATS: Final = (b"png", b"jpeg")
_MOST_SIDE: Final = 8000
_MOST_PIXELS: Final = 24_000_000
UNBOUNDED: Final = 1 << 20
Sizer = Callable[[QImage, QSize], QImage]
"""Gives a picture in a size."""


def read_picture(data: bytes) -> QImage | None:
    """Decode a PNG or JPEG; None when it is neither, too large, or damaged."""
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QBuffer.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    size = reader.size()
    if bytes(reader.format().data()) not in _FORMATS or not size.isValid():
        return None
    if max(size.width(), size.height()) > _MOST_SIDE or size.width() * size.height() > _MOST_PIXELS:
        return None
    reader.setAutoTransform(True)
    image = reader.read()
    return None if image.isNull() else image


def _cover(image: QImage, box: QRectF) -> QRectF:
    """Give the part of the image that fills `box` without being stretched."""
    scale = min(image.width() / box.width(), image.height() / box.height())
    width, height = box.width() * scale, box.height() * scale
    return QRectF((image.width() - width) / 2, (image.height() - height) / 2, width, height)


class Photo(Looked, QWidget):
    """A candidate's photo, or a neutral silhouette."""

    def __init__(self, size: tuple[int, int] = tokens.PHOTO, most: float = 1.4) -> None:
        super().__init__()
        self._size, self._most = size, most
        self._data: bytes | None = None
        self._image: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_photo(self, data: bytes | None) -> None:
        """Show a photo; None shows the silhouette."""
        if data != self._data:
            self._data, self._image = data, read_picture(data) if data else None
            self.update()

    def look_changed(self) -> None:
        """Measure and paint again."""
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give the photo's room."""
        return QSize(self.look.length(self._size[0], self._most), self.look.length(self._size[1], self._most))

    def minimumSizeHint(self) -> QSize:
        """Give the same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the photo with rounded corners."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = min(float(tokens.RADIUS), box.width() / 8)
        shape = QPainterPath()
        shape.addRoundedRect(box, radius, radius)
        painter.fillPath(shape, QColor(self.look.palette.sunken))
        painter.setClipPath(shape)
        if self._image is None:
            self._silhouette(painter, box)
        else:
            painter.drawImage(box, self._image, _cover(self._image, box))
        painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self.look.palette.line), tokens.BORDER))
        painter.drawPath(shape)

    def _silhouette(self, painter: QPainter, box: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.look.palette.line_strong))
        middle, width = box.center().x(), box.width()
        head = width * 0.2
        painter.drawEllipse(QRectF(middle - head, box.top() + box.height() * 0.22, 2 * head, 2.3 * head))
        top = box.top() + box.height() * 0.66
        painter.drawEllipse(QRectF(middle - width * 0.38, top, width * 0.76, box.height() * 0.7))


class PictureButton(Looked, QAbstractButton):
    """A picture of an item; pressing it asks to see it large. `corner`: only the glass beside it can be pressed."""

    def __init__(self, parent: QWidget, *, corner: bool) -> None:
        super().__init__(parent)
        self.setObjectName("picture")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._corner = corner
        self.high = UNBOUNDED  # pixels: no picture is shown higher
        self._image: QImage | None = None
        self._sized: Sizer | None = None

    @property
    def image(self) -> QImage | None:
        """The picture."""
        return self._image

    def show_image(self, image: QImage | None, alt: str, sized: Sizer) -> None:
        """Show a picture; without one its description is written instead. `sized` gives it in a size."""
        self._image, self._sized = image, sized
        self.setText(alt)
        self.setAccessibleName(alt)
        self.setEnabled(image is not None)
        self.update()

    def look_changed(self) -> None:
        """Paint again; whoever arranges it measures it."""
        self.update()

    def size_within(self, width: int) -> QSize:
        """Give the picture's size in a column of `width`: never enlarged beyond the text size, nor above `high`."""
        if self._image is None:
            return QSize(width, self.look.length(tokens.TARGET))
        beside = self._beside
        most = QSize(max(1, width - beside), min(self.look.length(tokens.PICTURE_MOST, 1.5), self.high))
        natural = QSize(self.look.length(self._image.width(), 1.5), self.look.length(self._image.height(), 1.5))
        fits = natural.width() <= most.width() and natural.height() <= most.height()
        size = natural if fits else natural.scaled(most, Qt.AspectRatioMode.KeepAspectRatio)
        return QSize(size.width() + beside, max(size.height(), beside))

    @property
    def _beside(self) -> int:
        """The room for the glass at the right of a picture that may be part of an option: it covers nothing there."""
        return tokens.TARGET if self._corner else 0

    def _place(self) -> QRect:
        return self.rect().adjusted(0, 0, -self._beside, 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enlarge on Return as on Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)

    def hitButton(self, position: QPoint) -> bool:
        """Tell whether this place can be pressed; elsewhere the row below gets the press."""
        return self._badge().contains(position) if self._corner else self.rect().contains(position)

    def _badge(self) -> QRect:
        side = min(tokens.TARGET, self.width(), self.height())
        return QRect(self.width() - side, self.height() - side, side, side)

    def prepare(self) -> QImage | None:
        """Give the picture at the size it is painted in; made once, not at every paint."""
        if self._image is None or self._sized is None:
            return None
        return self._sized(self._image, self._place().size() * self.devicePixelRatioF())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the picture, its edge, and the glass that says it can be enlarged."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        palette, box = self.look.palette, QRectF(self._place())
        painter.fillRect(box, QColor(palette.picture_ground if self._image else palette.sunken))
        image = self.prepare()
        if image is None:
            painter.setFont(self.look.font(Type.BODY))
            painter.setPen(self.look.tone(Tone.SOFT))
            painter.drawText(self.rect().adjusted(Space.M, 0, -Space.M, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
            return
        painter.drawImage(self._place(), image)
        painter.setPen(QPen(QColor(palette.line), tokens.BORDER))
        painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
        badge = QRectF(self._badge()).adjusted(Space.M, Space.M, -Space.XS, -Space.XS)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.ink))
        painter.drawRoundedRect(badge, tokens.RADIUS, tokens.RADIUS)
        inset = badge.width() * 0.2
        paint_icon(painter, Icon.ZOOM, badge.adjusted(inset, inset, -inset, -inset), QColor(palette.surface))
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()), self.look)
