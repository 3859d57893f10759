"""The newest picture of a device that has a thread of its own, for whoever takes pictures at a pace of their own."""

import threading
from typing import Final

from proctoring.capture.media import Picture, Plane

_EARLY: Final = 8 / 10
"""Of the time between two pictures: one that comes so early after another is not asked for."""
_NS: Final = 1_000_000_000


class Slot:
    """Holds one picture; `rate` a second are wanted, others are not even converted."""

    def __init__(self, rate: int) -> None:
        self._pause_ns: Final = round(_NS / rate * _EARLY)
        self._lock: Final = threading.Lock()
        self._arrived: Final = threading.Event()
        self._picture: Picture | None = None
        self._last_ns = 0

    def wants(self, mono_ns: int) -> bool:
        """Tell whether a picture of this moment is asked for."""
        return not 0 <= mono_ns - self._last_ns < self._pause_ns

    def put(self, i420: Plane, mono_ns: int) -> None:
        """Show a picture; it takes the place of one that nobody took."""
        with self._lock:
            overtaken = self._picture.overtaken + 1 if self._picture else 0
            self._picture = Picture(i420, mono_ns, overtaken)
            self._last_ns = mono_ns
        self._arrived.set()

    def take(self) -> Picture | None:
        """Give the newest picture since the last call."""
        with self._lock:
            picture, self._picture = self._picture, None
            return picture

    def wait(self, bound_s: float) -> bool:
        """Wait for the first picture; tell whether it came within the bound."""
        return self._arrived.wait(bound_s)
