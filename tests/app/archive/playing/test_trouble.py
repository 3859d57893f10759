"""What is broken, missing or hostile in a recording: stated, stepped over, never a crash, never all of the memory."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.archive.playing import PlayingSource
from app.archive.playing.reel import ReelError, wind
from app.archive.playing.sealed import Trouble
from app.archive.playing.source import Missing
from proctoring.vault.format import RecordingTampered, RecordingUnreadable, Verdict
from sync.trust.keys import SealingKey
from sync.wire.packet import GapRef
from tests.app.archive.playing.made import Maker, webm
from tests.app.archive.playing.plain import every_picture
from tests.proctoring.seat import Recorded, SimulatedSeat, record
from tests.proctoring.vault.format.sealed import flip, segment

SECOND = webm(1_000)
HUGE = (16_382, 16_382)


def _middle(tmp_path: Path, plaintext: bytes) -> PlayingSource:
    """Give a recording whose second of three segments holds these bytes, all of it validly sealed and signed."""
    maker = Maker(tmp_path / "r")
    for one in (SECOND, plaintext, SECOND):
        maker.segment(one, 1_000)
    source = PlayingSource.open(maker.close(), maker.site)
    assert source.report.verdict is Verdict.COMPLETE
    return source


def _huge() -> bytes:
    """Give a segment whose key frames claim a size that would take 400 MB each to decode."""
    start = b"\x9d\x01\x2a"
    claim = b"".join(side.to_bytes(2, "little") for side in HUGE)
    at = SECOND.index(start)
    return SECOND[: at + 3] + claim + SECOND[at + 7 :]


@pytest.mark.parametrize(
    "plaintext",
    [b"garbage" * 1_000, SECOND[:40], bytes(100_000), SECOND[:300] + b"\xff" * 5_000, _huge(), b"\x1a\x45\xdf\xa3"],
    ids=["garbage", "header only", "zeros", "breaks off", "huge picture", "a beginning"],
)
def test_garbage_in_a_validly_sealed_segment_is_stated_and_the_rest_plays(plaintext: bytes, tmp_path: Path) -> None:
    source = _middle(tmp_path, plaintext)
    first, last = source.picture(500), source.picture(2_500)
    assert (first and first.at_ms, last and last.at_ms) == (466, 2_466)
    hidden = source.picture(1_500)
    assert hidden is None or hidden.at_ms < 1_100
    assert source.sound(800, 1_400).shape == (1_400 * 48,)
    while source.overview.step():
        pass
    assert source.after(500) is not None
    assert source.before(2_000) is not None


def test_a_segment_that_is_no_media_is_named_with_its_time(tmp_path: Path) -> None:
    source = _middle(tmp_path, b"garbage" * 1_000)
    assert source.missing(1_500) is None  # nobody has tried to open it yet
    assert source.picture(1_500) is None
    assert source.missing(1_500) == Missing(1_000, 2_000, Trouble.NO_MEDIA)
    assert source.missing(999) is source.missing(2_000) is None
    assert source.troubles() == (Missing(1_000, 2_000, Trouble.NO_MEDIA),)


@settings(max_examples=60)
@example(at=298, junk=b"\x00")  # a codec that nobody knows
@given(at=st.integers(0, len(SECOND) - 1), junk=st.binary(min_size=1, max_size=40))
def test_any_damage_inside_is_refused_or_played_and_never_raises_anything_else(at: int, junk: bytes) -> None:
    try:
        reel = wind(SECOND[:at] + junk + SECOND[at + len(junk) :], 7_000)
    except ReelError:
        return
    assert len(reel.pictures) == len(reel.picture_ms)
    assert list(reel.picture_ms) == sorted(reel.picture_ms)


def test_a_changed_record_ends_its_segment_and_the_next_one_opens(recorded: Recorded, tmp_path: Path) -> None:
    folder = recorded.copy_to(tmp_path / "r")
    whole = every_picture(recorded.spec.folder, recorded.seat.site)
    flip(segment(folder, 1), segment(folder, 1).stat().st_size // 2)
    source = PlayingSource.open(folder, recorded.seat.site)
    assert source.report.verdict is Verdict.TAMPERED
    start_ms, end_ms = 2_000, 4_000
    opens = source.picture(end_ms - 60)
    assert opens is not None
    assert start_ms <= opens.at_ms < end_ms - 500
    missing = source.missing(end_ms - 60)
    assert missing is not None
    assert missing.why is Trouble.CHANGED
    assert opens.at_ms < missing.start_ms
    after = source.picture(4_700)
    assert after is not None
    assert after.at_ms == max(one.at_ms for one in whole if one.at_ms <= 4_700)


def test_a_missing_segment_is_known_without_trying(recorded: Recorded, tmp_path: Path) -> None:
    folder = recorded.copy_to(tmp_path / "r")
    segment(folder, 1).unlink()
    source = PlayingSource.open(folder, recorded.seat.site)
    missing = source.missing(3_000)
    assert missing is not None
    assert missing.why is Trouble.MISSING
    assert source.picture(3_000) is None
    assert source.picture(4_700) is not None


def test_a_truncated_recording_plays_to_where_it_was_cut(recorded: Recorded, tmp_path: Path) -> None:
    folder = recorded.copy_to(tmp_path / "r")
    for name in ("segment-00002.ers", "segment-00002.leaves"):
        (folder / name).unlink()
    source = PlayingSource.open(folder, recorded.seat.site)
    assert source.report.verdict is Verdict.TRUNCATED
    assert source.picture(3_900) is not None
    assert source.picture(4_700) is None
    assert source.missing(4_700) is not None


def test_a_recording_nobody_closed_plays_to_its_last_whole_record(seat: SimulatedSeat) -> None:
    client, spec = seat.recorder(), seat.spec()
    status = record(client, spec, 2_600)
    seat.kill(status.pid)
    source = PlayingSource.open(spec.folder, seat.site)
    assert source.report.verdict is Verdict.RECOVERED
    last = source.before(source.duration_ms + 1)
    assert last is not None
    assert last > 1_500
    assert source.picture(last) is not None


def test_an_interrupted_recording_plays_over_its_epochs_with_the_gap_between(tmp_path: Path) -> None:
    maker = Maker(tmp_path / "r")
    maker.segment(SECOND, 1_000)
    maker.end_ms = 4_000
    maker.begin()
    maker.segment(SECOND, 1_000)
    gap = GapRef(track="both", start_ms=1_000, length_ms=3_000, reason="recorder_restarted")
    source = PlayingSource.open(maker.close([gap]), maker.site)
    assert source.missing(2_000) == Missing(1_000, 4_000, "recorder_restarted")
    assert source.missing(4_000) is None
    before, after = source.picture(3_999), source.picture(4_500)
    assert (before and before.at_ms, after and after.at_ms) == (933, 4_466)
    assert source.after(933) == 4_000
    assert not source.sound(2_000, 1_000).any()


def test_an_epoch_that_was_sealed_to_somebody_else_is_stated_and_the_rest_plays(tmp_path: Path) -> None:
    maker = Maker(tmp_path / "r")
    maker.segment(SECOND, 1_000)
    maker.begin(SealingKey.generate())
    maker.segment(SECOND, 1_000)
    source = PlayingSource.open(maker.close(), maker.site)
    assert source.picture(500) is not None
    assert source.picture(1_500) is None
    assert source.missing(1_500) == Missing(1_000, 2_000, Trouble.NO_KEY)


def test_a_sound_gap_leaves_the_picture(tmp_path: Path) -> None:
    maker = Maker(tmp_path / "r")
    maker.segment(SECOND, 1_000)
    gap = GapRef(track="sound", start_ms=200, length_ms=300, reason="microphone_lost")
    assert PlayingSource.open(maker.close([gap]), maker.site).missing(300) is None


@pytest.mark.parametrize("length_ms", [0, 5])
def test_a_recording_of_next_to_nothing_opens(length_ms: int, tmp_path: Path) -> None:
    maker = Maker(tmp_path / "r")
    if length_ms:
        maker.segment(webm(70), length_ms)  # one picture
    source = PlayingSource.open(maker.close(), maker.site)
    assert source.duration_ms == length_ms
    assert (source.picture(0) is not None) is bool(length_ms)
    assert source.after(10) is source.before(0) is None
    assert source.sound(0, 20).shape == (960,)
    while source.overview.step():
        pass
    assert source.overview.done == 1.0


def test_a_folder_that_is_no_recording_is_refused(recorded: Recorded, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(RecordingUnreadable):
        PlayingSource.open(tmp_path / "empty", recorded.seat.site)
    folder = recorded.copy_to(tmp_path / "r")
    for paper in (*folder.glob("*.json"), folder / "heads.jsonl"):
        paper.write_bytes(b"{}")
    with pytest.raises(RecordingTampered):
        PlayingSource.open(folder, recorded.seat.site)
