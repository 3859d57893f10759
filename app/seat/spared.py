"""What comes again and again is kept from filling a journal, and nothing is left out of it.

A thing is known by its kind and by what was seen. The same thing is told the first five times at once, then after
pauses that double up to ten minutes; what came meanwhile is told then, once, with its count. Something else of the same
kind does not wait for that: the first five of a kind at once, then one line every ten seconds, which tells the newest
and names what else was new. So a kind writes, whatever somebody does, at most six lines a minute for what is new, and
for each thing known (64 of a kind) what its pauses let through.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from app.seat.environment_changes import AT_ONCE, pause_ms

FRESH_MS: Final = 10_000
"""So long something that was not told of yet waits at most."""
MOST_KNOWN: Final = 64
"""So many things of one kind are known; the longest unseen is forgotten first."""


@dataclass(frozen=True)
class Told:
    """What is to be written: how often it was seen since it was told last, and what shows it, the newest first."""

    kind: str
    lines: tuple[str, ...]
    count: int


@dataclass
class _Thing:
    lines: tuple[str, ...]
    times: int = 0
    next_ms: int = 0
    waiting: int = 0


class Spared:
    """Takes what is seen, and gives what is due to be told. All times are of one monotonic clock, ms."""

    def __init__(self) -> None:
        self._known: dict[str, OrderedDict[str, _Thing]] = {}
        self._fresh: dict[str, tuple[int, int]] = {}

    def see(self, kind: str, subject: str, lines: tuple[str, ...]) -> None:
        """Take something seen; `subject` is the same for the same thing."""
        known = self._known.setdefault(kind, OrderedDict())
        thing = known.setdefault(subject, _Thing(lines))
        thing.lines, thing.waiting = lines, thing.waiting + 1
        known.move_to_end(subject)

    def due(self, now_ms: int, *, all_of_it: bool = False) -> tuple[Told, ...]:
        """Give what is to be told now; `all_of_it`: whatever waits, since nothing comes after it."""
        told: list[Told] = []
        for kind, known in self._known.items():
            waiting = [thing for thing in reversed(known.values()) if thing.waiting]
            for thing in waiting:
                if thing.times and (all_of_it or now_ms >= thing.next_ms):
                    told.append(Told(kind, thing.lines, thing.waiting))
                    _tell(thing, now_ms)
            fresh = [thing for thing in waiting if not thing.times]
            if fresh and (all_of_it or self._may(kind, now_ms)):
                lines = tuple(dict.fromkeys(line for thing in fresh for line in thing.lines))
                told.append(Told(kind, lines, sum(thing.waiting for thing in fresh)))
                for thing in fresh:
                    _tell(thing, now_ms)
            for old in [key for key, thing in known.items() if not thing.waiting][: max(0, len(known) - MOST_KNOWN)]:
                del known[old]
        return tuple(told)

    def _may(self, kind: str, now_ms: int) -> bool:
        times, next_ms = self._fresh.get(kind, (0, now_ms))
        if now_ms < next_ms:
            return False
        self._fresh[kind] = (times + 1, now_ms + (0 if times + 1 < AT_ONCE else FRESH_MS))
        return True


def _tell(thing: _Thing, now_ms: int) -> None:
    thing.times, thing.waiting = thing.times + 1, 0
    thing.next_ms = now_ms + pause_ms(thing.times)
