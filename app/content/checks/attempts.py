"""Responses worth trying on an item: its key, none, and as many of the others as can be counted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, permutations, product
from math import comb, perm
from typing import Final

from app.content.checks.said import offered
from app.exam.interactions import (
    Associate,
    Choice,
    ExtendedText,
    GapMatch,
    GraphicGapMatch,
    Hotspot,
    Hottext,
    InlineChoice,
    Interaction,
    Match,
    Order,
    Responses,
    Slider,
    TextEntry,
)
from app.exam.item import Item
from app.exam.marking import Declaration, Marking
from app.exam.prose import Gap, Language, walk
from app.exam.responses import can_be_given

MOST: Final = 64
"""Responses that are tried on one item, beside its key and the best by its mappings."""
_WRONG_TEXT: Final = ("\N{WHITE SQUARE}\N{WHITE CIRCLE}", "-987654321")  # no key has these

Values = tuple[str, ...]


@dataclass(frozen=True)
class Attempts:
    """Responses to try. `whole`: there are no others. `key` is none of an item whose key is not declared."""

    key: Responses | None
    others: tuple[Responses, ...]
    whole: bool


def attempts(item: Item, marking: Marking) -> Attempts:
    """Give the responses to try on an item; each could be given at a seat."""
    possible = [(one.response, *_possible(one)) for one in item.interactions]
    count = 1
    for _response, _values, number in possible:
        count *= number
    key = _declared(item, marking)
    whole = count <= MOST
    if whole:
        lists = [[(response, values) for values in each] for response, each, _number in possible]
        tried = [dict(chosen) for chosen in product(*lists)]
    else:
        tried = list(islice(_one_at_a_time(possible, key or {}), MOST))
    best = _best_mapped(item, marking)
    found = [{name: values for name, values in one.items() if values} for one in ({}, *tried, best)]
    return Attempts(key, tuple(one for one in found if can_be_given(item, one)), whole)


def _declared(item: Item, marking: Marking) -> Responses | None:
    key = {one.response: marking.correct(one.response) for one in item.interactions}
    return key if all(key.values()) and can_be_given(item, key) else None


def _possible(interaction: Interaction) -> tuple[list[Values], int]:
    """Give some responses to an interaction, none first, and how many there are (many more: `MOST` + 1)."""
    match interaction:
        case Choice() | Hottext() | Hotspot():
            return _subsets(list(offered(interaction, Language.ZH)), interaction.max_choices)
        case InlineChoice():
            return _subsets([option.id for option in interaction.options], 1)
        case Order():
            return _orders([option.id for option in interaction.options], interaction.max_choices)
        case Slider():
            return _steps(interaction)
        case TextEntry() | ExtendedText():
            return [(), *((text,) for text in _WRONG_TEXT)], MOST + 1
        case _:
            return [(), *((f"{one} {other}",) for one, other in _pairs(interaction))], MOST + 1


def _subsets(names: Sequence[str], most: int) -> tuple[list[Values], int]:
    sizes = range((most or len(names)) + 1)
    some = islice((subset for size in sizes for subset in combinations(names, size)), MOST)
    return list(some), sum(comb(len(names), size) for size in sizes)


def _orders(names: Sequence[str], most: int) -> tuple[list[Values], int]:
    sizes = range((most or len(names)) + 1)
    some = islice((order for size in reversed(sizes) for order in permutations(names, size)), MOST)
    return [(), *some], sum(perm(len(names), size) for size in sizes)


def _steps(slider: Slider) -> tuple[list[Values], int]:
    lower, upper = float(slider.lower), float(slider.upper)
    step = float(slider.step or 1)
    count = int((upper - lower) / step) + 1 if step > 0 else MOST + 1
    values = (lower + step * place for place in range(min(count, MOST)))
    written = [(str(int(value)) if slider.whole else f"{value:.12g}",) for value in values]
    return [(), *written], count + 1


def _pairs(interaction: Interaction) -> Iterator[tuple[str, str]]:
    match interaction:
        case Match(rows=rows, columns=columns):
            yield from product((row.id for row in rows), (column.id for column in columns))
        case Associate(options=options):
            yield from combinations((option.id for option in options), 2)
        case GapMatch(options=options, text=text):
            gaps = [piece.id for piece in walk(text.zh) if isinstance(piece, Gap)]
            yield from product((option.id for option in options), gaps)
        case GraphicGapMatch(options=options, areas=areas):
            yield from product((option.id for option in options), (area.id for area in areas))


def _one_at_a_time(possible: Sequence[tuple[str, list[Values], int]], key: Mapping[str, Values]) -> Iterator[Responses]:
    """Vary one response after the other, the rest as the key has them; first all of them wrong."""
    yield {response: values[-1] for response, values, _number in possible}
    for response, values, _number in possible:
        for each in values:
            yield {**key, response: each}


def _best_mapped(item: Item, marking: Marking) -> Responses:
    """Give what the mappings pay most for, taken greedily as far as it can be given."""
    best: Responses = {}
    for declared in marking.declarations:
        for name in _paid(declared):
            wider = {**best, declared.identifier: (*best.get(declared.identifier, ()), name)}
            if can_be_given(item, wider):
                best = wider
    return best


def _paid(declared: Declaration) -> list[str]:
    entries = declared.mapping.entries if declared.mapping else ()
    return [entry.key for entry in sorted(entries, key=lambda one: -one.value) if entry.value > 0]
