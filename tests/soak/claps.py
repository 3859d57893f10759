"""When the flashes and the claps of a recording are, to well under a millisecond and a few milliseconds."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from proctoring.capture.clap import BAR_COLUMNS, BAR_LEFT, BAR_ROWS, FLASH_MS, FLASH_ROWS, PERIOD_MS

BRIGHT = 200
"""Luma between the bar and the picture's rest: a flash."""
HEARD = 3_000
"""Of 32767: a clap, not the silence between."""
APART_MS = PERIOD_MS / 2
PER_MS = 48


@dataclass
class Track:
    """What one decoded file holds: packets and decoded pictures, samples, and the marks in both (ms)."""

    pictures: int = 0
    samples: int = 0
    flashes_ms: list[float] = field(default_factory=list)
    claps_ms: list[float] = field(default_factory=list)
    picture_end_ms: float = 0.0
    sound_end_ms: float = 0.0

    def drifts_ms(self) -> list[float]:
        """Give, for every clap that has a flash within a second, how much later than the flash it is heard (ms)."""
        flashes = np.array(self.flashes_ms)
        drifts = []
        for clap in self.claps_ms:
            nearest = float(flashes[np.abs(flashes - clap).argmin()]) if len(flashes) else np.inf
            if abs(clap - nearest) < APART_MS:
                drifts.append(clap - nearest)
        return drifts


def read(file: Path) -> Track:
    """Decode a whole WebM."""
    track = Track()
    with av.open(str(file)) as container:
        container.streams.video[0].codec_context.thread_count = 1
        for frame in container.decode(video=0, audio=0):
            if isinstance(frame, VideoFrame):
                _look(frame, track)
            elif isinstance(frame, AudioFrame):
                _listen(frame, track)
    return track


def middle(drifts: list[float]) -> float:
    """Give the median of some drifts."""
    return float(median(drifts))


def _look(frame: VideoFrame, track: Track) -> None:
    at_ms = float(frame.time or 0) * 1000
    track.pictures += 1
    track.picture_end_ms = at_ms
    plane = frame.planes[0]
    luma = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[:, : frame.width]
    if luma[FLASH_ROWS][:64].mean() < BRIGHT:
        return
    bar = luma[(BAR_ROWS.start + BAR_ROWS.stop) // 2, BAR_LEFT : BAR_LEFT + BAR_COLUMNS]
    began_ms = at_ms - FLASH_MS * int((bar < BRIGHT / 2).sum()) / BAR_COLUMNS
    if not track.flashes_ms or began_ms - track.flashes_ms[-1] > APART_MS:
        track.flashes_ms.append(began_ms)


def _listen(frame: AudioFrame, track: Track) -> None:
    at_ms = float(frame.time or 0) * 1000
    loud = np.abs(_mono(frame))
    for place in _above(loud):
        heard_ms = at_ms + place / PER_MS
        if not track.claps_ms or heard_ms - track.claps_ms[-1] > APART_MS:
            track.claps_ms.append(heard_ms)
    track.samples += len(loud)
    track.sound_end_ms = at_ms + len(loud) / PER_MS


def _mono(frame: AudioFrame) -> NDArray[np.float64]:
    samples = np.asarray(frame.to_ndarray()[0], np.float64)
    return np.multiply(samples, 32_767) if frame.format.name.startswith("flt") else samples


def _above(loud: NDArray[np.float64]) -> Iterator[int]:
    first = int((loud > HEARD).argmax())
    if loud[first] > HEARD:
        yield first
