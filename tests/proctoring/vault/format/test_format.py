"""What is on the disk is what FORMAT.md says, read by somebody who knows nothing else."""

import io
import json
from pathlib import Path

import av
import pytest

from proctoring.vault.format import verify_recording
from tests.proctoring.seat import Recorded
from tests.proctoring.vault.format.independent_reader import read_manifest, read_recording, verdict

EBML = bytes.fromhex("1A45DFA3")


def decoded(webm: bytes) -> tuple[int, int, bool]:
    """Decode a whole segment: pictures, sound frames, and whether it begins with a key frame."""
    with av.open(io.BytesIO(webm), "r") as container:
        first_key: list[bool] = []
        pictures = sounds = 0
        for packet in container.demux():
            if packet.stream.type == "video" and packet.size:
                first_key.append(packet.is_keyframe)
            frames = len(packet.decode())
            if packet.stream.type == "video":
                pictures += frames
            else:
                sounds += frames
    return pictures, sounds, first_key[0]


@pytest.fixture
def folder(recorded: Recorded) -> Path:
    return recorded.spec.folder


@pytest.mark.parametrize("holder", ["site", "escrow"])
def test_a_second_reader_opens_every_segment(recorded: Recorded, folder: Path, holder: str) -> None:
    key = recorded.seat.site if holder == "site" else recorded.seat.escrow
    segments = list(read_recording(folder, key.raw()))
    assert [segment.flag for segment in segments] == [1, 1, 2]
    assert [segment.time_ms for segment in segments[:2]] == [2_000, 4_000]
    assert segments[2].time_ms == recorded.closed.duration_ms
    for segment in segments[:2]:
        pictures, sounds, begins_with_key = decoded(segment.webm)
        assert segment.webm.startswith(EBML)
        assert begins_with_key
        assert 20 <= pictures <= 31  # a busy machine gives fewer
        assert sounds == 100


def test_a_second_reader_comes_to_the_same_verdict(folder: Path) -> None:
    heads = (folder / "heads.jsonl").read_bytes().splitlines()
    assert verdict(folder, heads) == verify_recording(folder, left=heads).verdict == "complete"


def test_no_plaintext_is_on_the_disk(folder: Path) -> None:
    for path in folder.glob("segment-*"):
        raw = path.read_bytes()
        for marker in (EBML, b"webm", b"V_VP8", b"A_OPUS", b"OpusHead", b"Lavf", b"\x9d\x01\x2a"):
            assert marker not in raw, f"{marker!r} in {path.name}"


def test_records_are_short_and_files_private(folder: Path) -> None:
    manifest = json.loads(json.dumps(read_manifest(folder)))
    for entry in manifest["segments"]:
        assert entry["duration_ms"] / entry["records"] <= 1_000
        assert (folder / entry["file"]).stat().st_size == entry["bytes"]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_manifest_tells_what_was_recorded_and_that_it_is_simulated(recorded: Recorded, folder: Path) -> None:
    manifest = json.loads(json.dumps(read_manifest(folder)))
    assert [(source["track"], source["simulated"]) for source in manifest["sources"]] == [
        ("picture", True),
        ("sound", True),
    ]
    assert all("SIMULATED" in source["label"] for source in manifest["sources"])
    assert recorded.closed.simulated == ("picture", "sound")
    assert [mark["note"] for mark in manifest["bookmarks"]] == ["VIOLATION_7"]
    for entry in manifest["segments"][:2]:
        statistics = entry["statistics"]
        assert statistics["frames_captured"] >= 20
        assert statistics["frames_dropped"] == 0
        assert -460 < statistics["level_dbfs_tenths"] < -400
