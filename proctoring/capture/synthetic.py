"""The simulated camera and microphone: they run on the same clock as real ones and never pass for them."""

import time
from typing import Final

import numpy as np

from proctoring.capture.drawing import scene_background, simulated_scene, sized
from proctoring.capture.media import SAMPLE_RATE, Picture, Sound
from proctoring.capture.profiles import STANDARD, Profile
from sync.wire.recording import Source

_BLOCK: Final = 960  # 20 ms
_PATTERN_S: Final = 2
_LEVEL: Final = 330  # of 32767: about -43 dBFS, quiet
_NS: Final = 1_000_000_000


class SyntheticPicture:
    """A simulated camera, as many pictures a second as the profile has."""

    def __init__(self, profile: Profile = STANDARD) -> None:
        self._profile: Final = profile
        self._pause_ns: Final = _NS // profile.frame_rate * 8 // 10  # with room for turns that come early
        self._background: Final = scene_background()
        self._start_ns: Final = time.monotonic_ns()
        self._drawn_ns = 0

    @property
    def source(self) -> Source:
        """What is recorded; it says that it is simulated."""
        return Source(track="picture", label="SIMULATED CAMERA", simulated=True)

    def newest(self) -> Picture | None:
        """Draw the picture of this moment, unless its turn has not come yet."""
        now_ns = time.monotonic_ns()
        if now_ns - self._drawn_ns < self._pause_ns:
            return None
        self._drawn_ns = now_ns
        drawn = simulated_scene(self._background, (now_ns - self._start_ns) / _NS)
        return Picture(sized(drawn, self._profile), now_ns)

    def close(self) -> None:
        """Nothing to let go of."""


class SyntheticSound:
    """A simulated microphone: a quiet tone that changes its pitch every half second."""

    def __init__(self) -> None:
        self._start_ns: Final = time.monotonic_ns()
        self._pattern: Final = _pattern()
        self._made = 0

    @property
    def source(self) -> Source:
        """What is recorded; it says that it is simulated."""
        return Source(track="sound", label="SIMULATED MICROPHONE", simulated=True)

    def take(self) -> list[Sound]:
        """Give the sound of the time since the last call, in blocks of 20 ms."""
        due = (time.monotonic_ns() - self._start_ns) * SAMPLE_RATE // _NS
        blocks = []
        while self._made + _BLOCK <= due:
            at = self._made % len(self._pattern)
            stamp_ns = self._start_ns + self._made * _NS // SAMPLE_RATE
            blocks.append(Sound(self._pattern[at : at + _BLOCK], stamp_ns))
            self._made += _BLOCK
        return blocks

    def close(self) -> None:
        """Nothing to let go of."""


def _pattern() -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    time_s = np.arange(_PATTERN_S * SAMPLE_RATE) / SAMPLE_RATE
    pitch = np.choose((time_s * 2).astype(np.int64), [440.0, 550.0, 660.0, 550.0])
    return (np.sin(2 * np.pi * pitch * time_s) * _LEVEL).astype(np.int16)
