"""The player's clock: where it stands, how fast it goes, and the newest picture. Everything slow is on its threads."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from app.archive.playing.pictures import Picture
from app.archive.playing.source import Missing, PlayingSource
from app.archive.window.player_sound import PlayerSound, SoundState
from app.ui.bridge import Worker
from app.ui.clip_speaker import Speaker
from sync.faults import Fault

SPEEDS: Final = (0.5, 1.0, 1.5, 2.0, 4.0)
_TICK_MS: Final = 25


@dataclass(frozen=True, eq=False)
class Seen:
    """What is to be seen at a moment: a picture, or why there is none (`missing`), or neither: nothing yet."""

    at_ms: int
    picture: Picture | None
    image: QImage | None
    missing: Missing | None


class PlayerEngine(QObject):
    """Plays a source. `seen` brings a picture for where it stands, `moved` the position, `changed` anything else.

    `close` it: its threads end then.
    """

    seen = Signal(object)  # Seen
    moved = Signal(int)
    changed = Signal()
    failed = Signal(object)  # Fault

    def __init__(self, source: PlayingSource, speaker: Callable[[], Speaker], parent: QObject) -> None:
        super().__init__(parent)
        self.source: Final = source
        self.shown: Seen | None = None
        self.playing = False
        self.speed = 1.0
        self._position_ms = 0.0
        self._since: float | None = None  # the monotonic clock when `_position_ms` was true, while it goes
        self._asked_ms: int | None = None
        self._asking = self._closed = False
        self.worker: Final = Worker()
        self.sound: Final = PlayerSound(source, speaker, self.worker, self)
        self.sound.ready.connect(self._go)
        self.sound.changed.connect(self.changed)
        self._timer: Final = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def position_ms(self) -> int:
        """Where it stands, recorded time."""
        if self._since is None:
            return round(self._position_ms)
        gone_ms = (time.monotonic() - self._since) * 1000 * self.speed
        return min(round(self._position_ms + gone_ms), self.source.duration_ms)

    def play(self) -> None:
        """Go on; from the start if it stands at the end."""
        if self.playing or self._closed:
            return
        if self.position_ms >= self.source.duration_ms:
            self._position_ms = 0.0
        self.playing = True
        self.sound.begin(self.position_ms)
        self._timer.start()
        self.changed.emit()

    def pause(self) -> None:
        """Stop where it is."""
        if not self.playing:
            return
        self._halt()
        self.playing = False
        self._timer.stop()
        self._look()
        self.changed.emit()

    def seek(self, at_ms: int) -> None:
        """Go to a moment; playing goes on from there."""
        self._halt()
        self._position_ms = float(min(max(0, at_ms), self.source.duration_ms))
        if self.playing:
            self.sound.begin(self.position_ms)
        self._look()
        self.moved.emit(self.position_ms)

    def step(self, forward: int) -> None:
        """Stop, and show the next picture (1) or the one before (-1)."""
        self.pause()
        from_ms = self.shown.picture.at_ms if self.shown and self.shown.picture else self.position_ms
        way = self.source.after if forward > 0 else self.source.before
        self.worker.run(self, lambda: way(from_ms), self._stepped, self.failed.emit)

    def set_speed(self, speed: float) -> None:
        """Go so many times as fast as it was recorded."""
        at_ms = self.position_ms
        self.speed = speed
        self.sound.set_speed(speed)
        self.seek(at_ms)
        self.changed.emit()

    def set_loudness(self, loudness: float, *, muted: bool) -> None:
        """Be heard as loud as this (0 to 1), or not at all."""
        self.sound.set_loudness(loudness, muted=muted)
        if self.playing:
            self.seek(self.position_ms)
        self.changed.emit()

    def close(self) -> None:
        """Stop, and end the threads."""
        if self._closed:
            return
        self.pause()
        self._closed = True
        self.worker.close()
        self.sound.close()

    def _stepped(self, at_ms: int | None) -> None:
        if at_ms is not None:
            self.seek(at_ms)

    def _go(self) -> None:
        """Begin to count: the first sound is on its way to the card, or there is none to wait for."""
        if self.playing and self._since is None:
            self._since = time.monotonic()

    def _halt(self) -> None:
        self._position_ms = float(self.position_ms)
        self._since = None
        self.sound.halt()

    def _tick(self) -> None:
        heard_ms = self.sound.turn(self.position_ms)
        if heard_ms is not None:  # the card's clock is not ours; picture and sound stay together
            self._position_ms, self._since = heard_ms, time.monotonic()
        self._look()
        self.moved.emit(self.position_ms)
        if self.position_ms >= self.source.duration_ms:
            self.pause()

    def _look(self) -> None:
        """Ask for the picture of now; while one is asked for, the next question waits."""
        self._asked_ms = self.position_ms
        if self._asking or self._closed:
            return
        at_ms, before, source = self._asked_ms, self.shown, self.source
        self._asked_ms, self._asking = None, True
        self.worker.run(self, lambda: _seen(source, at_ms, before), self._saw, self._failed)

    def _saw(self, seen: Seen) -> None:
        self._asking = False
        self.shown = seen
        self.seen.emit(seen)
        if self._asked_ms is not None:
            self._look()

    def _failed(self, fault: Fault) -> None:
        self._asking = False
        self.pause()
        self.failed.emit(fault)


def _seen(source: PlayingSource, at_ms: int, before: Seen | None) -> Seen:
    """Decode on the worker's thread; a picture that is shown already is not made again."""
    picture = source.picture(at_ms)
    missing = source.missing(at_ms)
    if picture is None:
        return Seen(at_ms, None, None, missing)
    if before is not None and before.picture is not None and before.picture.at_ms == picture.at_ms:
        return Seen(at_ms, before.picture, before.image, missing)
    rgb = picture.rgb()
    image = QImage(rgb.tobytes(), picture.width, picture.height, 3 * picture.width, QImage.Format.Format_RGB888)
    return Seen(at_ms, picture, image.copy(), missing)


__all__ = ["SPEEDS", "PlayerEngine", "Seen", "SoundState"]
