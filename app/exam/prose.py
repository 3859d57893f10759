"""What an item says: a small tree of our own. A reader makes it from an allow-list; a screen draws it, whole.

The names follow XHTML where it has them. A tree is data and never instructions: no style sheets, no links, no
scripts, no addresses. A picture or a clip is the name of one of the item's own media.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Style(StrEnum):
    """How a stretch of text stands out."""

    STRONG = "strong"
    EMPHASIS = "emphasis"
    UNDERLINE = "underline"
    STRUCK = "struck"
    SUB = "sub"
    SUPER = "super"
    CODE = "code"
    SMALL = "small"


@dataclass(frozen=True)
class Run:
    """A stretch of text in one style."""

    text: str
    styles: frozenset[Style] = frozenset()


@dataclass(frozen=True)
class Break:
    """A new line within a paragraph."""


@dataclass(frozen=True)
class InlinePicture:
    """A picture within a line, at its own size or what fits."""

    media: str
    alt: str


@dataclass(frozen=True)
class Formula:
    """A formula: a PNG whose alpha is ink, to be painted in the colour of the text around it.

    `text` says it in one line, for a reader. `height_milli_em` is the picture's height and `drop_milli_em` how
    much of it lies below the baseline, in thousandths of the font's size, so that it grows with the text.
    """

    media: str
    text: str
    height_milli_em: int
    drop_milli_em: int


@dataclass(frozen=True)
class Place:
    """Here stands the interaction that answers to `response`: within a line, or as a block of its own."""

    response: str


@dataclass(frozen=True)
class Gap:
    """A gap of a gap match, to be filled from its options."""

    id: str


@dataclass(frozen=True)
class Hot:
    """A stretch of a hottext's own text that can be chosen."""

    id: str
    text: tuple["Run | InlinePicture | Formula", ...]


@dataclass(frozen=True)
class Printed:
    """The value of a template variable; only in a bank, where items are made from it (`app.exam.template`).

    `form` is QTI's `format` (a C format), empty for the value as it is.
    """

    variable: str
    form: str = ""


@dataclass(frozen=True)
class Condition:
    """When something of a template item is there: `variable` equals (or contains) `value`, or just not."""

    variable: str
    value: str
    shown: bool = True


@dataclass(frozen=True)
class InlineIf:
    """Text that a template item has only under a condition; only in a bank."""

    condition: Condition
    inlines: tuple["Inline", ...]


Inline = Run | Break | InlinePicture | Formula | Place | Gap | Hot | Printed | InlineIf


class Align(StrEnum):
    """Which side the lines of a paragraph keep to."""

    START = "start"
    CENTRE = "centre"
    END = "end"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `level` 1 to 6 makes it a heading, 0 plain text."""

    inlines: tuple[Inline, ...]
    level: int = 0
    align: Align = Align.START


@dataclass(frozen=True)
class Picture:
    """A picture that stands by itself, and what it shows, in words."""

    media: str
    alt: str


@dataclass(frozen=True)
class Clip:
    """Sound or a moving picture that the candidate plays; `alt` says what it is. `plays` 0: as often as wanted."""

    media: str
    alt: str
    plays: int = 0


class Numbering(StrEnum):
    """How the entries of an ordered list are numbered (HTML's `type`)."""

    DECIMAL = "1"
    LOWER_ALPHA = "a"
    UPPER_ALPHA = "A"
    LOWER_ROMAN = "i"
    UPPER_ROMAN = "I"


@dataclass(frozen=True)
class Listing:
    """A list: numbered from `start`, or with dots."""

    entries: tuple["Body", ...]
    ordered: bool = False
    start: int = 1
    numbering: Numbering = Numbering.DECIMAL


@dataclass(frozen=True)
class Cell:
    """A cell of a table, over so many columns and rows."""

    body: "Body"
    heading: bool = False
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True)
class Table:
    """A table, row by row."""

    rows: tuple[tuple[Cell, ...], ...]
    caption: tuple[Inline, ...] = ()


@dataclass(frozen=True)
class Quote:
    """Somebody's words, set in."""

    body: "Body"


@dataclass(frozen=True)
class Verbatim:
    """Text whose spaces and lines stay as they are."""

    text: str


@dataclass(frozen=True)
class Divider:
    """A line across."""


@dataclass(frozen=True)
class BlockIf:
    """Blocks that a template item has only under a condition; only in a bank."""

    condition: Condition
    body: "Body"


Block = Paragraph | Picture | Clip | Listing | Table | Quote | Verbatim | Divider | Place | BlockIf
Body = tuple[Block, ...]


class Language(StrEnum):
    """The languages a candidate can read in."""

    ZH = "zh"
    EN = "en"


@dataclass(frozen=True)
class Wording:
    """The same content in both languages; an item that has one only says the same in both."""

    zh: Body
    en: Body

    def in_language(self, language: Language) -> Body:
        """Give the body for `language`."""
        return self.zh if language is Language.ZH else self.en

    def bodies(self) -> Iterator[Body]:
        """Give every body, Chinese first."""
        yield self.zh
        yield self.en


def text_body(text: str) -> Body:
    """Make a body of plain text, a paragraph for every line that is not empty."""
    return tuple(Paragraph((Run(line.strip()),)) for line in text.splitlines() if line.strip())


def plain_text(body: Body) -> str:
    """Give what a body says: one line for each paragraph, with pictures and formulas by their descriptions."""
    return "\n".join(line for block in body for line in _lines(block) if line)


def inline_text(inlines: Iterable[Inline]) -> str:
    """Give what inlines say in one line."""
    return "".join(_said(inline) for inline in inlines)


def media_of(body: Body) -> Iterator[str]:
    """Give the name of every medium in a body, in order, as often as it stands there."""
    for piece in walk(body):
        if isinstance(piece, Picture | InlinePicture | Formula | Clip):
            yield piece.media


def places_of(body: Body) -> Iterator[str]:
    """Give the response of every interaction that stands in a body, in order."""
    for piece in walk(body):
        if isinstance(piece, Place):
            yield piece.response


def walk(body: Body) -> Iterator[Block | Inline]:
    """Give every block and inline of a body, in reading order, holders before what they hold."""
    for block in body:
        yield block
        match block:
            case Paragraph():
                yield from _walk_inlines(block.inlines)
            case Listing():
                for entry in block.entries:
                    yield from walk(entry)
            case Table():
                yield from _walk_inlines(block.caption)
                for row in block.rows:
                    for cell in row:
                        yield from walk(cell.body)
            case Quote() | BlockIf():
                yield from walk(block.body)


def _walk_inlines(inlines: Iterable[Inline]) -> Iterator[Inline]:
    for inline in inlines:
        yield inline
        match inline:
            case Hot():
                yield from inline.text
            case InlineIf():
                yield from _walk_inlines(inline.inlines)


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield inline_text(block.inlines)
        case Picture() | Clip():
            yield block.alt
        case Listing():
            for entry in block.entries:
                yield plain_text(entry)
        case Table():
            yield inline_text(block.caption)
            for row in block.rows:
                yield " | ".join(plain_text(cell.body).replace("\n", " ") for cell in row)
        case Quote() | BlockIf():
            yield plain_text(block.body)
        case Verbatim():
            yield block.text
        case Divider() | Place():
            pass


def _said(inline: Inline) -> str:  # noqa: PLR0911 - a line for each inline
    match inline:
        case Run():
            return inline.text
        case Break():
            return "\n"
        case InlinePicture():
            return inline.alt
        case Formula():
            return inline.text
        case Hot():
            return inline_text(inline.text)
        case InlineIf():
            return inline_text(inline.inlines)
        case Place() | Gap():
            return "____"
        case Printed():
            return f"{{{inline.variable}}}"
