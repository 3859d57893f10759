"""How fast a seat may use the line: a bound on bytes a second, shared by all connections that are given it."""

import threading
import time
from typing import Final

LEAST_BYTES_PER_S: Final = 10_000
"""Slower than this, the largest packet would take a quarter of an hour, and the registry takes the line for dead."""


class Pace:
    """At most `bytes_per_s` in the long run; whoever has used the line waits until the next may."""

    def __init__(self, bytes_per_s: int) -> None:
        self._bytes_per_s: Final = max(bytes_per_s, LEAST_BYTES_PER_S)
        self._lock = threading.Lock()
        self._free_at = 0.0

    def spend(self, count: int) -> float:
        """Wait for as long as `count` bytes take; give how long that was, s."""
        with self._lock:
            now = time.monotonic()
            self._free_at = max(self._free_at, now) + count / self._bytes_per_s
            wait_s = self._free_at - now
        time.sleep(wait_s)
        return wait_s
