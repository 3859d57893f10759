"""What recording costs on this PC: which profile it can hold, measured before an exam and not in it.

The whole way from a camera's picture to the disk is gone, with the recorder's own encoders, segments and seals, as fast
as it goes; what is measured is the processor time that a second of recording takes.
"""

import math
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from proctoring.capture.drawing import from_bgr, preview_jpeg, simulated_bgr
from proctoring.capture.media import SAMPLE_RATE, Plane, Samples
from proctoring.capture.profiles import PROFILES, Profile
from proctoring.recorder.encoders import OPUS_FRAME, PictureEncoder, SoundEncoder
from proctoring.recorder.ledger import pair
from proctoring.recorder.segment_files import SegmentFiles
from proctoring.recorder.segments import PICTURE, SOUND, Plan, Segments, Step, Timed
from proctoring.vault.format.ratchet import Ratchet
from proctoring.vault.format.record import Flag, first_link
from proctoring.watch.watch import Watch
from sync.replica.durable import private_folder
from sync.trust.clock import read_clock
from sync.wire.ids import new_id
from sync.wire.plan import WatchPolicy
from sync.wire.recording import ClockPair

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_PERCENT: Final = 10.0
"""Of one core: what recording may take."""
_LOOP_S: Final = 2
_NOISE: Final = 3.0  # of 255: a cheap camera in a lit room
_LEVEL: Final = 900  # of 32767: a room's murmur
_SEGMENT_MS: Final = 60_000
_OPUS_MS: Final = 20


@dataclass(frozen=True)
class Held:
    """What one profile took: per cent of one core, bytes on the disk each second, and whether that is little enough."""

    profile: Profile
    processor_percent: float
    bytes_per_s: int
    holds: bool


@dataclass(frozen=True)
class Bench:
    """What was measured, best profile first, and the profile to record with; `holds` is false if even that is much."""

    profile: Profile
    holds: bool
    most_percent: float
    seconds: float
    measured: tuple[Held, ...]

    def report(self) -> dict[str, object]:
        """Give it as JSON has it."""
        return {
            "profile": self.profile.name,
            "holds": self.holds,
            "most_percent": self.most_percent,
            "seconds": self.seconds,
            "measured": [
                {**asdict(held.profile), "processor_percent": round(held.processor_percent, 2)}
                | {"bytes_per_s": held.bytes_per_s, "holds": held.holds}
                for held in self.measured
            ],
        }


def choose_profile(seconds: float = 10.0, most_percent: float = MOST_PERCENT, folder: Path | None = None) -> Bench:
    """Record `seconds` of each profile, best first, until one is cheap enough.

    It is written into `folder` (or the system's temporary one) and removed again. For each profile it takes about a
    tenth of the recorded time.

    Raises:
        DiskFull, DiskFault: the disk does not take it.
        ValueError: `seconds` is under one.
    """
    if not seconds >= 1:
        raise ValueError("a bench takes at least a second")
    measured: list[Held] = []
    for profile in PROFILES:
        measured.append(_measure(profile, seconds, most_percent, folder))
        if measured[-1].holds:
            break
    last = measured[-1]
    return Bench(last.profile, last.holds, most_percent, seconds, tuple(measured))


def _measure(profile: Profile, seconds: float, most_percent: float, folder: Path | None) -> Held:
    with tempfile.TemporaryDirectory(prefix="recorder-bench-", dir=folder) as place:
        run = _Run(profile, private_folder(Path(place) / "recording"))
        run.record(_LOOP_S)  # not counted: what libraries do once
        began = time.process_time()
        run.record(seconds)
        percent = 100 * (time.process_time() - began) / seconds
        run.close()
    return Held(profile, percent, round(run.sealed_bytes / (seconds + _LOOP_S)), percent <= most_percent)


class _Run:
    """One recording, as fast as it goes. A camera's pictures and a room's murmur are made before it begins."""

    def __init__(self, profile: Profile, folder: Path) -> None:
        recording = new_id()
        plan = Plan(folder, recording, 0, _SEGMENT_MS, first_link(recording), profile)
        self._profile: Final = profile
        self._segments: Final = Segments(plan, _now, self._write)
        self._files: Final = SegmentFiles(plan, Ratchet.fresh(recording, 0), lambda _: None, self._segments.first)
        self._encoders: Final = (PictureEncoder(profile), SoundEncoder(profile, 0))
        self._watch: Final = Watch(WatchPolicy())
        self._pictures: Final = list(_camera(profile))
        self._murmur: Final = _murmur()
        self._at_ms = 0
        self._shown = 0

    @property
    def sealed_bytes(self) -> int:
        """What was sealed."""
        return self._files.sealed_bytes

    def record(self, seconds: float) -> None:
        """Go on for so many seconds of recorded time."""
        until_ms = self._at_ms + math.ceil(seconds * 1000 / _OPUS_MS) * _OPUS_MS
        while self._at_ms < until_ms:
            while self._shown * 1000 // self._profile.frame_rate <= self._at_ms:
                self._see(self._shown * 1000 // self._profile.frame_rate)
                self._shown += 1
            self._hear()
            self._at_ms += _OPUS_MS

    def close(self) -> None:
        """Make it durable."""
        self._segments.finish()
        self._files.finish(Flag.RECORDING_END)
        self._files.close()

    def _see(self, at_ms: int) -> None:
        i420 = from_bgr(self._pictures[self._shown % len(self._pictures)], self._profile)
        second = self._shown % self._profile.frame_rate == 0
        if second:
            preview_jpeg(i420)
            self._watch.look(i420, at_ms)
        for packet in self._encoders[0].encode(
            i420, at_ms, key=second and self._shown // self._profile.frame_rate % 2 == 0
        ):
            start_ms = packet.pts or 0
            self._segments.add(Timed(PICTURE, packet, start_ms, start_ms + self._profile.frame_ms))

    def _hear(self) -> None:
        at = self._at_ms * SAMPLE_RATE // 1000 % len(self._murmur)
        block = self._murmur[at : at + OPUS_FRAME]
        self._watch.listen(block, self._at_ms)
        for packet in self._encoders[1].encode(block):
            start_ms = self._encoders[1].heard_ms(packet)
            self._segments.add(Timed(SOUND, packet, start_ms, start_ms + _OPUS_MS))

    def _write(self, step: Step) -> None:
        self._files.take(step)


def _camera(profile: Profile) -> Iterator[Plane]:
    """Make two seconds of a person before a wall, with a cheap camera's noise; what a driver gives (BGR)."""
    dice = np.random.default_rng(1)
    shape = (profile.height, profile.width, 3)
    grain = [dice.normal(0, _NOISE, shape).astype(np.float32) for _ in range(3)]
    for number in range(_LOOP_S * profile.frame_rate):
        seen: NDArray[np.float32] = simulated_bgr(profile, number / profile.frame_rate) + grain[number % len(grain)]
        yield np.asarray(np.clip(seen, 0, 255), np.uint8)


def _murmur() -> Samples:
    return np.asarray(np.random.default_rng(1).normal(0, _LEVEL, _LOOP_S * SAMPLE_RATE), np.int16)


def _now() -> ClockPair:
    return pair(read_clock())
