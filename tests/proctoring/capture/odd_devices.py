"""Record with simulated devices that misbehave, all at the same time; run apart because it brings OpenCV.

`python -m tests.proctoring.capture.odd_devices KEYS SPEC…`: each SPEC is a RecordingSpec in JSON whose folder is named
after one of the `STORIES`.
"""

import itertools
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import cv2
import numpy as np
import sounddevice

from proctoring.capture.camera import Camera
from proctoring.capture.media import PictureFeed, Plane, SoundFeed
from proctoring.capture.microphone import Microphone
from proctoring.capture.synthetic import SyntheticPicture, SyntheticSound
from proctoring.recorder.looking import Feeds
from proctoring.recorder.messages import RecordingSpec
from proctoring.recorder.recording import Recording
from sync.trust.keystore import FileKeyStore

SECONDS = 5.0
OWN_RATE = 8_000
PITCH_HZ = 500
LOUD = 6_000
GONE_AFTER_S = 1.2


class SimulatedCamera:
    """A camera device that shows what a story tells, fifteen times a second; None: it hangs for a minute."""

    def __init__(self, story: Iterator[Any]) -> None:
        self._story = story

    def isOpened(self) -> bool:
        return True

    def read(self) -> tuple[bool, Plane | None]:
        time.sleep(1 / 15)
        shown = next(self._story)
        if shown is None:
            time.sleep(60)
        if isinstance(shown, cv2.error):
            raise shown
        return True, shown

    def release(self) -> None:
        """Nothing to let go of."""


def garbage() -> Iterator[Any]:
    """Now and then a picture of noise; else what no picture is, and a driver that throws."""
    dice = np.random.default_rng(1)
    for number in itertools.count():
        yield [
            dice.integers(0, 255, (480, 640, 3), np.uint8),
            np.zeros((0, 0, 3), np.uint8),
            np.zeros(7, np.uint8),
            np.full((480, 640, 3), np.nan),
            np.zeros((480, 640, 2), np.uint8),
            np.zeros((2, 3, 4, 5), np.uint8),
            dice.integers(0, 255, (480, 640), np.uint8),
            cv2.error("a driver's mistake") if number == 7 else np.zeros((1, 1, 3), np.uint8),
        ][number % 8]


def black() -> Iterator[Any]:
    return itertools.repeat(np.zeros((480, 640, 3), np.uint8))


def one_a_minute() -> Iterator[Any]:
    return itertools.cycle([np.full((480, 640, 3), 200, np.uint8), None])


def changing_size() -> Iterator[Any]:
    sizes = [(240, 320), (480, 640), (1080, 1920), (600, 120), (3, 5), (2, 4000)]
    return itertools.cycle([np.full((*size, 3), 220, np.uint8) for size in sizes for _ in range(8)])


class SimulatedPortAudio:
    """A sound system with one microphone that only does 8 kHz and hears a tone, until it is pulled out."""

    def __init__(self, gone_after_s: float = float("inf")) -> None:
        self._gone_s = time.monotonic() + gone_after_s

    @property
    def gone(self) -> bool:
        return time.monotonic() > self._gone_s

    def query_devices(self, kind: str = "") -> Any:  # noqa: ANN401 - as sounddevice has it
        device = {"name": "old headset", "index": 0, "max_input_channels": 1, "default_samplerate": float(OWN_RATE)}
        if self.gone:
            raise sounddevice.PortAudioError("no devices")
        return device if kind else [device]

    def check_input_settings(self, **asked: object) -> None:
        if asked["samplerate"] != OWN_RATE:
            raise sounddevice.PortAudioError("Invalid sample rate")

    def RawInputStream(self, **given: Any) -> "SimulatedInput":  # noqa: ANN401 - as sounddevice has it
        self.check_input_settings(**given)
        return SimulatedInput(self, given["blocksize"], given["callback"])


class SimulatedInput:
    """An open stream: calls back with 20 ms of tone every 20 ms."""

    def __init__(self, system: SimulatedPortAudio, size: int, callback: Callable[..., None]) -> None:
        self._system, self._size, self._callback = system, size, callback
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        began, pause = time.monotonic(), self._size / OWN_RATE
        for number in itertools.count(1):
            if self._end.wait(max(0.0, began + number * pause - time.monotonic())) or self._system.gone:
                return
            phase = (np.arange(self._size) + number * self._size) * 2 * np.pi * PITCH_HZ / OWN_RATE
            age_s = time.monotonic() - began - (number - 1) * pause
            when = SimpleNamespace(currentTime=age_s, inputBufferAdcTime=0.0)
            self._callback((np.sin(phase) * LOUD).astype(np.int16).tobytes(), self._size, when, None)


def microphone(gone_after_s: float) -> Microphone:
    """Open a microphone in a sound system of its own."""
    own: Any = SimpleNamespace(system=SimulatedPortAudio(gone_after_s))
    for name in ("query_devices", "check_input_settings", "RawInputStream"):
        setattr(sounddevice, name, getattr(own.system, name))
    opened = Microphone("OLD")
    opened.wait(2)
    return opened


def camera(story: Callable[[], Iterator[Any]]) -> Camera:
    """Open a camera; the story goes on when the device is opened again."""
    device = SimulatedCamera(story())
    opened = Camera("odd camera", lambda: device, retry_s=0.1)
    opened.wait(2)
    return opened


STORIES: dict[str, Callable[[], tuple[PictureFeed, SoundFeed]]] = {
    "garbage": lambda: (camera(garbage), SyntheticSound()),
    "black": lambda: (camera(black), SyntheticSound()),
    "one_a_minute": lambda: (camera(one_a_minute), SyntheticSound()),
    "changing_size": lambda: (camera(changing_size), SyntheticSound()),
    "eight_khz": lambda: (SyntheticPicture(), microphone(float("inf"))),
    "microphone_gone": lambda: (SyntheticPicture(), microphone(GONE_AFTER_S)),
}


def main() -> None:
    """Record each story for five seconds."""
    cv2.setNumThreads(1)
    keys = FileKeyStore(Path(sys.argv[1]))
    recordings = []
    for text in sys.argv[2:]:
        spec = RecordingSpec.model_validate_json(text)
        recordings.append(Recording(spec, keys, Feeds(*STORIES[spec.folder.name]())))
    time.sleep(SECONDS)
    for recording in recordings:
        print(recording.stop().model_dump_json())  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main()
