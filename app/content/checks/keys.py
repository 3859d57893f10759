"""The key of each item, and how keys lie over the whole bank."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final

from app.content.bank import Bank
from app.content.checks.finding import Code, Finding, excerpt
from app.content.checks.said import offered
from app.exam.interactions import Choice, ExtendedText, InlineChoice, Interaction, Slider, TextEntry
from app.exam.item import Item
from app.exam.marking import BaseType, Cardinality, Declaration, Marking
from app.exam.processing.faults import ProcessingRefused
from app.exam.prose import Gap, Language, walk
from app.exam.responses import can_be_given
from app.exam.template import instantiate
from sync.wire.plan import ItemKind

ENOUGH: Final = 20
"""Fewer items than this say nothing about how keys are spread."""
_BALANCE: Final = (350, 650)  # of a thousand true/false items, how many may be true
_NAMED: Final = frozenset({BaseType.IDENTIFIER, BaseType.PAIR, BaseType.DIRECTED_PAIR})
_SIGMAS: Final = 3  # standard deviations from an even spread before a position is named


def check_keys(bank: Bank) -> Iterator[Finding]:
    """Find keys that are missing, impossible or odd."""
    for item in bank.items:
        made, marking = item, bank.markings[item.id]
        if marking.template is not None:
            try:
                made, marking = instantiate(item, marking, 1)
            except ProcessingRefused:
                continue  # `scores` tells it
        for interaction in made.interactions:
            yield from _key(made, interaction, marking)
    yield from _true_false(bank)
    yield from _positions(bank)


def key_letter(item: Item, marking: Marking) -> str:
    """Give the place of a single choice's key as a letter, empty if there is none or the item is another."""
    match item.interactions:
        case (Choice(options=options, response=response),) if item.kind is ItemKind.SINGLE_CHOICE:
            key = marking.correct(response)
            places = [place for place, option in enumerate(options) if (option.id,) == key]
            return chr(ord("A") + places[0]) if places and places[0] < 26 else ""  # noqa: PLR2004 - letters
        case _:
            return ""


def _key(item: Item, interaction: Interaction, marking: Marking) -> Iterator[Finding]:
    response = interaction.response
    declared = marking.declaration(response)
    if declared is None:
        yield Finding(Code.NO_KEY, (item.id,), {"response": response})
        return
    key = marking.correct(response)
    if not key:
        if _needs_key(marking, declared):
            yield Finding(Code.NO_KEY, (item.id,), {"response": response})
    elif strange := _strangers(interaction, key):
        yield Finding(Code.KEY_NO_OPTION, (item.id,), {"response": response, "name": strange[0]})
    elif _too_many(interaction, declared):
        yield Finding(Code.KEY_TOO_MANY, (item.id,), {"response": response, "count": len(key)})
    elif not can_be_given(item, {response: key}):
        yield Finding(Code.KEY_NOT_GIVEABLE, (item.id,), {"response": response})
    elif isinstance(interaction, Choice) and declared.cardinality is Cardinality.MULTIPLE:
        yield from _several(item, interaction, key)
    yield from _wrongly_paid(item, declared, key)
    mapped = [entry.key for entry in declared.mapping.entries if entry.value > 0] if declared.mapping else []
    if strange := _strangers(interaction, mapped):
        yield Finding(Code.MAPPING_NO_OPTION, (item.id,), {"response": response, "name": strange[0]})


def _wrongly_paid(item: Item, declared: Declaration, key: tuple[str, ...]) -> Iterator[Finding]:
    """Find what a mapping of identifiers or pairs pays for beside the key; of a text several spellings may be right."""
    if not key or declared.mapping is None or declared.base_type not in _NAMED:
        return
    pays = {_same(declared, entry.key): entry.value for entry in reversed(declared.mapping.entries)}
    right = {_same(declared, value) for value in key}
    default = declared.mapping.default
    if default > 0:
        facts: dict[str, str | int] = {"response": declared.identifier, "paid": f"{default:g}"}
        yield Finding(Code.DEFAULT_PAID, (item.id,), facts)
    least = min(pays.get(value, default) for value in right)
    name = max((value for value in pays if value not in right), key=lambda value: pays[value], default=None)
    if name is not None and pays[name] > 0 and pays[name] >= least:
        facts = {"response": declared.identifier, "name": excerpt(name), "paid": f"{pays[name]:g}"}
        yield Finding(Code.WRONG_PAID, (item.id,), {**facts, "least": f"{least:g}"})


def _same(declared: Declaration, value: str) -> str:
    """Give a value as it is compared: a pair has no direction, unless it is a directed one."""
    names = value.split()
    return " ".join(sorted(names) if declared.base_type is BaseType.PAIR else names)


def _needs_key(marking: Marking, declared: Declaration) -> bool:
    """Tell whether scoring asks for a declared key that is not there; rules may do without one."""
    if marking.response is None or declared.areas:
        return False
    uses = {node.name for node in marking.response.walk() if node.get("identifier") == declared.identifier}
    if "map-response" in uses and (declared.mapping is None or all(one.value <= 0 for one in declared.mapping.entries)):
        return True
    return "correct" in uses


def _strangers(interaction: Interaction, values: Iterator[str] | list[str] | tuple[str, ...]) -> list[str]:
    """Give the names in a key that are no option, row, gap or area."""
    if isinstance(interaction, TextEntry | ExtendedText | Slider):
        return []
    known = set(offered(interaction, Language.ZH)) | set(offered(interaction, Language.EN))
    text = getattr(interaction, "text", None)
    if text is not None:
        known |= {piece.id for body in text.bodies() for piece in walk(body) if isinstance(piece, Gap)}
    return [name for value in values for name in value.split(" ") if name not in known]


def _too_many(interaction: Interaction, declared: Declaration) -> bool:
    if declared.cardinality is Cardinality.SINGLE or isinstance(interaction, InlineChoice):
        most = 1
    else:
        most = getattr(interaction, "max_choices", 0) or getattr(interaction, "max_associations", 0)
    return bool(most) and len(declared.correct) > most


def _several(item: Item, interaction: Choice, key: tuple[str, ...]) -> Iterator[Finding]:
    if len(set(key)) == len(interaction.options):
        yield Finding(Code.ALL_RIGHT, (item.id,))
    elif len(set(key)) == 1 and interaction.max_choices != 1:
        yield Finding(Code.ONE_RIGHT, (item.id,))


def _true_false(bank: Bank) -> Iterator[Finding]:
    items = [item for item in bank.items if item.kind is ItemKind.TRUE_FALSE]
    keys = Counter(bank.markings[item.id].correct(item.interactions[0].response) for item in items)
    true, false = keys[("true",)], keys[("false",)]
    if true + false >= ENOUGH and not _BALANCE[0] <= 1000 * true // (true + false) <= _BALANCE[1]:
        yield Finding(Code.TRUE_FALSE_BALANCE, (), {"true": true, "false": false})


def _positions(bank: Bank) -> Iterator[Finding]:
    """Find a letter that is right too often, among items with equally many options; a form may still shuffle them."""
    spread: defaultdict[int, Counter[str]] = defaultdict(Counter)
    kept: Counter[int] = Counter()
    for item in bank.items:
        letter, interaction = key_letter(item, bank.markings[item.id]), item.interactions[0]
        if letter and isinstance(interaction, Choice):
            spread[len(interaction.options)][letter] += 1
            kept[len(interaction.options)] += not interaction.shuffle
    for options, letters in sorted(spread.items()):
        count = letters.total()
        even = count / options
        letter, most = max(letters.items(), key=lambda pair: (pair[1], pair[0]))
        if count >= ENOUGH and most - even > _SIGMAS * (even * (1 - 1 / options)) ** 0.5:
            facts: dict[str, str | int] = {"letter": letter, "percent": 100 * most // count, "count": count}
            yield Finding(Code.KEY_POSITION, (), {**facts, "options": options, "kept": kept[options]})
