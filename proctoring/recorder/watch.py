"""Noticing that a track gives nothing any more, and for how long."""

from typing import Final

from sync.wire.packet import GapRef


class TrackWatch:
    """One track's life sign. All times in recorded ms.

    A gap begins with the last thing that came, and is stated once nothing has come for `patience_ms`, or at the end
    if nothing ever came.
    """

    def __init__(self, track: str, reason: str, start_ms: int, patience_ms: int) -> None:
        self._track: Final = track
        self._reason: Final = reason
        self._patience_ms: Final = patience_ms
        self._last_ms = start_ms
        self._missing = False
        self._end_ms = 0
        self.came = False
        """Whether anything has come at all."""

    def seen(self, at_ms: int) -> GapRef | None:
        """Note that something came; give the gap that this ends, if any."""
        gap = self._gap(at_ms) if self._missing else None
        self._last_ms, self._missing, self.came = max(at_ms, self._last_ms), False, True
        return gap

    def missing(self, now_ms: int) -> bool:
        """Tell whether nothing has come for too long."""
        self._missing = self._missing or now_ms - self._last_ms > self._patience_ms
        return self._missing

    def finish(self, end_ms: int) -> None:
        """Nothing is awaited any more: a gap that is open lasts to the end, and if nothing ever came, there is one."""
        self._missing = self._missing or not self.came
        self._end_ms = end_ms

    def open_gap(self, now_ms: int) -> GapRef | None:
        """Give the gap that is open, as long as it is now."""
        return self._gap(max(now_ms, self._end_ms)) if self._missing else None

    def _gap(self, until_ms: int) -> GapRef:
        length_ms = max(0, until_ms - self._last_ms)
        return GapRef(track=self._track, start_ms=self._last_ms, length_ms=length_ms, reason=self._reason)
