"""Every way to touch a closed recording, and the name verification gives it."""

import base64
import json
import shutil
from pathlib import Path

import pytest

from proctoring.recorder.resume import recover_recording
from proctoring.vault.format.report import FindingCode, RecordingUnreadable, Verdict
from proctoring.vault.format.verify import verify_recording
from sync.trust.envelope import sign
from sync.trust.keys import SigningKey
from sync.wire.recording import RecordingManifest
from tests.proctoring.seat import Recorded
from tests.proctoring.vault.format.sealed import Span, flip, leaves, records, segment

Named = tuple[FindingCode, int | None, int | None]


@pytest.fixture
def folder(recorded: Recorded, tmp_path: Path) -> Path:
    return recorded.copy_to(tmp_path / "copy")


def found(folder: Path, verdict: Verdict = Verdict.TAMPERED) -> list[Named]:
    report = verify_recording(folder)
    assert report.verdict is verdict
    return [(finding.code, finding.segment, finding.record) for finding in report.findings]


def exchange(one: Path, other: Path) -> None:
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)


def reorder(path: Path, spans: list[Span]) -> None:
    raw = path.read_bytes()
    path.write_bytes(b"".join(raw[span.start : span.end] for span in spans))


def test_an_untouched_recording_is_complete(folder: Path) -> None:
    assert found(folder, Verdict.COMPLETE) == []


@pytest.mark.parametrize("field", range(9))
@pytest.mark.parametrize("bit", [0, 7])
def test_a_record_whose_header_was_changed_is_named(folder: Path, field: int, bit: int) -> None:
    span = records(segment(folder, 1))[1]
    flip(segment(folder, 1), span.start + field, bit)
    assert found(folder) == [(FindingCode.RECORD_CHANGED, 1, 1)]


@pytest.mark.parametrize("record", [0, 1, -1])
@pytest.mark.parametrize("place", ["first", "middle", "tag", "last"])
def test_a_record_whose_content_was_changed_is_named(folder: Path, record: int, place: str) -> None:
    spans = records(segment(folder, 0))
    span = spans[record]
    offset = {
        "first": span.start + 9,
        "middle": (span.start + span.end) // 2,
        "tag": span.end - 16,
        "last": span.end - 1,
    }[place]
    flip(segment(folder, 0), offset, 3)
    assert found(folder) == [(FindingCode.RECORD_CHANGED, 0, record % len(spans))]


def test_a_removed_record_is_named(folder: Path) -> None:
    spans = records(segment(folder, 1))
    reorder(segment(folder, 1), [*spans[:1], *spans[2:]])
    assert found(folder) == [(FindingCode.RECORD_REMOVED, 1, 1)]


def test_exchanged_records_are_both_named(folder: Path) -> None:
    spans = records(segment(folder, 1))
    reorder(segment(folder, 1), [spans[1], spans[0], *spans[2:]])
    assert found(folder) == [(FindingCode.RECORD_MOVED, 1, 0), (FindingCode.RECORD_MOVED, 1, 1)]


def test_a_copied_record_is_named(folder: Path) -> None:
    spans = records(segment(folder, 1))
    reorder(segment(folder, 1), [*spans, spans[1]])
    assert found(folder) == [(FindingCode.RECORD_MOVED, 1, 1)]


@pytest.mark.parametrize("extra", [b"\0", b"more", bytes(25), bytes(100_000)])
def test_bytes_added_to_a_segment_are_named(folder: Path, extra: bytes) -> None:
    spans = records(segment(folder, 2))
    segment(folder, 2).write_bytes(segment(folder, 2).read_bytes() + extra)
    found_codes = found(folder)
    assert {(code, index) for code, index, _ in found_codes} == {(FindingCode.RECORD_EXTRA, 2)}
    assert found_codes[0][2] == len(spans)


def test_exchanged_segments_are_both_named(folder: Path) -> None:
    exchange(segment(folder, 0), segment(folder, 1))
    assert found(folder) == [(FindingCode.SEGMENT_MOVED, 0, None), (FindingCode.SEGMENT_MOVED, 1, None)]


def test_exchanged_segments_are_named_even_with_their_sidecars(folder: Path) -> None:
    exchange(segment(folder, 0), segment(folder, 1))
    exchange(leaves(folder, 0), leaves(folder, 1))
    assert found(folder) == [(FindingCode.SEGMENT_MOVED, 0, None), (FindingCode.SEGMENT_MOVED, 1, None)]


def test_a_segment_of_another_recording_is_named(folder: Path, recorded: Recorded, tmp_path: Path) -> None:
    other = recorded.copy_to(tmp_path / "other")
    flip(segment(other, 1), 100)
    shutil.copy(segment(other, 1), segment(folder, 1))
    leaves(folder, 1).write_bytes(bytes(len(leaves(folder, 1).read_bytes())))
    assert found(folder) == [(FindingCode.LEAVES_CHANGED, 1, None), (FindingCode.SEGMENT_CHANGED, 1, None)]


def test_a_segment_removed_from_the_middle_is_named(folder: Path) -> None:
    segment(folder, 1).unlink()
    assert found(folder) == [(FindingCode.SEGMENT_MISSING, 1, None)]


def test_a_segment_removed_from_the_end_leaves_a_truncated_recording(folder: Path) -> None:
    segment(folder, 2).unlink()
    assert found(folder, Verdict.TRUNCATED) == [(FindingCode.SEGMENT_MISSING, 2, None)]


def test_a_cut_last_segment_leaves_a_truncated_recording(folder: Path) -> None:
    spans = records(segment(folder, 2))
    reorder(segment(folder, 2), spans[:-1])
    assert found(folder, Verdict.TRUNCATED) == [(FindingCode.SEGMENT_SHORT, 2, len(spans) - 1)]


def test_a_cut_segment_in_the_middle_is_no_mere_truncation(folder: Path) -> None:
    spans = records(segment(folder, 1))
    reorder(segment(folder, 1), spans[:-1])
    assert found(folder) == [(FindingCode.SEGMENT_SHORT, 1, len(spans) - 1)]


def test_an_edited_sidecar_is_told_apart_from_an_edited_segment(folder: Path) -> None:
    flip(leaves(folder, 1), 40)
    assert found(folder) == [(FindingCode.LEAVES_CHANGED, 1, None)]


def test_a_removed_sidecar_is_named(folder: Path) -> None:
    leaves(folder, 1).unlink()
    assert found(folder) == [(FindingCode.LEAVES_CHANGED, 1, None)]


def test_a_file_that_does_not_belong_is_named(folder: Path) -> None:
    (folder / "segment-00003.ers").write_bytes(b"")
    (folder / "notes.txt").write_text("hello")
    report = verify_recording(folder)
    assert report.verdict is Verdict.TAMPERED
    assert [(finding.code, finding.detail) for finding in report.findings] == [
        (FindingCode.FILE_EXTRA, "notes.txt"),
        (FindingCode.FILE_EXTRA, "segment-00003.ers"),
    ]


def test_a_link_in_place_of_a_segment_is_not_followed(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    segment(folder, 1).rename(elsewhere)
    segment(folder, 1).symlink_to(elsewhere)
    assert (FindingCode.SEGMENT_MISSING, 1, None) in found(folder)


def test_a_manifest_signed_by_somebody_else_is_refused(folder: Path) -> None:
    envelope = json.loads((folder / "manifest.json").read_bytes())
    payload = base64.b64decode(envelope["payload"])
    stranger = SigningKey.generate_p256()
    (folder / "manifest.json").write_bytes(sign(payload, RecordingManifest.PAYLOAD_TYPE, stranger))
    assert (FindingCode.MANIFEST_REFUSED, None, None) in found(folder)


def test_a_shortened_manifest_that_the_device_itself_signed_contradicts_its_heads(
    folder: Path, recorded: Recorded
) -> None:
    key = recorded.seat.keys.device_key()
    payload = base64.b64decode(json.loads((folder / "manifest.json").read_bytes())["payload"])
    manifest = RecordingManifest.parse(payload)
    shorter = manifest.model_copy(update={"segments": manifest.segments[:2]})
    (folder / "manifest.json").write_bytes(sign(shorter.to_bytes(), shorter.PAYLOAD_TYPE, key))
    segment(folder, 2).unlink()
    leaves(folder, 2).unlink()
    assert found(folder, Verdict.TRUNCATED) == [(FindingCode.HEAD_BEYOND, 2, None)]


def test_a_removed_manifest_is_told_apart_from_one_that_was_never_written(folder: Path, recorded: Recorded) -> None:
    (folder / "manifest.json").unlink()
    assert found(folder, Verdict.TRUNCATED) == [(FindingCode.MANIFEST_REMOVED, 2, None)]
    closed = recover_recording(folder, recorded.seat.keys)
    assert closed.duration_ms == recorded.closed.duration_ms
    assert found(folder, Verdict.RECOVERED) == [(FindingCode.CLOSED_AFTER_CRASH, None, None)]


@pytest.mark.parametrize("line", [0, 2, -1])
def test_a_removed_head_is_noticed(folder: Path, line: int) -> None:
    heads = (folder / "heads.jsonl").read_bytes().splitlines(keepends=True)
    del heads[line]
    (folder / "heads.jsonl").write_bytes(b"".join(heads))
    assert FindingCode.HEAD_MISSING in {code for code, _, _ in found(folder)}


def test_a_removed_file_of_heads_is_noticed(folder: Path) -> None:
    (folder / "heads.jsonl").unlink()
    assert FindingCode.HEAD_MISSING in {code for code, _, _ in found(folder)}


def test_a_removed_opening_is_noticed(folder: Path) -> None:
    (folder / "opening-00000.json").unlink()
    assert found(folder) == [(FindingCode.OPENING_REFUSED, 0, None)]


def test_another_key_beside_the_recording_is_noticed(folder: Path) -> None:
    (folder / "device.pem").write_text(SigningKey.generate_p256().public.pem)
    assert (FindingCode.MANIFEST_REFUSED, None, None) in found(folder)


def test_a_damaged_key_beside_the_recording_is_noticed(folder: Path) -> None:
    flip(folder / "device.pem", 60)
    assert (FindingCode.DEVICE_KEY_CHANGED, None, None) in found(folder)


def test_a_folder_without_any_paper_is_no_recording(tmp_path: Path) -> None:
    with pytest.raises(RecordingUnreadable):
        verify_recording(tmp_path)
    with pytest.raises(RecordingUnreadable):
        verify_recording(tmp_path / "nowhere")
