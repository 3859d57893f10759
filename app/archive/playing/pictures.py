"""Pictures of a recording by recorded time: decoded from the key frame before, or on from where decoding stands."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import av
import av.error
import numpy as np
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

from app.archive.playing.reel import MAX_PIXELS, Reel

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

_THREADS: Final = 1  # one picture at a time is wanted: more would only wait for each other


@dataclass(frozen=True, eq=False)
class Picture:
    """One decoded picture: its recorded time, ms, and its planes Y, U, V (I420), exactly as decoded."""

    at_ms: int
    i420: NDArray[np.uint8]

    @property
    def width(self) -> int:
        """Pixels across."""
        return int(self.i420.shape[1])

    @property
    def height(self) -> int:
        """Pixels down."""
        return int(self.i420.shape[0]) * 2 // 3

    def rgb(self) -> NDArray[np.uint8]:
        """Give the picture as rows of red, green, blue (ITU-R BT.601, as WebM's VP8 has it)."""
        frame = av.VideoFrame.from_ndarray(self.i420, format="yuv420p")
        return np.ascontiguousarray(frame.to_ndarray(format="rgb24"))


class PictureDecoder:
    """Decodes one picture at a time and remembers how far it got, so that playing on costs one picture each."""

    def __init__(self) -> None:
        self._codec: VideoCodecContext | None = None
        self._reel: Reel | None = None
        self._place = -1
        self._newest: VideoFrame | None = None

    def picture(self, reel: Reel, place: int) -> Picture | None:
        """Decode the picture at `place`; None if what is there cannot be decoded."""
        key = reel.key_before(place)
        if key < 0:
            return None
        if reel is not self._reel or self._codec is None or not key <= self._place <= place:
            self._begin(reel, key)
        for at in range(self._place + 1, place + 1):
            self._decode(at)
        planes = _planes(self._newest) if self._newest is not None else None
        return Picture(reel.picture_ms[place], planes) if planes is not None else None

    def _begin(self, reel: Reel, key: int) -> None:
        codec = av.CodecContext.create("vp8", "r")
        assert isinstance(codec, VideoCodecContext)  # noqa: S101 - tells the type checker what vp8 is
        codec.thread_count = _THREADS
        self._codec, self._reel, self._place, self._newest = codec, reel, key - 1, None

    def _decode(self, place: int) -> None:
        assert self._codec is not None and self._reel is not None  # noqa: S101, PT018 - `_begin` came before
        self._place = place
        try:
            frames = self._codec.decode(self._reel.pictures[place])
        except av.error.FFmpegError:
            return  # the picture before stays: what a player of any kind would show
        if frames:
            self._newest = frames[-1]


def _planes(frame: "VideoFrame") -> NDArray[np.uint8] | None:
    if frame.width * frame.height > MAX_PIXELS or frame.format.name != "yuv420p":
        return None
    return frame.to_ndarray().astype(np.uint8, copy=False)
