"""Pictures wait a little for whoever takes them, and a camera gives no more of them than are wanted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctoring.capture.slot import Slot

SECOND = 1_000_000_000
PLANE = np.zeros((3, 2), np.uint8)


@pytest.mark.parametrize("theirs", [15, 16, 20, 24, 25, 29.97, 30, 60, 240])
def test_of_a_faster_camera_as_many_pictures_are_taken_as_are_wanted(theirs: float) -> None:
    slot = Slot(15)
    taken = [at for at in range(int(theirs * 60)) if slot.wants(round(7 * SECOND + at * SECOND / theirs))]
    assert abs(len(taken) - 15 * 60) <= 2


@given(st.lists(st.floats(-0.4, 0.4), min_size=30, max_size=30))
def test_no_picture_of_a_camera_at_the_right_pace_is_refused_for_coming_unevenly(uneven: list[float]) -> None:
    slot = Slot(15)
    for number in range(300):
        assert slot.wants(round((number + 100 + uneven[number % 30] / 2.1) * SECOND / 15))


def test_after_a_pause_and_when_its_clock_was_set_pictures_are_wanted_at_once() -> None:
    slot = Slot(15)
    assert [slot.wants(at * SECOND) for at in (100, 500, 3, 900)] == [True] * 4
    assert not slot.wants(900 * SECOND + SECOND // 60)


def test_pictures_come_in_their_order_and_those_given_up_are_counted() -> None:
    slot = Slot(15)
    for at in range(1, 6):
        slot.put(PLANE, at)
    got = [slot.take() for _ in range(4)]
    assert [(picture.mono_ns, picture.overtaken) for picture in got if picture] == [(3, 2), (4, 0), (5, 0)]
    assert got[-1] is None
    assert slot.wait(0)
