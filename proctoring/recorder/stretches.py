"""What is stated as a stretch of recorded time, gaps and flags, kept within a bound: beyond it stretches are merged.

A camera that comes and goes for hours, or a watch that flickers, must not make heads and manifest longer than the
format allows. Nothing is lost by merging: the longer stretch covers all that it stands for.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable
from typing import Final, Generic, TypeVar

from sync.wire.packet import GapRef
from sync.wire.recording import Flag

_S = TypeVar("_S", GapRef, Flag)
_Key = tuple[str, int]


class Stretches(Generic[_S]):
    """Stretches by track (flags: kind) and beginning, at most `most` of each track. Not for several threads at once."""

    def __init__(self, most: int, stated: Iterable[_S]) -> None:
        """Begin with what was stated before; it is not stated again."""
        self._most: Final = most
        self._all: Final[dict[_Key, _S]] = {_key(one): one for one in stated}
        self._unsaid: Final[dict[_Key, _S]] = {}
        self._starts: Final[dict[str, list[int]]] = {}
        for track, start_ms in sorted(self._all):
            self._starts.setdefault(track, []).append(start_ms)

    @property
    def all(self) -> tuple[_S, ...]:
        """Everything stated so far, in the order of its beginning."""
        return tuple(self._all[key] for key in sorted(self._all, key=lambda key: (key[1], key[0])))

    @property
    def waiting(self) -> bool:
        """Whether there is something that no head has stated yet."""
        return bool(self._unsaid)

    def known(self, one: _S) -> _S | None:
        """Give what is stated with the same track and beginning."""
        return self._all.get(_key(one))

    def state(self, one: _S) -> None:
        """State one with the next head, instead of what is stated with its beginning; merged where there is no room."""
        track, start_ms = _key(one)
        starts = self._starts.setdefault(track, [])
        if len(starts) >= self._most:
            place = starts[max(0, bisect_right(starts, start_ms) - 1)]
            before = self._all.pop((track, place))
            self._unsaid.pop((track, place), None)
            starts.remove(place)
            one = _covering(before, one)
            start_ms = min(place, start_ms)
        if (track, start_ms) not in self._all:
            insort(starts, start_ms)
        self._all[track, start_ms] = self._unsaid[track, start_ms] = one

    def take(self, most: int) -> tuple[_S, ...]:
        """Give what the next head is to state, at most so many."""
        return tuple(self._unsaid.pop(key) for key in list(self._unsaid)[:most])


def _key(one: GapRef | Flag) -> _Key:
    return (one.kind.value, one.at_ms) if isinstance(one, Flag) else (one.track, one.start_ms)


def _covering(before: _S, one: _S) -> _S:
    """Give one stretch that covers both, and says of what kind, and why, the earlier one was."""
    starts_ms = (_key(before)[1], _key(one)[1])
    end_ms = max(start + length for start, length in zip(starts_ms, (before.length_ms, one.length_ms), strict=True))
    begins = "at_ms" if "at_ms" in type(before).model_fields else "start_ms"
    return before.model_copy(update={begins: min(starts_ms), "length_ms": end_ms - min(starts_ms)})
