"""The short form of `make soak`; the long one's figures are in BENCHMARKS.md."""

import dataclasses

import pytest

from tests.proctoring.seat import SimulatedSeat
from tests.soak.soaking import MOST_DRIFT_MS, Soak, soak

SECONDS = 12.0
DRIFT_PPM = 5_000
"""A very bad sound card: without resampling the end would be 60 ms off."""


@pytest.fixture(scope="module")
def soaked(tmp_path_factory: pytest.TempPathFactory) -> Soak:
    seat = SimulatedSeat(tmp_path_factory.mktemp("soak"))
    try:
        return soak(seat, SECONDS, sound_drift_ppm=DRIFT_PPM, segment_ms=4_000)
    finally:
        seat.close()


def test_picture_and_sound_stay_together_and_no_picture_is_unaccounted_for(soaked: Soak) -> None:
    assert soaked.problems == ()
    assert abs(soaked.drift_end_ms) < MOST_DRIFT_MS
    assert soaked.samples_stretched < -48 * 15  # it was brought back
    assert soaked.frames_in_file == soaked.frames_encoded > SECONDS * 10
    assert soaked.claps >= SECONDS // 2 - 1


@pytest.mark.parametrize(
    "lie",
    [
        {"drift_most_ms": 41.0},
        {"frames_in_file": 1},
        {"frames_dropped": 999},
        {"frames_expected": 10_000},
        {"samples_in_file": 48_000, "sound_seconds_in_file": 1.0},
        {"sound_seconds_in_file": 1.0},
        {"resident_end_mb": 1_000.0},
        {"claps": 1},
        {"gaps": 1},
        {"verdict": "recovered"},
    ],
)
def test_a_soak_says_what_is_not_as_it_must_be(soaked: Soak, lie: dict[str, object]) -> None:
    assert len(dataclasses.replace(soaked, **lie).problems) == 1  # type: ignore[arg-type]
