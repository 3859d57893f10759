"""Recording with another profile than the standard one, and choosing the one a PC can hold."""

import json
from pathlib import Path

import av
import pytest

from proctoring.capture.profiles import PROFILES, STANDARD
from proctoring.recorder.bench import choose_profile
from proctoring.recorder.epoch import begin_epoch
from proctoring.recorder.faults import RecorderRefused
from proctoring.recorder.messages import SPARE_BYTES, space_for
from proctoring.vault.carrying.webm import export_recording
from proctoring.vault.format.report import Verdict
from proctoring.vault.format.verify import examine
from sync.wire.recording import Source
from tests.proctoring.seat import SimulatedSeat, record

SOURCES = (Source(track="picture", label="none", simulated=True), Source(track="sound", label="none", simulated=True))


@pytest.mark.long
def test_a_small_profile_is_small_in_the_file_in_the_manifest_and_in_the_figures(seat: SimulatedSeat) -> None:
    client = seat.recorder()
    spec = seat.spec(segment_ms=1_000).model_copy(update={"profile": "small"})
    record(client, spec, 2_200)
    closed = client.stop()
    client.quit()
    examination = examine(spec.folder)
    manifest = examination.papers.manifest
    assert manifest is not None
    assert examination.report.verdict is Verdict.COMPLETE
    assert manifest.codec == "WebM: VP8 320x240 8/s, Opus 48 kHz mono"
    assert [entry.statistics.frames_expected for entry in manifest.segments[:2]] == [8, 8]
    export_recording(spec.folder, seat.home / "out.webm", seat.site)
    with av.open(str(seat.home / "out.webm")) as container:
        sizes = [(frame.width, frame.height) for frame in container.decode(video=0)]
    assert set(sizes) == {(320, 240)}
    assert len(sizes) == sum(entry.statistics.frames_encoded for entry in manifest.segments)
    assert abs(len(sizes) - closed.duration_ms * 8 // 1000) <= 2


def test_a_recording_is_not_gone_on_with_in_another_profile(seat: SimulatedSeat) -> None:
    spec = seat.spec()
    begin_epoch(spec, seat.keys.device_key(), SOURCES).ledger.release()
    with pytest.raises(RecorderRefused):
        begin_epoch(spec.model_copy(update={"profile": "small"}), seat.keys.device_key(), SOURCES)
    begin_epoch(spec, seat.keys.device_key(), SOURCES).ledger.release()


def test_a_bench_takes_the_first_profile_that_is_cheap_enough_and_leaves_nothing(tmp_path: Path) -> None:
    found = choose_profile(1.0, most_percent=1_000.0, folder=tmp_path)
    assert (found.profile, found.holds, len(found.measured)) == (PROFILES[0], True, 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.long
def test_a_bench_says_so_when_even_the_smallest_profile_is_too_much(tmp_path: Path) -> None:
    found = choose_profile(1.0, most_percent=0.001, folder=tmp_path)
    assert (found.profile, found.holds) == (PROFILES[-1], False)
    assert [held.profile for held in found.measured] == list(PROFILES)
    spent = [held.processor_percent for held in found.measured]
    assert spent[0] > spent[-1] > 0
    for held in found.measured:
        assert 0.3 * held.profile.bytes_per_s < held.bytes_per_s < 1.5 * held.profile.bytes_per_s  # the first seconds
    said = json.loads(json.dumps(found.report()))
    assert (said["profile"], said["holds"], said["measured"][1]["width"]) == ("small", False, 640)


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan")])
def test_a_bench_of_no_time_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="at least a second"):
        choose_profile(seconds)


def test_space_is_asked_for_by_profile() -> None:
    hour_ms = 3_600_000
    spaces = [space_for(hour_ms, profile.name) - SPARE_BYTES for profile in PROFILES]
    assert spaces == sorted(spaces, reverse=True)
    assert space_for(hour_ms) - SPARE_BYTES == 3_600 * STANDARD.bytes_per_s
    assert 79_000 < STANDARD.bytes_per_s < 90_000
