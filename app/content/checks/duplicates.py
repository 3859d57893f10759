"""Items that are there twice, or nearly; and those that contradict each other.

Compared is what an item asks and offers, in Chinese (in English where there is no Chinese): punctuation, width, case
and the order of options do not count, numbers and signs of reckoning do. Items of one group of enemies are not
compared: no form holds two of them. Items with different stimuli are never the same.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import combinations
from typing import Final

from app.content.bank import Bank
from app.content.checks.compared import Compared, compare, joined
from app.content.checks.finding import Code, Finding, excerpt
from app.content.checks.likeness import Alike, alike
from sync.wire.plan import ItemKind

MAX_LISTED: Final = 500
"""Pairs of near-duplicates that are listed, the most alike first; the others are counted."""
_DIFFERENCES: Final = 3  # … shown of a pair
_LOOKED_AT: Final = 300  # tokens of a pair in which they are looked for
_NEGATING: Final = frozenset("不没无未非禁勿")
_ALLOWING: Final = frozenset("得应能可以要准许必需是有严止当须都也")  # … and what stands beside them
_MOST_COMPARED: Final = 60  # items with one stem that are compared each with each


def check_duplicates(bank: Bank) -> Iterator[Finding]:
    """Find items that are the same, nearly the same, or contradict each other."""
    compared = [compare(bank, item) for item in bank.items]
    contradicting = set()
    for finding in _contradictions(compared):
        contradicting.add(frozenset(finding.items))
        yield finding
    first_of: dict[object, Compared] = {}
    for one in compared:
        same = (one.item.kind, one.stem, one.options, one.stimulus, one.pictures)
        first = first_of.setdefault(same, one)
        if first is not one and frozenset((first.item.id, one.item.id)) not in contradicting:
            yield Finding(Code.DUPLICATE, (first.item.id, one.item.id))
    yield from _near(list(first_of.values()), contradicting)


def difference(one: Sequence[str], other: Sequence[str]) -> list[tuple[str, str]]:
    """Give what stands in one text and what in the other instead, piece by piece."""
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return [
        (joined(one[start:end]), joined(other[from_:to]))
        for kind, start, end, from_, to in matcher.get_opcodes()
        if kind != "equal"
    ]


def _contradictions(compared: Sequence[Compared]) -> Iterator[Finding]:
    """Find items that ask the same and hold different things for right."""
    by_stem: defaultdict[object, list[Compared]] = defaultdict(list)
    for one in compared:
        if one.stem and one.right:
            by_stem[one.item.kind, one.stem, one.stimulus, one.pictures].append(one)
    for group in by_stem.values():
        for one, other in combinations(group[:_MOST_COMPARED], 2):
            if one.options == other.options and one.right != other.right and _exclude(one, other):
                yield Finding(Code.CONTRADICTING_KEYS, (one.item.id, other.item.id), _keys(one, other))
            elif clash := (one.right & other.wrong) or (other.right & one.wrong):
                fact = {"option": excerpt(joined(min(clash)[1]))}
                yield Finding(Code.RIGHT_AND_WRONG, (one.item.id, other.item.id), fact)


def _exclude(one: Compared, other: Compared) -> bool:
    """Tell whether two keys cannot both hold; of what is typed several forms may be right, one in common is enough."""
    return bool(one.options) or one.right.isdisjoint(other.right)


def _keys(one: Compared, other: Compared) -> Mapping[str, str]:
    first, second = ("; ".join(sorted(joined(key) for _place, key in each.right)) for each in (one, other))
    return {"first": excerpt(first), "second": excerpt(second)}


def _near(compared: Sequence[Compared], contradicting: set[frozenset[str]]) -> Iterator[Finding]:
    pairs = [
        pair
        for pair in alike([one.everything for one in compared])
        if _comparable(compared[pair.first], compared[pair.second])
        and frozenset((compared[pair.first].item.id, compared[pair.second].item.id)) not in contradicting
    ]
    pairs.sort(key=lambda pair: (-pair.permille, pair.first, pair.second))
    for pair in pairs[:MAX_LISTED]:
        yield _described(pair, compared[pair.first], compared[pair.second])
    if len(pairs) > MAX_LISTED:
        yield Finding(Code.NEAR_UNLISTED, (), {"count": len(pairs) - MAX_LISTED})


def _comparable(one: Compared, other: Compared) -> bool:
    return (
        one.item.kind is other.item.kind
        and one.stimulus == other.stimulus
        and not set(one.item.enemies).intersection(other.item.enemies)
    )


def _described(pair: Alike, one: Compared, other: Compared) -> Finding:
    differs = difference(one.everything[:_LOOKED_AT], other.everything[:_LOOKED_AT])
    items = (one.item.id, other.item.id)
    shown = " · ".join(f"{excerpt(was or '–')} → {excerpt(now or '–')}" for was, now in differs[:_DIFFERENCES])
    if len(differs) > _DIFFERENCES:
        shown += " · …"
    facts: dict[str, str | int] = {"alike": pair.permille // 10, "difference": shown or "–"}
    if one.item.kind is ItemKind.TRUE_FALSE and one.right == other.right and _is_negated(differs):
        return Finding(Code.OPPOSITES_SAME_KEY, items, facts)
    return Finding(Code.NEAR_DUPLICATE, items, facts)


def _is_negated(differs: Sequence[tuple[str, str]]) -> bool:
    """Tell whether two statements differ in nothing but a negation."""
    words = all(set(was + now) <= _NEGATING | _ALLOWING for was, now in differs)
    return words and any(_NEGATING.isdisjoint(was) is not _NEGATING.isdisjoint(now) for was, now in differs)
