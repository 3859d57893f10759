"""How loud a recording is over its whole length: the peak of every 20 ms, worked out segment by segment."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray  # noqa: TC002 - beside numpy itself

from app.archive.playing.reel import Reel
from app.archive.playing.sounds import PER_MS, loudest, sound_codec

BIN_MS: Final = 20  # one Opus packet
UNKNOWN: Final = -1
MAX_DURATION_MS: Final = 48 * 3_600_000  # longer than any sitting; bounds the memory at 17 MB


class Overview:
    """Peaks from 0 to 32767 by recorded time; `UNKNOWN` where it has not come to yet.

    Two bytes for every 20 ms: 0.7 MB for two hours. `step` is called on a worker's thread, `peaks` is read from any.
    """

    def __init__(self, duration_ms: int, places: int, reel: Callable[[int], Reel]) -> None:
        bins = -(-min(duration_ms, MAX_DURATION_MS) // BIN_MS)
        self.peaks: Final[NDArray[np.int16]] = np.full(bins, UNKNOWN, np.int16)
        self._places: Final = places
        self._reel: Final = reel
        self._codec: Final = sound_codec()  # one for all: the sound runs on from segment to segment
        self._next = 0

    @property
    def done(self) -> float:
        """How much of it has been worked out, from 0 to 1."""
        return self._next / self._places if self._places else 1.0

    def step(self) -> bool:
        """Work out one more segment; tell whether there is another."""
        if self._next >= self._places:
            return False
        reel = self._reel(self._next)
        for at_ms, packet in zip(reel.sound_ms, reel.sounds, strict=True):
            peak, samples = loudest(self._codec, packet)
            first, last = at_ms // BIN_MS, (at_ms + samples // PER_MS - 1) // BIN_MS
            if first == last and 0 <= first < len(self.peaks):
                self.peaks[first] = max(int(self.peaks[first]), peak)
            elif first < last:
                own = self.peaks[max(0, first) : max(0, last + 1)]
                np.maximum(own, peak, out=own)
        self._next += 1
        if self._next >= self._places:
            self.peaks[self.peaks == UNKNOWN] = 0
        return self._next < self._places
