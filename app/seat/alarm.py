"""The frame around the window: what a person has to come for, seen from afar; a tone too if answers are not saved."""

import math
from array import array
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QObject, QTimer

from app.seat.deck import Deck
from app.ui.bridge import in_background
from app.ui.clip_speaker import CHANNELS, RATE, Speaker, SpeakerError
from app.ui.text import Sentence
from app.ui.tokens import Tone

AGAIN_MS: Final = 10_000
"""So often the tone is given while answers are not saved."""
TONE_HZ: Final = 880
TONE_S: Final = 0.4
_RAMP_S: Final = 0.02
_LOUDNESS: Final = 0.5
_REST_MS: Final = 300


class Cause(StrEnum):
    """What is the matter; the first one is shown."""

    NOT_SAVED = "not_saved"
    NOT_RECORDING = "not_recording"
    DISK_LOW = "disk_low"
    DISK_SLOW = "disk_slow"
    ENVIRONMENT = "environment"
    CONDUCT = "conduct"
    HAND_RAISED = "hand_raised"


_TONES: Final = {
    Cause.NOT_SAVED: Tone.DANGER,
    Cause.NOT_RECORDING: Tone.ATTENTION,
    Cause.DISK_LOW: Tone.ATTENTION,
    Cause.DISK_SLOW: Tone.ATTENTION,
    Cause.ENVIRONMENT: Tone.ATTENTION,
    Cause.CONDUCT: Tone.ATTENTION,
    Cause.HAND_RAISED: Tone.ATTENTION,
}


class Alarm(QObject):
    """Keeps what is the matter and shows the worst of it on every screen."""

    def __init__(self, deck: Deck, parent: QObject) -> None:
        super().__init__(parent)
        self._deck = deck
        self._causes: set[Cause] = set()
        self._again = QTimer(self, interval=AGAIN_MS)
        self._again.timeout.connect(self._sound)

    @property
    def causes(self) -> frozenset[Cause]:
        """What is the matter now."""
        return frozenset(self._causes)

    def set(self, cause: Cause, on: bool) -> None:
        """Raise the alarm for this, or end it."""
        if on is not (cause in self._causes):
            self._causes ^= {cause}
            self._show()

    def clear(self) -> None:
        """End every alarm."""
        self._causes.clear()
        self._show()

    def _show(self) -> None:
        worst = next((cause for cause in Cause if cause in self._causes), None)
        if worst is None:
            self._deck.set_alarm(None)
        else:
            self._deck.set_alarm(Sentence(f"sitting.alarm_{worst.value}"), _TONES[worst])
        if Cause.NOT_SAVED not in self._causes:
            self._again.stop()
        elif not self._again.isActive():
            self._again.start()
            self._sound()

    def _sound(self) -> None:
        in_background(self, _begin_tone, self._end_tone, lambda _fault: None)

    def _end_tone(self, speaker: Speaker | None) -> None:
        if speaker is not None:
            QTimer.singleShot(int(TONE_S * 1000) + _REST_MS, self, speaker.close)


def tone() -> bytes:
    """Make the tone: 16-bit stereo at the speaker's rate, its ends soft so that they do not click."""
    frames = int(RATE * TONE_S)
    ramp = int(RATE * _RAMP_S)
    samples = array("h")
    for frame in range(frames):
        level = _LOUDNESS * min(1.0, frame / ramp, (frames - frame) / ramp)
        sample = int(32_767 * level * math.sin(2 * math.pi * TONE_HZ * frame / RATE))
        samples.extend([sample] * CHANNELS)
    return samples.tobytes()


def _begin_tone() -> Speaker | None:
    """Begin the tone; None where nothing can be heard."""
    try:
        speaker = Speaker()
    except SpeakerError:
        return None
    speaker.feed(tone())
    speaker.on = True
    return speaker
