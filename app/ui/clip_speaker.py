"""The default sound output. PortAudio is loaded when something is to be heard for the first time."""

import threading
from collections import deque
from typing import Any, Final

RATE: Final = 48_000
CHANNELS: Final = 2
_SAMPLE_BYTES: Final = 2 * CHANNELS


class SpeakerError(Exception):
    """There is nothing to hear with."""


class Speaker:
    """Plays 16-bit stereo at `RATE` as it is fed, while it is `on`.

    Raises:
        SpeakerError: there is no output, or it cannot be opened.
    """

    def __init__(self) -> None:
        try:
            import sounddevice  # noqa: PLC0415 - a seat whose exam has no clips needs no PortAudio
        except OSError as error:  # its library is not installed
            raise SpeakerError(str(error)) from error
        self._waiting: deque[bytes] = deque()
        self._lock = threading.Lock()
        self._taken = 0
        self.on = False
        try:
            # PortAudio lists the devices when it is initialised: one that was plugged in since has to be seen
            sounddevice._terminate()  # noqa: SLF001 - there is no public way (python-sounddevice issue 3)
            sounddevice._initialize()  # noqa: SLF001
            self._stream = sounddevice.RawOutputStream(
                samplerate=RATE, channels=CHANNELS, dtype="int16", callback=self._asked
            )
            self._stream.start()
        except sounddevice.PortAudioError as error:
            raise SpeakerError(str(error)) from error

    @property
    def played_s(self) -> float:
        """How much the card has taken, seconds."""
        return self._taken / _SAMPLE_BYTES / RATE

    def feed(self, sound: bytes) -> None:
        """Put sound after what is waiting."""
        with self._lock:
            self._waiting.append(sound)

    def clear(self) -> None:
        """Forget what is waiting."""
        with self._lock:
            self._waiting.clear()

    def close(self) -> None:
        """Stop at once."""
        self._stream.abort()
        self._stream.close()

    def _asked(self, out: Any, _frames: int, _when: Any, _status: Any) -> None:  # noqa: ANN401 - cffi's
        """Give the card what it asks for; runs in PortAudio's thread."""
        room, at = memoryview(out).cast("B"), 0
        with self._lock:
            while self.on and self._waiting and at < len(room):
                piece = self._waiting.popleft()
                used = min(len(piece), len(room) - at)
                room[at : at + used] = piece[:used]
                if used < len(piece):
                    self._waiting.appendleft(piece[used:])
                at += used
            self._taken += at
        room[at:] = bytes(len(room) - at)
