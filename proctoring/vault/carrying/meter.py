"""How far an export is, and how long it will still take."""

import time
from collections.abc import Callable
from typing import Final

from proctoring.vault.carrying.request import Progress

_ROUNDS: Final = 2  # written, read back
_LEAST_S: Final = 1.0  # before that, no speed is known


class Meter:
    """Counts bytes; what was found finished from an earlier try says nothing of the medium's speed."""

    def __init__(self, estimates: list[int], tell: Callable[[Progress], None] | None) -> None:
        self._estimates: Final = estimates
        self._tell: Final = tell
        self._at = 0
        self._before = 0  # bytes of the recordings that are done
        self._here = 0
        self._worked = 0
        self._began: Final = time.monotonic()

    def begin(self, number: int, size: int) -> None:
        """Begin a recording whose film has `size` bytes, now that this is known."""
        self._at, self._here = number, 0
        self._estimates[number] = size
        self._say()

    def add(self, more: int) -> None:
        """Count bytes that were written or read back."""
        self._here += more
        self._worked += more
        self._say()

    def end(self) -> None:
        """A recording is done, or left out."""
        self._before += self._estimates[self._at] * _ROUNDS
        self._here = 0
        self._say()

    def _say(self) -> None:
        if self._tell is None:
            return
        total = sum(self._estimates) * _ROUNDS
        done = min(self._before + self._here, total)
        elapsed = time.monotonic() - self._began
        known = elapsed >= _LEAST_S and self._worked
        left = round((total - done) * elapsed / self._worked) if known else None
        self._tell(Progress(self._at + 1, len(self._estimates), done, total, left))
