"""Oddities of answering: without a hand on this PC, faster than anybody reads, text that came all at once.

Each is for people to look at and proves nothing: a hurried candidate guesses, an input method commits a sentence. What
could not be told is no oddity. Nothing here stops or changes a sitting. Figures: a practised reader takes in about 10
characters of Chinese or 4 words of English a second; what is called impossible here is four times as fast.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

HANDS_MS: Final = 5_000
"""A response follows a key, a button or a touch of a hand by no more than this, ms: an input method may ponder."""
READ_PER_S: Final = 40
"""Characters (`reading_length`) a second that nobody reads."""
LEAST_TEXT: Final = 40
"""Characters below which an item can be known at a glance."""
IN_A_ROW: Final = 3
"""So many items one after the other, each answered before it can have been read."""
AT_ONCE: Final = 40
"""Characters that come in one change: no key does that, and an input method commits a phrase, not a paragraph."""
MOST_OF_A_KIND: Final = 20
"""No more of one kind are said in a sitting: the rest would tell nobody anything new."""
PER_WORD: Final = 2
"""A word of letters or digits takes as long to read as so many Chinese characters."""
_WORD: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|([^\W\u3400-\u9fff]+)")


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
    """One oddity: at which items, and a detail in figures, for example "48 characters"; empty: there is no figure."""

    oddity: Oddity
    items: tuple[str, ...]
    detail: str

    @property
    def key(self) -> tuple[Oddity, str]:
        """What is told once: the kind and the (last) item."""
        return self.oddity, self.items[-1]


@dataclass(frozen=True)
class Written:
    """An item's text as it stands, and the longest it has been: what was cut may be put back."""

    now: str = ""
    longest: str = ""


_NOTHING: Final = Written()


@dataclass(frozen=True)
class Conduct:
    """How a candidate has answered so far. Times are monotonic, ms.

    `seen`: items that were in front before, whose second answer may be quick. `row`: items answered too fast one after
    the other, up to the newest. `told`: what was said already, also before a restart (`Noticed.key`).
    """

    item: str | None = None
    shown_ms: int = 0
    length: int = 0
    first: bool = False
    seen: frozenset[str] = frozenset()
    row: tuple[str, ...] = ()
    injected: int = 0
    written: Mapping[str, Written] = field(default_factory=lambda: MappingProxyType({}))
    told: frozenset[tuple[Oddity, str]] = frozenset()

    def shown(self, item: str, length: int, at_ms: int, text: str = "") -> "Conduct":
        """An item of so many characters (`reading_length`) came to the front; `text`: what is typed in it already."""
        written = self.written
        if text and item not in written:
            written = MappingProxyType({**written, item: Written(text, text)})
        first, seen = item not in self.seen, self.seen | {item}
        return replace(self, item=item, shown_ms=at_ms, length=length, first=first, seen=seen, written=written)

    def responded(self, item: str, text: str, at_ms: int) -> tuple["Conduct", tuple[Noticed, ...]]:
        """A response was changed; give what was noticed. `text`: what is typed in the item now, nothing else."""
        before = self.written.get(item, _NOTHING)
        came = _inserted(before.now, text)
        after = self._paced(item, at_ms)
        noticed: list[Noticed] = []
        if len(came) >= AT_ONCE and not self._wrote(came):
            noticed.append(Noticed(Oddity.AT_ONCE, (item,), f"{len(came)} characters"))
        if len(after.row) == IN_A_ROW:
            noticed.append(Noticed(Oddity.PACE, after.row, f"{len(after.row)} items"))
            after = replace(after, row=())
        if text != before.now:
            longest = max(text, before.longest, key=len)
            after = replace(after, written=MappingProxyType({**self.written, item: Written(text, longest)}))
        return _telling(after, noticed)

    def handled(self, item: str, at_ms: int, hands: Hands) -> tuple["Conduct", tuple[Noticed, ...]]:
        """Judge whose hand changed a response at `at_ms`; `hands`: what was known a moment later."""
        made_up = hands.injected - self.injected
        after = replace(self, injected=hands.injected)
        if made_up > 0:
            return _telling(after, [Noticed(Oddity.INJECTED, (item,), f"{made_up} events")])
        if hands.last_ms is None:
            return _telling(after, [Noticed(Oddity.WITHOUT_INPUT, (item,), "")])
        if at_ms - hands.last_ms > HANDS_MS:
            return _telling(after, [Noticed(Oddity.WITHOUT_INPUT, (item,), f"{(at_ms - hands.last_ms) // 1000} s")])
        return after, ()

    def _paced(self, item: str, at_ms: int) -> "Conduct":
        """Judge the first response to an item at its first time in front; later changes say nothing of reading."""
        if item != self.item or not self.first:
            return self
        too_fast = self.length >= LEAST_TEXT and (at_ms - self.shown_ms) * READ_PER_S < self.length * 1000
        return replace(self, first=False, row=(*self.row, item) if too_fast else ())

    def _wrote(self, text: str) -> bool:
        """Tell whether the candidate had written this before: it was cut and put back, or undone."""
        return any(text in one.now or text in one.longest for one in self.written.values())


def reading_length(text: str) -> int:
    """Give how much there is to read, in Chinese characters."""
    return sum(PER_WORD if found[1] else 1 for found in _WORD.finditer(text))


def _inserted(before: str, after: str) -> str:
    """Give the stretch of `after` that was not in `before`, if one stretch was changed."""
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    return after[start : len(after) - end]


def _common(one: str, other: str) -> int:
    """Give how many characters two texts begin with together; the halving compares whole stretches."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _telling(conduct: Conduct, noticed: Iterable[Noticed]) -> tuple[Conduct, tuple[Noticed, ...]]:
    """Leave out what was told of an item already, and what goes beyond `MOST_OF_A_KIND`."""
    told, new = conduct.told, list[Noticed]()
    for one in noticed:
        if one.key not in told and sum(kind is one.oddity for kind, _item in told) < MOST_OF_A_KIND:
            told |= {one.key}
            new.append(one)
    return (replace(conduct, told=told), tuple(new)) if new else (conduct, ())
