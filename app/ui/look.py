"""A look: a theme at a size. Widgets that paint themselves take fonts, colours and lengths from here."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from app.ui import tokens
from app.ui.tokens import LIGHT, Palette, Tone, Type


@dataclass(frozen=True)
class Look:
    """The palette, the text size in per cent, and whether the window is large."""

    palette: Palette = LIGHT
    percent: int = 100
    roomy: bool = False

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


def paint_focus(painter: QPainter, rect: QRectF, look: Look) -> None:
    """Draw the focus ring: a dark edge with a light line inside, seen on every ground."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    ring = float(tokens.RING)
    for inset, width, colour in (
        (ring * 1.5, ring, look.palette.surface),
        (ring / 2, ring, look.palette.focus),
    ):
        painter.setPen(QPen(QColor(colour), width))
        box = rect.adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(box, tokens.RADIUS - inset / 2, tokens.RADIUS - inset / 2)
