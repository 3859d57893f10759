import base64
import errno
import hashlib
import io
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest

import proctoring.vault.carrying.film
from proctoring.vault.carrying.webm import ExportPlaceRefused, export_recording
from proctoring.vault.format.plaintext import RecordingKeyWrong, SegmentReader
from proctoring.vault.format.report import Finding, FindingCode, RecordingTampered, RecordingUnreadable, Verdict
from proctoring.vault.format.verify import Examination, examine, verify_recording
from sync.trust.keys import SealingKey
from sync.trust.merkle import leaf_hash
from tests.proctoring.seat import Recorded
from tests.proctoring.vault.format.sealed import flip, leaves, records, segment

AS_THEY_ARE = ["-fps_mode", "passthrough", "-enc_time_base:v", "1/1000"]
"""Times in ms as the file has them: in ticks of 1/15 s two pictures of a busy machine may fall together."""


def probed(path: Path) -> dict[str, Any]:
    """Ask ffprobe, which is not ours, what is in a file."""
    command = ["ffprobe", "-v", "error", "-show_streams", "-show_packets", "-of", "json", str(path)]
    answer: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return answer


def times(probe: dict[str, Any], kind: str) -> list[float]:
    return [float(packet["pts_time"]) for packet in probe["packets"] if packet["codec_type"] == kind]


def test_an_export_is_as_long_as_the_recording_in_picture_and_sound(recorded: Recorded, tmp_path: Path) -> None:
    out = tmp_path / "out.webm"
    report = export_recording(recorded.spec.folder, out, recorded.seat.site)
    probe = probed(out)
    seconds = recorded.closed.duration_ms / 1000
    for kind in ("video", "audio"):
        stamps = times(probe, kind)
        assert stamps == sorted(set(stamps))
        assert stamps[0] < 0.3
        assert abs(stamps[-1] - seconds) < 0.3
        longest = max(later - earlier for earlier, later in pairwise(stamps))
        assert longest < 0.9, "a record is missing; only pictures are dropped by a busy machine"
    assert abs(report.duration_ms / 1000 - seconds) < 0.3
    assert report.verdict is Verdict.COMPLETE
    assert report.sha256 == hashlib.sha256(out.read_bytes()).hexdigest()
    assert report.bytes == out.stat().st_size


def test_an_export_plays_without_an_error_and_can_be_searched(recorded: Recorded, tmp_path: Path) -> None:
    out = tmp_path / "out.webm"
    export_recording(recorded.spec.folder, out, recorded.seat.escrow)
    played = subprocess.run(
        ["ffmpeg", "-v", "warning", "-i", str(out), *AS_THEY_ARE, "-f", "null", "-"], capture_output=True, check=True
    )
    assert played.stderr == b""
    assert bytes.fromhex("1C53BB6B") in out.read_bytes()  # Cues
    quiet, asked = ["ffprobe", "-v", "error"], ["-show_entries", "packet=pts_time,flags"]
    sought = subprocess.run(
        [*quiet, "-read_intervals", "4%+#1", "-select_streams", "v", *asked, "-of", "json", str(out)],
        capture_output=True,
        check=True,
    )
    packet = json.loads(sought.stdout)["packets"][0]
    assert packet["flags"].startswith("K")
    assert 1.9 < float(packet["pts_time"]) <= 4.1


def test_sound_runs_on_over_the_segments_without_a_click(recorded: Recorded, tmp_path: Path) -> None:
    out = tmp_path / "out.webm"
    export_recording(recorded.spec.folder, out, recorded.seat.site)
    stamps = times(probed(out), "audio")
    assert {round((later - earlier) * 1000) for earlier, later in pairwise(stamps)} <= {19, 20, 21}


def test_a_stranger_cannot_export(recorded: Recorded, tmp_path: Path) -> None:
    with pytest.raises(RecordingKeyWrong):
        export_recording(recorded.spec.folder, tmp_path / "out.webm", SealingKey.generate())
    assert list(tmp_path.iterdir()) == []


def test_a_tampered_recording_is_not_exported(recorded: Recorded, tmp_path: Path) -> None:
    folder = recorded.copy_to(tmp_path / "copy")
    flip(segment(folder, 1), 500)
    with pytest.raises(RecordingTampered) as refused:
        export_recording(folder, tmp_path / "out.webm", recorded.seat.site)
    assert [(found.code, found.segment, found.record) for found in refused.value.findings] == [
        (FindingCode.RECORD_CHANGED, 1, 1)
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


@pytest.mark.parametrize("at", [1, 2])
def test_of_a_truncated_recording_what_is_left_is_exported_and_it_is_said(
    recorded: Recorded, tmp_path: Path, at: int
) -> None:
    folder = recorded.copy_to(tmp_path / "copy")
    for gone in range(at, 10):
        segment(folder, gone).unlink(missing_ok=True)
    assert verify_recording(folder).verdict is Verdict.TRUNCATED
    out = tmp_path / "out.webm"
    report = export_recording(folder, out, recorded.seat.site)
    assert report.verdict is Verdict.TRUNCATED
    assert Finding(FindingCode.SEGMENT_MISSING, at) in report.findings
    assert abs(times(probed(out), "video")[-1] - 2 * at) < 0.3
    assert abs(report.duration_ms - 2_000 * at) < 300


def test_a_segment_that_was_cut_off_plays_up_to_there(recorded: Recorded, tmp_path: Path) -> None:
    folder = recorded.copy_to(tmp_path / "copy")
    spans = records(segment(folder, 2))
    segment(folder, 2).write_bytes(segment(folder, 2).read_bytes()[: spans[2].start])
    out = tmp_path / "out.webm"
    report = export_recording(folder, out, recorded.seat.site)
    assert report.verdict is Verdict.TRUNCATED
    assert 4.0 <= times(probed(out), "video")[-1] < 4.99


def test_a_segment_that_goes_away_while_it_is_exported_is_named(
    recorded: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = recorded.copy_to(tmp_path / "copy")

    def examined_and_gone(path: Path) -> Examination:
        found = examine(path)
        segment(path, 1).unlink()
        segment(path, 1).mkdir()
        return found

    monkeypatch.setattr(proctoring.vault.carrying.film, "examine", examined_and_gone)
    with pytest.raises(RecordingTampered) as refused:
        export_recording(folder, tmp_path / "out.webm", recorded.seat.site)
    assert refused.value.findings == (Finding(FindingCode.SEGMENT_MISSING, 1),)


def test_a_disk_that_does_not_give_a_segment_makes_the_recording_unreadable(recorded: Recorded) -> None:
    class FailingDisk(io.BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    part = examine(recorded.spec.folder).outline.parts[0]
    reader = SegmentReader(FailingDisk(), bytes(32), part, recorded.spec.recording, bytes(32))
    with pytest.raises(RecordingUnreadable) as refused:
        av.open(reader, "r", format="matroska")
    assert refused.value.facts["file"] == "segment-00000.ers"


def test_a_disk_that_fills_up_is_the_disks_fault_and_leaves_nothing(recorded: Recorded, tmp_path: Path) -> None:
    key = tmp_path / "site.key"
    key.write_bytes(base64.b64encode(recorded.seat.site.raw()))
    place = tmp_path / "place"
    place.mkdir()
    program = (
        "import base64, resource, sys; from pathlib import Path; from sync.trust.keys import SealingKey; "
        "from proctoring.vault.carrying.webm import export_recording; from sync.faults import Fault\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))\n"
        "key = SealingKey.from_raw(base64.b64decode(Path(sys.argv[3]).read_bytes()))\n"
        "try: export_recording(Path(sys.argv[1]), Path(sys.argv[2]), key)\n"
        "except Fault as fault: print(fault.code)\n"
    )
    command = [sys.executable, "-c", program, str(recorded.spec.folder), str(place / "out.webm"), str(key)]
    ended = subprocess.run(command, capture_output=True, check=True, text=True)
    assert ended.stdout == "FILE_TOO_LONG\n"  # a bound stands in for the full disk
    assert list(place.iterdir()) == []


def test_a_name_that_no_file_can_have_is_refused(recorded: Recorded, tmp_path: Path) -> None:
    for name in ("x" * 300, "a\0b"):
        with pytest.raises(ExportPlaceRefused):
            export_recording(recorded.spec.folder, tmp_path / name, recorded.seat.site)
    long = tmp_path / ("x" * 250 + ".webm")
    assert export_recording(recorded.spec.folder, long, recorded.seat.site).bytes == long.stat().st_size


def test_what_no_signature_covers_yet_is_still_covered_by_the_seal(recorded: Recorded, tmp_path: Path) -> None:
    """Without a manifest the last records have only their sidecar; who changes both is caught by the key holder."""
    folder = recorded.copy_to(tmp_path / "copy")
    (folder / "manifest.json").unlink()
    heads = (folder / "heads.jsonl").read_bytes().splitlines(keepends=True)
    last = next(at for at, line in enumerate(heads) if at and _segment_of(line) == 2)
    (folder / "heads.jsonl").write_bytes(b"".join(heads[:last]))
    span = records(segment(folder, 2))[1]
    flip(segment(folder, 2), span.start + 20)
    changed = segment(folder, 2).read_bytes()[span.start : span.end]
    hashes = bytearray(leaves(folder, 2).read_bytes())
    hashes[32:64] = leaf_hash(changed)
    leaves(folder, 2).write_bytes(hashes)
    with pytest.raises(RecordingTampered) as refused:
        export_recording(folder, tmp_path / "out.webm", recorded.seat.site)
    assert [(found.segment, found.record) for found in refused.value.findings] == [(2, 1)]
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


def test_an_export_never_replaces_a_file_and_never_goes_into_the_recording(recorded: Recorded, tmp_path: Path) -> None:
    taken = tmp_path / "taken.webm"
    taken.write_text("mine")
    for out in (taken, tmp_path / "nowhere" / "out.webm", recorded.spec.folder / "out.webm"):
        with pytest.raises(ExportPlaceRefused):
            export_recording(recorded.spec.folder, out, recorded.seat.site)
    assert taken.read_text() == "mine"


def _segment_of(line: bytes) -> int:
    payload = json.loads(base64.b64decode(json.loads(line)["payload"]))
    index: int = payload["segment"]["index"]
    return index
