"""Cutting one stream of packets into segments: which packet goes where, decided as they come from the encoders."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from proctoring.capture.media import FRAME_RATE
from proctoring.recorder.encoders import AnyPacket
from sync.wire.recording import CaptureStatistics, ClockPair

PICTURE: Final = "picture"
SOUND: Final = "sound"
_FULL_SCALE: Final = 32_768
SILENCE_DBFS_TENTHS: Final = -2_000


@dataclass
class Tally:
    """What capture and the encoder did within one segment; `power` is the sum of squared samples.

    `left_out`: encoded pictures that were not written, because the disk did not take them in time.
    """

    captured: int = 0
    given: int = 0
    encoded: int = 0
    left_out: int = 0
    samples: int = 0
    power: float = 0.0

    def statistics(self, duration_ms: int) -> CaptureStatistics:
        """Give the figures as the manifest has them."""
        return CaptureStatistics(
            frames_expected=duration_ms * FRAME_RATE // 1000,
            frames_captured=self.captured,
            frames_encoded=self.encoded,
            frames_dropped=self.given - self.encoded + self.left_out,
            samples=self.samples,
            level_dbfs_tenths=level(self.power, self.samples),
        )


def level(power: float, samples: int) -> int:
    """Give the RMS level of `samples` samples in tenths of dBFS, -2000 for silence."""
    if not samples or power <= 0:
        return SILENCE_DBFS_TENTHS
    return max(SILENCE_DBFS_TENTHS, min(0, round(100 * math.log10(power / samples / _FULL_SCALE**2))))


@dataclass(frozen=True)
class Timed:
    """One packet, which track it is of, and the recorded time it begins and ends at (ms)."""

    track: str
    packet: AnyPacket
    start_ms: int
    end_ms: int


@dataclass(frozen=True)
class Cut:
    """A segment begins, and the one before it ends; `tally` will be its figures, `clock` was read now."""

    at_ms: int
    tally: Tally
    clock: ClockPair


Step = Timed | Cut
"""What is written, in this order."""


@dataclass(frozen=True)
class Plan:
    """Where an epoch's segments go: folder, recording, first moment (ms), length of a segment (ms), chain so far."""

    folder: Path
    recording: str
    start_ms: int
    segment_ms: int
    before: bytes


class Segments:
    """All segments of an epoch, as the encoders fill them; what is to be written is passed on in its order."""

    def __init__(self, plan: Plan, clock: Callable[[], ClockPair], pass_on: Callable[[Step], None]) -> None:
        self.tally = Tally()
        """The current segment's figures."""
        self.first: Final = Cut(plan.start_ms, self.tally, clock())
        self.boundary_ms = plan.start_ms + plan.segment_ms
        """The recorded time at which the current segment ends."""
        self._segment_ms: Final = plan.segment_ms
        self._clock: Final = clock
        self._pass_on: Final = pass_on
        self._waiting: list[Timed] = []
        self._passed = {PICTURE: plan.start_ms, SOUND: plan.start_ms}

    def add(self, timed: Timed) -> None:
        """Put a packet into its segment; a segment ends when picture and sound have both passed its end.

        Raises:
            DiskFull, DiskFault: the disk refused what was passed on before.
        """
        self._passed[timed.track] = max(self._passed[timed.track], timed.start_ms)
        self._waiting.append(timed)
        while True:
            ripe = [waiting for waiting in self._waiting if waiting.start_ms < self.boundary_ms]
            self._waiting = [waiting for waiting in self._waiting if waiting.start_ms >= self.boundary_ms]
            for waiting in ripe:
                self._pass_on(waiting)
            if min(self._passed.values()) < self.boundary_ms:
                return
            self.tally = Tally()
            self._pass_on(Cut(self.boundary_ms, self.tally, self._clock()))
            self.boundary_ms += self._segment_ms

    def finish(self) -> None:
        """Pass on what waits for a segment that will not begin any more."""
        for waiting in self._waiting:
            self._pass_on(waiting)
        self._waiting.clear()
