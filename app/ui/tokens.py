"""Every colour, size and duration of the screens. Themes are other values of the same names; nothing is set elsewhere.

Lengths are logical pixels on a 4-pixel grid, at 100 % text. Contrast is held by a test (exam text 7:1, the rest 4.5:1).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Final

FAMILIES: Final = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "Droid Sans Fallback", "sans-serif")
FIXED_FAMILIES: Final = ("Noto Sans Mono CJK SC", "Source Han Mono SC", "NSimSun", "monospace")


@dataclass(frozen=True)
class Palette:
    """The colours, by what they mean."""

    ground: str  # behind everything
    surface: str  # what is read and filled in
    sunken: str  # what is set back: bars, tracks
    ink: str
    ink_soft: str
    line: str  # between things; carries no meaning
    line_strong: str  # the edge of what can be used, 3:1
    accent: str
    accent_strong: str
    accent_soft: str
    on_accent: str
    done: str
    done_soft: str
    attention: str
    attention_soft: str
    attention_fill: str
    on_attention: str
    danger: str
    danger_soft: str
    focus: str
    picture_ground: str  # behind pictures of items, which are drawn for white paper


LIGHT: Final = Palette(
    ground="#F6F6F3",
    surface="#FFFFFF",
    sunken="#ECECE7",
    ink="#15181C",
    ink_soft="#454B54",
    line="#D9D9D3",
    line_strong="#7C828B",
    accent="#0C4A86",
    accent_strong="#083763",
    accent_soft="#E7F0F8",
    on_accent="#FFFFFF",
    done="#17653A",
    done_soft="#E6F3EA",
    attention="#754600",
    attention_soft="#FDF2DC",
    attention_fill="#F3B53A",
    on_attention="#15181C",
    danger="#9E1420",
    danger_soft="#FBEAEB",
    focus="#15181C",
    picture_ground="#FFFFFF",
)


class Tone(StrEnum):
    """What a thing says by its colour; a shape, an icon or a word always says it too."""

    INK = "ink"
    SOFT = "soft"
    ACCENT = "accent"
    DONE = "done"
    ATTENTION = "attention"
    DANGER = "danger"
    ON_ACCENT = "on_accent"


class Space(IntEnum):
    """The spacing grid."""

    XS = 4
    S = 8
    M = 12
    L = 16
    XL = 24
    XXL = 32
    HUGE = 48


class Type(StrEnum):
    """The type scale, by use."""

    CAPTION = "caption"
    BODY = "body"
    STRONG = "strong"
    SECTION = "section"
    FACT = "fact"  # what one checks by: grows less, so that it stays on its line
    BAR = "bar"  # heads and feet of pages
    BAR_STRONG = "bar_strong"
    CELL = "cell"  # numbers of the answer card
    EXAM = "exam"
    LEAD = "lead"
    TITLE = "title"
    NAME = "name"
    CLOCK = "clock"
    CODE = "code"
    SCORE = "score"


@dataclass(frozen=True)
class TypeToken:
    """One size: pixels at 100 %, weight, and how far it grows with the text size (bars keep their place)."""

    px: int
    weight: int = 400
    most: float = 2.4


TYPES: Final[Mapping[Type, TypeToken]] = MappingProxyType(
    {
        Type.CAPTION: TypeToken(14),
        Type.BODY: TypeToken(16),
        Type.STRONG: TypeToken(16, 700),
        Type.SECTION: TypeToken(20, 700),
        Type.FACT: TypeToken(20, 400, 1.6),
        Type.BAR: TypeToken(16, 400, 1.4),
        Type.BAR_STRONG: TypeToken(16, 700, 1.4),
        Type.CELL: TypeToken(14, 400, 1.5),
        Type.EXAM: TypeToken(19),
        Type.LEAD: TypeToken(20),
        Type.TITLE: TypeToken(26, 700),
        Type.NAME: TypeToken(34, 700, 1.8),
        Type.CLOCK: TypeToken(26, 700, 1.4),
        Type.CODE: TypeToken(28, 700, 1.8),
        Type.SCORE: TypeToken(84, 700, 1.4),
    }
)

LINE_HEIGHT: Final = 1.6  # of exam text, as a multiple of its size
LINE_CHARACTERS: Final = 38  # the longest line of exam text, in Chinese characters
RADIUS: Final = 6
BORDER: Final = 1
EDGE: Final = 2  # the border of what can be chosen
RING: Final = 3  # the focus ring
TARGET: Final = 44  # the least height of anything to press
BAR: Final = 64  # heads and feet of pages
CELL: Final = 30  # a cell of the answer card
CELLS_A_ROW: Final = 10  # … counted in tens, or in fives when ten do not fit
CARD_WIDTH: Final = 376  # the answer card with its margins
MARKER: Final = 34  # the ( A ) of an option
ICON: Final = 20
PHOTO: Final = (144, 192)  # a candidate's photo
THUMB: Final = (36, 48)  # … in the head of a page
PREVIEW: Final = (320, 240)  # the camera's picture
QR: Final = 148
PICTURE_MOST: Final = 320  # height of a picture within an item
COLUMN: Final = 920  # the widest a page of forms gets
NARROW: Final = 560
MESSAGE: Final = 720
WIDE: Final = 1320
WORD: Final = 104  # the least width of a button with a word on it
SCROLL: Final = 14  # a scroll bar that can be hit
ROOMY_HEIGHT: Final = 960  # from this window height on, everything is drawn larger
ROOMY: Final = 1.2
