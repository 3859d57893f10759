"""A clip as it is decoded: sound to the speaker ahead of time, pictures kept until they are due."""

import io
import time
from collections import deque
from dataclasses import dataclass
from typing import Final

import av
import av.container
import av.error
from PySide6.QtGui import QImage

from app.ui.clip_speaker import RATE, Speaker

_AHEAD_S: Final = 0.6  # so much is decoded before it is due
_MOST_PIXELS: Final = 4096 * 2304
_MOST_WAITING: Final = 64  # pictures


class ClipError(Exception):
    """These bytes are no clip that can be played."""


@dataclass(frozen=True)
class ClipFacts:
    """What a clip has in it; `width` and `height` 0: no picture. `duration_s` 0: it does not say."""

    duration_s: float
    width: int
    height: int
    sound: bool


def clip_facts(data: bytes) -> ClipFacts:
    """Look into a clip without playing it.

    Raises:
        ClipError: it is no clip, or its picture is too large.
    """
    try:
        with open_clip(data) as container:
            seconds = (container.duration or 0) / 1_000_000  # FFmpeg's AV_TIME_BASE
            pictures = container.streams.video
            width, height = (pictures[0].width, pictures[0].height) if pictures else (0, 0)
            sound = bool(container.streams.audio)
    except (av.error.FFmpegError, ValueError) as error:
        raise ClipError(str(error)) from error
    if width * height > _MOST_PIXELS or not (sound or width):
        raise ClipError(f"{width} × {height} pixels, sound: {sound}")
    return ClipFacts(seconds, width, height, sound)


def open_clip(data: bytes) -> av.container.InputContainer:
    """Open a clip's bytes."""
    return av.open(io.BytesIO(data), "r", metadata_errors="replace")


class Reel:
    """Turns while it is `started`. Its clock is the monotonic one: the sound is fed in time with it."""

    def __init__(self, container: av.container.InputContainer) -> None:
        self._container = container
        self._streams = [*container.streams.video[:1], *container.streams.audio[:1]]
        self.has_sound = bool(container.streams.audio)
        self._pictures: deque[tuple[float, QImage]] = deque()
        self._speaker: Speaker | None = None
        self._began: float | None = None
        self._base_s = 0.0
        self._decoded_s = 0.0
        self._rewind()

    def _rewind(self) -> None:
        self._packets = self._container.demux(self._streams)
        self._resampler = av.AudioResampler(format="s16", layout="stereo", rate=RATE)
        self._all_decoded = False
        self._pictures.clear()
        self._sound: list[bytes] = []
        self._skip_s = self._decoded_s = self._base_s

    @property
    def position_s(self) -> float:
        """Where it is."""
        return self._base_s + (time.monotonic() - self._began if self._began is not None else 0.0)

    @property
    def ended(self) -> bool:
        """Tell whether everything was shown and heard."""
        return self._all_decoded and not self._pictures and self.position_s >= self._decoded_s

    def start(self) -> None:
        """Let the clock run.

        Raises:
            SpeakerError: there is sound in it and nothing to hear it with.
        """
        if self._began is not None:
            return
        if self.has_sound and self._speaker is None:
            self._speaker = Speaker()
        if self._speaker is not None:
            self._feed()
            self._speaker.on = True
        self._began = time.monotonic()

    def stop(self) -> None:
        """Stop the clock."""
        self._base_s = self.position_s
        self._began = None
        if self._speaker is not None:
            self._speaker.on = False

    def go(self, seconds: float) -> None:
        """Go to another place; what is before it is decoded and dropped, so that the place is exact."""
        self.stop()
        self._base_s = seconds
        self._container.seek(round(seconds * 1_000_000), backward=True)
        if self._speaker is not None:
            self._speaker.clear()
        self._rewind()

    def turn(self) -> QImage | None:
        """Decode what is due soon; give the picture that is due now, if it is another one."""
        now = self.position_s
        while not self._all_decoded and self._decoded_s < now + _AHEAD_S and len(self._pictures) < _MOST_WAITING:
            self._decode()
        due = None
        while self._pictures and self._pictures[0][0] <= now:
            due = self._pictures.popleft()[1]
        return due

    def first_picture(self) -> QImage | None:
        """Give the picture it begins with, or that is where it was sent; None if it has none."""
        if not self._container.streams.video:
            return None
        while not self._pictures and not self._all_decoded:
            self._decode()
        return self._pictures[0][1] if self._pictures else None

    def close(self) -> None:
        """Give the speaker back."""
        if self._speaker is not None:
            self._speaker.close()

    def _decode(self) -> None:
        packet = next(self._packets, None)
        if packet is None:
            self._all_decoded = True
            return
        for frame in packet.decode():
            if isinstance(frame, av.VideoFrame):
                at = frame.time or 0.0
                self._decoded_s = max(self._decoded_s, at)
                if at >= self._skip_s:
                    self._pictures.append((at, _image(frame)))
            elif isinstance(frame, av.AudioFrame):
                self._hear(frame)

    def _hear(self, frame: av.AudioFrame) -> None:
        end = (frame.time or 0.0) + frame.samples / max(1, frame.sample_rate)
        self._decoded_s = max(self._decoded_s, end)
        if end > self._skip_s:
            self._sound += [piece.to_ndarray().tobytes() for piece in self._resampler.resample(frame)]
        self._feed()

    def _feed(self) -> None:
        """Hand the sound over; before the first start there is nobody to take it."""
        if self._speaker is not None:
            for piece in self._sound:
                self._speaker.feed(piece)
            self._sound.clear()


def _image(frame: av.VideoFrame) -> QImage:
    pixels = frame.to_ndarray(format="rgb24")
    height, width = pixels.shape[:2]
    return QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
