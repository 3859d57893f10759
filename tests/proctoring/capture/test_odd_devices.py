"""Devices that misbehave: whatever they do is recorded or stated, nothing is lost, nothing breaks."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest

from proctoring.recorder.messages import Closed
from proctoring.vault.carrying.webm import export_recording
from proctoring.vault.format.plaintext import SegmentReader, segments
from proctoring.vault.format.report import Verdict
from proctoring.vault.format.verify import examine
from sync.wire.recording import CaptureStatistics
from tests.proctoring.seat import SimulatedSeat

pytestmark = pytest.mark.long

SECONDS, PITCH_HZ = 5, 500
STORIES = ("garbage", "black", "one_a_minute", "changing_size", "eight_khz", "microphone_gone")
WITH_CAMERA = STORIES[:4]


@dataclass(frozen=True)
class Story:
    """What became of one recording: its paper, its figures, the pictures' brightness (time, luma) and the sound."""

    closed: Closed
    statistics: tuple[CaptureStatistics, ...]
    verdict: Verdict
    in_segments: list[int]
    pictures: list[tuple[float, float]]
    sound: np.ndarray[tuple[int, ...], np.dtype[np.float64]]

    def total(self, name: str) -> int:
        return sum(int(getattr(figures, name)) for figures in self.statistics)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Story]:
    seat = SimulatedSeat(tmp_path_factory.mktemp("odd"))
    specs = [seat.spec(story) for story in STORIES]
    command = [sys.executable, "-m", "tests.proctoring.capture.odd_devices", str(seat.home / "keys")]
    answer = subprocess.run([*command, *(spec.model_dump_json() for spec in specs)], capture_output=True, check=True)
    lines = [line for line in answer.stdout.splitlines() if line.startswith(b"{")]  # beside what is logged
    return {name: told_by(Closed.model_validate_json(line), seat) for name, line in zip(STORIES, lines, strict=True)}


def told_by(closed: Closed, seat: SimulatedSeat) -> Story:
    """Open a recording with the site's key and decode it."""
    examination = examine(closed.folder)
    assert examination.papers.manifest is not None
    out = seat.home / f"{closed.folder.name}.webm"
    export_recording(closed.folder, out, seat.site)
    pictures, sound = decoded(out)
    statistics = tuple(entry.statistics for entry in examination.papers.manifest.segments)
    in_segments = [pictures_in(reader) for _, reader in segments(closed.folder, examination.outline, seat.site)]
    return Story(closed, statistics, examination.report.verdict, in_segments, pictures, sound)


def pictures_in(reader: SegmentReader) -> int:
    """Count the encoded pictures of one segment."""
    with av.open(reader, "r", format="matroska") as container:
        return sum(1 for packet in container.demux(video=0) if packet.size)


def decoded(path: Path) -> tuple[list[tuple[float, float]], np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    pictures, sound = [], []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0, audio=0):
            if isinstance(frame, av.VideoFrame):
                assert (frame.width, frame.height) == (640, 480)
                pictures.append((float(frame.time or 0), float(frame.to_ndarray(format="gray")[::8, ::8].mean())))
            elif isinstance(frame, av.AudioFrame):
                sound.append(np.asarray(frame.to_ndarray(), np.float64).ravel())
    return pictures, np.concatenate(sound)


@pytest.mark.parametrize("name", STORIES)
def test_whatever_a_device_does_the_recording_is_whole_and_nothing_is_unaccounted_for(
    told: dict[str, Story], name: str
) -> None:
    story = told[name]
    assert story.verdict is Verdict.COMPLETE
    assert SECONDS * 1000 - 500 < story.closed.duration_ms < SECONDS * 1000 + 3_000
    assert story.in_segments == [figures.frames_encoded for figures in story.statistics]
    assert len(story.pictures) == story.total("frames_encoded")
    assert story.total("frames_captured") + story.total("frames_drawn") == len(story.pictures) + story.total(
        "frames_dropped"
    )
    assert story.total("frames_captured") + story.total("frames_missed") >= story.total("frames_expected")
    heard = story.total("samples") + story.total("samples_padded") - story.total("samples_dropped")
    assert abs(heard + story.total("samples_stretched") - len(story.sound)) < 4_000


def test_pictures_that_are_none_are_missed_not_invented(told: dict[str, Story]) -> None:
    story = told["garbage"]
    assert story.closed.gaps == ()
    assert 0 < story.total("frames_captured") < story.total("frames_expected") * 3 // 4
    assert story.total("frames_missed") > 0


def test_a_black_picture_is_recorded_as_it_is(told: dict[str, Story]) -> None:
    story = told["black"]
    assert story.closed.gaps == ()
    assert story.total("frames_drawn") == 0
    assert max(light for _, light in story.pictures) < 24


def test_one_picture_a_minute_is_a_gap_in_which_no_picture_is_said(told: dict[str, Story]) -> None:
    story = told["one_a_minute"]
    [gap] = story.closed.gaps
    assert (gap.track, gap.reason) == ("picture", "camera_lost")
    assert story.total("frames_captured") <= 1 < story.total("frames_drawn")
    assert story.pictures[-1][1] < 60


def test_a_camera_that_changes_its_size_is_recorded_in_the_size_of_the_recording(told: dict[str, Story]) -> None:
    story = told["changing_size"]
    assert story.closed.gaps == ()
    assert story.total("frames_captured") > SECONDS * 8
    assert max(light for _, light in story.pictures) > 200  # the whole of it …
    assert min(light for _, light in story.pictures) < 60  # … and borders round what is narrow


def test_a_microphone_that_only_does_8_khz_is_heard_at_its_pitch(told: dict[str, Story]) -> None:
    story = told["eight_khz"]
    assert story.closed.gaps == ()
    heard = story.sound[9_600 : 9_600 + 2**17]
    loudest_hz = float(np.abs(np.fft.rfft(heard * np.hanning(len(heard)))).argmax()) * 48_000 / len(heard)
    assert abs(loudest_hz - PITCH_HZ) < 3
    assert -180 < story.statistics[1].level_dbfs_tenths < -170  # 6,000 of 32,767, as a sine
    assert -150 < story.statistics[1].peak_dbfs_tenths < -140


def test_a_microphone_that_goes_is_a_gap_in_silence(told: dict[str, Story]) -> None:
    story = told["microphone_gone"]
    [gap] = story.closed.gaps
    assert (gap.track, gap.reason) == ("sound", "microphone_lost")
    begin, end = (48 * ms for ms in (gap.start_ms + 200, gap.start_ms + gap.length_ms - 200))
    assert np.abs(story.sound[: 48 * (gap.start_ms - 200)]).max() > 0.1 * np.abs(story.sound).max() > 0
    assert np.abs(story.sound[begin:end]).max() < 0.01 * np.abs(story.sound).max()
    assert story.total("samples_padded") > 48_000
