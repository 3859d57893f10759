"""When a stream's pictures were taken: held to our clock, whatever the network does and the camera's clock is."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from proctoring.capture.stream import Pace

SECOND = 1_000_000_000
FRAME = SECOND // 15


@given(st.lists(st.integers(0, SECOND), min_size=50, max_size=50), st.integers(-500, 500))
def test_a_stream_is_stamped_evenly_though_it_arrives_unevenly(late_ns: list[int], drift_ppm: int) -> None:
    pace, start_ns = Pace(), 77 * SECOND
    stamps = []
    for number in range(600):
        true_ns = start_ns + number * FRAME
        late = late_ns[number % 50] if number % 15 else 0
        theirs_ns = round(number * FRAME * (1 + drift_ppm / 1e6)) + 5 * SECOND
        stamp_ns = pace.stamp(theirs_ns, true_ns + late)
        assert abs(stamp_ns - true_ns) < SECOND // 50
        stamps.append(stamp_ns)
    assert all(0 < later - sooner < 2 * FRAME for sooner, later in pairwise(stamps))


def test_a_camera_whose_clock_is_set_is_followed_at_once() -> None:
    pace = Pace()
    for number in range(30):
        assert pace.stamp(number * FRAME, SECOND + number * FRAME) == SECOND + number * FRAME
    now_ns = SECOND + 30 * FRAME
    assert pace.stamp(3_600 * SECOND, now_ns) == now_ns
    assert pace.stamp(0, now_ns + FRAME) == now_ns + FRAME
