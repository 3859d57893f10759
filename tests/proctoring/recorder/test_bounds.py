"""Whatever is bookmarked, flagged and missing, heads and manifest stay within the format's limits."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import proctoring
from proctoring.recorder.faults import BookmarksFull, RecorderRefused
from proctoring.recorder.ledger import MOST_BOOKMARKS, MOST_STRETCHES, HeadFile, Ledger, Said
from proctoring.recorder.messages import Mark, parse_request
from proctoring.recorder.segment_files import Written
from proctoring.recorder.stretches import Stretches
from proctoring.vault.format import layout, verify_recording
from proctoring.vault.format.papers import read_papers
from sync.wire.document import canonical_json
from sync.wire.packet import GapRef
from sync.wire.recording import Bookmark, Flag, FlagKind, RecordingHead, RecordingManifest
from tests.proctoring.vault.format import tiny

FAR = 2**32 - 1
WORST = "\x01" * 80
"""Six bytes a character in JSON; no other takes more."""
TRACKS = ("picture", "sound", "both")


def worst_gap(number: int, track: str) -> GapRef:
    return GapRef(track=track, start_ms=FAR - number, length_ms=FAR, reason=WORST)


def worst_flag(number: int, kind: FlagKind) -> Flag:
    return Flag(kind=kind, at_ms=FAR - number, length_ms=FAR)


@given(st.text(max_size=80))
@settings(max_examples=50)
def test_no_characters_make_a_note_longer_than_the_worst(note: str) -> None:
    assert len(canonical_json(note)) <= len(canonical_json(WORST))


def test_a_note_that_is_longer_is_refused_at_the_door() -> None:
    assert isinstance(parse_request(json.dumps({"do": "bookmark", "note": WORST}).encode()), Mark)
    with pytest.raises(RecorderRefused):
        parse_request(json.dumps({"do": "bookmark", "note": WORST + "x"}).encode())


def test_the_specification_says_the_bounds() -> None:
    told = (Path(proctoring.__file__).parent / "vault" / "FORMAT.md").read_text(encoding="utf-8")
    assert "| text | string of at most 80 characters of any kind |" in told
    assert f"it takes {MOST_BOOKMARKS:,} bookmarks in all" in told
    assert f"of gaps it states {MOST_STRETCHES:,}\nfor each track, of flags {MOST_STRETCHES:,} for each kind" in told


def test_a_flood_of_everything_leaves_a_recording_that_is_complete(tmp_path: Path) -> None:
    writer = tiny.complete(tmp_path / "recording", tiny.Keys())
    for name in (layout.HEADS, layout.MANIFEST):
        (writer.folder / name).unlink()
    ledger = Ledger(writer.folder, writer.keys.device, HeadFile(writer.folder), Said(tuple(writer.openings)))
    for number in range(200):
        ledger.gap(worst_gap(number, TRACKS[number % 3]))
        ledger.flag(worst_flag(number, FlagKind.SEVERAL_FACES))
    with pytest.raises(BookmarksFull) as refused:
        for _ in range(MOST_BOOKMARKS + 1):
            ledger.bookmark(Bookmark(at_ms=FAR, note=WORST))
    assert refused.value.facts == {"most": MOST_BOOKMARKS}
    for entry in writer.entries:
        ledger.head(Written(entry, bytes(32)), tiny.START)
    while ledger.waiting:
        ledger.head(Written(writer.entries[-1], bytes(32)), tiny.START)
    ledger.close(recovered=False)
    ledger.release()
    papers = read_papers(writer.folder, None)
    assert max(len(head.to_bytes()) for head in papers.heads) < RecordingHead.MAX_BYTES
    assert sum(len(head.bookmarks) for head in papers.heads) == MOST_BOOKMARKS
    report = verify_recording(writer.folder)
    assert (report.verdict, report.findings) == ("complete", ())
    assert (len(report.gaps), len(report.flags)) == (200, 200)


def test_a_manifest_with_as_much_as_a_recorder_states_has_room_for_days(tmp_path: Path) -> None:
    writer = tiny.complete(tmp_path / "recording", tiny.Keys())
    manifest = read_papers(writer.folder, None).manifest
    assert manifest is not None
    full = manifest.model_copy(
        update={
            "bookmarks": (Bookmark(at_ms=FAR, note=WORST),) * MOST_BOOKMARKS,
            "gaps": (worst_gap(0, TRACKS[0]),) * (len(TRACKS) * MOST_STRETCHES),
            "flags": (worst_flag(0, FlagKind.SEVERAL_FACES),) * (len(FlagKind) * MOST_STRETCHES),
            "segments": manifest.segments * (3 * 24 * 60 // len(manifest.segments)),
        }
    )
    assert len(full.to_bytes()) < RecordingManifest.MAX_BYTES


@given(
    st.lists(
        st.tuples(st.sampled_from(TRACKS), st.integers(0, 200), st.integers(1, 50)),
        unique_by=lambda one: one[:2],
        max_size=40,
    ),
    st.integers(1, 5),
    st.integers(0, 3),
)
@settings(max_examples=100)
def test_beyond_the_bound_stretches_get_longer_and_none_is_lost(
    stated: list[tuple[str, int, int]], most: int, before: int
) -> None:
    gaps = [GapRef(track=track, start_ms=start, length_ms=length, reason="lost") for track, start, length in stated]
    stretches = Stretches(most, gaps[: min(before, most)])
    heads: list[GapRef] = gaps[: min(before, most)]
    for gap in gaps[min(before, most) :]:
        stretches.state(gap)
        heads += stretches.take(2)
    assert not stretches.waiting
    for track in TRACKS:
        assert sum(gap.track == track for gap in stretches.all) <= most
    for told in (stretches.all, heads):
        for gap in gaps:
            assert any(
                one.track == gap.track
                and one.start_ms <= gap.start_ms
                and one.start_ms + one.length_ms >= gap.start_ms + gap.length_ms
                for one in told
            )
