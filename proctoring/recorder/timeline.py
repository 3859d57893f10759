"""Keeping sound on the monotonic clock: a sound card's own clock drifts, stalls and delivers in bursts.

Counted in samples since the recording's start. Blocks are laid end to end; only when they are persistently early or
late is silence put in or sound left out, so that a burst that was merely delivered late changes nothing.
"""

from collections import deque
from typing import Final

import numpy as np

from proctoring.capture.media import SAMPLE_RATE, Samples

_SLACK: Final = SAMPLE_RATE * 60 // 1000
_JUMP: Final = SAMPLE_RATE
_WINDOW: Final = 50  # blocks: about a second
_MOST: Final = SAMPLE_RATE * 10  # silence given at once: bounds memory after the process was stopped for long


class SoundTimeline:
    """The place where the next sample goes."""

    def __init__(self, start: int) -> None:
        self.written = start
        self._anchored = False
        self._late: Final[deque[int]] = deque(maxlen=_WINDOW)

    def place(self, at: int, block: Samples) -> Samples:
        """Give what to write for a block heard from sample `at` on: as it is, after silence, or its end only."""
        off = self._persistently_off(at - self.written)
        if off > 0:
            block = np.concatenate([np.zeros(min(off, _MOST), np.int16), block])
        elif off < 0:
            self._anchored = len(block) > -off  # else the next block, too, has to find its exact place
            block = block[min(-off, len(block)) :]
        if off:
            self._late.clear()
        self.written += len(block)
        return block

    def fill(self, until: int) -> Samples:
        """Give silence up to sample `until`, at most 10 s at once; none if that is already written."""
        silence = np.zeros(min(max(0, until - self.written), _MOST), np.int16)
        self.written += len(silence)
        self._anchored = False
        return silence

    def _persistently_off(self, late: int) -> int:
        """Tell by how many samples the blocks have been late (early: negative) for a second, or by a jump at once."""
        self._late.append(late)
        if not self._anchored or abs(late) > _JUMP:
            self._anchored = True
            return late
        if len(self._late) < _WINDOW:
            return 0
        least, most = min(self._late), max(self._late)
        return least if least > _SLACK else most if most < -_SLACK else 0
