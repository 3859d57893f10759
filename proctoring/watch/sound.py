"""What one second of sound holds: its level, and whether somebody speaks."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import webrtcvad

from proctoring.capture.media import SAMPLE_RATE, Samples

_FRAME: Final = SAMPLE_RATE * 30 // 1000  # what WebRTC's detector takes
_FRAMES: Final = 33
WINDOW: Final = _FRAME * _FRAMES  # 990 ms
WINDOW_MS: Final = WINDOW * 1000 // SAMPLE_RATE
_STRICT: Final = 3
_FULL_SCALE: Final = 32_768
_QUIETEST: Final = 10.0 ** (-200 / 20)

# Speech is what the detector calls voiced most of the time and what rises and falls with its syllables. Measured:
# speech 20 to 33 frames and 6 to 30 dB; keys and clicks up to 14 frames; hum, fans, tones and noise below 1 dB.
_VOICED_FRAMES: Final = 18
_SYLLABLES_DB: Final = 3.0


@dataclass(frozen=True)
class Heard:
    """One window of sound: its RMS level in tenths of dBFS (-2000: silence), and whether it sounds like speech."""

    at_ms: int
    level_tenths: int
    speech: bool


class Ear:
    """Listens to blocks that come in order, in windows of 990 ms."""

    def __init__(self) -> None:
        self._detector: Final = webrtcvad.Vad(_STRICT)
        self._rest: Samples = np.zeros(0, np.int16)

    def listen(self, samples: Samples, recorded_ms: int) -> Iterator[Heard]:
        """Take sound (48 kHz mono) whose first sample is of `recorded_ms`; give the windows it completes."""
        if len(self._rest):
            recorded_ms -= len(self._rest) * 1000 // SAMPLE_RATE
        sound = np.concatenate([self._rest, samples])
        whole = len(sound) - len(sound) % WINDOW
        self._rest = sound[whole:]
        for at in range(0, whole, WINDOW):
            yield self._window(sound[at : at + WINDOW], recorded_ms + at * 1000 // SAMPLE_RATE)

    def forget(self) -> None:
        """Let go of the beginning of a window: what comes next does not follow on it."""
        self._rest = np.zeros(0, np.int16)

    def _window(self, window: Samples, at_ms: int) -> Heard:
        frames = window.reshape(_FRAMES, _FRAME)
        powers = np.mean(np.square(frames.astype(np.float32) / _FULL_SCALE), axis=1)
        voiced = sum(self._detector.is_speech(frame.tobytes(), SAMPLE_RATE) for frame in frames)
        rise_and_fall = float(np.std(10 * np.log10(np.maximum(powers, _QUIETEST))))
        speech = voiced >= _VOICED_FRAMES and rise_and_fall >= _SYLLABLES_DB
        return Heard(at_ms, _tenths(float(powers.mean())), speech)


def _tenths(power: float) -> int:
    return max(-2000, min(0, round(100 * math.log10(power)))) if power > 0 else -2000
