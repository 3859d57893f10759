"""The place for what the watch notices: stated in heads, shown in the status, the last few with a small picture.

The pictures are kept in memory only, for proctors; what a flag shows later is the recording's own frame.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from proctoring.capture.drawing import preview_jpeg
from proctoring.capture.media import Picture, PictureFeed, Plane, Samples, Sound, SoundFeed
from proctoring.recorder.messages import RECENT_FLAGS, NotedFlag
from sync.wire.recording import Flag, FlagKind, Source

Note = Callable[[Flag, Plane | None], None]
"""Told of a flag that went up or has grown, and the picture of the moment it went up."""


class Observer(Protocol):
    """Looks at what is being recorded. Called on the capture thread: whatever takes longer than 1 ms it does elsewhere.

    It tells of flags by the `Note` it was made with, from any thread.
    """

    def see(self, i420: Plane, at_ms: int) -> None:
        """Take a picture (planar I420) and its recorded time, ms."""

    def hear(self, samples: Samples, at_ms: int) -> None:
        """Take a block of sound (48 kHz mono) and the recorded time of its first sample, ms."""

    def close(self) -> None:
        """Tell of what is still up, and end; nothing is told afterwards. Twice is fine."""


class FlagBoard:
    """The flags of one recording. May be used from any thread."""

    def __init__(self) -> None:
        self._lock: Final = threading.Lock()
        self._untold: list[Flag] = []
        self._recent: Final[deque[NotedFlag]] = deque(maxlen=RECENT_FLAGS)
        self._pictures: Final[dict[int, bytes]] = {}
        self._numbers: Final[dict[tuple[FlagKind, int], int]] = {}

    def note(self, flag: Flag, i420: Plane | None = None) -> None:
        """Take a flag; the same one again (kind and `at_ms`) only grows. `i420` is kept small, as a JPEG."""
        jpeg = None if i420 is None else preview_jpeg(i420)
        with self._lock:
            self._untold.append(flag)
            number = self._numbers.setdefault((flag.kind, flag.at_ms), len(self._numbers) + 1)
            if jpeg is not None:
                self._pictures.setdefault(number, jpeg)
            noted = NotedFlag(number=number, flag=flag, picture=number in self._pictures)
            kept = [one for one in self._recent if one.number != number]
            self._recent.clear()
            self._recent.extend((*kept, noted))
            for gone in self._pictures.keys() - {one.number for one in self._recent}:
                del self._pictures[gone]

    def take(self) -> tuple[Flag, ...]:
        """Give what was noted since the last call, for the next head."""
        with self._lock:
            untold, self._untold = self._untold, []
        return tuple(untold)

    @property
    def recent(self) -> tuple[NotedFlag, ...]:
        """The last flags, the newest last."""
        with self._lock:
            return tuple(self._recent)

    def picture(self, number: int) -> bytes | None:
        """Give a flag's small picture; None when it had none, or is no longer among the last."""
        with self._lock:
            return self._pictures.get(number)


class ObservedPicture:
    """A camera whose pictures an observer sees, too."""

    def __init__(self, feed: PictureFeed, observer: Observer, at_ms: Callable[[int], int]) -> None:
        self._feed: Final = feed
        self._observer: Final = observer
        self._at_ms: Final = at_ms

    @property
    def source(self) -> Source:
        """What is recorded."""
        return self._feed.source

    def newest(self) -> Picture | None:
        """Give the newest picture since the last call, once the observer has it."""
        picture = self._feed.newest()
        if picture is not None:
            self._observer.see(picture.i420, self._at_ms(picture.mono_ns))
        return picture

    def close(self) -> None:
        """Let go of the device."""
        self._feed.close()


class ObservedSound:
    """A microphone whose sound an observer hears, too."""

    def __init__(self, feed: SoundFeed, observer: Observer, at_ms: Callable[[int], int]) -> None:
        self._feed: Final = feed
        self._observer: Final = observer
        self._at_ms: Final = at_ms

    @property
    def source(self) -> Source:
        """What is recorded."""
        return self._feed.source

    def take(self) -> list[Sound]:
        """Give the blocks since the last call, once the observer has them."""
        blocks = self._feed.take()
        for block in blocks:
            self._observer.hear(block.samples, self._at_ms(block.mono_ns))
        return blocks

    def close(self) -> None:
        """Let go of the device."""
        self._feed.close()
