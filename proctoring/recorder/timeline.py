"""Keeping sound on the monotonic clock: a sound card's own clock drifts, stalls and delivers in bursts.

Counted in samples since the recording's start. Blocks are laid end to end. How far the card's clock has parted from
ours is told by the least late block of the last seconds, since delivery makes stamps late, never early. From 20 ms on
sound is resampled gently back (so that 40 ms are never reached), at most by 2 %; nothing is cut or put in for drift.
Only a hole (sound that was never delivered) is filled with silence, and only what silence already stands for is left
out. Nothing goes unaccounted for: `written - start == given + padded - dropped + stretched`.
"""

from collections import deque
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from proctoring.capture.media import SAMPLE_RATE, Samples

_START: Final = SAMPLE_RATE * 20 // 1000
_STOP: Final = SAMPLE_RATE * 2 // 1000
_HOLE: Final = SAMPLE_RATE * 100 // 1000  # no clock drifts so far before it is brought back: sound is missing
_JUMP: Final = SAMPLE_RATE * 2
_WINDOW: Final = SAMPLE_RATE * 5 // 2  # longer than any burst: PulseAudio's may last two seconds
_PACE: Final = SAMPLE_RATE * 4  # an error is made up within about four seconds …
_STEEPEST: Final = 50  # … but never by more than one sample in fifty
_MOST: Final = SAMPLE_RATE * 10  # silence given at once: bounds memory after the process was stopped for long


@dataclass(frozen=True)
class SoundAccount:
    """What became of samples: handed in, silence put in, left out, and made more (fewer: negative) by resampling."""

    given: int = 0
    padded: int = 0
    dropped: int = 0
    stretched: int = 0

    def plus(self, other: "SoundAccount") -> "SoundAccount":
        """Give both together."""
        return SoundAccount(
            self.given + other.given,
            self.padded + other.padded,
            self.dropped + other.dropped,
            self.stretched + other.stretched,
        )

    def since(self, before: "SoundAccount") -> "SoundAccount":
        """Give what has been added since another state of the same account."""
        return SoundAccount(
            self.given - before.given,
            self.padded - before.padded,
            self.dropped - before.dropped,
            self.stretched - before.stretched,
        )


class SoundTimeline:
    """The place where the next sample goes."""

    def __init__(self, start: int) -> None:
        self.written = start
        self.account = SoundAccount()
        self._anchored = False
        self._coming_back = False
        self._seen: Final[deque[tuple[int, int]]] = deque()  # per block: samples given before it, stamp minus that
        self._last = np.zeros(1, np.int16)

    def place(self, at: int, block: Samples) -> Samples:
        """Give what to write for a block heard from sample `at` on: as it is, stretched, or after silence."""
        late, before = at - self.written, self.account.given
        self.account = replace(self.account, given=before + len(block))
        if not self._anchored or abs(late) > _JUMP:
            block = self._anchor(late, block)
        else:
            block = self._brought_back(self._parted(at, before), block)
        if len(block):
            self._last = block[-1:]
        self.written += len(block)
        return block

    def fill(self, until: int) -> Samples:
        """Give silence up to sample `until`, at most 10 s at once; none if that is already written."""
        silence = self._silence(until - self.written)
        self.written += len(silence)
        self._anchored = False
        return silence

    def _anchor(self, late: int, block: Samples) -> Samples:
        """Find a block's exact place: after silence, or without what silence already stands for."""
        self._seen.clear()
        self._coming_back = False
        if late >= 0:
            self._anchored = True
            return np.concatenate([self._silence(late), block])
        self._anchored = len(block) > -late  # else the next block, too, has to find its place
        kept = block[min(-late, len(block)) :]
        self.account = replace(self.account, dropped=self.account.dropped + len(block) - len(kept))
        return kept

    def _parted(self, at: int, before: int) -> int:
        """Tell by how much the card's clock is behind ours (ahead: negative); 0 until a whole window was seen."""
        self._seen.append((before, at - before))
        while before - self._seen[0][0] > _WINDOW:
            self._seen.popleft()
        if before - self._seen[0][0] < _WINDOW * 9 // 10:
            return 0
        return min(offset for _, offset in self._seen) - (self.written - before)

    def _brought_back(self, parted: int, block: Samples) -> Samples:
        if parted > _HOLE:
            return np.concatenate([self._silence(parted), block])
        self._coming_back = abs(parted) > (_STOP if self._coming_back else _START)
        if not self._coming_back or len(block) <= _STEEPEST:
            return block
        by = min(max(1, abs(parted) * len(block) // _PACE), len(block) // _STEEPEST)
        stretched = _resampled(self._last, block, len(block) + (by if parted > 0 else -by))
        self.account = replace(self.account, stretched=self.account.stretched + len(stretched) - len(block))
        return stretched

    def _silence(self, length: int) -> Samples:
        silence = np.zeros(min(max(0, length), _MOST), np.int16)
        self.account = replace(self.account, padded=self.account.padded + len(silence))
        return silence


def _resampled(before: Samples, block: Samples, length: int) -> Samples:
    """Resample a block to `length` samples; its first and its last stay where they are, so that blocks still join.

    Catmull-Rom between the samples; `before` is the sample that comes before the block.
    """
    after = 2 * float(block[-1]) - float(block[-2])
    wave = np.concatenate([before, block, [after]]).astype(np.float64)
    place = np.linspace(0, len(block) - 1, length)
    left = np.minimum(place.astype(np.int64), len(block) - 2)
    part = place - left
    a, b, c, d = wave[left], wave[left + 1], wave[left + 2], wave[left + 3]
    curve = b + part / 2 * (c - a + part * (2 * a - 5 * b + 4 * c - d + part * (3 * (b - c) + d - a)))
    return np.asarray(np.clip(np.rint(curve), -32_768, 32_767), np.int16)
