"""From what one moment shows to a flag: it has to last, and it has to be gone for a while before it has ended."""

from typing import Final

from sync.wire.recording import Flag, FlagKind

LAPSE_MS: Final = 5_000
"""So long without a look, and nothing is known of the time between: what was up ended with the last look."""

_GONE_SHARE: Final = 3
"""A flag comes down when its cause has been gone for a third of the patience it took to go up …"""
_GONE_MOST_MS: Final = 4_000  # … but for no longer than this


class Patience:
    """One kind of flag. Times are recorded ms; one that goes back counts as no time.

    A flag begins where its cause began, is up once that has lasted for `patience_ms` without a break, and ends where
    the cause was last seen. Once it is up, a cause that is gone for a moment only does not end it (hysteresis).
    """

    def __init__(self, kind: FlagKind, patience_ms: int) -> None:
        self.kind: Final = kind
        self.began_ms: int | None = None
        self.looked_ms = 0
        self._patience_ms: Final = patience_ms
        self._gone_ms: Final = min(patience_ms // _GONE_SHARE, _GONE_MOST_MS)
        self._seen_ms = 0
        self._up = False

    def look(self, at_ms: int, *, there: bool) -> Flag | None:
        """Note what a moment shows; give the flag if it went up or came down with it."""
        at_ms = max(at_ms, self.looked_ms)
        ended = self._end() if at_ms - self.looked_ms > LAPSE_MS else None
        self.looked_ms = at_ms
        if not there:
            gone = not self._up or at_ms - self._seen_ms >= self._gone_ms
            return (self._end() if gone else None) or ended
        if self.began_ms is None:
            self.began_ms = at_ms
        self._seen_ms = at_ms
        if not self._up and at_ms - self.began_ms >= self._patience_ms:
            self._up = True
            return self.up()
        return ended

    def up(self) -> Flag | None:
        """Give the flag if it is up, as long as its cause has been seen."""
        if not self._up or self.began_ms is None:
            return None
        return Flag(kind=self.kind, at_ms=self.began_ms, length_ms=self._seen_ms - self.began_ms)

    def _end(self) -> Flag | None:
        ended = self.up()
        self.began_ms, self._up = None, False
        return ended
