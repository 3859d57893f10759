"""Oddities of answering: without a hand on this PC, faster than anybody reads, text that came all at once.

Each is for people to look at and proves nothing: a hurried candidate guesses, an input method commits a sentence. What
could not be told is no oddity. Nothing here stops or changes a sitting. Figures: a practised reader of Chinese takes in
about 10 characters a second; what is called impossible here is four times as fast.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sync.wire.packet import Responses

HANDS_MS: Final = 5_000
"""A response follows a key, a button or a touch by no more than this, ms; saving text waits for a pause in typing."""
READ_PER_S: Final = 40
"""Characters a second that nobody reads."""
LEAST_TEXT: Final = 40
"""Characters below which an item can be known at a glance."""
IN_A_ROW: Final = 3
"""So many items one after the other, each answered before it can have been read."""
AT_ONCE: Final = 40
"""Characters that come in one change: no key does that, and an input method commits a phrase, not a paragraph."""
MOST_OF_A_KIND: Final = 20
"""No more of one kind are said in a sitting: the rest would tell nobody anything new."""


class Oddity(StrEnum):
    """What was noticed, as the code of an incident."""

    WITHOUT_INPUT = "ANSWER_WITHOUT_INPUT"
    INJECTED = "ANSWER_BY_INJECTED_INPUT"
    PACE = "IMPOSSIBLE_PACE"
    AT_ONCE = "TEXT_AT_ONCE"


@dataclass(frozen=True)
class Hands:
    """What is known of the input: when a device of this PC was used last (monotonic, ms; None: never since the start).

    `injected`: how many keys and buttons other programs have made up so far.
    """

    last_ms: int | None
    injected: int = 0


@dataclass(frozen=True)
class Noticed:
    """One oddity: at which items, and a detail in figures, for example "48 characters"."""

    oddity: Oddity
    items: tuple[str, ...]
    detail: str


@dataclass(frozen=True)
class Conduct:
    """How a candidate has answered so far. Times are monotonic, ms.

    `seen`: items that were in front before, whose second answer may be quick. `row`: items answered too fast one after
    the other, up to the newest.
    """

    item: str | None = None
    shown_ms: int = 0
    length: int = 0
    first: bool = False
    seen: frozenset[str] = frozenset()
    row: tuple[str, ...] = ()
    injected: int = 0
    characters: MappingProxyType[str, int] = field(default_factory=lambda: MappingProxyType({}))
    said: MappingProxyType[Oddity, int] = field(default_factory=lambda: MappingProxyType({}))

    def shown(self, item: str, length: int, at_ms: int) -> "Conduct":
        """An item of so many characters came to the front."""
        return replace(
            self, item=item, shown_ms=at_ms, length=length, first=item not in self.seen, seen=self.seen | {item}
        )

    def responded(
        self, item: str, responses: Responses, at_ms: int, hands: Hands | None
    ) -> tuple["Conduct", tuple[Noticed, ...]]:
        """A response was changed; give what was noticed. `hands`: None where nobody can tell what moved."""
        characters = sum(len(value) for values in responses.values() for value in values)
        grown = characters - self.characters.get(item, 0)
        after = self._paced(item, at_ms)
        noticed: list[Noticed] = []
        if hands is not None:
            after = replace(after, injected=hands.injected)
            noticed += _of_hands(item, at_ms, hands, self.injected)
        if grown >= AT_ONCE:
            noticed.append(Noticed(Oddity.AT_ONCE, (item,), f"{grown} characters"))
        if len(after.row) == IN_A_ROW:
            noticed.append(Noticed(Oddity.PACE, after.row, f"{len(after.row)} items"))
            after = replace(after, row=())
        after = replace(after, characters=MappingProxyType({**self.characters, item: characters}))
        return _counted(after, noticed)

    def _paced(self, item: str, at_ms: int) -> "Conduct":
        """Judge the first response to an item at its first time in front; later changes say nothing of reading."""
        if item != self.item or not self.first:
            return self
        too_fast = self.length >= LEAST_TEXT and (at_ms - self.shown_ms) * READ_PER_S < self.length * 1000
        return replace(self, first=False, row=(*self.row, item) if too_fast else ())


def _counted(conduct: Conduct, noticed: Iterable[Noticed]) -> tuple[Conduct, tuple[Noticed, ...]]:
    said, told = dict(conduct.said), []
    for one in noticed:
        said[one.oddity] = said.get(one.oddity, 0) + 1
        if said[one.oddity] <= MOST_OF_A_KIND:
            told.append(one)
    return replace(conduct, said=MappingProxyType(said)), tuple(told)


def _of_hands(item: str, at_ms: int, hands: Hands, injected_before: int) -> list[Noticed]:
    made_up = hands.injected - injected_before
    if made_up > 0:
        return [Noticed(Oddity.INJECTED, (item,), f"{made_up} events")]
    if hands.last_ms is None or at_ms - hands.last_ms > HANDS_MS:
        return [
            Noticed(
                Oddity.WITHOUT_INPUT, (item,), "" if hands.last_ms is None else f"{(at_ms - hands.last_ms) // 1000} s"
            )
        ]
    return []
