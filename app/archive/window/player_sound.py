"""The player's sound: decoded ahead of time, at the pitch it was recorded at, silent where nobody could follow."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.archive.playing.sounds import Samples
from app.archive.playing.source import PlayingSource
from app.archive.playing.tempo import FASTEST_HEARD, Tempo
from app.ui.bridge import Worker
from app.ui.clip_speaker import CHANNELS, Speaker, SpeakerError
from sync.faults import Fault

_AHEAD_S: Final = 0.6  # so much is decoded before it is due, in time of the person who listens
_BLOCK_S: Final = 0.3
_OFF_MS: Final = 60  # so far picture and sound may come apart; less is not noticed


class SoundState(StrEnum):
    """Whether anything is heard. Its words are under `player.sound`."""

    HEARD = "heard"
    MUTED = "muted"
    TOO_FAST = "too_fast"
    NO_SPEAKER = "no_speaker"


class PlayerSound(QObject):
    """Feeds the speaker while the engine plays. `ready`: the engine's clock may start."""

    ready = Signal()
    changed = Signal()

    def __init__(self, source: PlayingSource, speaker: Callable[[], Speaker], worker: Worker, parent: QObject) -> None:
        super().__init__(parent)
        self._source: Final = source
        self._make: Final = speaker
        self._worker: Final = worker
        self._speaker: Speaker | None = None
        self._none = False  # there is nothing to hear it with
        self._muted, self._loudness = False, 1.0
        self._speed = 1.0
        self._tempo = Tempo(1.0)
        self._turn = 0  # counts the beginnings: what was decoded for an earlier one is thrown away
        self._decoding = False
        self._begin_ms = self._fed_ms = 0
        self._played_s = 0.0

    @property
    def state(self) -> SoundState:
        """Tell whether it is heard, and why not."""
        if self._none:
            return SoundState.NO_SPEAKER
        if self._muted or self._loudness <= 0:
            return SoundState.MUTED
        return SoundState.TOO_FAST if self._speed > FASTEST_HEARD else SoundState.HEARD

    def set_loudness(self, loudness: float, *, muted: bool) -> None:
        """Be as loud as this from the next beginning on."""
        self._loudness, self._muted = loudness, muted

    def set_speed(self, speed: float) -> None:
        """Be so many times as fast from the next beginning on."""
        self._speed = speed

    def begin(self, at_ms: int) -> None:
        """Be heard from here on; `ready` comes when the first sound is there, at once if there is none."""
        self.halt()
        if self.state is not SoundState.HEARD:
            self.ready.emit()
        elif self._speaker is None:
            self._begin_ms = self._fed_ms = at_ms
            self._worker.run(self, self._opened, self._got, self._gone)
        else:
            self._start(at_ms)

    def halt(self) -> None:
        """Be silent."""
        self._turn += 1
        self._decoding = False
        if self._speaker is not None:
            self._speaker.on = False
            self._speaker.clear()

    def turn(self, at_ms: int) -> int | None:
        """Feed what is due soon; give the moment that is heard now if that is not `at_ms`."""
        speaker = self._speaker
        if speaker is None or not speaker.on:
            return None
        if not self._decoding and self._fed_ms - at_ms < _AHEAD_S * 1000 * self._speed:
            self._decode()
        heard_ms = self._begin_ms + (speaker.played_s - self._played_s) * 1000 * self._speed
        return round(heard_ms) if abs(heard_ms - at_ms) > _OFF_MS * self._speed else None

    def close(self) -> None:
        """Give the speaker back."""
        self.halt()
        if self._speaker is not None:
            self._speaker.close()
            self._speaker = None

    def _opened(self) -> Speaker | None:
        """Open the speaker on the worker's thread: a sound server may take its time."""
        try:
            return self._make()
        except SpeakerError:
            return None

    def _got(self, speaker: Speaker | None) -> None:
        self._none = speaker is None
        self._speaker = speaker
        if speaker is None:
            self.ready.emit()
            self.changed.emit()
        else:
            self._start(self._begin_ms)

    def _start(self, at_ms: int) -> None:
        assert self._speaker is not None  # noqa: S101 - whoever calls has seen it
        self._begin_ms = self._fed_ms = at_ms
        self._played_s = self._speaker.played_s
        self._tempo = Tempo(self._speed)
        self._decode()

    def _decode(self) -> None:
        turn, from_ms, tempo, source = self._turn, self._fed_ms, self._tempo, self._source
        length_ms = round(_BLOCK_S * 1000 * self._speed)
        self._decoding = True
        self._worker.run(
            self,
            lambda: (turn, tempo.turn(source.sound(from_ms, length_ms)), from_ms + length_ms),
            self._decoded,
            self._gone,
        )

    def _decoded(self, block: tuple[int, Samples, int]) -> None:
        turn, samples, until_ms = block
        if turn != self._turn or self._speaker is None:
            return
        self._decoding = False
        self._fed_ms = until_ms
        loud = (samples * self._loudness).astype(np.int16)
        self._speaker.feed(np.repeat(loud, CHANNELS).tobytes())
        if not self._speaker.on:
            self._speaker.on = True
            self.ready.emit()

    def _gone(self, _fault: Fault) -> None:
        """Go on without sound: the picture's own question says what is the matter with the recording."""
        self._none = True
        self.ready.emit()
        self.changed.emit()
