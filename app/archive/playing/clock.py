"""What the clock on the wall said at a moment of a recording, from the clock pairs of its segments."""

from bisect import bisect_right
from typing import Final

from proctoring.vault.format.outline import Outline
from sync.wire.recording import ClockPair

_SAME_BOOT_MS: Final = 2_000  # a pair is read when its segment is opened; further off it is of another boot


class WallClock:
    """Wall-clock time by recorded time. Where a segment's clock was set anew, it holds from that segment on."""

    def __init__(self, outline: Outline, started: ClockPair) -> None:
        pairs = [(0, started.wall_ms)]
        for part in outline.parts:
            since_ms = part.entry.clock.mono_ms - started.mono_ms
            near = abs(since_ms - part.entry.start_ms) <= _SAME_BOOT_MS
            read_ms = since_ms if near else part.entry.start_ms
            pairs.append((part.entry.start_ms, part.entry.clock.wall_ms - (read_ms - part.entry.start_ms)))
        pairs.sort(key=lambda pair: pair[0])
        self._starts: Final = [start for start, _ in pairs]
        self._walls: Final = [wall for _, wall in pairs]

    def at(self, at_ms: int) -> int:
        """Give the wall-clock time, ms since 1970 (UTC), at a recorded time."""
        place = max(0, bisect_right(self._starts, at_ms) - 1)
        return self._walls[place] + at_ms - self._starts[place]
