"""When nothing at all was recorded: stated gaps of picture and sound at once."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import Final

from sync.wire.packet import GapRef

_Spans = list[tuple[int, int]]


class Absence:
    """The recorded time in which both tracks are missing, by the stated gaps; all times in ms."""

    def __init__(self, gaps: Iterable[GapRef]) -> None:
        stated = tuple(gaps)
        spans = _both(_of(stated, "picture"), _of(stated, "sound"))
        self._starts: Final = [start for start, _ in spans]
        self._lengths: Final = [end - start for start, end in spans]
        self._before: Final = list(accumulate(self._lengths, initial=0))

    def until(self, at_ms: int) -> int:
        """Give how much is missing before this moment."""
        place = bisect_right(self._starts, at_ms) - 1
        if place < 0:
            return 0
        return self._before[place] + min(at_ms - self._starts[place], self._lengths[place])

    def between(self, start_ms: int, end_ms: int) -> int:
        """Give how much is missing of a stretch."""
        return self.until(end_ms) - self.until(start_ms)


def _of(gaps: Iterable[GapRef], track: str) -> _Spans:
    """Give when a track is missing, as disjoint spans in order."""
    found: _Spans = []
    for start, end in sorted(
        (gap.start_ms, gap.start_ms + gap.length_ms) for gap in gaps if gap.track in (track, "both")
    ):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _both(one: _Spans, other: _Spans) -> _Spans:
    """Give when both are missing."""
    found: _Spans = []
    at = beside = 0
    while at < len(one) and beside < len(other):
        start, end = max(one[at][0], other[beside][0]), min(one[at][1], other[beside][1])
        if start < end:
            found.append((start, end))
        if one[at][1] < other[beside][1]:
            at += 1
        else:
            beside += 1
    return found
