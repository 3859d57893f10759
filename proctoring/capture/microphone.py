"""A microphone through PortAudio; opened again when it falls silent for good (unplugged, sound server restarted)."""

import queue
import threading
import time
from typing import Any, Final

import numpy as np
import sounddevice
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from proctoring.capture.media import SAMPLE_RATE, Samples, Sound
from sync.wire.recording import Source

_BLOCKS_PER_S: Final = 50
_NS: Final = 1_000_000_000
_BLOCK_NS: Final = _NS // _BLOCKS_PER_S
_MAX_AGE_S: Final = 10.0
_SILENT_S: Final = 3.0
_MAX_WAITING: Final = 500  # 10 s that nobody took; older blocks are given up


class MicrophoneGone(Exception):  # noqa: N818 - an event, not a fault anybody is told of
    """No microphone of this name is there now."""


class Microphone:
    """A microphone's sound in blocks of 20 ms: the default one, or the first whose name is or begins with `name`.

    A device that does not do 48 kHz is opened at its own rate and resampled.
    """

    def __init__(self, name: str = "") -> None:
        self._name: Final = name
        self._blocks: Final[queue.SimpleQueue[Sound]] = queue.SimpleQueue()
        self._arrived: Final = threading.Event()
        self._closed: Final = threading.Event()
        self._label = f"microphone: {name}"[:200] if name else "microphone"
        self._last = 0.0
        self._rate: Rate = Rate(SAMPLE_RATE)
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
            except (sounddevice.PortAudioError, MicrophoneGone):
                self._closed.wait(_SILENT_S)
            if not self._closed.is_set():
                _look_again()

    def _record(self) -> None:
        device = _found(self._name)
        rate = _rate_of(device)
        self._rate = Rate(rate)
        with sounddevice.RawInputStream(
            device=int(device["index"]) if self._name else None,
            samplerate=rate,
            channels=1,
            dtype="int16",
            blocksize=rate // _BLOCKS_PER_S,
            latency="low",
            callback=self._heard,
        ):
            self._label = f"microphone: {device['name']}"[:200]
            self._last = time.monotonic()
            while time.monotonic() - self._last < _SILENT_S and not self._closed.wait(0.2):
                pass

    def _heard(self, data: Any, frames: int, when: Any, _status: Any) -> None:  # noqa: ANN401 - cffi's
        """Take a block; runs in PortAudio's thread."""
        self._last = time.monotonic()
        stamp_ns = time.monotonic_ns() - _age_ns(when)
        samples = self._rate.at_48_khz(np.frombuffer(bytes(data), np.int16)[:frames])
        if len(samples) and self._blocks.qsize() < _MAX_WAITING:
            self._blocks.put(Sound(samples, stamp_ns))
        self._arrived.set()


class Rate:
    """Brings mono sound of one rate to 48 kHz."""

    def __init__(self, rate: int) -> None:
        self._rate: Final = rate
        self._resampler: Final = AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)

    def at_48_khz(self, samples: Samples) -> Samples:
        """Give a block at 48 kHz; what the filter keeps back (under a millisecond or two) comes with the next."""
        if self._rate == SAMPLE_RATE or not len(samples):
            return samples
        frame = AudioFrame.from_ndarray(samples[np.newaxis, :], format="s16", layout="mono")
        frame.sample_rate = self._rate
        parts = [np.asarray(part.to_ndarray(), np.int16).ravel() for part in self._resampler.resample(frame)]
        return np.concatenate(parts) if parts else samples[:0]


def any_microphone() -> bool:
    """Tell whether PortAudio lists any device that hears."""
    return any(device["max_input_channels"] > 0 for device in sounddevice.query_devices())


def _found(name: str) -> dict[str, Any]:
    """Give PortAudio's description of the default microphone, or of the one with this name.

    Raises:
        MicrophoneGone: there is none.
    """
    if not name:
        return dict(sounddevice.query_devices(kind="input"))
    hearing = [device for device in sounddevice.query_devices() if device["max_input_channels"] > 0]
    exact = [device for device in hearing if device["name"] == name]
    near = [device for device in hearing if str(device["name"]).casefold().startswith(name.casefold())]
    if not exact and not near:
        raise MicrophoneGone(name)
    return dict((exact or near)[0])


def _rate_of(device: dict[str, Any]) -> int:
    """Give 48 kHz if the device does that, else its own rate."""
    try:
        sounddevice.check_input_settings(device=int(device["index"]), channels=1, dtype="int16", samplerate=SAMPLE_RATE)
    except sounddevice.PortAudioError:
        return int(device["default_samplerate"])
    return SAMPLE_RATE


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
