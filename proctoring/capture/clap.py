"""A simulated clapperboard: picture and sound mark the same instants of the monotonic clock, each for itself.

What is measured with it is how far picture and sound part from each other on their way into a recording. The clap is
every two seconds of the monotonic clock. The flash says itself how long ago it began (a black bar, `BAR_COLUMNS` wide
at 200 ms), so that it can be timed far more finely than pictures follow each other.
"""

import time
from typing import Final

import numpy as np

from proctoring.capture.drawing import HEIGHT, scene_background, simulated_scene, sized
from proctoring.capture.media import SAMPLE_RATE, Picture, Samples, Sound
from proctoring.capture.profiles import STANDARD, Profile
from sync.wire.recording import Source

PERIOD_MS: Final = 2_000
FLASH_MS: Final = 200
FLASH_ROWS: Final = slice(96, 416)
BAR_ROWS: Final = slice(240, 272)
BAR_LEFT: Final = 20
BAR_COLUMNS: Final = 600

_WHITE, _BLACK = 235, 16
_BLOCK: Final = 960  # 20 ms
_KEPT: Final = 3
_CLAP: Final = SAMPLE_RATE * 40 // 1000
_LOUD: Final = 12_000  # of 32767
_NS: Final = 1_000_000_000
_NS_PER_MS: Final = 1_000_000
_PERIOD_NS: Final = PERIOD_MS * _NS_PER_MS
_FLASH_NS: Final = FLASH_MS * _NS_PER_MS


class ClapPicture:
    """A simulated camera with a beat of its own; each clap is a flash of 200 ms."""

    def __init__(self, profile: Profile = STANDARD) -> None:
        self._profile: Final = profile
        self._background: Final = scene_background()
        self._start_ns: Final = time.monotonic_ns()
        self._taken = -1

    @property
    def source(self) -> Source:
        """What is recorded; it says that it is simulated."""
        return Source(track="picture", label="SIMULATED CAMERA (clap)", simulated=True)

    def newest(self) -> Picture | None:
        """Draw the next picture of the camera's beat; it keeps a few for whoever is late."""
        rate = self._profile.frame_rate
        last = (time.monotonic_ns() - self._start_ns) * rate // _NS
        if last == self._taken:
            return None
        number = max(self._taken + 1, last - _KEPT + 1)
        overtaken, self._taken = number - self._taken - 1, number
        mono_ns = self._start_ns + number * _NS // rate
        i420 = simulated_scene(self._background, number / rate)
        since_ns = mono_ns % _PERIOD_NS
        if since_ns < _FLASH_NS:
            luma = i420[:HEIGHT]
            luma[FLASH_ROWS] = _WHITE
            luma[BAR_ROWS, BAR_LEFT : BAR_LEFT + round(BAR_COLUMNS * since_ns / _FLASH_NS)] = _BLACK
        return Picture(sized(i420, self._profile), mono_ns, overtaken)

    def close(self) -> None:
        """Nothing to let go of."""


class ClapSound:
    """A simulated microphone: silence, and a clap of 40 ms. Its clock may be fast by `drift_ppm` (slow if negative)."""

    def __init__(self, drift_ppm: int = 0) -> None:
        self._start_ns: Final = time.monotonic_ns()
        self._sample_ns: Final = _NS / SAMPLE_RATE / (1 + drift_ppm / 1e6)
        self._clap: Final = _clap()
        self._label: Final = f"SIMULATED MICROPHONE (clap, {drift_ppm:+} ppm)"
        self._made = 0

    @property
    def source(self) -> Source:
        """What is recorded; it says that it is simulated."""
        return Source(track="sound", label=self._label, simulated=True)

    def take(self) -> list[Sound]:
        """Give the sound of the time since the last call, in blocks of 20 ms, each stamped when it was heard."""
        due = int((time.monotonic_ns() - self._start_ns) / self._sample_ns)
        blocks = []
        while self._made + _BLOCK <= due:
            stamp_ns = self._start_ns + round(self._made * self._sample_ns)
            blocks.append(Sound(self._heard(stamp_ns), stamp_ns))
            self._made += _BLOCK
        return blocks

    def close(self) -> None:
        """Nothing to let go of."""

    def _heard(self, stamp_ns: int) -> Samples:
        since_ns = (stamp_ns % _PERIOD_NS + np.arange(_BLOCK) * self._sample_ns) % _PERIOD_NS
        place = (since_ns * SAMPLE_RATE / _NS).astype(np.int64)
        return self._clap[np.minimum(place, _CLAP)]


def _clap() -> Samples:
    """Make one clap (noise that dies away) and one sample of silence after it."""
    noise = np.random.default_rng(1).uniform(-1, 1, _CLAP) * np.exp(-np.arange(_CLAP) * 4 / _CLAP)
    return np.append(noise * _LOUD, 0).astype(np.int16)
