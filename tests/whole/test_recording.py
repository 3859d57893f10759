"""The recording a sitting leaves: as long as the sitting, playable with the site's key only, tamper-evident."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from proctoring.vault.format.verify import verify_recording
from sync.trust.anchor import Trust
from sync.wire.packet import ScorePacket
from tests.app.cli.terminal import Terminal, Told
from tests.whole.run import Run

SEGMENT, LEAVES = "segment-00000.ers", "segment-00000.leaves"
MANIFEST, HEADS = "manifest.json", "heads.jsonl"
AROUND_MS = 5_000
"""What a recording may run on after the candidate handed in, until it is closed; on a busy machine seconds."""


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


@pytest.fixture
def copy(recording: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(recording, tmp_path / "recording"))


@pytest.fixture(scope="session")
def exported(run: Run, recording: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("export") / "sitting.webm"
    told = export(recording, out, run.home / "site" / "recordings.key")
    assert told.code == 0, told.errors
    return out


def export(recording: Path, out: Path, key: Path) -> Told:
    return Terminal().run("recording", "export", str(recording), str(out), "--key", str(key))


def verify(terminal: Terminal, folder: Path, run: Run) -> Told:
    return terminal.run("recording", "verify", str(folder), "--trust", str(run.home / "trust"))


def probed(file: Path, entries: str) -> dict[str, list[dict[str, str]]]:
    """Ask ffprobe."""
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_entries", entries, str(file)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert isinstance(found, dict)
    return found


def test_it_is_complete_and_signed_by_the_enrolled_seat(
    terminal: Terminal, run: Run, recording: Path, trust: Trust, packet: ScorePacket
) -> None:
    report = verify_recording(recording, trust)
    assert (report.verdict, report.findings, report.signer_checked) == ("complete", (), True)
    assert run.summary["recording_verdict"] == "complete"
    assert run.summary["gaps"] == len(report.gaps) == 0
    assert packet.recording is not None
    assert packet.recording.duration_ms == report.duration_ms
    told = verify(terminal, recording, run)
    assert (told.code, told.errors) == (0, "")


def test_it_is_as_long_as_the_sitting(run: Run, packet: ScorePacket) -> None:
    sitting_ms = packet.submitted_ms - packet.started_ms
    recorded_ms = run.summary["recording_seconds"] * 1000
    assert sitting_ms - 300 <= recorded_ms <= sitting_ms + AROUND_MS


def test_the_export_has_picture_and_sound_as_long_as_the_recording(run: Run, exported: Path) -> None:
    streams = {
        stream["index"]: stream["codec_type"] for stream in probed(exported, "stream=index,codec_type")["streams"]
    }
    ends: dict[str, float] = {}
    for packet in probed(exported, "packet=stream_index,pts_time,duration_time")["packets"]:
        kind = streams[packet["stream_index"]]
        end = float(packet["pts_time"]) + float(packet.get("duration_time", 0))
        ends[kind] = max(end, ends.get(kind, 0.0))
    assert set(ends) == {"video", "audio"}
    for kind, end in ends.items():
        assert end == pytest.approx(run.summary["recording_seconds"], abs=0.5), kind


def test_the_export_plays_without_a_complaint(exported: Path) -> None:
    # times in ms as the file has them: in ticks of 1/15 s two pictures of a busy machine may fall together
    as_they_are = ["-fps_mode", "passthrough", "-enc_time_base:v", "1/1000"]
    played = subprocess.run(
        ["ffmpeg", "-v", "warning", "-i", str(exported), *as_they_are, "-f", "null", "-"],
        capture_output=True,
        check=True,
    )
    assert played.stderr == b""


def test_the_escrow_can_open_it_too(run: Run, recording: Path, tmp_path: Path) -> None:
    told = export(recording, tmp_path / "out.webm", run.home / "registry" / "escrow" / "recordings.key")
    assert told.code == 0
    assert (tmp_path / "out.webm").stat().st_size > 10_000


def test_nothing_leaves_the_archive_without_an_entry(run: Run, tmp_path: Path) -> None:
    told = export(run.path("recording"), tmp_path / "out.webm", run.home / "site" / "recordings.key")
    assert "[EXPORT_FROM_SHELF" in told.errors
    assert not (tmp_path / "out.webm").exists()


def test_no_other_key_opens_it(terminal: Terminal, recording: Path, tmp_path: Path) -> None:
    assert terminal.run("site", "key", str(tmp_path / "other.key")).code == 0
    told = export(recording, tmp_path / "out.webm", tmp_path / "other.key")
    assert told.code == 1
    assert "[RECORDING_KEY_WRONG" in told.errors
    assert not (tmp_path / "out.webm").exists()


def test_the_seats_own_keys_do_not_open_it(run: Run, recording: Path, tmp_path: Path) -> None:
    for name in ("sealing.key", "replica.key", "device.key"):
        told = export(recording, tmp_path / "out.webm", run.home / "seat" / "keys" / name)
        assert told.code == 1
        assert "[KEY_FILE_REFUSED" in told.errors


def flip_middle(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 4
    file.write_bytes(raw)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size * 2 // 3])


def remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def flipped(name: str) -> Callable[[Path], None]:
    return lambda folder: flip_middle(folder / name)


TAMPERING: dict[str, tuple[Callable[[Path], None], str]] = {
    "a byte of a segment": (flipped(SEGMENT), "This record was changed"),
    "a byte of its check values": (flipped(LEAVES), "The file of check values is missing or was changed"),
    "a byte of the manifest": (flipped(MANIFEST), "The manifest's signature or content is wrong"),
    "a byte of a head": (flipped(HEADS), "The signature or content of a head is wrong"),
    "a byte of the key beside it": (flipped("device.pem"), "The seat's public key file is missing or was changed"),
    "a removed segment": (remove(SEGMENT), "This segment is missing"),
    "a cut segment": (lambda folder: cut(folder / SEGMENT), "segment 0"),
    "the removed manifest": (remove(MANIFEST), "There is no manifest"),
    "removed heads": (remove(HEADS), "Signed heads are missing"),
    "the removed opening": (remove("opening-00000.json"), "An opening is missing"),
    "a file too many": (lambda folder: (folder / "extra").touch(), "A file that does not belong to this recording"),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_whatever_is_done_to_it_is_named(terminal: Terminal, run: Run, copy: Path, how: str) -> None:
    tamper, name = TAMPERING[how]
    tamper(copy)
    told = verify(terminal, copy, run)
    assert told.code == 1
    assert "✗" in told.output
    assert name in told.output
