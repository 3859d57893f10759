"""FORMAT.md and the code say the same: fields, kinds, reasons, limits."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from annotated_types import Le

import proctoring
from app.exam.prose import Language
from app.words import Words
from proctoring.vault.format import layout
from proctoring.vault.format.record import MAX_PLAINTEXT_BYTES
from sync.wire.document import Part
from sync.wire.ids import LATEST_MS
from sync.wire.packet import GapRef
from sync.wire.plan import CENTURY_DAYS
from sync.wire.recording import (
    Bookmark,
    CaptureStatistics,
    ClockPair,
    Flag,
    FlagKind,
    KeyEpoch,
    RecordingHead,
    RecordingManifest,
    RecordingOpening,
    SegmentEntry,
    Source,
    WrappedKey,
)

SPECIFICATION = (Path(proctoring.__file__).parent / "vault" / "FORMAT.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    """Give the text under a heading, or a table's line, or a paragraph that begins with it in bold."""
    for pattern in (rf"^### {heading}\n(.*?)(?=^#)", rf"^\| {heading} \|(.*?)$", rf"^\*\*{heading}\*\*(.*?)\n\n"):
        if found := re.search(pattern, SPECIFICATION, re.MULTILINE | re.DOTALL):
            return found[1]
    raise LookupError(heading)


@pytest.mark.parametrize(
    ("heading", "models"),
    [
        ("Opening", [RecordingOpening]),
        ("Head", [RecordingHead]),
        ("Manifest", [RecordingManifest]),
        ("Statistics", [CaptureStatistics]),
        ("clock", [ClockPair]),
        ("source", [Source]),
        ("epoch", [KeyEpoch, WrappedKey]),
        ("segment", [SegmentEntry]),
        ("gap", [GapRef]),
        ("bookmark", [Bookmark]),
        ("flag", [Flag]),
    ],
)
def test_every_field_is_specified_and_no_other(heading: str, models: list[type[Part]]) -> None:
    told = {name for name in re.findall(r"`([a-z][a-z0-9_]*)`", section(heading)) if "_" in name}
    fields = {name for model in models for name in model.model_fields}
    assert fields <= set(re.findall(r"`([a-z][a-z0-9_]*)`", section(heading)))
    assert told - fields <= {"camera_lost", "start_ms", "at_ms"}  # of a gap and a flag, told apart by them


def test_every_kind_of_flag_is_specified() -> None:
    assert set(re.findall(r"`([a-z_]+)`", section("Flag kinds"))) >= set(FlagKind)


@pytest.mark.parametrize("language", Language)
def test_every_reason_of_a_gap_has_words(language: Language) -> None:
    words = Words(language)
    reasons = {"camera_lost", "microphone_lost", "recorder_restarted", "encoder_stalled", "disk_full", "disk_slow"}
    assert set(re.findall(r"`([a-z]+_[a-z]+)`", section("Gap reasons"))) == reasons
    assert all(words(f"recording.gap.{reason}") for reason in reasons)
    assert all(words(f"recording.flag.{kind}") for kind in FlagKind)


def test_the_limits_are_the_ones_that_are_kept() -> None:
    told = section("Limits").replace("\n", " ")
    for limit in (
        layout.MAX_SEGMENTS,
        layout.MAX_SEGMENT_RECORDS,
        layout.MAX_FILES,
        layout.MAX_HEADS_BYTES,
        layout.MAX_HEAD_LINE_BYTES,
        RecordingManifest.MAX_BYTES,
        RecordingHead.MAX_BYTES,
    ):
        assert f"{limit:,}" in told
    assert (layout.MAX_SEGMENT_BYTES, MAX_PLAINTEXT_BYTES) == (2**30, 2**20)
    assert "2^30 bytes in a segment" in told
    assert "2^20 bytes in a record" in told
    assert RecordingOpening.MAX_BYTES == RecordingHead.MAX_BYTES


def test_no_number_is_larger_than_it_is_specified() -> None:
    assert "0 to 2^40" in section("count")
    assert "0 to 2^32 − 1" in section("ms")
    assert f"0 to {LATEST_MS:,} (the year 9999)" in section("clock")
    assert f"{LATEST_MS:,}" == f"{round(datetime(9999, 1, 1, tzinfo=UTC).timestamp() * 1000):,}"
    for heading, paper in (("Opening", RecordingOpening), ("Manifest", RecordingManifest)):
        assert f"(1,098 to {CENTURY_DAYS:,})" in section(heading)
        assert _most(paper, "retention_days") == CENTURY_DAYS
    counted: list[type[Part]] = [CaptureStatistics, SegmentEntry, KeyEpoch]
    for model in counted:
        counts = {name: _most(model, name) for name in model.model_fields if _is_count(name)}
        assert counts
        assert set(counts.values()) == {2**40}
    recorded: list[tuple[type[Part], str]] = [(SegmentEntry, "start_ms"), (SegmentEntry, "duration_ms")]
    recorded += [(GapRef, "start_ms"), (GapRef, "length_ms")]
    recorded += [(Bookmark, "at_ms"), (Flag, "at_ms"), (Flag, "length_ms"), (RecordingManifest, "duration_ms")]
    recorded += [(RecordingOpening, "starts_ms"), (RecordingHead, "recorded_ms")]
    assert {_most(model, name) for model, name in recorded} == {2**32 - 1}
    assert _most(ClockPair, "wall_ms") == LATEST_MS
    assert _most(ClockPair, "mono_ms") == 2**53 - 1


def _is_count(name: str) -> bool:
    return name in ("index", "bytes", "records", "first_segment") or name.startswith(("frames_", "samples"))


def _most(model: type[Part], name: str) -> int:
    most = next(one.le for one in model.model_fields[name].metadata if isinstance(one, Le))
    assert isinstance(most, int)
    return most
