"""A voice that says something, piece by piece, through the clips' own playback. It is silent in an instant."""

from typing import Protocol

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from app.ui.bridge import in_background
from app.ui.clip_playback import Playback, Playing
from sync.faults import EnvironmentFault, Fault

_LOOK_MS = 30


class NoSpeaker(EnvironmentFault):
    """Something was to be heard and there is nothing to hear it with."""

    code = "READ_ALOUD_NO_SPEAKER"


class Speech(Protocol):
    """Something to be said, as sound."""

    def take(self) -> bytes | None:
        """Give the next piece as a WAV file, None after the last; may take a while. Raises `Fault`."""

    def stop(self) -> None:
        """Give up at once what `take` is doing, on whatever thread; `take` then gives None."""


class Voice(QObject):
    """Says one thing at a time. `talking` tells when it begins and when it is silent again.

    `failed` carries the `Fault` it fell silent because of. The next piece is made while one is heard.
    """

    talking = Signal(bool)
    failed = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._turn = _Turn()
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self.destroyed.connect(self._turn.end)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.stop)

    @property
    def is_talking(self) -> bool:
        """Tell whether something is being said."""
        return self._turn.speech is not None

    def say(self, speech: Speech) -> None:
        """Say this, and nothing else any more."""
        self.stop()
        self._turn.speech = speech
        self._make(speech)
        self.talking.emit(True)

    def stop(self) -> None:
        """Be silent at once."""
        talked = self.is_talking
        self._timer.stop()
        self._turn.end()
        if talked:
            self.talking.emit(False)

    def _make(self, speech: Speech) -> None:
        def made(sound: bytes | None) -> None:
            self._made(speech, sound)

        def failed(fault: Fault) -> None:
            self._fail(speech, fault)

        in_background(self, speech.take, made, failed)

    def _made(self, speech: Speech, sound: bytes | None) -> None:
        if speech is not self._turn.speech:
            return
        self._turn.all_made = sound is None
        self._turn.sound = sound
        if self._turn.playback is None:
            self._play_next()

    def _play_next(self) -> None:
        turn = self._turn
        if turn.playback is not None:
            turn.playback.close()
            turn.playback = None
        if turn.sound is None:
            if turn.all_made:
                self.stop()
            return  # the next piece is still being made, and plays when it is
        turn.playback, turn.sound = Playback(turn.sound), None
        turn.playback.play()
        self._timer.start()
        if turn.speech is not None:
            self._make(turn.speech)

    def _look(self) -> None:
        playback = self._turn.playback
        if playback is None or playback.state is Playing.PLAYING:
            return
        if playback.state is Playing.ENDED:
            self._timer.stop()
            self._play_next()
        elif self._turn.speech is not None:
            self._fail(self._turn.speech, NoSpeaker(playback.state.value))

    def _fail(self, speech: Speech, fault: Fault) -> None:
        if speech is self._turn.speech:
            self.stop()
            self.failed.emit(fault)


class _Turn:
    """What is being said now: where it comes from, the piece that is heard, the piece that comes next."""

    def __init__(self) -> None:
        self.speech: Speech | None = None
        self.playback: Playback | None = None
        self.sound: bytes | None = None
        self.all_made = False

    def end(self) -> None:
        """Leave nothing that runs."""
        if self.speech is not None:
            self.speech.stop()
        if self.playback is not None:
            self.playback.close()
        self.speech, self.playback, self.sound, self.all_made = None, None, None, False
