"""Listening in: the encoded stream, live, to whoever asks, and never at the recording's cost.

A reader that is too slow loses pictures, up to the next key frame after it has caught up; its memory here is bounded.
"""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import av

from proctoring.capture.profiles import Profile
from proctoring.recorder.encoders import AnyPacket
from proctoring.recorder.segment_files import Muxer
from proctoring.recorder.segments import PICTURE, Timed

MOST_BYTES: Final = 1_000_000
"""What waits for one reader at most: about ten seconds."""


@dataclass(frozen=True)
class _Copy:
    """A packet of our own: the recording's is changed as it is written."""

    track: str
    data: bytes
    pts: int
    key: bool
    start_ms: int


class _Bytes:
    """What a muxer writes into."""

    def __init__(self) -> None:
        self._made = bytearray()

    def write(self, data: bytes) -> int:
        self._made += data
        return len(data)

    def take(self) -> bytes:
        made, self._made = bytes(self._made), bytearray()
        return made


class Tap:
    """One reader's. `offer` and `end` are the recording's, on its threads; `chunks` is the reader's, on the loop."""

    def __init__(self, profile: Profile) -> None:
        self._profile: Final = profile
        self._loop: Final = asyncio.get_running_loop()
        self._some: Final = asyncio.Event()
        self._lock: Final = threading.Lock()
        self._waiting: deque[_Copy] = deque()
        self._bytes = 0
        self._begun = False
        self._skips = True  # pictures, until a key frame comes
        self._over = False

    def offer(self, timed: Timed) -> None:
        """Take a packet, if there is room; never waits."""
        packet, picture = timed.packet, timed.track == PICTURE
        with self._lock:
            if picture and packet.is_keyframe and self._bytes <= MOST_BYTES // 2:
                self._skips, self._begun = False, True
            if not self._begun or (picture and self._skips):
                return
            if self._bytes + packet.size > MOST_BYTES:
                self._leave_out_pictures()
                if picture:
                    return
            copy = _Copy(timed.track, bytes(packet), packet.pts or 0, packet.is_keyframe, timed.start_ms)
            self._waiting.append(copy)
            self._bytes += len(copy.data)
        self._wake()

    @property
    def over(self) -> bool:
        """Whether nothing more is to come."""
        return self._over

    def end(self) -> None:
        """There is nothing more to come."""
        self._over = True
        self._wake()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Give the bytes of one live WebM that begins with the next key frame, until the recording ends."""
        made = _Bytes()
        muxer: Muxer | None = None
        start_ms = 0
        while not self._over or self._waiting:
            await self._some.wait()
            self._some.clear()
            for copy in self._take():
                if muxer is None and copy.track == PICTURE:
                    start_ms, muxer = copy.start_ms, Muxer(made, copy.start_ms, self._profile)
                if muxer is not None and copy.start_ms >= start_ms:
                    muxer.mux(copy.track, _packet(copy))
            if chunk := made.take():
                yield chunk
        if muxer is not None:
            muxer.close()
            yield made.take()

    def _take(self) -> list[_Copy]:
        with self._lock:
            taken, self._waiting, self._bytes = list(self._waiting), deque(), 0
        return taken

    def _leave_out_pictures(self) -> None:
        self._skips = True
        kept = [copy for copy in self._waiting if copy.track != PICTURE]
        kept_bytes = sum(len(copy.data) for copy in kept)
        if kept_bytes > MOST_BYTES // 2:  # minutes of sound: nobody reads at all
            kept, kept_bytes = [], 0
        self._waiting, self._bytes = deque(kept), kept_bytes

    def _wake(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._some.set)
        except RuntimeError:  # the loop has ended, and with it the reader
            self._over = True


def _packet(copy: _Copy) -> AnyPacket:
    packet = av.Packet(copy.data)
    packet.pts = packet.dts = copy.pts
    packet.is_keyframe = copy.key
    return packet
