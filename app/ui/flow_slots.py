"""What stands in a line of exam text and is not a character: pictures, formulas, fields, gaps. And what may fill it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from app.exam.prose import Body, Clip, Formula, Gap, Hot, InlinePicture, Picture, Place, walk

SlotPiece = Picture | InlinePicture | Formula | Clip | Place | Gap | Hot
Filler = Callable[[Place | Gap | Hot], QWidget | None]
"""Gives the widget that stands at a place; None leaves a blank that is only read."""


@dataclass(frozen=True)
class LineBox:
    """The room something takes in a line, pixels: its width, and its height above and below the baseline."""

    width: int
    ascent: int
    descent: int = 0

    @property
    def height(self) -> int:
        """The whole height."""
        return self.ascent + self.descent


@runtime_checkable
class InLine(Protocol):
    """A widget that stands in a line as a word does."""

    def line_box(self, most: int) -> LineBox:
        """Give its room in a line that is `most` wide."""
        ...


@runtime_checkable
class OverText(Protocol):
    """A widget that lies over a stretch of text, which may go on in the next line."""

    def lie_over(self, marker: QRect, lines: Sequence[QRect]) -> None:
        """Move over the text; `marker` is the room kept before it, `lines` its part of each line."""
        ...

    def paint_ground(self, painter: QPainter) -> None:
        """Paint what lies under the text, in the coordinates that `lie_over` has."""
        ...


@runtime_checkable
class Arranged(Protocol):
    """A widget that stands as a block of its own."""

    def arrange(self, width: int) -> int:
        """Lay it out in `width` and give its height."""
        ...


@dataclass
class Slot:
    """A slot of a document: what it is for, its room, and where it came to stand.

    `position` is its first character's, of which it has `length`; `end` is the one after a hot text. `at` is the
    left end of its baseline, `lines` the parts of the lines that a hot text takes; both in the view's pixels.
    """

    piece: SlotPiece
    box: LineBox
    position: int
    length: int = 1
    end: int = 0
    at: QPointF = field(default_factory=QPointF)
    lines: list[QRectF] = field(default_factory=list)

    def rect(self) -> QRect:
        """Give the rectangle it fills."""
        return QRect(round(self.at.x()), round(self.at.y()) - self.box.ascent, self.box.width, self.box.height)


def slot_pieces(body: Body) -> list[SlotPiece]:
    """Give all that takes a slot, in reading order: a document of the same body has its slots in this order."""
    return [piece for piece in walk(body) if isinstance(piece, SlotPiece)]
