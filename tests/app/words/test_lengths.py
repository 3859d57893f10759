"""One rounding for every length that a person reads."""

import pytest

from app.words.lengths import clock_length, whole_seconds


@pytest.mark.parametrize(
    ("ms", "seconds"), [(0, 0), (1, 1), (499, 1), (1_499, 1), (1_500, 2), (9_800, 10), (61_000, 61)]
)
def test_a_length_is_told_to_the_nearest_second_and_what_lasted_at_all_lasted_one(ms: int, seconds: int) -> None:
    assert whole_seconds(ms) == seconds


def test_a_recording_is_as_long_on_every_page() -> None:
    assert [clock_length(ms) for ms in (318_400, 318_600, 7_200_000)] == ["0:05:18", "0:05:19", "2:00:00"]
