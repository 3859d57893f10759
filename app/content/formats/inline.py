"""Interactions within a line: a text is read with marks where they stand, and the marks become their places."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from app.content.bank import BankRefused
from app.content.formats.building import Draft, single_choice
from app.content.formats.rules import RESPONSE
from app.exam.interactions import Choice, InlineChoice
from app.exam.prose import (
    Block,
    Body,
    Cell,
    Gap,
    Inline,
    Listing,
    Paragraph,
    Place,
    Quote,
    Run,
    Table,
    Wording,
)

Standing = Place | Gap


def marks(count: int, text: str) -> list[str]:
    """Make marks that are not in `text` and that every reader takes for a word."""
    while True:
        salt = secrets.token_hex(8)
        if salt not in text:
            return [f"[[{salt}.{at}]]" for at in range(count)]


def put_in_place(body: Body, places: Mapping[str, Standing], where: tuple[str, int]) -> Body:
    """Put every mark's place where the mark stands in a body.

    Raises:
        BankRefused: a mark stands where nothing can stand within a line, more than once, or is lost.
    """
    found: list[Standing] = []

    def split(inline: Inline) -> Iterable[Inline]:
        return _split(inline, places, found)

    result = tuple(_in_block(block, split) for block in body)
    if len(found) != len(places) or set(found) != set(places.values()):
        raise BankRefused(*where, "an answer stands where none can be given")
    return result


def join_at_place(head: Body, tail: Body, at: str | Run, spaces: tuple[bool, bool]) -> Body:
    """Join two bodies into one line where they meet, with a response's place (or a blank) between them.

    `spaces`: whether there is a space before and behind it.
    """
    middle: Inline = Place(at) if isinstance(at, str) else at
    before = _inlines(head[-1]) if head else ()
    after = _inlines(tail[0]) if tail else ()
    if before is None or after is None:  # a table or a list cannot go on within a line
        line: tuple[Block, ...] = (Paragraph((middle,)),)
        return head + line + tail
    left = (Run(" "),) if before and spaces[0] else ()
    right = (Run(" "),) if after and spaces[1] else ()
    return (*head[:-1], Paragraph(_merged((*before, *left, middle, *right, *after))), *tail[1:])


def inline_choice_item(stem: Wording, options: Sequence[tuple[Wording, Decimal]], place: tuple[str, int]) -> Draft:
    """Make an item whose one option is chosen from a list within a line; its place is in the stem.

    Raises:
        KeyRefused, BankTooLarge: as `single_choice`.
    """
    draft = single_choice(stem, options, place)
    choice = draft.interactions[0]
    chosen = choice.options if isinstance(choice, Choice) else ()
    return replace(
        draft,
        stem=stem,
        interactions=(InlineChoice(RESPONSE, chosen, shuffle=True),),
    )


def _inlines(block: Block) -> tuple[Inline, ...] | None:
    return block.inlines if isinstance(block, Paragraph) and not block.level else None


def _in_block(block: Block, split: Callable[[Inline], Iterable[Inline]]) -> Block:
    match block:
        case Paragraph():
            return replace(block, inlines=tuple(piece for inline in block.inlines for piece in split(inline)))
        case Listing():
            return replace(
                block, entries=tuple(tuple(_in_block(one, split) for one in entry) for entry in block.entries)
            )
        case Quote():
            return replace(block, body=tuple(_in_block(one, split) for one in block.body))
        case Table():
            return replace(block, rows=tuple(tuple(_in_cell(cell, split) for cell in row) for row in block.rows))
        case _:
            return block


def _in_cell(cell: Cell, split: Callable[[Inline], Iterable[Inline]]) -> Cell:
    return replace(cell, body=tuple(_in_block(one, split) for one in cell.body))


def _split(inline: Inline, places: Mapping[str, Standing], found: list[Standing]) -> Iterable[Inline]:
    if not isinstance(inline, Run) or "[[" not in inline.text:
        yield inline
        return
    text = inline.text
    while text:
        at, mark = min(((at, mark) for mark in places if (at := text.find(mark)) >= 0), default=(-1, ""))
        if at < 0:
            yield replace(inline, text=text)
            return
        if at:
            yield replace(inline, text=text[:at])
        found.append(places[mark])
        yield places[mark]
        text = text[at + len(mark) :]


def _merged(inlines: Iterable[Inline]) -> tuple[Inline, ...]:
    """Join runs of one style, as reading them again would."""
    merged: list[Inline] = []
    for inline in inlines:
        last = merged[-1] if merged else None
        if isinstance(inline, Run) and isinstance(last, Run) and last.styles == inline.styles:
            merged[-1] = Run(last.text + inline.text, inline.styles)
        else:
            merged.append(inline)
    return tuple(merged)
