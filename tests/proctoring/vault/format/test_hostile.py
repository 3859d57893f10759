"""A folder that somebody made to hurt whoever checks it: refused or found out fast, in little memory."""

import base64
import os
import shutil
import socket
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from proctoring.vault.format import FindingCode, RecordingUnreadable, Verdict, layout, verify_recording
from sync.trust.envelope import sign
from sync.trust.keys import SigningKey
from sync.wire.document import canonical_json
from sync.wire.recording import RecordingManifest
from tests.proctoring.vault.format import tiny
from tests.spent import spent_s

KINDS = [
    "segment-00001.ers",
    "segment-00001.leaves",
    "opening-00000.json",
    "heads.jsonl",
    "manifest.json",
    "device.pem",
]
HUGE = 1 << 42


@pytest.fixture(scope="module")
def keys() -> tiny.Keys:
    return tiny.Keys()


@pytest.fixture
def folder(keys: tiny.Keys, tmp_path: Path) -> Path:
    return tiny.complete(tmp_path / "recording", keys).folder


@contextmanager
def modest(seconds: float = 2.0, megabytes: int = 160) -> Iterator[None]:
    """Hold what is done to a bound of processor time and of memory."""
    before = spent_s()
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < megabytes * 1_000_000
    finally:
        tracemalloc.stop()
    assert spent_s() - before < seconds


def looked_at(folder: Path) -> Verdict | None:
    """Give the verdict, None if it is refused."""
    with suppress(RecordingUnreadable):
        return verify_recording(folder).verdict
    return None


@pytest.mark.parametrize("name", KINDS)
def test_a_file_of_four_terabytes_is_not_read(folder: Path, name: str) -> None:
    with (folder / name).open("r+b") as file:
        file.truncate(HUGE)
    with modest():
        assert looked_at(folder) in {None, Verdict.TAMPERED}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("what", ["pipe", "link", "loop", "device", "folder", "socket"])
def test_what_is_no_plain_file_is_not_opened(folder: Path, name: str, what: str, tmp_path: Path) -> None:
    (folder / name).rename(tmp_path / "elsewhere")
    match what:
        case "pipe":
            os.mkfifo(folder / name)
        case "link":
            (folder / name).symlink_to(tmp_path / "elsewhere")
        case "loop":
            (folder / name).symlink_to(folder / name)
        case "device":
            (folder / name).symlink_to("/dev/zero")
        case "folder":
            (folder / name).mkdir()
        case "socket":
            with socket.socket(socket.AF_UNIX) as listener:
                here = Path.cwd()
                os.chdir(folder)  # a socket's path is at most 108 bytes
                try:
                    listener.bind(name)
                finally:
                    os.chdir(here)
    with modest():
        assert looked_at(folder) in {Verdict.TAMPERED, Verdict.TRUNCATED}


@pytest.mark.parametrize("name", ["opening-00000.json", "heads.jsonl", "manifest.json"])
@pytest.mark.parametrize("depth", [1_000, 400_000])
def test_json_that_is_deeply_nested_is_refused(folder: Path, keys: tiny.Keys, name: str, depth: int) -> None:
    deep = b"[" * depth + b"]" * depth
    signed = sign(deep, RecordingManifest.PAYLOAD_TYPE, keys.device)
    for raw in (deep, b'{"payload":' + deep + b"}", signed):
        (folder / name).write_bytes(raw)
        with modest():
            assert looked_at(folder) is Verdict.TAMPERED


def test_millions_of_records_are_not_counted(folder: Path) -> None:
    with (folder / "segment-00001.ers").open("r+b") as file:
        file.truncate(0)
        file.truncate(60_000_000)  # all zeros: empty records, one after another
    with modest():
        assert looked_at(folder) is Verdict.TAMPERED


def test_more_files_than_any_recording_has_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "MAX_FILES", 20)
    for number in range(20):
        (folder / f"{number}").touch()
    with pytest.raises(RecordingUnreadable):
        verify_recording(folder)


def test_a_thousand_findings_are_enough(folder: Path) -> None:
    for number in range(1_500):
        (folder / f"{number}").touch()
    with modest():
        assert len(verify_recording(folder).findings) == 1_000


def test_a_manifest_whose_segments_are_not_in_order_is_refused(folder: Path, keys: tiny.Keys) -> None:
    raw = (folder / "manifest.json").read_bytes()
    payload = base64.b64decode(raw.split(b'"')[3])
    manifest = RecordingManifest.parse(payload)
    for segments in (manifest.segments[::-1], manifest.segments * 2, manifest.segments[1:]):
        other = manifest.model_copy(update={"segments": segments})
        (folder / "manifest.json").write_bytes(sign(other.to_bytes(), other.PAYLOAD_TYPE, keys.device))
        report = verify_recording(folder)
        assert report.verdict is Verdict.TAMPERED
        assert FindingCode.MANIFEST_REFUSED in {finding.code for finding in report.findings}


def test_a_paper_with_two_signatures_is_refused(folder: Path, keys: tiny.Keys) -> None:
    raw = (folder / "manifest.json").read_bytes()
    payload = base64.b64decode(raw.split(b'"')[3])
    twice = sign(payload, RecordingManifest.PAYLOAD_TYPE, keys.device, SigningKey.generate_p256())
    (folder / "manifest.json").write_bytes(twice)
    assert looked_at(folder) is Verdict.TAMPERED


@pytest.mark.parametrize("name", [" ", "a\nb", "录像 1", "-x", "\udc80", "a" * 255])
def test_a_folder_may_have_any_name(folder: Path, tmp_path: Path, name: str) -> None:
    here = tmp_path / "names" / name
    here.parent.mkdir()
    shutil.copytree(folder, here)
    assert looked_at(here) is Verdict.COMPLETE
    (here / "a\nb\udc80").write_bytes(canonical_json({}))
    assert looked_at(here) is Verdict.TAMPERED


def test_a_path_that_is_none_is_refused() -> None:
    assert looked_at(Path("a\0b")) is None
    assert looked_at(Path(os.devnull)) is None
