"""What is painted into a line of text: formulas in the colour of the ink, small pictures, blanks that are only read."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPen

from app.exam.prose import Formula, InlinePicture
from app.ui import tokens
from app.ui.flow_document import FlowDocument
from app.ui.flow_slots import LineBox, Slot, SlotPiece
from app.ui.look import Look
from app.ui.pictures import read_picture
from app.ui.tokens import Type

_MIDDLE: Final = 0.38  # em above the baseline: the middle of a Chinese character
_BLANK: Final = 4  # em: a place that nothing fills
_SMALL: Final = 60  # pixels: a picture up to this height is read with its line, a larger one can be enlarged
_MOST_TEXTS: Final = 60
_MOST_SIZED: Final = 24
_STRETCH: Final = Qt.AspectRatioMode.IgnoreAspectRatio
_SMOOTH: Final = Qt.TransformationMode.SmoothTransformation
LaidOut = tuple[FlowDocument, list[Slot], "Ink"]
"""A text with its lines broken, what stands in it, and what paints that."""


class Images:
    """The item's pictures by name, decoded once, bounded (see `app.ui.pictures`), and in the sizes they are shown in.

    `texts`: its texts, laid out before.
    """

    def __init__(self, media: Mapping[str, bytes]) -> None:
        self._media = media
        self._read: dict[str, QImage | None] = {}
        self._sized: dict[tuple[int, int, int], QImage] = {}
        self.texts: dict[tuple[object, ...], LaidOut] = {}

    @property
    def pixels(self) -> int:
        """How many pixels are decoded here."""
        return sum(image.width() * image.height() for image in self._read.values() if image is not None)

    @property
    def unread(self) -> dict[str, bytes]:
        """The media that were not decoded yet."""
        return {name: data for name, data in self._media.items() if name not in self._read}

    def know(self, read: Mapping[str, QImage | None]) -> None:
        """Take pictures that were decoded elsewhere."""
        self._read.update(read)

    def keep_text(self, key: tuple[object, ...], text: LaidOut) -> None:
        """Keep a text as it was laid out."""
        if len(self.texts) >= _MOST_TEXTS:
            self.texts.clear()
        self.texts[key] = text

    def sized(self, image: QImage, size: QSize) -> QImage:
        """Give a picture at the size it is painted in."""
        key = (image.cacheKey(), size.width(), size.height())
        if key not in self._sized:
            if len(self._sized) >= _MOST_SIZED:
                self._sized.clear()
            self._sized[key] = image.scaled(size, _STRETCH, _SMOOTH)
        return self._sized[key]

    def __getitem__(self, name: str) -> QImage | None:
        """Give a picture; None when it is missing, too large, or damaged."""
        if name not in self._read:
            self._read[name] = read_picture(self._media.get(name, b""))
        return self._read[name]


def is_small(image: QImage | None) -> bool:
    """Tell whether a picture is read with its line; one that cannot be shown is."""
    return image is None or image.height() <= _SMALL


class Ink:
    """Measures and paints what has no widget, for one document."""

    def __init__(self, images: Images, look: Look, em: int) -> None:
        self._images, self._look, self._em = images, look, em
        self._tinted: dict[tuple[str, int, int], QImage] = {}

    def box(self, piece: SlotPiece, room: int) -> LineBox:
        """Give the room a piece takes in a line that is `room` wide."""
        match piece:
            case Formula() if (image := self._images[piece.media]) is not None:
                return self._formula(piece, image, room)
            case InlinePicture() if (image := self._images[piece.media]) is not None:
                size = QSize(self._look.length(image.width(), 1.5), self._look.length(image.height(), 1.5))
                if size.width() > room:
                    size.scale(room, size.height(), Qt.AspectRatioMode.KeepAspectRatio)
                below = max(0, round(size.height() / 2 - _MIDDLE * self._em))
                return LineBox(size.width(), size.height() - below, below)
            case _:
                words = _words(piece)
                wide = QFontMetrics(self._look.font(Type.EXAM)).horizontalAdvance(words) + self._em // 2
                return LineBox(min(room, wide if words else _BLANK * self._em), self._em, round(self._em * 0.25))

    def _formula(self, piece: Formula, image: QImage, room: int) -> LineBox:
        height = max(1.0, self._em * piece.height_milli_em / 1000)
        scale = min(1.0, room / max(1.0, height * image.width() / image.height()))
        below = round(self._em * piece.drop_milli_em / 1000 * scale)
        return LineBox(round(height * scale * image.width() / image.height()), round(height * scale) - below, below)

    def paint(self, painter: QPainter, slot: Slot, ratio: float) -> None:
        """Paint a piece where it stands; `ratio` is the device's pixels to one of ours."""
        box = slot.rect()
        match slot.piece:
            case Formula() if (image := self._images[slot.piece.media]) is not None:
                painter.drawImage(QRectF(box), self._tint(slot.piece.media, image, box.size() * ratio))
            case InlinePicture() if (image := self._images[slot.piece.media]) is not None:
                painter.fillRect(box, QColor(self._look.palette.picture_ground))
                painter.drawImage(box, image.scaled(box.size() * ratio, _STRETCH, _SMOOTH))
            case piece if words := _words(piece):
                painter.setFont(self._look.font(Type.EXAM))
                painter.setPen(QColor(self._look.palette.ink_soft))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
            case _:
                painter.setPen(QPen(QColor(self._look.palette.ink), tokens.EDGE))
                painter.drawLine(QLineF(box.left() + 2, box.bottom(), box.right() - 2, box.bottom()))

    def _tint(self, name: str, image: QImage, size: QSize) -> QImage:
        """Give the ink of a formula in the colour of the text: its alpha says where it is."""
        key = (name, size.width(), size.height())
        if key not in self._tinted:
            mask = image.scaled(size, _STRETCH, _SMOOTH)
            ink = QImage(mask.size(), QImage.Format.Format_ARGB32_Premultiplied)
            ink.fill(QColor(self._look.palette.ink))
            painter = QPainter(ink)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
            painter.drawImage(0, 0, mask)
            painter.end()
            self._tinted[key] = ink
        return self._tinted[key]


def _words(piece: SlotPiece) -> str:
    """Give what stands for a picture that cannot be shown."""
    match piece:
        case Formula():
            return piece.text
        case InlinePicture():
            return piece.alt
        case _:
            return ""
