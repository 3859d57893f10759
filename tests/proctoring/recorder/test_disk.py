"""Slow and full disks. Here the disk is simulated inside a real recording: single calls to it wait, or are refused."""

import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Timer

import pytest

from proctoring.recorder import enduring, sink, writing
from proctoring.recorder.enduring import Enduring
from proctoring.recorder.foreground import Foreground
from proctoring.recorder.messages import RecorderState, Trouble
from proctoring.recorder.segments import PICTURE
from proctoring.vault.format.report import FindingCode, Verdict
from proctoring.vault.format.verify import examine
from sync.replica import durable
from sync.replica.durable import DiskFull, FileTooLong
from sync.trust.keystore import FileKeyStore
from sync.wire.recording import CaptureStatistics, RecordingManifest
from tests.proctoring.seat import SimulatedSeat, wait_until

MILLISECONDS_OF_SOUND = 48


class SimulatedDisk:
    """Lets single calls through, makes them wait, or refuses them."""

    def __init__(self) -> None:
        self.write_s = self.sync_s = 0.0
        self.full, self.refusal = Event(), errno.ENOSPC
        self._write, self._sync, self._free = sink._write_all, os.fdatasync, durable.free_bytes

    def write(self, file: int, data: bytes) -> None:
        if self.full.is_set():
            raise OSError(self.refusal, "simulated")
        time.sleep(self.write_s)
        self._write(file, data)

    def sync(self, file: int) -> None:
        time.sleep(self.sync_s)
        self._sync(file)

    def free(self, path: Path) -> int:
        return 0 if self.full.is_set() else self._free(path)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> SimulatedDisk:
    disk = SimulatedDisk()
    monkeypatch.setattr(sink, "_write_all", disk.write)
    monkeypatch.setattr(os, "fdatasync", disk.sync)
    monkeypatch.setattr(enduring, "free_bytes", disk.free)
    return disk


@pytest.fixture
def recording(tmp_path: Path) -> Iterator[Enduring]:
    """A recording under way in this process."""
    seat = SimulatedSeat(tmp_path)
    recording = Enduring(seat.spec(segment_ms=60_000), FileKeyStore(tmp_path / "keys"))
    recording.begin()
    yield recording
    recording.suspend()


def until(recording: Enduring, trouble: Trouble, *, there: bool = True) -> None:
    def is_so() -> bool:
        recording.tend()
        return (trouble in recording.status().troubles) is there

    wait_until(is_so)


def further(recording: Enduring, ms: int) -> None:
    reached_ms = recording.status().recorded_ms + ms
    wait_until(lambda: recording.status().recorded_ms >= reached_ms)


def closed(recording: Enduring) -> tuple[RecordingManifest, CaptureStatistics]:
    """Close it, and give the manifest and the first segment's figures."""
    recording.stop()
    manifest = examine(recording.spec.folder).papers.manifest
    assert manifest is not None
    return manifest, manifest.segments[0].statistics


def test_a_disk_that_syncs_slowly_costs_no_frame(
    recording: Enduring, disk: SimulatedDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "LATE_MS", 1_000)
    monkeypatch.setattr(writing, "SYNC_S", 0.2)
    disk.sync_s = 1.0  # two files: every sync takes two seconds
    until(recording, Trouble.DISK_SLOW)
    status = recording.status()
    assert status.sealed_ms - status.durable_ms > 1_000
    assert status.disk is not None
    assert status.disk.behind_ms < 500, "what is written does not wait for what is synced"
    disk.sync_s = 0.0
    until(recording, Trouble.DISK_SLOW, there=False)
    manifest, figures = closed(recording)
    assert manifest.gaps == ()
    assert figures.frames_dropped == 0
    assert figures.frames_captured == figures.frames_encoded


def test_a_disk_that_does_not_keep_up_costs_pictures_and_no_sound_and_that_is_stated(
    recording: Enduring, disk: SimulatedDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "SLOW_MS", 500)
    recording.recording._writing._valves[PICTURE]._most_ms = 1_000  # type: ignore[misc]
    further(recording, 500)
    disk.write_s = 0.6  # a record every 0.3 s, and each is two writes
    until(recording, Trouble.DISK_SLOW)
    wait_until(lambda: bool(recording.status().gaps))
    disk.write_s = 0.0
    until(recording, Trouble.DISK_SLOW, there=False)
    further(recording, 3_000)
    manifest, figures = closed(recording)
    [gap] = manifest.gaps
    assert (gap.track, gap.reason) == (PICTURE, "disk_slow")
    assert gap.length_ms > 100
    assert figures.frames_dropped >= gap.length_ms * 15 // 1000 - 3
    assert figures.samples >= (manifest.duration_ms - 500) * MILLISECONDS_OF_SOUND
    assert examine(recording.spec.folder).report.verdict is Verdict.COMPLETE


def test_after_a_full_disk_it_goes_on_by_itself_as_soon_as_there_is_room(
    recording: Enduring, disk: SimulatedDisk
) -> None:
    further(recording, 700)
    disk.full.set()
    wait_until(lambda: recording.status().state is RecorderState.FAILED)
    status = recording.status()
    assert (status.fault, status.troubles) == ("DISK_FULL", (Trouble.DISK_FULL,))
    assert recording.wanted
    for _ in range(3):
        recording.tend()
    assert recording.status().state is RecorderState.FAILED, "there is no room yet"
    disk.full.clear()
    until(recording, Trouble.DISK_FULL, there=False)
    status = recording.status()
    assert (status.state, status.fault, status.restarts) == (RecorderState.RECORDING, None, 1)
    further(recording, 500)
    manifest, _ = closed(recording)
    [gap] = manifest.gaps
    assert (gap.track, gap.reason) == ("both", "disk_full")
    report = examine(recording.spec.folder).report
    assert [found.code for found in report.findings] == [FindingCode.RECORDER_RESTARTED]


def test_a_disk_that_stays_full_ends_a_recording_of_so_many_seconds_when_they_are_over(
    disk: SimulatedDisk, tmp_path: Path
) -> None:
    seat, told = SimulatedSeat(tmp_path), list[dict[str, object]]()

    def tell(event: dict[str, object]) -> None:
        told.append(event)
        if event["event"] == "status" and float(str(event["media_seconds"])) > 0:
            disk.full.set()

    began_s = time.monotonic()
    with pytest.raises(DiskFull):
        Foreground(seat.spec(segment_ms=60_000), seat.keys, tell).run(2.5, Event())
    assert 2.5 <= time.monotonic() - began_s < 10
    assert [event["trouble"] for event in told if event["event"] == "trouble"] == ["disk_full"]
    assert (told[-1]["event"], told[-2]["state"]) == ("closed", "failed")
    assert 0 < float(str(told[-1]["media_seconds"])) < 2.5


def test_what_nothing_mends_ends_a_recording_of_any_length_at_once(disk: SimulatedDisk, tmp_path: Path) -> None:
    seat, disk.refusal = SimulatedSeat(tmp_path), errno.EFBIG

    def tell(event: dict[str, object]) -> None:
        if event["event"] == "status" and float(str(event["media_seconds"])) > 0:
            disk.full.set()

    over = Timer(10, (ended := Event()).set)
    over.start()
    with pytest.raises(FileTooLong):
        Foreground(seat.spec(segment_ms=60_000), seat.keys, tell).run(None, ended)
    over.cancel()
    assert not ended.is_set(), "nobody had to end it"
