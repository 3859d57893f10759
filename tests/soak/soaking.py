"""Recording a clapperboard for a long time through the real recorder, and accounting for what it recorded."""

import math
import time
from dataclasses import asdict, dataclass

import numpy as np
import psutil

from proctoring.capture.media import SAMPLE_RATE
from proctoring.recorder.client import RecorderClient, RecorderState
from proctoring.vault.carrying.webm import export_recording
from proctoring.vault.format.verify import examine
from sync.wire.recording import RecordingManifest
from tests.proctoring.seat import SimulatedSeat
from tests.soak.claps import Track, middle, read

MOST_DRIFT_MS = 40.0
PICTURES_OF_A_FLASH = 3
"""At 15 a second; a flash lasts 200 ms."""
MINUTE_S = 60.0
AT_EACH_END = 15
"""Claps whose median is the drift at the beginning, or at the end: half a minute."""
MOST_GROWTH_MB = 10.0
"""What a flat memory may still grow by from its first tenth to its end."""

SPARE_SAMPLES = SAMPLE_RATE // 20
"""What whole Opus frames and the encoder's run-in may make of difference."""


@dataclass(frozen=True)
class Sample:
    """The recorder's memory (MB) and processor time (s) after so many seconds."""

    at_s: float
    resident_mb: float
    processor_s: float


Memory = tuple[Sample, ...]


@dataclass(frozen=True)
class Soak:
    """What a soak found. Drift: how much later a clap is heard than its flash is seen, ms."""

    seconds: float
    sound_drift_ppm: int
    verdict: str
    gaps: int
    claps: int
    drift_begin_ms: float
    drift_end_ms: float
    drift_most_ms: float
    resident_begin_mb: float
    resident_end_mb: float
    resident_most_mb: float
    resident_slope_mb_per_hour: float
    processor_percent: float
    frames_expected: int
    frames_captured: int
    frames_encoded: int
    frames_dropped: int
    frames_missed: int
    frames_drawn: int
    frames_in_file: int
    samples_captured: int
    samples_padded: int
    samples_dropped: int
    samples_stretched: int
    samples_in_file: int
    sound_seconds_in_file: float
    bytes: int
    memory: Memory

    @property
    def problems(self) -> tuple[str, ...]:
        """Say what is not as it must be; nothing, if all is well."""
        asked = {
            f"the recording is {self.verdict}": self.verdict != "complete",
            f"{self.gaps} gaps": self.gaps > 0,
            "picture and sound drift apart": not self.drift_most_ms < MOST_DRIFT_MS,
            "memory grows": self.resident_end_mb - self.resident_begin_mb > MOST_GROWTH_MB,
            "a captured picture is neither encoded nor dropped": self.frames_captured + self.frames_drawn
            != self.frames_encoded + self.frames_dropped,
            "an expected picture is neither captured nor missed": self.frames_expected
            > self.frames_captured + self.frames_missed,
            "pictures in the file are not those encoded": self.frames_in_file != self.frames_encoded,
            "claps are missing that no stated loss of pictures explains": self.claps + self.claps_explained
            < math.floor(self.seconds / 2) - 1,
            "samples are unaccounted for": abs(self.samples_in_file - self.samples_placed) > SPARE_SAMPLES,
            "the file's sound has holes": abs(self.sound_seconds_in_file - self.samples_in_file / SAMPLE_RATE) > 0.1,
        }
        return tuple(problem for problem, wrong in asked.items() if wrong)

    @property
    def claps_explained(self) -> int:
        """How many claps may have no flash: one lasts `PICTURES_OF_A_FLASH` pictures, all of which have to be lost."""
        return (self.frames_dropped + self.frames_missed) // PICTURES_OF_A_FLASH

    @property
    def samples_placed(self) -> int:
        """The samples that the statistics say the sound has."""
        return self.samples_captured + self.samples_padded - self.samples_dropped + self.samples_stretched

    def report(self) -> dict[str, object]:
        """Give it as JSON has it."""
        return {**asdict(self), "problems": list(self.problems), "good": not self.problems}


def soak(seat: SimulatedSeat, seconds: float, sound_drift_ppm: int = 0, *, segment_ms: int = 60_000) -> Soak:
    """Record for so long, open the recording with the site's key, decode it, and account for all of it."""
    spec = seat.spec("soak", segment_ms, camera="synthetic:clap", microphone=f"synthetic:clap:{sound_drift_ppm}")
    spec = spec.model_copy(update={"expected_ms": int(seconds * 1000)})
    client = seat.recorder()
    client.start(spec)
    memory = _wait(client, seconds)
    client.stop()
    client.quit()
    examination = examine(spec.folder)
    manifest = examination.papers.manifest
    assert manifest is not None, "the recording was not closed"
    file = seat.home / "soak.webm"
    export_recording(spec.folder, file, seat.site)
    track = read(file)
    file.unlink()
    return _account(seconds, sound_drift_ppm, str(examination.report.verdict), manifest, track, memory)


def _wait(client: RecorderClient, seconds: float) -> Memory:
    """Let it record; look at its memory each minute (in a short soak twenty times)."""
    step_s = min(MINUTE_S, seconds / 20)
    memory: list[Sample] = []
    began = time.monotonic()
    while (at_s := time.monotonic() - began) < seconds:
        status = client.status()
        assert status.state is RecorderState.RECORDING, f"the recorder is {status.state}: {status.fault}"
        process = psutil.Process(status.pid)
        times = process.cpu_times()
        memory.append(Sample(round(at_s, 1), process.memory_info().rss / 1e6, times.user + times.system))
        time.sleep(min(step_s, max(0.0, seconds - (time.monotonic() - began))))
    return tuple(memory)


def _account(
    seconds: float, sound_drift_ppm: int, verdict: str, manifest: RecordingManifest, track: Track, memory: Memory
) -> Soak:
    drifts = track.drifts_ms() or [math.inf]
    resident = [sample.resident_mb for sample in memory]
    settled = memory[len(memory) // 10 :]
    slope = np.polyfit([each.at_s / 3600 for each in settled], [each.resident_mb for each in settled], 1)[0]
    spent_s = memory[-1].processor_s - memory[0].processor_s
    figures = [entry.statistics for entry in manifest.segments]
    return Soak(
        seconds=seconds,
        sound_drift_ppm=sound_drift_ppm,
        verdict=verdict,
        gaps=len(manifest.gaps),
        claps=len(drifts),
        drift_begin_ms=round(middle(drifts[:AT_EACH_END]), 1),
        drift_end_ms=round(middle(drifts[-AT_EACH_END:]), 1),
        drift_most_ms=round(max(map(abs, drifts)), 1),
        resident_begin_mb=round(settled[0].resident_mb, 1),
        resident_end_mb=round(resident[-1], 1),
        resident_most_mb=round(max(resident), 1),
        resident_slope_mb_per_hour=round(float(slope), 2),
        processor_percent=round(100 * spent_s / (memory[-1].at_s - memory[0].at_s), 2),
        frames_expected=sum(f.frames_expected for f in figures),
        frames_captured=sum(f.frames_captured for f in figures),
        frames_encoded=sum(f.frames_encoded for f in figures),
        frames_dropped=sum(f.frames_dropped for f in figures),
        frames_missed=sum(f.frames_missed for f in figures),
        frames_drawn=sum(f.frames_drawn for f in figures),
        frames_in_file=track.pictures,
        samples_captured=sum(f.samples for f in figures),
        samples_padded=sum(f.samples_padded for f in figures),
        samples_dropped=sum(f.samples_dropped for f in figures),
        samples_stretched=sum(f.samples_stretched for f in figures),
        samples_in_file=track.samples,
        sound_seconds_in_file=round(track.sound_end_ms / 1000, 3),
        bytes=sum(entry.bytes for entry in manifest.segments),
        memory=memory,
    )
