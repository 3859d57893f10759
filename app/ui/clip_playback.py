"""Plays a clip on a thread of its own. Whoever shows it asks for state, position and the newest picture.

No widget is touched here and nothing is told across threads, so nothing can arrive after the widget is gone.
"""

import threading
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QImage

from app.ui.clip_speaker import SpeakerError

if TYPE_CHECKING:
    from app.ui.clip_reel import Reel

_TICK_S: Final = 0.01
_JOIN_S: Final = 5.0


class Playing(StrEnum):
    """What a playback does. `SILENT`: it has sound and there is nothing to hear it with, so it does not play."""

    PAUSED = "paused"
    PLAYING = "playing"
    ENDED = "ended"
    SILENT = "silent"
    BROKEN = "broken"


class Playback:
    """One clip being played. `close` it; until something is wanted its thread waits and costs nothing."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._wake = threading.Condition()
        self._closed = self._wanted = False
        self._goal: float | None = None
        self._picture: QImage | None = None
        self.state = Playing.PAUSED
        self.position_s = 0.0
        self.starts = 0  # how often it was played from its start
        self._thread = threading.Thread(target=self._run, name="clip", daemon=True)
        self._thread.start()

    def play(self) -> None:
        """Go on; from the start if it had ended."""
        with self._wake:
            if self.state is Playing.BROKEN:
                return
            if self.state is Playing.ENDED:
                self._goal = 0.0
            self._wanted, self.state = True, Playing.PLAYING
            self._wake.notify()

    def pause(self) -> None:
        """Stop where it is."""
        with self._wake:
            self._wanted = False
            if self.state is Playing.PLAYING:
                self.state = Playing.PAUSED
            self._wake.notify()

    def seek(self, seconds: float) -> None:
        """Go to another place."""
        with self._wake:
            self._goal = self.position_s = max(0.0, seconds)
            if self.state is Playing.ENDED:
                self.state = Playing.PAUSED
            self._wake.notify()

    @property
    def seeking(self) -> bool:
        """Tell whether it is still on its way to another place."""
        return self._goal is not None

    def take_picture(self) -> QImage | None:
        """Give the picture to be shown now, once; None if there is no new one."""
        picture, self._picture = self._picture, None
        return picture

    def close(self) -> None:
        """End the thread."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join(_JOIN_S)

    # on the thread

    def _run(self) -> None:
        import av.error  # noqa: PLC0415 - takes long, and a seat starts without it

        from app.ui.clip_reel import Reel, open_clip  # noqa: PLC0415 - brings it

        try:
            with open_clip(self._data) as container:
                reel = Reel(container)
                try:
                    self._picture = reel.first_picture()
                    self._turn(reel)
                finally:
                    reel.close()
        except (av.error.FFmpegError, ValueError):
            self._halt(Playing.BROKEN)

    def _turn(self, reel: "Reel") -> None:
        running = False
        while self._wait(running=running):
            goal = self._goal
            if goal is not None:
                reel.go(goal)
                self._picture = reel.first_picture() or self._picture
                running = False
                with self._wake:
                    self._goal = None if self._goal == goal else self._goal
            if not self._wanted:
                reel.stop()
                running = False
                continue
            if not running:
                running = self._start(reel)
                continue
            self._picture = reel.turn() or self._picture
            self.position_s = reel.position_s
            if reel.ended:
                reel.stop()
                self._halt(Playing.ENDED)
                running = False

    def _wait(self, *, running: bool) -> bool:
        """Wait for the next turn: a moment while it runs, else until something is wanted. False: it is over."""
        with self._wake:
            self._wake.wait_for(
                lambda: self._closed or self._goal is not None or self._wanted is not running,
                _TICK_S if running else None,
            )
            return not self._closed

    def _start(self, reel: "Reel") -> bool:
        try:
            reel.start()
        except SpeakerError:
            self._halt(Playing.SILENT)
            return False
        if reel.position_s < _TICK_S:
            self.starts += 1
        return True

    def _halt(self, state: Playing) -> None:
        with self._wake:
            self._wanted, self.state = False, state
