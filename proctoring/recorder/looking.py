"""Looking without recording: the newest picture and the sound's level. Nothing is encoded for keeping, nothing written.

For holding a person against their photo, and for sitting right, before they have read the recording notice.
"""

import os
import threading
import time
from dataclasses import dataclass
from typing import Final

import numpy as np

from proctoring.capture.choose import open_feeds
from proctoring.capture.drawing import preview_jpeg
from proctoring.capture.media import PictureFeed, Plane, SoundFeed, new_pictures
from proctoring.capture.profiles import STANDARD
from proctoring.recorder.messages import RecorderState, RecorderStatus, SourceChoice
from proctoring.recorder.segments import level

PATIENCE_S: Final = 10.0
"""A look that nobody asks for a picture ends after so long."""
_STALE_S: Final = 1.5
_PREVIEW_S: Final = 0.2
_TURN_S: Final = 1 / STANDARD.frame_rate


@dataclass(frozen=True)
class Feeds:
    """Where picture and sound come from."""

    picture: PictureFeed
    sound: SoundFeed

    def close(self) -> None:
        """Let go of both devices."""
        self.picture.close()
        self.sound.close()


class Look:
    """Camera and microphone, open. May be used from any thread; ends by itself once nobody looks any more."""

    def __init__(self, camera: SourceChoice, microphone: SourceChoice) -> None:
        """Open both; that may take seconds."""
        self.choice: Final = (camera, microphone)
        self._feeds: Final = Feeds(*open_feeds(camera, microphone, STANDARD))
        self._end: Final = threading.Event()
        self._asked_s = time.monotonic()
        self._newest: tuple[float, Plane] | None = None
        self._jpeg: bytes | None = None
        self._jpeg_due = 0.0
        self._level = level(0.0, 0)
        self._thread: Final = threading.Thread(target=self._run, name="looking")
        self._thread.start()

    @property
    def goes_on(self) -> bool:
        """Whether the devices are still open."""
        return self._thread.is_alive()

    def ask(self) -> None:
        """Say that somebody still looks."""
        self._asked_s = time.monotonic()

    def preview(self) -> bytes | None:
        """Give the newest picture as a JPEG, at most five a second; None while the camera gives none."""
        self.ask()
        newest, now = self._newest, time.monotonic()
        if newest is None or now - newest[0] > _STALE_S or not self.goes_on:
            return None
        if self._jpeg is None or now >= self._jpeg_due:
            self._jpeg, self._jpeg_due = preview_jpeg(newest[1]), now + _PREVIEW_S
        return self._jpeg

    def status(self) -> RecorderStatus:
        """Say what is looked with, and how loud it is."""
        return RecorderStatus(
            state=RecorderState.LOOKING,
            pid=os.getpid(),
            sources=(self._feeds.picture.source, self._feeds.sound.source),
            level_dbfs_tenths=self._level,
        )

    def close(self) -> None:
        """Let go of both devices; twice is fine."""
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._end.wait(_TURN_S) and time.monotonic() - self._asked_s < PATIENCE_S:
                self._turn()
        finally:
            self._newest = self._jpeg = None
            self._feeds.close()

    def _turn(self) -> None:
        for picture in new_pictures(self._feeds.picture):
            self._newest = (time.monotonic(), picture.i420)
        blocks = self._feeds.sound.take()
        if blocks:
            loud = np.concatenate([block.samples for block in blocks]).astype(np.float32)
            self._level = level(float(loud @ loud), len(loud))
