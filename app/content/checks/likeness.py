"""Finding texts that are much alike among many, without comparing each with each.

Texts come as tokens. **Candidates** are found by the prefix filter for set similarity joins (Chaudhuri, Ganti,
Kaushik, ICDE 2006; Bayardo, Ma, Srikant, WWW 2007): the sets are pairs of neighbouring tokens, and two sets whose
Jaccard index is at least `t` share `c` of the rarest `n - ceil(t * n) + c` members of either. **Likeness** is then
2 · LCS / (m + n) over the tokens, the longest common subsequence taken bit by bit (Crochemore and others, 2001).

Bounds, so that a bank made by a machine cannot stall it: a text counts up to `MAX_TOKENS`, a pair of neighbours that
`MAX_POSTINGS` texts have in their rarest part already leads to no further one, and a text that is like `MAX_ALIKE`
others is not searched for again.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from math import ceil
from typing import Final

ALIKE_PERMILLE: Final = 800
"""From here on two texts are near-duplicates: one token in five may differ."""
MAX_TOKENS: Final = 600
MAX_POSTINGS: Final = 64
MAX_ALIKE: Final = 8
_CANDIDATE: Final = 0.5  # Jaccard index; three tokens in twenty, scattered, leave 0.54, four in a row 0.60
_LONGER: Final = 8  # `c`, where the set is large enough
_SHARED: Final = 5  # … of which some may be lost to `MAX_POSTINGS`


@dataclass(frozen=True)
class Alike:
    """Two texts by their places, the first before the second, and their likeness in thousandths."""

    first: int
    second: int
    permille: int


def alike(texts: Sequence[Sequence[str]]) -> Iterator[Alike]:
    """Give the pairs of texts that are near-duplicates; a text without tokens is like nothing."""
    cut = [tuple(text[:MAX_TOKENS]) for text in texts]
    sets = _rarest_first(cut)
    postings: defaultdict[int, list[int]] = defaultdict(list)
    for at in sorted(range(len(cut)), key=lambda place: (len(sets[place]), place)):
        members = sets[at]
        prefix, own = _prefix(members), set(members)
        shared = Counter(chain.from_iterable(postings[member] for member in prefix))
        found = 0
        enough = min(_SHARED, _least(members))
        for other in sorted(other for other, times in shared.items() if times >= enough):
            if _may_be_alike(own, sets[other]) and (permille := likeness(cut[at], cut[other])) >= ALIKE_PERMILLE:
                yield Alike(min(at, other), max(at, other), permille)
                found += 1
                if found == MAX_ALIKE:
                    break
        if found < MAX_ALIKE:
            for member in prefix:
                if len(postings[member]) < MAX_POSTINGS:
                    postings[member].append(at)


def likeness(one: Sequence[str], other: Sequence[str]) -> int:
    """Give how alike two texts are, in thousandths."""
    if not one or not other:
        return 0
    return 2000 * _common(one, other) // (len(one) + len(other))


def _rarest_first(texts: Sequence[Sequence[str]]) -> list["array[int]"]:
    """Give each text's set of neighbouring tokens as numbers, those that few texts have first."""
    numbers: dict[tuple[str, str], int] = {}
    sets = []
    for text in texts:
        padded = ("", *text) if text else ()
        pairs = set(pairwise(padded))
        sets.append(array("l", [numbers.setdefault(pair, len(numbers)) for pair in pairs]))
    have = Counter(number for members in sets for number in members)
    return [array("l", sorted(members, key=lambda number: (have[number], number))) for members in sets]


def _least(members: Sequence[int]) -> int:
    """Give how many members a set shares at least with one that is a candidate."""
    return ceil(_CANDIDATE * len(members))


def _prefix(members: "array[int]") -> "array[int]":
    least = _least(members)
    return members[: len(members) - least + min(_LONGER, least)]


def _may_be_alike(one: set[int], other: Sequence[int]) -> bool:
    """Tell whether the Jaccard index is high enough to look closer; `one` is not the smaller."""
    if len(other) < _CANDIDATE * len(one):
        return False
    shared = len(one.intersection(other))
    return shared >= _CANDIDATE * (len(one) + len(other) - shared)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Give the length of the longest common subsequence."""
    where: defaultdict[str, int] = defaultdict(int)
    for place, token in enumerate(one):
        where[token] |= 1 << place
    everything = (1 << len(one)) - 1
    row = everything
    for token in other:
        matched = row & where[token]
        row = ((row + matched) | (row - matched)) & everything
    return len(one) - row.bit_count()
