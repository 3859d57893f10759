"""Cutting one stream of packets into segments: which packet goes where, decided as they come from the encoders."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from proctoring.capture.profiles import Profile
from proctoring.recorder.encoders import AnyPacket
from proctoring.recorder.timeline import SoundAccount
from sync.wire.recording import CaptureStatistics, ClockPair

PICTURE: Final = "picture"
SOUND: Final = "sound"
_FULL_SCALE: Final = 32_768
SILENCE_DBFS_TENTHS: Final = -2_000


@dataclass
class Tally:
    """What capture and the encoder did within one segment; `power` is the sum of squared samples.

    `drawn`: the last picture again, or NO PICTURE, while the camera gave none. `left_out`: encoded pictures that were
    not written, because the disk did not take them in time.
    """

    captured: int = 0
    drawn: int = 0
    encoded: int = 0
    left_out: int = 0
    sound: SoundAccount = field(default_factory=SoundAccount)
    power: float = 0.0
    peak: int = 0

    def statistics(self, duration_ms: int, frame_rate: int) -> CaptureStatistics:
        """Give the figures as the manifest has them."""
        expected, written = duration_ms * frame_rate // 1000, self.encoded - self.left_out
        return CaptureStatistics(
            frames_expected=expected,
            frames_captured=self.captured,
            frames_missed=max(0, expected - self.captured),
            frames_drawn=self.drawn,
            frames_encoded=written,
            frames_dropped=self.captured + self.drawn - written,
            samples=self.sound.given,
            samples_padded=self.sound.padded,
            samples_dropped=self.sound.dropped,
            samples_stretched=self.sound.stretched,
            level_dbfs_tenths=level(self.power, self.sound.given),
            peak_dbfs_tenths=level(float(self.peak) ** 2, 1),
        )

    def add(self, other: "Tally") -> None:
        """Count in what another tally has."""
        self.captured += other.captured
        self.drawn += other.drawn
        self.encoded += other.encoded
        self.left_out += other.left_out
        self.sound = self.sound.plus(other.sound)
        self.power += other.power
        self.peak = max(self.peak, other.peak)


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
    profile: Profile


class Segments:
    """All segments of an epoch, as the encoders fill them; what is to be written is passed on in its order."""

    def __init__(self, plan: Plan, clock: Callable[[], ClockPair], pass_on: Callable[[Step], None]) -> None:
        self._tallies: Final[dict[int, Tally]] = {}  # by where the segment ends; the last are still to begin
        self.boundary_ms = plan.start_ms + plan.segment_ms
        """The recorded time at which the current segment ends."""
        self._segment_ms: Final = plan.segment_ms
        self.first: Final = Cut(plan.start_ms, self.tally_at(plan.start_ms), clock())
        self._clock: Final = clock
        self._pass_on: Final = pass_on
        self._waiting: list[Timed] = []
        self._passed = {PICTURE: plan.start_ms, SOUND: plan.start_ms}

    def tally_at(self, at_ms: int) -> Tally:
        """Give the figures of the segment that what happened at this recorded time belongs to."""
        later_ms = max(0, at_ms - self.boundary_ms + self._segment_ms)
        return self._tallies.setdefault(self.boundary_ms + later_ms // self._segment_ms * self._segment_ms, Tally())

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
            self._tallies.pop(self.boundary_ms, None)
            at_ms = self.boundary_ms
            self.boundary_ms += self._segment_ms
            self._pass_on(Cut(at_ms, self.tally_at(at_ms), self._clock()))

    def finish(self) -> None:
        """Pass on what waits for a segment that will not begin any more."""
        for waiting in self._waiting:
            self._pass_on(waiting)
        self._waiting.clear()
        last = self.tally_at(0)
        for tally in self._tallies.values():
            if tally is not last:
                last.add(tally)
