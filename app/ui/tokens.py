"""Every colour, size and duration of the screens. Themes are other values of the same names; nothing is set elsewhere.

Lengths are logical pixels on a 4-pixel grid, at 100 % text. Contrast is held by a test (exam text 7:1, the rest 4.5:1).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Final

from app.exam.appearance import Spacing
from sync.wire.plan import Theme

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
    danger_fill: str
    on_danger: str
    focus: str
    picture_ground: str  # behind pictures of items, which are drawn for white paper
    clip_ground: str  # behind moving pictures


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
    danger_fill="#9E1420",
    on_danger="#FFFFFF",
    focus="#15181C",
    picture_ground="#FFFFFF",
    clip_ground="#000000",
)

DARK: Final = Palette(
    ground="#14171B",
    surface="#1D2127",
    sunken="#2A3038",
    ink="#ECEEF1",
    ink_soft="#B9C1CB",
    line="#3A424D",
    line_strong="#8B95A3",
    accent="#8CC2F5",
    accent_strong="#B5D8FA",
    accent_soft="#1B3349",
    on_accent="#0B1A29",
    done="#7FD3A0",
    done_soft="#17331F",
    attention="#F0BE5C",
    attention_soft="#3A2C10",
    attention_fill="#F3B53A",
    on_attention="#15181C",
    danger="#FF9EA3",
    danger_soft="#45191D",
    danger_fill="#B3232E",
    on_danger="#FFFFFF",
    focus="#FFFFFF",
    picture_ground="#FFFFFF",
    clip_ground="#000000",
)

HIGH_CONTRAST: Final = Palette(
    ground="#000000",
    surface="#000000",
    sunken="#1C1C1C",
    ink="#FFFFFF",
    ink_soft="#F0F0F0",
    line="#A8A8A8",
    line_strong="#FFFFFF",
    accent="#6FE3FF",
    accent_strong="#B8F1FF",
    accent_soft="#003442",
    on_accent="#000000",
    done="#7CFFAB",
    done_soft="#003317",
    attention="#FFD84D",
    attention_soft="#332900",
    attention_fill="#FFD84D",
    on_attention="#000000",
    danger="#FFB0B0",
    danger_soft="#470000",
    danger_fill="#FF8080",
    on_danger="#000000",
    focus="#FFF200",
    picture_ground="#FFFFFF",
    clip_ground="#000000",
)

SEPIA: Final = Palette(
    ground="#F1E7D0",
    surface="#FAF3E3",
    sunken="#E8DCC1",
    ink="#2B2218",
    ink_soft="#54473A",
    line="#D8CAA9",
    line_strong="#82735C",
    accent="#1B4B66",
    accent_strong="#10344A",
    accent_soft="#DCE6E6",
    on_accent="#FFFFFF",
    done="#1D5B34",
    done_soft="#E0EBD3",
    attention="#6E3F00",
    attention_soft="#F7E2B8",
    attention_fill="#EDAF35",
    on_attention="#2B2218",
    danger="#8F1420",
    danger_soft="#F6DDD3",
    danger_fill="#8F1420",
    on_danger="#FFFFFF",
    focus="#2B2218",
    picture_ground="#FFFFFF",
    clip_ground="#000000",
)

PALETTES: Final[Mapping[Theme, Palette]] = MappingProxyType(
    {Theme.LIGHT: LIGHT, Theme.DARK: DARK, Theme.CONTRAST: HIGH_CONTRAST, Theme.SEPIA: SEPIA}
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
        Type.CELL: TypeToken(14, 400, 2.0),
        Type.EXAM: TypeToken(19),
        Type.LEAD: TypeToken(20),
        Type.TITLE: TypeToken(26, 700),
        Type.NAME: TypeToken(34, 700, 1.8),
        Type.CLOCK: TypeToken(26, 700, 1.4),
        Type.CODE: TypeToken(28, 700, 1.8),
        Type.SCORE: TypeToken(84, 700, 1.4),
    }
)

LINE_HEIGHTS: Final[Mapping[Spacing, float]] = MappingProxyType(  # of exam text, as a multiple of its size
    {Spacing.NORMAL: 1.6, Spacing.WIDE: 2.0, Spacing.WIDER: 2.4}
)
LINE_CHARACTERS: Final = 38  # the longest line of exam text, in Chinese characters
RADIUS: Final = 6
BORDER: Final = 1
EDGE: Final = 2  # the border of what can be chosen
CARET_MS: Final = 1000  # the caret goes on and off once in this time
ALARM_EDGE: Final = 6  # the frame over the window's margins when something is the matter
ALARM_LINE: Final = 2  # its inner line, dark, so that it is told from an amber strip
RING: Final = 3  # the focus ring
TARGET: Final = 44  # the least height of anything to press
BAR: Final = 64  # heads and feet of pages
CELL: Final = 30  # a cell of the answer card
CELLS_A_ROW: Final = 10  # … counted in tens, or in fives when ten do not fit
CARD_WIDTH: Final = 376  # the answer card with its margins
MARKER: Final = 34  # the ( A ) of an option
ICON: Final = 20
PHOTO: Final = (144, 192)  # a candidate's photo
FACE: Final = (210, 280)  # a photo and a live picture that are held against each other
THUMB: Final = (36, 48)  # … in the head of a page
PREVIEW: Final = (320, 240)  # the camera's picture
HINT: Final = (192, 144)  # … of one moment, in a list
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
