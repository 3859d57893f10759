"""Recorded time."""

import time
from typing import Final

from sync.trust.clock import ClockReading

_NS_PER_MS: Final = 1_000_000
_SAMPLES_PER_MS: Final = 48


class RecordedClock:
    """Milliseconds since the recording's start, on the monotonic clock; `reading` was taken at `starts_ms`."""

    def __init__(self, reading: ClockReading, starts_ms: int) -> None:
        self._zero_ns: Final = (reading.mono_ms - starts_ms) * _NS_PER_MS

    def now_ms(self) -> int:
        """Give the recorded time of this moment."""
        return self.at_ms(time.monotonic_ns())

    def at_ms(self, mono_ns: int) -> int:
        """Give the recorded time of a moment of the monotonic clock."""
        return (mono_ns - self._zero_ns) // _NS_PER_MS

    def sample_at(self, mono_ns: int) -> int:
        """Give the same as a number of samples at 48 kHz."""
        return (mono_ns - self._zero_ns) * _SAMPLES_PER_MS // _NS_PER_MS
