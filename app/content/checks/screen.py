"""How tall an item gets on the screen, told from its text alone; and keys that stand out by their length.

An estimate, in pixels at 1366 × 768 and text of 100 %: a line of exam text holds 38 Chinese characters (a Latin letter
counts half) and is 1.6 times 19 px high; what surrounds it has the sizes of the item screen. Above and below the item
stand bars of 64 px. A stimulus stands in a column of its own and scrolls by itself.
"""

from collections.abc import Iterator
from math import ceil
from typing import Final
from unicodedata import east_asian_width

from app.content.bank import Bank
from app.content.checks.finding import Code, Finding
from app.content.checks.said import options_of, prompt_of
from app.content.media.pictures import recognise_picture
from app.exam.interactions import (
    Associate,
    Choice,
    ExtendedText,
    GapMatch,
    GraphicGapMatch,
    Hotspot,
    Hottext,
    Interaction,
    Match,
    Order,
    Slider,
)
from app.exam.item import Item
from app.exam.marking import Marking
from app.exam.prose import (
    Block,
    BlockIf,
    Body,
    Clip,
    Divider,
    Formula,
    Language,
    Listing,
    Paragraph,
    Picture,
    Place,
    Quote,
    Table,
    Verbatim,
    inline_text,
    plain_text,
)
from sync.wire.plan import ItemKind

PAGE: Final = 768 - 2 * 64
"""Pixels between the bars."""
COLUMN: Final = 38  # Chinese characters
STIMULUS_COLUMN: Final = 29  # … beside an item
_EM: Final = 19
_LINE: Final = 1.6 * _EM
_PICTURE_MOST: Final = 320
_AROUND: Final = 92  # the head of an item and the spaces around it
_OPTION: Final = (34 + 24, 12)  # the least height of a row, the space below it
_SPACE: Final = 12

_LONG_KEY: Final = 12.0  # ems a key has at least to be called long
_LONGER: Final = 2.0  # times the middle of the wrong ones
_LONGER_THAN_NEXT: Final = 1.5  # times the longest of the wrong ones


def check_screen(bank: Bank) -> Iterator[Finding]:
    """Find items and stimuli that will need scrolling, and keys that are told by their length."""
    stimuli: set[str] = set()
    for item in bank.items:
        height = max(item_height(bank, item, language) for language in Language)
        if height > PAGE:
            yield Finding(Code.SCROLLS, (item.id,), {"height": round(height), "page": PAGE})
        if item.stimulus and item.stimulus.id not in stimuli:
            stimuli.add(item.stimulus.id)
            bodies = item.stimulus.wording.bodies()
            height = max(_height(bank, item.id, body, STIMULUS_COLUMN) for body in bodies)
            if height > PAGE:
                facts: dict[str, str | int] = {"name": item.stimulus.id, "height": round(height), "page": PAGE}
                yield Finding(Code.STIMULUS_SCROLLS, (item.id,), facts)
        yield from _key_longest(item, bank.markings[item.id])


def item_height(bank: Bank, item: Item, language: Language) -> float:
    """Give about how tall an item is in a language, pixels, with everything that belongs to its page."""
    height = _AROUND + _height(bank, item.id, item.stem.in_language(language), COLUMN)
    for interaction in item.interactions:
        prompt = prompt_of(interaction)
        if prompt is not None:
            height += _height(bank, item.id, prompt.in_language(language), COLUMN)
        height += _board(bank, item, interaction, language)
    return height


def ems(text: str) -> float:
    """Give the width of a text in widths of a Chinese character."""
    return sum(1.0 if east_asian_width(char) in "WF" else 0.5 for char in text)


def _board(bank: Bank, item: Item, interaction: Interaction, language: Language) -> float:  # noqa: PLR0911 - as below
    """Give the height of what an interaction adds below its prompt."""
    bodies = (option.wording.in_language(language) for option in options_of(interaction))
    rows = [max(0.0, _height(bank, item.id, body, COLUMN) - _SPACE) for body in bodies]
    match interaction:
        case Choice() | Order():
            return sum(max(_OPTION[0], row + 24) + _OPTION[1] for row in rows)
        case Match():
            return sum(max(_OPTION[0], row + 24) for row in rows[: len(interaction.rows)]) + max(rows, default=0)
        case Associate():
            return 2 * sum(rows)
        case GapMatch() | Hottext():
            text = _height(bank, item.id, interaction.text.in_language(language), COLUMN)
            return text + ceil(len(rows) / 4) * _OPTION[0]
        case Hotspot() | GraphicGapMatch():
            return min(interaction.canvas.height, 480) + ceil(len(rows) / 4) * _OPTION[0]
        case ExtendedText():
            return max(interaction.expected_lines, 4) * _LINE
        case Slider():
            return 2 * _OPTION[0]
        case _:
            return 0.0


def _height(bank: Bank, item: str, body: Body, column: float) -> float:
    return sum(_block(bank, item, block, column) for block in body)


def _block(bank: Bank, item: str, block: Block, column: float) -> float:  # noqa: PLR0911 - a line for each block
    match block:
        case Paragraph():
            return _lines(inline_text(block.inlines), column) * _LINE + _SPACE + _taller(block)
        case Picture():
            return _picture(bank.media.get((item, block.media), b""), column) + _SPACE
        case Clip():
            return float(_PICTURE_MOST)
        case Listing():
            return sum(_height(bank, item, entry, column - 2) for entry in block.entries)
        case Table():
            return (
                sum(
                    max((_height(bank, item, cell.body, column / max(len(row), 1)) for cell in row), default=0.0)
                    for row in block.rows
                )
                + _lines(inline_text(block.caption), column) * _LINE
            )
        case Quote() | BlockIf():
            return _height(bank, item, block.body, column - 2)
        case Verbatim():
            return _lines(block.text, column) * _LINE + _SPACE
        case Divider():
            return 2.0 * _SPACE
        case Place():
            return 0.0


def _lines(text: str, column: float) -> int:
    """Count the lines a text breaks into; none for no text."""
    return sum(max(1, ceil(ems(line) / max(column, 1))) for line in text.split("\n")) if text else 0


def _taller(paragraph: Paragraph) -> float:
    """Give what the tallest formula of a paragraph adds to its line."""
    heights = [piece.height_milli_em * _EM / 1000 for piece in paragraph.inlines if isinstance(piece, Formula)]
    return max((height - _LINE for height in heights if height > _LINE), default=0.0)


def _picture(data: bytes, column: float) -> float:
    kind = recognise_picture(data)
    if kind is None:
        return 0.0
    shrunk = min(1.0, column * _EM / kind.width)
    return min(_PICTURE_MOST, kind.height * shrunk)


def _key_longest(item: Item, marking: Marking) -> Iterator[Finding]:
    """Find a single choice whose key is much longer than the others in both languages."""
    match item.interactions:
        case (Choice(options=options, response=response),) if item.kind is ItemKind.SINGLE_CHOICE:
            key = set(marking.correct(response))
        case _:
            return
    for language in Language:
        lengths = {option.id: ems(plain_text(option.wording.in_language(language))) for option in options}
        wrong = sorted(length for name, length in lengths.items() if name not in key)
        right = max((length for name, length in lengths.items() if name in key), default=0.0)
        middle = wrong[len(wrong) // 2] if wrong else right
        if right < _LONG_KEY or right < _LONGER * middle or right < _LONGER_THAN_NEXT * max(wrong, default=right):
            return
    yield Finding(Code.KEY_LONGEST, (item.id,))
