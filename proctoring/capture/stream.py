"""Picture and sound of one source through PyAV: a network camera (RTSP), or a file played at its own pace.

Both tracks are stamped on the monotonic clock by the source's own times, so that they stay together. A stream that
breaks off is opened again; a file that ends is a device that is lost.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import av
import numpy as np
import structlog
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.video.frame import VideoFrame

from proctoring.capture.drawing import from_bgr
from proctoring.capture.media import SAMPLE_RATE, Picture, Plane, Sound
from proctoring.capture.profiles import Profile
from proctoring.capture.slot import Slot
from sync.wire.recording import Source

Opener = Callable[[], AbstractContextManager[InputContainer]]

_RETRY_S: Final = 2.0
_OPEN_S, _READ_S = 10.0, 5.0
_MOST_BLOCKS: Final = 500  # that nobody took; the oldest are given up
_WINDOW_NS: Final = 10_000_000_000
_BROKEN_NS: Final = 5_000_000_000
_NS: Final = 1_000_000_000
_RTSP: Final = {
    "rtsp_transport": "tcp",
    "protocol_whitelist": "rtsp,rtsps,rtp,tcp,tls,udp",
    "timeout": "5000000",
    "analyzeduration": "1000000",  # a camera says what it sends; to look longer only delays the first picture
    "fflags": "nobuffer",
}
_FILES: Final = {
    "format_whitelist": "matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,avi,mpegts,ogg,wav",
    "protocol_whitelist": "",
}
_log = structlog.get_logger(__name__)


class Pace:
    """When what a stream sends was captured: by its own times, held to the clock by the least late of what came.

    Network and decoder only ever make things late. The least is that of ten to twenty seconds, so that a camera whose
    clock drifts is followed.
    """

    def __init__(self) -> None:
        self._least_ns: tuple[int, int] | None = None
        self._since_ns = 0

    def stamp(self, time_ns: int, arrival_ns: int) -> int:
        """Give the monotonic time of something the stream stamped with `time_ns`, that has arrived now."""
        offset_ns = arrival_ns - time_ns
        if self._least_ns is None or offset_ns - min(self._least_ns) > _BROKEN_NS:  # its clock was set
            self._least_ns, self._since_ns = (offset_ns, offset_ns), arrival_ns
        before_ns, now_ns = self._least_ns
        if arrival_ns - self._since_ns > _WINDOW_NS:
            before_ns, now_ns, self._since_ns = now_ns, offset_ns, arrival_ns
        self._least_ns = (before_ns, min(now_ns, offset_ns))
        return time_ns + min(self._least_ns)


class Stream:
    """A source with a thread of its own; `picture` and `sound` are its feeds. Closing one closes it."""

    def __init__(
        self, label: str, opener: Opener, profile: Profile, *, file: bool = False, retry_s: float = _RETRY_S
    ) -> None:
        """Begin; `file`: what is read is played at its own pace, once, and counts as simulated."""
        self._opener: Final = opener
        self._profile: Final = profile
        self._file: Final = file
        self._retry_s: Final = retry_s
        self._slot: Final = Slot(profile.frame_rate)
        self._blocks: Final[deque[Sound]] = deque(maxlen=_MOST_BLOCKS)
        self._closed: Final = threading.Event()
        self._resampler: tuple[tuple[object, ...], AudioResampler] | None = None
        self.picture: Final = StreamPicture(self, Source(track="picture", label=label, simulated=file), self._slot)
        self.sound: Final = StreamSound(self, Source(track="sound", label=label, simulated=file), self._blocks)
        self._thread: Final = threading.Thread(target=self._run, name="stream", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; a library that hangs is left to its thread."""
        self._closed.set()
        self._thread.join(1.0)

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                with self._opener() as container:
                    self._pump(container)
            except (av.error.FFmpegError, OSError) as error:
                _log.warning("the source broke off", label=self.picture.source.label, error=type(error).__name__)
            if self._file:
                return
            self._closed.wait(self._retry_s)

    def _pump(self, container: InputContainer) -> None:
        tracks = [*container.streams.video[:1], *container.streams.audio[:1]]
        pace, began_ns = Pace(), time.monotonic_ns()
        for track in tracks:
            track.codec_context.thread_count = 1
        for packet in container.demux(tracks):
            if self._closed.is_set():
                return
            with suppress(av.error.InvalidDataError):  # what arrived damaged: the next key frame mends it
                for frame in packet.decode():
                    if isinstance(frame, VideoFrame | AudioFrame):
                        self._take(frame, pace, began_ns)

    def _take(self, frame: VideoFrame | AudioFrame, pace: Pace, began_ns: int) -> None:
        now_ns = time.monotonic_ns()
        time_ns = None if frame.time is None else round(frame.time * _NS)
        if time_ns is None:
            stamp_ns = now_ns
        elif self._file:
            stamp_ns = began_ns + time_ns
            self._closed.wait(max(0.0, (stamp_ns - now_ns) / _NS))
        else:
            stamp_ns = pace.stamp(time_ns, now_ns)
        if isinstance(frame, AudioFrame):
            self._hear(frame, stamp_ns)
        elif self._slot.wants(stamp_ns):
            self._slot.put(_i420(frame, self._profile), stamp_ns)

    def _hear(self, frame: AudioFrame, stamp_ns: int) -> None:
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._resampler is None or self._resampler[0] != kind:
            self._resampler = (kind, AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE))
        for heard in self._resampler[1].resample(frame):
            samples = np.asarray(heard.to_ndarray(), np.int16).ravel()
            self._blocks.append(Sound(samples, stamp_ns))
            stamp_ns += len(samples) * _NS // SAMPLE_RATE


class StreamPicture:
    """A stream's pictures."""

    def __init__(self, stream: Stream, source: Source, slot: Slot) -> None:
        self.source: Final = source
        self.close: Final = stream.close
        self.newest: Final[Callable[[], Picture | None]] = slot.take


class StreamSound:
    """A stream's sound."""

    def __init__(self, stream: Stream, source: Source, blocks: deque[Sound]) -> None:
        self.source: Final = source
        self.close: Final = stream.close
        self._blocks: Final = blocks

    def take(self) -> list[Sound]:
        """Give the blocks since the last call."""
        return [self._blocks.popleft() for _ in range(len(self._blocks))]


def rtsp_stream(address: str, profile: Profile, retry_s: float = _RETRY_S) -> Stream:
    """Open a network camera; what recordings say of it has neither its password nor its parameters."""
    parts = urlsplit(address)
    label = f"network camera {parts.hostname or ''}{parts.path}"[:200]
    options = dict(_RTSP)
    return Stream(
        label, lambda: av.open(address, "r", options=options, timeout=(_OPEN_S, _READ_S)), profile, retry_s=retry_s
    )


def file_stream(path: Path, profile: Profile) -> Stream:
    """Play a file once."""
    return Stream(f"file {path.name}"[:200], lambda: _OpenFile(path), profile, file=True)


class _OpenFile(AbstractContextManager[InputContainer]):
    """A file opened by us, so that a name is never taken for an address, nor one file opens another."""

    def __init__(self, path: Path) -> None:
        self._file: Final = path.open("rb")
        try:
            self._container: Final = av.open(self._file, "r", options=dict(_FILES))
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> InputContainer:
        return self._container

    def __exit__(self, *_: object) -> None:
        self._container.close()
        self._file.close()


def _i420(frame: VideoFrame, profile: Profile) -> Plane:
    if frame.format.name == "yuv420p" and (frame.width, frame.height) == (profile.width, profile.height):
        return np.asarray(frame.to_ndarray(), np.uint8)
    return from_bgr(np.asarray(frame.to_ndarray(format="bgr24"), np.uint8), profile)
