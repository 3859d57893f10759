"""What capture hands to the recorder: pictures and blocks of sound, both stamped on one monotonic clock."""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from sync.wire.recording import Source

SAMPLE_RATE: Final = 48_000
_AT_ONCE: Final = 4

Plane = NDArray[np.uint8]
Samples = NDArray[np.int16]


@dataclass(frozen=True)
class Picture:
    """One picture: planar I420 of the profile's size (480 rows of luma make 720 rows), its monotonic time in ns.

    `overtaken` pictures were captured before this one and given up, because nobody took them in time.
    """

    i420: Plane
    mono_ns: int
    overtaken: int = 0


@dataclass(frozen=True)
class Sound:
    """A block of sound, 48 kHz mono, and the monotonic time of its first sample in ns."""

    samples: Samples
    mono_ns: int


class PictureFeed(Protocol):
    """A camera, or what openly stands for one."""

    @property
    def source(self) -> Source:
        """What is recorded, as the manifest says it."""

    def newest(self) -> Picture | None:
        """Give the next new picture, None if there is none yet; call until then. Does not block."""

    def close(self) -> None:
        """Let go of the device; twice is fine."""


class SoundFeed(Protocol):
    """A microphone, or what openly stands for one."""

    @property
    def source(self) -> Source:
        """What is recorded, as the manifest says it."""

    def take(self) -> list[Sound]:
        """Give the blocks since the last call, oldest first. Does not block."""

    def close(self) -> None:
        """Let go of the device; twice is fine."""


def new_pictures(feed: PictureFeed) -> list[Picture]:
    """Give what a feed has now, the oldest first; at most a few, so that a feed without end holds nobody up."""
    pictures = []
    for _ in range(_AT_ONCE):
        picture = feed.newest()
        if picture is None:
            break
        pictures.append(picture)
    return pictures
