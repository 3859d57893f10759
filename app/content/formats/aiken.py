"""Aiken: a stem of one or more lines, options as `A. text` or `A) text`, then `ANSWER: B`.

Source: Moodle documentation, "Aiken format"; as there, items have one correct option. `ANSWER: A,C` (or `AC`), which
some programs write, is taken as a choice of several. Blank lines divide items.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from app.content.bank import BankRefused, BankTooLarge, KeyRefused
from app.content.formats.building import (
    NONE,
    ONE,
    Sorting,
    finish,
    multiple_choice,
    same,
    single_choice,
)
from app.content.formats.encodings import decode
from app.content.formats.found import MAX_SOURCE_ITEMS, NO_MEDIA, Collector, FormatReading, Found
from app.content.formats.plaintext import body_of_text

OPTION: Final = re.compile(r"([A-Z])[.)、．）]\s*(\S.*)")
ANSWER: Final = re.compile(r"(?:ANSWER|Answer|答案)\s*[:：]\s*(.*)")
_LETTERS: Final = re.compile(r"[A-Z](?:[ ,，、]*[A-Z])*")


@dataclass
class _Block:
    """The lines of one item so far."""

    line: int
    stem: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    answer: str | None = None


def read_aiken(data: bytes, source: str) -> FormatReading:
    """Read a text in Aiken format; an item that cannot be used is put aside.

    Raises:
        BankRefused: no text in a known encoding.
        BankTooLarge: more items than a source may have.
    """
    decoded = decode(data, source)
    found = Collector(source)
    for number, block in enumerate(_blocks(decoded.text), start=1):
        if found.full:
            raise BankTooLarge(source, block.line, "too many items", limit=MAX_SOURCE_ITEMS)
        try:
            found.items.append(_item(block, source))
        except BankRefused as fault:
            found.refuse(f"#{number}", fault)
    return found.reading(decoded.encoding)


def _blocks(text: str) -> Iterator[_Block]:
    """Give the items' lines: one ends with its answer, or where a blank line follows its options."""
    block: _Block | None = None
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        if not line:
            if block and block.options:
                yield block
                block = None
            continue
        block = block or _Block(number)
        if answer := ANSWER.fullmatch(line):
            block.answer = answer[1].strip()
            yield block
            block = None
        elif block.stem and (option := OPTION.fullmatch(line)):
            block.options.append((option[1], option[2]))
        elif block.options:
            letter, words = block.options[-1]
            block.options[-1] = (letter, f"{words}\n{line}")
        else:
            block.stem.append(line)
    if block:
        yield block


def _item(block: _Block, source: str) -> Found:
    place = (source, block.line)
    if block.answer is None:
        raise KeyRefused(*place, "no ANSWER line")
    letters = [letter for letter, _ in block.options]
    if letters != [chr(ord("A") + at) for at in range(len(letters))]:
        raise BankRefused(*place, f"options {', '.join(letters)} are not A, B, C … in order")
    if not _LETTERS.fullmatch(block.answer):
        raise KeyRefused(*place, f"the answer {block.answer[:40]!r} is not a letter")
    correct = [letter for letter in block.answer if letter.isalpha()]
    if not set(correct) <= set(letters) or len(set(correct)) != len(correct):
        raise KeyRefused(*place, "the answer names no option, or one twice")
    stem = same(body_of_text("\n".join(block.stem), place))
    options = [
        (same(body_of_text(words, place)), ONE if letter in correct else NONE) for letter, words in block.options
    ]
    if len(correct) == 1:
        draft = single_choice(stem, options, place)
    else:
        draft = multiple_choice(stem, options, place, whole=True)
    return finish(draft, "", Sorting(), NO_MEDIA, f"{source}:{block.line}")
