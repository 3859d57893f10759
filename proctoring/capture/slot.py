"""The last pictures of a device that has a thread of its own, for whoever takes pictures at a pace of their own."""

import threading
from collections import deque
from dataclasses import replace
from typing import Final

from proctoring.capture.media import Picture, Plane

_MOST: Final = 3  # two beats that are not quite the same make two pictures in one turn, and none in the next
_NS: Final = 1_000_000_000


class Slot:
    """Holds a few pictures. `rate` a second are wanted, of a camera that gives more; others are not even converted."""

    def __init__(self, rate: int) -> None:
        self._step_ns: Final = _NS // rate
        self._lock: Final = threading.Lock()
        self._arrived: Final = threading.Event()
        self._pictures: Final[deque[Picture]] = deque()
        self._overtaken = 0
        self._due_ns = 0

    def wants(self, mono_ns: int) -> bool:
        """Tell whether a picture of this moment is asked for; ask once for each."""
        early_ns = self._due_ns - mono_ns
        if not -self._step_ns <= early_ns <= 2 * self._step_ns:  # after a pause, or its times were set
            self._due_ns = mono_ns
        elif early_ns > self._step_ns // 2:
            return False
        self._due_ns += self._step_ns
        return True

    def put(self, i420: Plane, mono_ns: int) -> None:
        """Show a picture; when nobody takes any, the oldest makes room."""
        with self._lock:
            if len(self._pictures) >= _MOST:
                self._pictures.popleft()
                self._overtaken += 1
            self._pictures.append(Picture(i420, mono_ns))
        self._arrived.set()

    def take(self) -> Picture | None:
        """Give the next picture."""
        with self._lock:
            if not self._pictures:
                return None
            overtaken, self._overtaken = self._overtaken, 0
            return replace(self._pictures.popleft(), overtaken=overtaken)

    def wait(self, bound_s: float) -> bool:
        """Wait for the first picture; tell whether it came within the bound."""
        return self._arrived.wait(bound_s)
