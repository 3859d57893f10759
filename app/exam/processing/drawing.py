"""Chance, repeatable: what a template draws is a function of the seed, the rule's place and how often it drew.

A rule's place is its chain of names, identifiers and which of that name and identifier it is, so that adding or
removing another rule does not change what this one draws.
"""

import math
from collections import Counter
from hashlib import sha256
from typing import Final

from app.exam.marking import Node
from app.exam.processing.faults import UnfitError

RANDOM: Final = frozenset({"random", "random-integer", "random-float"})

_WIDTH: Final = 2**256


class Draws:
    """The draws of one seed in one tree of rules."""

    def __init__(self, root: Node, seed: int) -> None:
        self._seed = seed
        self._places: dict[int, str] = {}
        self._drawn: Counter[str] = Counter()
        self._walk(root, "")

    def below(self, node: Node, count: int) -> int:
        """Draw a whole number from 0 to below `count`, every one as likely."""
        for number in range(64):
            drawn = self._draw(node, number)
            if drawn < _WIDTH - _WIDTH % count:
                break
        self._drawn[self._places[id(node)]] += 1
        return drawn % count

    def between(self, node: Node, low: float, high: float) -> float:
        """Draw a number from `low` to `high`."""
        fraction = self._draw(node, 0) / _WIDTH
        self._drawn[self._places[id(node)]] += 1
        drawn = low + (high - low) * fraction
        if not math.isfinite(drawn):
            raise UnfitError("the range is too wide", node)
        return min(max(drawn, low), high)

    def _draw(self, node: Node, number: int) -> int:
        place = self._places[id(node)]
        said = f"examroom template draw 1\n{self._seed}\n{place}\n{self._drawn[place]}\n{number}"
        return int.from_bytes(sha256(said.encode()).digest())

    def _walk(self, node: Node, above: str) -> None:
        seen: Counter[tuple[str, str]] = Counter()
        for child in node.children:
            name = (child.name, child.get("identifier"))
            place = f"{above}/{child.name} {child.get('identifier')} {seen[name]}"
            seen[name] += 1
            if child.name in RANDOM:
                self._places[id(child)] = place
            self._walk(child, place)
