"""Cutting one stream of packets into segments, each a WebM of its own that begins with a key frame."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av

from proctoring.capture.media import FRAME_RATE, HEIGHT, SAMPLE_RATE, WIDTH
from proctoring.recorder.encoders import MILLISECOND, OPUS_BITS, SAMPLE, AnyPacket
from proctoring.recorder.sink import SealingSink
from proctoring.vault.format import layout
from proctoring.vault.format.ratchet import Ratchet
from proctoring.vault.format.record import Flag
from sync.wire.recording import CaptureStatistics, ClockPair, SegmentEntry

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.stream import Stream

PICTURE: Final = "picture"
SOUND: Final = "sound"
# Short clusters and little waiting for the other track: what the muxer still holds is what a crash loses.
_LIVE_WEBM: Final = {"live": "1", "cluster_time_limit": "500", "max_interleave_delta": "500000"}
_SAMPLES_PER_MS: Final = SAMPLE_RATE // 1000
_FULL_SCALE: Final = 32_768
SILENCE_DBFS_TENTHS: Final = -2_000


@dataclass
class Tally:
    """What capture and the encoder did within the current segment; `power` is the sum of squared samples."""

    captured: int = 0
    given: int = 0
    encoded: int = 0
    samples: int = 0
    power: float = 0.0

    def statistics(self, duration_ms: int) -> CaptureStatistics:
        """Give the figures as the manifest has them."""
        return CaptureStatistics(
            frames_expected=duration_ms * FRAME_RATE // 1000,
            frames_captured=self.captured,
            frames_encoded=self.encoded,
            frames_dropped=self.given - self.encoded,
            samples=self.samples,
            level_dbfs_tenths=level(self.power, self.samples),
        )


def level(power: float, samples: int) -> int:
    """Give the RMS level of `samples` samples in tenths of dBFS, -2000 for silence."""
    if not samples or power <= 0:
        return SILENCE_DBFS_TENTHS
    return max(SILENCE_DBFS_TENTHS, min(0, round(100 * math.log10(power / samples / _FULL_SCALE**2))))


@dataclass(frozen=True)
class Written:
    """How far a segment goes, and the link of its last record."""

    entry: SegmentEntry
    link: bytes


@dataclass(frozen=True)
class Timed:
    """One packet, which track it is of, and the recorded time it begins and ends at (ms)."""

    track: str
    packet: AnyPacket
    start_ms: int
    end_ms: int


class _Muxer:
    """WebM of one segment; times inside count from the segment's start."""

    def __init__(self, sink: SealingSink, start_ms: int) -> None:
        self._start_ms: Final = start_ms
        self._container: Final[OutputContainer] = av.open(sink, "w", format="webm", options=dict(_LIVE_WEBM))
        self._picture: Final = self._container.add_mux_stream("vp8", rate=FRAME_RATE, width=WIDTH, height=HEIGHT)
        self._picture.time_base = MILLISECOND
        # Never encodes: it is here for the header that belongs to our Opus packets.
        self._sound: Final = self._container.add_stream("libopus", rate=SAMPLE_RATE, layout="mono", format="s16")
        self._sound.bit_rate = OPUS_BITS

    def picture(self, packet: AnyPacket) -> None:
        packet.time_base = MILLISECOND
        self._mux(packet, self._picture, self._start_ms)

    def sound(self, packet: AnyPacket) -> None:
        packet.time_base = SAMPLE
        self._mux(packet, self._sound, self._start_ms * _SAMPLES_PER_MS)

    def close(self) -> None:
        self._container.close()

    def _mux(self, packet: AnyPacket, stream: "Stream", origin: int) -> None:
        packet.pts = packet.dts = (packet.pts or 0) - origin
        packet.stream = stream
        self._container.mux(packet)


class _Segment:
    """The segment that is being written."""

    def __init__(self, sink: SealingSink, start_ms: int, clock: ClockPair) -> None:
        self.sink: Final = sink
        self.start_ms: Final = start_ms
        self.tally: Final = Tally()
        self.reached_ms = start_ms
        self._clock: Final = clock
        self._muxer: Final = _Muxer(sink, start_ms)
        self._let_go = False

    def mux(self, timed: Timed) -> None:
        if timed.track == PICTURE:
            self._muxer.picture(timed.packet)
        else:
            self._muxer.sound(timed.packet)
        self.reached_ms = max(self.reached_ms, timed.end_ms)
        self.sink.cut(self.reached_ms)

    def finish(self, end_ms: int, flag: Flag) -> None:
        self.reached_ms = end_ms
        self._muxer.close()
        self.sink.finish(end_ms, flag)

    def close(self) -> None:
        if not self._let_go:
            self._let_go = True
            self._muxer.close()  # what it still writes stays in memory
            self.sink.close()

    def written(self) -> Written:
        duration_ms = self.reached_ms - self.start_ms
        entry = SegmentEntry(
            index=self.sink.index,
            file=layout.segment_name(self.sink.index),
            bytes=self.sink.bytes,
            records=self.sink.records,
            leaves_root=self.sink.leaves_root,
            start_ms=self.start_ms,
            duration_ms=duration_ms,
            clock=self._clock,
            statistics=self.tally.statistics(duration_ms),
        )
        return Written(entry, self.sink.before)


@dataclass(frozen=True)
class Plan:
    """Where an epoch's segments go: folder, recording, first moment (ms), length of a segment (ms), chain so far."""

    folder: Path
    recording: str
    start_ms: int
    segment_ms: int
    before: bytes


class Segments:
    """All segments of an epoch. `closed` is told of each segment that is complete and durable."""

    def __init__(
        self, plan: Plan, ratchet: Ratchet, clock: Callable[[], ClockPair], closed: Callable[[Written], None]
    ) -> None:
        self._plan: Final = plan
        self._ratchet: Final = ratchet
        self._clock: Final = clock
        self._closed: Final = closed
        self._waiting: list[Timed] = []
        self._bytes_before = 0
        self._passed = {PICTURE: plan.start_ms, SOUND: plan.start_ms}
        self._now = self._open(plan.start_ms, plan.before)

    @property
    def boundary_ms(self) -> int:
        """The recorded time at which the current segment ends."""
        return self._now.start_ms + self._plan.segment_ms

    @property
    def tally(self) -> Tally:
        """The current segment's figures."""
        return self._now.tally

    @property
    def reached_ms(self) -> int:
        """The recorded time up to which packets were written."""
        return self._now.reached_ms

    @property
    def sealed_bytes(self) -> int:
        """The sealed bytes of this epoch."""
        return self._bytes_before + self._now.sink.bytes

    def add(self, timed: Timed) -> None:
        """Write a packet into its segment; a segment ends when picture and sound have both passed its end.

        Raises:
            DiskFull, DiskFault: the disk refuses.
        """
        self._passed[timed.track] = max(self._passed[timed.track], timed.start_ms)
        self._waiting.append(timed)
        while True:
            boundary_ms = self.boundary_ms
            ripe = [waiting for waiting in self._waiting if waiting.start_ms < boundary_ms]
            self._waiting = [waiting for waiting in self._waiting if waiting.start_ms >= boundary_ms]
            for waiting in ripe:
                self._now.mux(waiting)
            if min(self._passed.values()) < boundary_ms:
                return
            self._finish(boundary_ms, Flag.SEGMENT_END)
            self._ratchet.advance()
            self._bytes_before += self._now.sink.bytes
            self._now = self._open(boundary_ms, self._now.sink.before)

    def sync(self) -> Written:
        """Make what was sealed durable; say how far it goes."""
        self._now.sink.sync()
        return self._now.written()

    def finish(self, flag: Flag) -> None:
        """Write what waits and end the segment; `flag` says whether the recording ends with it."""
        for waiting in self._waiting:
            self._now.mux(waiting)
        self._waiting.clear()
        self._finish(self._now.reached_ms, flag)

    def close(self) -> None:
        """Let go of the files without another write; after `finish`, or when the disk refused."""
        self._now.close()

    def _finish(self, end_ms: int, flag: Flag) -> None:
        self._now.finish(end_ms, flag)
        self._now.close()
        self._closed(self._now.written())

    def _open(self, start_ms: int, before: bytes) -> _Segment:
        plan, ratchet = self._plan, self._ratchet
        sink = SealingSink(plan.folder, plan.recording, ratchet.segment, ratchet.key(), before)
        return _Segment(sink, start_ms, self._clock())
