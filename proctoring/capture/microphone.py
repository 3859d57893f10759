"""A microphone through PortAudio; opened again when it falls silent for good (unplugged, sound server restarted)."""

import queue
import threading
import time
from typing import Any, Final

import numpy as np
import sounddevice

from proctoring.capture.media import SAMPLE_RATE, Sound
from sync.wire.recording import Source

_BLOCK: Final = 960  # 20 ms
_NS: Final = 1_000_000_000
_BLOCK_NS: Final = _BLOCK * _NS // SAMPLE_RATE
_MAX_AGE_S: Final = 10.0
_SILENT_S: Final = 3.0
_MAX_WAITING: Final = 500  # 10 s that nobody took; older blocks are given up


class Microphone:
    """The default input's sound in blocks of 20 ms."""

    def __init__(self) -> None:
        self._blocks: Final[queue.SimpleQueue[Sound]] = queue.SimpleQueue()
        self._arrived: Final = threading.Event()
        self._closed: Final = threading.Event()
        self._label = "microphone"
        self._last = 0.0
        self._thread: Final = threading.Thread(target=self._run, name="microphone", daemon=True)
        self._thread.start()

    @property
    def source(self) -> Source:
        """What is recorded."""
        return Source(track="sound", label=self._label, simulated=False)

    def wait(self, bound_s: float) -> bool:
        """Wait for the first block; tell whether it came within the bound."""
        return self._arrived.wait(bound_s)

    def take(self) -> list[Sound]:
        """Give the blocks since the last call."""
        return [self._blocks.get_nowait() for _ in range(self._blocks.qsize())]

    def close(self) -> None:
        """Stop; a driver that hangs is left to its thread."""
        self._closed.set()
        self._thread.join(2.0)

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                self._record()
            except sounddevice.PortAudioError:
                self._closed.wait(_SILENT_S)
            if not self._closed.is_set():
                _look_again()

    def _record(self) -> None:
        name = str(sounddevice.query_devices(kind="input")["name"])
        with sounddevice.RawInputStream(
            samplerate=SAMPLE_RATE, channels=1, dtype="int16", blocksize=_BLOCK, latency="low", callback=self._heard
        ):
            self._label = f"microphone: {name}"[:200]
            self._last = time.monotonic()
            while time.monotonic() - self._last < _SILENT_S and not self._closed.wait(0.2):
                pass

    def _heard(self, data: Any, frames: int, when: Any, _status: Any) -> None:  # noqa: ANN401 - cffi's
        """Take a block; runs in PortAudio's thread."""
        self._last = time.monotonic()
        samples = np.frombuffer(bytes(data), np.int16)[:frames]
        if self._blocks.qsize() < _MAX_WAITING:
            self._blocks.put(Sound(samples, time.monotonic_ns() - _age_ns(when)))
        self._arrived.set()


def any_microphone() -> bool:
    """Tell whether PortAudio lists any device that hears."""
    return any(device["max_input_channels"] > 0 for device in sounddevice.query_devices())


def _age_ns(when: Any) -> int:  # noqa: ANN401 - cffi's
    """Tell how long ago a block's first sample was heard: sound servers deliver late, some in bursts of seconds.

    PortAudio gives both instants on a clock of its own; where a driver does not, a block has just ended.
    """
    age_s = when.currentTime - when.inputBufferAdcTime
    return round(age_s * _NS) if 0 < age_s < _MAX_AGE_S else _BLOCK_NS


def _look_again() -> None:
    """Let PortAudio see devices that came or went; it looks only when it is initialised."""
    sounddevice._terminate()  # noqa: SLF001 - there is no public way (python-sounddevice issue 3)
    sounddevice._initialize()  # noqa: SLF001
