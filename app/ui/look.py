"""A look: a theme at a size. Widgets that paint themselves take fonts, colours and lengths from here."""

from dataclasses import dataclass
from typing import Final, Self

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.exam.appearance import Appearance, Spacing
from app.ui import tokens
from app.ui.tokens import LIGHT, PALETTES, Palette, Tone, Type


@dataclass(frozen=True)
class Look:
    """The palette, the text size in per cent, whether the window is large, the space between lines of exam text.

    `calm`: nothing moves by itself; no clip starts unasked.
    """

    palette: Palette = LIGHT
    percent: int = 100
    roomy: bool = False
    spacing: Spacing = Spacing.NORMAL
    calm: bool = False

    @classmethod
    def of(cls, appearance: Appearance, *, roomy: bool = False) -> Self:
        """Give the look a person asked for, in a window of this size."""
        palette = PALETTES[appearance.theme]
        return cls(palette, appearance.text_percent, roomy, appearance.spacing, appearance.reduced_motion)

    @property
    def line_height(self) -> float:
        """The height of a line of exam text, as a multiple of its size."""
        return tokens.LINE_HEIGHTS[self.spacing]

    @property
    def scale(self) -> float:
        """How much larger than drawn text and what holds it is."""
        return self.percent / 100 * (tokens.ROOMY if self.roomy else 1.0)

    def px(self, kind: Type) -> int:
        """Give a type size in pixels."""
        token = tokens.TYPES[kind]
        return round(token.px * min(self.scale, token.most))

    def font(self, kind: Type) -> QFont:
        """Give the font of a type size."""
        font = QFont(list(tokens.FAMILIES))
        font.setPixelSize(self.px(kind))
        font.setWeight(QFont.Weight(tokens.TYPES[kind].weight))
        return font

    def length(self, pixels: float, most: float = 2.4) -> int:
        """Give a length that grows with the text, at most by the factor `most`."""
        return round(pixels * min(self.scale, most))

    def tone(self, tone: Tone) -> QColor:
        """Give the text colour of a tone."""
        return QColor(tone_colour(self.palette, tone))


def tone_colour(palette: Palette, tone: Tone) -> str:
    """Give a tone's colour in a palette."""
    return str(getattr(palette, "ink_soft" if tone is Tone.SOFT else tone.value))


def soft_colour(palette: Palette, tone: Tone) -> str:
    """Give the ground a tone is written on."""
    return str(getattr(palette, f"{tone.value}_soft", palette.sunken))


PLAIN_LOOK: Final = Look()
POINTED: Final = "pointed"
"""A window with this property set shows no focus ring: somebody works with the pointer (`app.ui.key_ring`)."""


class Looked:
    """A widget that paints itself in a look. The screen hands every new look to all of these below it."""

    look: Look = PLAIN_LOOK

    def set_look(self, look: Look) -> None:
        """Paint in another look from now on."""
        self.look = look
        self.look_changed()

    def look_changed(self) -> None:
        """Measure and paint again."""
        raise TypeError(f"{type(self).__name__} says nothing about a new look")


def hand_down(widget: QWidget, look: Look) -> None:
    """Give a look to everything below a widget that paints itself."""
    for child in widget.findChildren(QWidget):
        if isinstance(child, Looked):
            child.set_look(look)


def paint_focus(painter: QPainter, rect: QRectF, look: Look) -> None:
    """Draw the focus ring: a dark edge with a light line inside, seen on every ground."""
    device = painter.device()
    if isinstance(device, QWidget) and device.window().property(POINTED):
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    ring = float(tokens.RING)
    for inset, width, colour in (
        (ring * 1.5, ring, look.palette.surface),
        (ring / 2, ring, look.palette.focus),
    ):
        painter.setPen(QPen(QColor(colour), width))
        box = rect.adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(box, tokens.RADIUS - inset / 2, tokens.RADIUS - inset / 2)
