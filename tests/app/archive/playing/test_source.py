"""Any moment of a recording: the picture that was seen then, the sound that was heard, and the time it was."""

from bisect import bisect_right
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.archive.playing import PlayingSource
from app.archive.playing.marks import Lane
from proctoring.vault.format import Verdict
from proctoring.vault.format.plaintext import RecordingKeyWrong
from sync.trust.keys import SealingKey
from tests.app.archive.playing.made import STARTED, Maker, webm
from tests.app.archive.playing.plain import Plain, every_picture
from tests.proctoring.seat import Recorded

CLAPS = (1_000, 2_480, 3_960)


@pytest.fixture(scope="module")
def played(recorded: Recorded) -> PlayingSource:
    return PlayingSource.open(recorded.spec.folder, recorded.seat.site)


@pytest.fixture(scope="module")
def plain(recorded: Recorded) -> list[Plain]:
    return every_picture(recorded.spec.folder, recorded.seat.site)


@given(at_ms=st.integers(0, 7_000))
def test_the_picture_of_a_moment_is_the_last_one_at_or_before_it(
    at_ms: int, played: PlayingSource, plain: list[Plain]
) -> None:
    picture = played.picture(at_ms)
    place = bisect_right([one.at_ms for one in plain], at_ms) - 1
    expected = plain[place] if place >= 0 else None
    assert (picture and Plain(picture.at_ms, sha256(picture.i420.tobytes()).hexdigest())) == expected


def test_step_by_step_on_and_back_every_picture_is_seen_once(played: PlayingSource, plain: list[Plain]) -> None:
    times = [one.at_ms for one in plain]
    on, at_ms = [], played.after(-1)
    while at_ms is not None:
        on.append(at_ms)
        at_ms = played.after(at_ms)
    assert on == times
    back, at_ms = [], played.before(played.duration_ms + 1)
    while at_ms is not None:
        back.append(at_ms)
        at_ms = played.before(at_ms)
    assert back == times[::-1]


def test_it_says_what_it_plays_and_what_is_marked(played: PlayingSource, recorded: Recorded) -> None:
    assert played.recording == recorded.spec.recording
    assert played.report.verdict is Verdict.COMPLETE
    assert set(played.simulated) == {"picture", "sound"}
    assert [(mark.lane, mark.what) for mark in played.marks] == [(Lane.BOOKMARK, "VIOLATION_7")]
    assert played.troubles() == ()


def test_the_clock_on_the_wall_goes_with_the_recording(tmp_path: Path) -> None:
    maker = Maker(tmp_path / "r")
    maker.segment(webm(1_000), 1_000)
    maker.segment(webm(1_000), 1_000, start_ms=61_000)
    source = PlayingSource.open(maker.close(), maker.site)
    assert [source.wall_ms(at) - STARTED.wall_ms for at in (0, 500, 30_000, 61_500)] == [0, 500, 30_000, 61_500]


@pytest.mark.parametrize("size", [(64, 48), (1280, 720)])
def test_any_profile_is_played_in_its_own_size(size: tuple[int, int], tmp_path: Path) -> None:
    maker = Maker(tmp_path / "r")
    maker.segment(webm(400, size=size), 400)
    picture = PlayingSource.open(maker.close(), maker.site).picture(399)
    assert picture is not None
    assert (picture.width, picture.height) == size
    assert picture.rgb().shape == (size[1], size[0], 3)


def test_flash_and_clap_are_played_at_the_same_moment(tmp_path: Path) -> None:
    maker = Maker(tmp_path / "r")
    for start_ms in (0, 2_000, 4_000):
        own = [clap - start_ms for clap in CLAPS if start_ms <= clap < start_ms + 2_000]
        maker.segment(webm(2_000, rate=50, claps_ms=own), 2_000)
    source = PlayingSource.open(maker.close(), maker.site)
    flashes = [at for at in range(0, 6_000, 20) if _bright(source, at) and not _bright(source, at - 20)]
    sound = np.abs(source.sound(0, 6_000).astype(np.int32)) > 2_000
    claps = [int(at) // 48 for at in np.flatnonzero(sound) if not sound[max(0, at - 9_600) : at].any()]
    assert flashes == list(CLAPS)
    assert len(claps) == len(CLAPS)
    assert max(abs(clap - flash) for clap, flash in zip(claps, flashes, strict=True)) <= 20


def test_sound_in_pieces_is_the_sound_in_one_piece(played: PlayingSource) -> None:
    whole = played.sound(1_000, 2_400).astype(np.float64)
    pieces = np.concatenate([played.sound(at, 300) for at in range(1_000, 3_400, 300)]).astype(np.float64)
    assert np.abs(whole).max() > 100
    assert np.sqrt(np.mean((whole - pieces) ** 2)) < 0.05 * np.sqrt(np.mean(whole**2))


def test_sound_beyond_the_end_is_silence(played: PlayingSource) -> None:
    assert not played.sound(played.duration_ms + 1_000, 500).any()


def test_the_wave_grows_segment_by_segment(recorded: Recorded) -> None:
    overview = PlayingSource.open(recorded.spec.folder, recorded.seat.site).overview
    known = [int((overview.peaks >= 0).sum())]
    more = True
    while more:
        more = overview.step()
        known.append(int((overview.peaks >= 0).sum()))
    assert known == sorted(known)
    assert known[0] == 0
    assert known[1] < known[-1] == len(overview.peaks)
    assert overview.done == 1.0
    assert np.median(overview.peaks) > 100
    assert not overview.step()


def test_another_key_opens_nothing(recorded: Recorded) -> None:
    with pytest.raises(RecordingKeyWrong):
        PlayingSource.open(recorded.spec.folder, SealingKey.generate())


def test_playing_leaves_the_folder_as_it_is(recorded: Recorded, tmp_path: Path) -> None:
    folder = recorded.copy_to(tmp_path / "r")
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    source = PlayingSource.open(folder, recorded.seat.site)
    assert source.picture(3_000) is not None
    while source.overview.step():
        pass
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def _bright(source: PlayingSource, at_ms: int) -> bool:
    picture = source.picture(at_ms)
    return picture is not None and float(picture.i420[: picture.height].mean()) > 220
