"""How loud a recording is over its whole length: the peak of every 20 ms, worked out segment by segment."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.archive.playing.reel import Reel
from app.archive.playing.sounds import PER_MS, decoded, sound_codec

BIN_MS: Final = 20  # one Opus packet
UNKNOWN: Final = -1
MAX_DURATION_MS: Final = 48 * 3_600_000  # longer than any sitting; bounds the memory at 17 MB
_FULL: Final = 32_767


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
            self._take(at_ms, decoded(self._codec, packet))
        self._next += 1
        if self._next >= self._places:
            self.peaks[self.peaks == UNKNOWN] = 0
        return self._next < self._places

    def _take(self, at_ms: int, samples: NDArray[np.int16]) -> None:
        width = BIN_MS * PER_MS
        for piece in range(0, len(samples), width):
            place = (at_ms + piece // PER_MS) // BIN_MS
            if 0 <= place < len(self.peaks):
                block = samples[piece : piece + width]
                peak = min(_FULL, max(int(block.max()), -int(block.min())))
                self.peaks[place] = max(int(self.peaks[place]), peak)
