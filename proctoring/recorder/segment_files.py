"""The files of an epoch: each segment a WebM of its own that begins with a key frame, sealed record by record."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import av

from proctoring.capture.media import SAMPLE_RATE
from proctoring.capture.profiles import Profile
from proctoring.recorder.encoders import MILLISECOND, SAMPLE, AnyPacket
from proctoring.recorder.segments import PICTURE, SOUND, Cut, Plan, Step, Timed
from proctoring.recorder.sink import SealingSink
from proctoring.vault.format import layout
from proctoring.vault.format.ratchet import Ratchet
from proctoring.vault.format.record import Flag
from sync.wire.recording import SegmentEntry

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.stream import Stream

# Short clusters and little waiting for the other track: what the muxer still holds is what a crash loses.
CLUSTER_MS: Final = 300
LIVE_WEBM: Final = {"live": "1", "cluster_time_limit": str(CLUSTER_MS), "max_interleave_delta": str(1000 * CLUSTER_MS)}
_SAMPLES_PER_MS: Final = SAMPLE_RATE // 1000


@dataclass(frozen=True)
class Written:
    """How far a segment goes, and the link of its last record."""

    entry: SegmentEntry
    link: bytes


class Muxer:
    """One live WebM, written into `sink` (an object with `write`); times inside count from `start_ms`."""

    def __init__(self, sink: object, start_ms: int, profile: Profile) -> None:
        self._start_ms: Final = start_ms
        self._container: Final[OutputContainer] = av.open(sink, "w", format="webm", options=dict(LIVE_WEBM))
        self._picture: Final = self._container.add_mux_stream(
            "vp8", rate=profile.frame_rate, width=profile.width, height=profile.height
        )
        self._picture.time_base = MILLISECOND
        # Never encodes: it is here for the header that belongs to our Opus packets.
        self._sound: Final = self._container.add_stream("libopus", rate=SAMPLE_RATE, layout="mono", format="s16")
        self._sound.bit_rate = profile.sound_bits

    def mux(self, track: str, packet: AnyPacket) -> None:
        """Write one packet; its times are changed to those of this file."""
        if track == PICTURE:
            packet.time_base = MILLISECOND
            self._mux(packet, self._picture, self._start_ms)
        else:
            packet.time_base = SAMPLE
            self._mux(packet, self._sound, self._start_ms * _SAMPLES_PER_MS)

    def close(self) -> None:
        """Write the end."""
        self._container.close()

    def _mux(self, packet: AnyPacket, stream: "Stream", origin: int) -> None:
        packet.pts = packet.dts = (packet.pts or 0) - origin
        packet.stream = stream
        self._container.mux(packet)


class _Segment:
    """The segment that is being written."""

    def __init__(self, sink: SealingSink, begin: Cut, profile: Profile) -> None:
        self.sink: Final = sink
        self.sealed_ms = begin.at_ms
        self._begin: Final = begin
        self._rate: Final = profile.frame_rate
        self._reached = {PICTURE: begin.at_ms, SOUND: begin.at_ms}
        self._muxer: Final = Muxer(sink, begin.at_ms, profile)
        self._let_go = False

    @property
    def reached_ms(self) -> int:
        return max(self._reached.values())

    def mux(self, timed: Timed) -> None:
        inside_ms = self._surely_inside_ms()  # what comes out now is what went in before
        self._muxer.mux(timed.track, timed.packet)
        self._reached[timed.track] = max(self._reached[timed.track], timed.end_ms)
        if self.sink.cut(inside_ms):
            self.sealed_ms = inside_ms

    def finish(self, end_ms: int, flag: Flag) -> None:
        self._muxer.close()
        self.sink.finish(end_ms, flag)
        self.sealed_ms = end_ms

    def close(self) -> None:
        if not self._let_go:
            self._let_go = True
            self._muxer.close()  # what it still writes stays in memory
            self.sink.close()

    def written(self) -> Written:
        begin = self._begin
        duration_ms = self.sealed_ms - begin.at_ms
        entry = SegmentEntry(
            index=self.sink.index,
            file=layout.segment_name(self.sink.index),
            bytes=self.sink.bytes,
            records=self.sink.records,
            leaves_root=self.sink.leaves_root,
            start_ms=begin.at_ms,
            duration_ms=duration_ms,
            clock=begin.clock,
            statistics=begin.tally.statistics(duration_ms, self._rate),
        )
        return Written(entry, self.sink.before)

    def _surely_inside_ms(self) -> int:
        """Give the time up to which the muxer lets go of both tracks: it waits a little for the one that is behind."""
        return max(min(self._reached.values()), self.reached_ms - CLUSTER_MS)


class SegmentFiles:
    """All segments of an epoch, on the disk. `closed` is told of each segment that is complete and durable.

    Every method but `sync` is the writing thread's alone.
    """

    def __init__(self, plan: Plan, ratchet: Ratchet, closed: Callable[[Written], None], first: Cut) -> None:
        self._plan: Final = plan
        self._ratchet: Final = ratchet
        self._closed: Final = closed
        self._bytes_before = 0
        self._now = self._open(first, plan.before)

    @property
    def reached_ms(self) -> int:
        """The recorded time up to which packets were taken."""
        return self._now.reached_ms

    @property
    def sealed_ms(self) -> int:
        """The recorded time up to which everything is in sealed records."""
        return self._now.sealed_ms

    @property
    def sealed_bytes(self) -> int:
        """The sealed bytes of this epoch."""
        return self._bytes_before + self._now.sink.bytes

    def take(self, step: Step) -> None:
        """Write what comes next.

        Raises:
            DiskFull, DiskFault: the disk refuses.
        """
        if isinstance(step, Timed):
            self._now.mux(step)
            return
        self._finish(step.at_ms, Flag.SEGMENT_END)
        self._ratchet.advance()
        self._bytes_before += self._now.sink.bytes
        self._now = self._open(step, self._now.sink.before)

    def written(self) -> Written:
        """Say how far the current segment goes."""
        return self._now.written()

    def sync(self) -> None:
        """Make what was sealed durable. On any thread, as long as the segment does not end meanwhile."""
        self._now.sink.sync()

    def finish(self, flag: Flag) -> None:
        """End the segment; `flag` says whether the recording ends with it."""
        self._finish(self._now.reached_ms, flag)

    def close(self) -> None:
        """Let go of the files without another write; after `finish`, or when the disk refused."""
        self._now.close()

    def _finish(self, end_ms: int, flag: Flag) -> None:
        self._now.finish(end_ms, flag)
        self._now.close()
        self._closed(self._now.written())

    def _open(self, begin: Cut, before: bytes) -> _Segment:
        plan, ratchet = self._plan, self._ratchet
        sink = SealingSink(plan.folder, plan.recording, ratchet.segment, ratchet.key(), before)
        return _Segment(sink, begin, plan.profile)
