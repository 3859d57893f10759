"""What the watch says of simulated rooms, of real synthetic speech, and of anything at all."""

import time
from collections.abc import Callable, Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pydantic import ValidationError

from proctoring.capture.drawing import scene_background, simulated_scene
from proctoring.capture.media import SAMPLE_RATE, Plane, Samples
from proctoring.capture.synthetic import SyntheticSound
from proctoring.watch.picture import Eye
from proctoring.watch.watch import Watch
from sync.wire.plan import WatchPolicy
from sync.wire.recording import Flag, FlagKind
from tests.proctoring.watch import drawn

QUICK = WatchPolicy(
    no_face_ms=3_000,
    several_faces_ms=3_000,
    covered_ms=3_000,
    frozen_ms=3_000,
    dark_ms=3_000,
    out_of_place_ms=3_000,
    silence_ms=3_000,
    speech_ms=2_000,
)


def watched(pictures: Iterable[Plane], policy: WatchPolicy = QUICK) -> list[tuple[FlagKind, int, int]]:
    """Look at pictures a second apart; give what was flagged, each flag as it ended or stands at the end."""
    watch = Watch(policy)
    flags: dict[tuple[FlagKind, int], Flag] = {}
    for second, picture in enumerate(pictures):
        for flag in watch.look(picture, second * 1000):
            flags[flag.kind, flag.at_ms] = flag
    for flag in watch.open_flags():
        flags[flag.kind, flag.at_ms] = flag
    return sorted((flag.kind, flag.at_ms, flag.length_ms) for flag in flags.values())


def heard(sound: Samples, policy: WatchPolicy = QUICK, block: int = 960) -> set[FlagKind]:
    watch = Watch(policy)
    kinds = set()
    for at in range(0, len(sound), block):
        kinds |= {flag.kind for flag in watch.listen(sound[at : at + block], at * 1000 // SAMPLE_RATE)}
    return kinds


def sitting(seconds: int, other: Callable[[int], Plane], since: int, until: int) -> list[Plane]:
    """A candidate sits in the middle, but for a while there is another picture."""
    return [
        other(second) if since <= second < until else drawn.room(drawn.MIDDLE, noise=second + 1)
        for second in range(seconds)
    ]


def test_a_candidate_who_sits_there_is_not_flagged() -> None:
    sways = [drawn.room(drawn.MIDDLE + 20 * (second % 5) - 40, noise=second + 1) for second in range(10)]
    assert watched(sways) == []


@pytest.mark.parametrize(
    ("kind", "picture"),
    [
        (FlagKind.NO_FACE, lambda second: drawn.room(noise=second + 1)),
        (FlagKind.SEVERAL_FACES, lambda second: drawn.room(200, 440, noise=second + 1)),
        (FlagKind.COVERED, lambda second: drawn.plain(120, second + 1)),
        (FlagKind.FROZEN, lambda _second: drawn.room(drawn.MIDDLE, noise=1)),
        (FlagKind.DARK, lambda second: np.asarray(drawn.room(drawn.MIDDLE, noise=second + 1) // 5 + 4, np.uint8)),
        (FlagKind.OUT_OF_PLACE, lambda second: drawn.room(90, noise=second + 1)),
    ],
)
def test_each_thing_is_flagged_by_its_name_from_when_to_when(kind: FlagKind, picture: Callable[[int], Plane]) -> None:
    began_ms = 4_000 if kind is FlagKind.FROZEN else 3_000  # the second of two that are the same
    assert watched(sitting(13, picture, 3, 9)) == [(kind, began_ms, 8_000 - began_ms)]


def test_a_camera_that_was_turned_is_out_of_place() -> None:
    turned = sitting(10, lambda second: drawn.room(drawn.MIDDLE - 150, turned=150, noise=second + 1), 3, 10)
    assert watched(turned, QUICK.model_copy(update={"place_percent": 20})) == [(FlagKind.OUT_OF_PLACE, 3_000, 6_000)]


def test_how_far_a_camera_was_turned_is_measured_against_the_start() -> None:
    eye = Eye()
    assert eye.look(drawn.room(drawn.MIDDLE)).moved is None
    assert eye.look(drawn.room(drawn.MIDDLE, noise=2)).moved == 0
    assert eye.look(drawn.room(drawn.MIDDLE - 100, turned=100)).moved == pytest.approx(156, abs=10)
    assert eye.look(drawn.plain(120)).moved is None


def test_a_black_picture_is_dark_and_covered_and_says_nothing_of_faces() -> None:
    kinds = {kind for kind, _, _ in watched(sitting(9, lambda _second: drawn.plain(16, 0), 3, 9))}
    assert kinds == {FlagKind.DARK, FlagKind.COVERED}


def test_what_passes_quickly_is_not_flagged() -> None:
    assert watched(sitting(8, lambda second: drawn.room(noise=second + 1), 3, 5)) == []


def test_what_the_policy_leaves_out_is_not_watched_for() -> None:
    nothing = WatchPolicy.model_validate({f"{kind}_ms": 0 for kind in FlagKind})
    assert watched(sitting(8, lambda _second: drawn.plain(16, 0), 1, 8), nothing) == []
    assert heard(drawn.silence(5), nothing) == set()


@pytest.mark.parametrize(
    ("text", "voice"), [("第三题的答案是乙,你写好了没有", "cmn"), ("the answer to three is B", "en")]
)
@pytest.mark.parametrize("softer", [1, 12])
def test_speech_is_flagged_also_when_it_is_soft(text: str, voice: str, softer: int) -> None:
    said = np.resize(drawn.speech(text, voice), 5 * SAMPLE_RATE) // softer
    assert heard(said.astype(np.int16)) == {FlagKind.SPEECH}


def test_speech_over_a_fan_is_flagged() -> None:
    said = np.resize(drawn.speech("第三题的答案是乙,你写好了没有", "cmn"), 5 * SAMPLE_RATE) // 4
    assert heard((said + drawn.hiss(5, 120)).astype(np.int16)) == {FlagKind.SPEECH}


@pytest.mark.parametrize(
    "sound",
    [drawn.tone(440, 5, 9_000), drawn.tone(50, 5, 3_000), drawn.hiss(5, 300), drawn.keys(5)],
    ids=["a tone", "mains hum", "a fan", "typing"],
)
def test_what_is_no_speech_is_not_flagged(sound: Samples) -> None:
    assert heard(sound) == set()


def test_silence_is_flagged_and_a_quiet_room_is_not() -> None:
    assert heard(drawn.silence(6)) == {FlagKind.SILENCE}
    assert heard(drawn.hiss(6, 20)) == set()


def test_the_size_of_the_blocks_makes_no_difference() -> None:
    said = np.resize(drawn.speech("the answer to three is B", "en"), 4 * SAMPLE_RATE)
    assert heard(said, block=960) == heard(said, block=7_777) == heard(said, block=len(said)) == {FlagKind.SPEECH}


def test_a_hole_in_the_sound_is_not_silence() -> None:
    watch = Watch(QUICK)
    changes = watch.listen(drawn.silence(2), 0) + watch.listen(drawn.silence(2), 60_000)
    assert changes == []


def test_the_demonstration_is_not_flagged() -> None:
    background = scene_background()
    assert watched(simulated_scene(background, second * 1.0) for second in range(20)) == []
    pattern = SyntheticSound()._pattern
    assert heard(np.resize(pattern, 20 * SAMPLE_RATE)) == set()


def test_a_flag_has_the_picture_it_began_with() -> None:
    watch = Watch(QUICK)
    pictures = sitting(8, lambda second: drawn.room(noise=second + 1), 3, 8)
    for second, picture in enumerate(pictures):
        watch.look(picture, second * 1000)
    assert watch.picture(FlagKind.NO_FACE) is pictures[3]
    assert watch.picture(FlagKind.DARK) is None


@pytest.mark.parametrize(
    "wrong", [{"no_face_ms": -1}, {"speech_ms": 3_600_001}, {"dark_luma": 256}, {"place_percent": 0}]
)
def test_thresholds_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        WatchPolicy.model_validate(wrong)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(
            arrays.arrays(np.uint8, arrays.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=80)),
            st.integers(0, 2**45),
        ),
        max_size=6,
    ),
    st.lists(
        st.tuples(arrays.arrays(np.int16, st.integers(0, 4_000)), st.integers(0, 2**45), st.integers(1, 60)), max_size=6
    ),
)
def test_nothing_that_is_seen_or_heard_stops_the_watch(
    planes: list[tuple[Plane, int]], blocks: list[tuple[Samples, int, int]]
) -> None:
    watch = Watch(QUICK)
    flags: list[Flag] = []
    for plane, at_ms in planes:
        flags += watch.look(plane, at_ms)
    for samples, at_ms, often in blocks:
        flags += watch.listen(np.tile(samples, often), at_ms)
    assert all(flag.length_ms >= 0 and flag.at_ms >= 0 for flag in (*flags, *watch.open_flags()))


def test_watching_takes_less_than_two_hundredths_of_a_core() -> None:
    pictures = [drawn.room(drawn.MIDDLE, noise=second + 1) for second in range(7)]
    said = np.resize(drawn.speech("the answer to three is B", "en"), SAMPLE_RATE)
    watch = Watch(QUICK)
    watch.look(pictures[0], 0)
    before = time.thread_time()
    for second in range(1, 31):
        watch.look(pictures[second % 7], second * 1000)
        for at in range(0, SAMPLE_RATE, 960):
            watch.listen(said[at : at + 960], second * 1000 + at // 48)
    assert (time.thread_time() - before) / 30 < 0.02
