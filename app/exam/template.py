"""From a template item to an ordinary one: what a seed draws is written into the text, the options and the key.

The result holds nothing of templates any more, so that a seat shows and scores it like any other item. Source: QTI
3.0.1, "Item templates", "printedVariable".
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from math import isfinite
from typing import Any, Final

from app.exam.interactions import Interaction, Option
from app.exam.item import Item
from app.exam.marking import Marking, Role
from app.exam.processing.faults import ProcessingRefused
from app.exam.processing.lexical import declared_value, shown, write_scalar
from app.exam.processing.templates import cloned
from app.exam.processing.values import Scalar, Value, scalars
from app.exam.prose import (
    Block,
    BlockIf,
    Body,
    Cell,
    Condition,
    Inline,
    InlineIf,
    Listing,
    Paragraph,
    Printed,
    Quote,
    Run,
    Table,
    Wording,
)

Values = dict[str, Value]

_FORMAT: Final = re.compile(r"%([-+ 0#]{0,5})([0-9]{0,2})(?:\.([0-9]{1,2}))?[lhLq]?([diouxXeEfFgGs])")
_WHOLE: Final = frozenset("dioxXu")


def instantiate(item: Item, marking: Marking, seed: int) -> tuple[Item, Marking]:
    """Make the ordinary item that a seed makes of a template item; an ordinary item stays as it is.

    Raises:
        ProcessingRefused: the template's rules cannot be followed, or a printed variable is not declared.
    """
    made = cloned(marking, seed)
    values = {
        each.identifier: declared_value(each, each.default) for each in made.declarations if each.role is Role.TEMPLATE
    }
    try:
        worded = partial(_worded, values=values)
        stimulus = item.stimulus and replace(item.stimulus, wording=worded(item.stimulus.wording))
        interactions = tuple(_interaction(one, values) for one in item.interactions)
        return replace(item, stem=worded(item.stem), interactions=interactions, stimulus=stimulus), made
    except KeyError as missing:
        raise ProcessingRefused(item.id, f"the template variable {missing.args[0]!r} is not declared") from None


def formatted(value: Value, form: str) -> str:
    """Print a variable in a C format ("%.2f"); without one as QTI writes it; NULL is nothing.

    Several values are divided by commas. A format that is none of C's for numbers and texts is not followed.
    """
    found = _FORMAT.fullmatch(form.strip())
    if value is None:
        return ""
    if not found:
        return shown(value)
    flags, width, precision, conversion = found.groups()
    python = f"%{flags}{width}" + (f".{precision}" if precision is not None else "")
    return ", ".join(_printed(each, python, conversion) for each in scalars(value))


def _printed(value: Scalar, python: str, conversion: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or conversion == "s":
        text = value if isinstance(value, str) else write_scalar(value)
        return (python + "s") % text
    if not isfinite(value):
        return write_scalar(value)
    if conversion in _WHOLE:
        whole = int(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP)) if abs(value) < 10**20 else int(value)
        return str((python + conversion.replace("u", "d")) % whole)
    return str((python + conversion) % value)


def _holds(condition: Condition, values: Values) -> bool:
    value = values[condition.variable]
    return (condition.value in {write_scalar(each) for each in scalars(value)}) is condition.shown


def _worded(wording: Wording, values: Values) -> Wording:
    return Wording(*(_body(body, values) for body in wording.bodies()))


def _interaction(interaction: Interaction, values: Values) -> Interaction:
    changed: dict[str, Any] = {}
    for name in ("prompt", "text"):
        wording = getattr(interaction, name, None)
        if isinstance(wording, Wording):
            changed[name] = _worded(wording, values)
    for name in ("options", "rows", "columns"):
        options = getattr(interaction, name, None)
        if options is not None:
            changed[name] = tuple(_options(options, values))
    return replace(interaction, **changed)


def _options(options: Iterable[Option], values: Values) -> Iterator[Option]:
    for option in options:
        if option.only_if is None or _holds(option.only_if, values):
            yield replace(option, wording=_worded(option.wording, values), only_if=None)


def _body(body: Body, values: Values) -> Body:
    return tuple(made for block in body for made in _block(block, values))


def _block(block: Block, values: Values) -> Iterator[Block]:
    match block:
        case BlockIf():
            if _holds(block.condition, values):
                yield from _body(block.body, values)
        case Paragraph():
            yield replace(block, inlines=_inlines(block.inlines, values))
        case Listing():
            yield replace(block, entries=tuple(_body(entry, values) for entry in block.entries))
        case Table():
            rows = tuple(tuple(_cell(cell, values) for cell in row) for row in block.rows)
            yield replace(block, rows=rows, caption=_inlines(block.caption, values))
        case Quote():
            yield Quote(_body(block.body, values))
        case _:
            yield block


def _cell(cell: Cell, values: Values) -> Cell:
    return replace(cell, body=_body(cell.body, values))


def _inlines(inlines: Iterable[Inline], values: Values) -> tuple[Inline, ...]:
    made: list[Inline] = []
    for inline in inlines:
        match inline:
            case InlineIf():
                if _holds(inline.condition, values):
                    made += _inlines(inline.inlines, values)
            case Printed():
                text = formatted(values[inline.variable], inline.form)
                if text:
                    made.append(Run(text))
            case _:
                made.append(inline)
    return tuple(made)
