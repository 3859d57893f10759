import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from proctoring.capture.media import SAMPLE_RATE
from proctoring.recorder.timeline import SoundTimeline

BLOCK = 960
START = SAMPLE_RATE * 7


def block(value: int = 1) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    return np.full(BLOCK, value, np.int16)


def test_sound_that_comes_in_time_is_written_as_it_is() -> None:
    line = SoundTimeline(START)
    for number in range(100):
        assert len(line.place(START + number * BLOCK, block())) == BLOCK
    assert line.written == START + 100 * BLOCK


def test_the_first_block_finds_its_exact_place() -> None:
    line = SoundTimeline(START)
    written = line.place(START + 1_234, block())
    assert list(written[:1_234]) == [0] * 1_234
    assert set(written[1_234:]) == {1}


@given(st.lists(st.integers(0, 700), min_size=200, max_size=200))
def test_bursts_change_nothing(late_ms: list[int]) -> None:
    """Delivery may be late by up to 0.7 s now and then; nothing is put in or left out as long as it catches up."""
    line = SoundTimeline(START)
    line.place(START, block())
    for number, late in enumerate(late_ms, start=1):
        jitter = late * SAMPLE_RATE // 1000 if number % 10 else 0
        assert len(line.place(START + number * BLOCK + jitter, block())) == BLOCK


@given(st.floats(-0.002, 0.002))
def test_a_drifting_sound_card_never_parts_from_the_clock(drift: float) -> None:
    line = SoundTimeline(0)
    for number in range(3_000):
        at = round(number * BLOCK * (1 + drift))
        line.place(at, block())
        assert abs(line.written - at - BLOCK) < SAMPLE_RATE // 5


def test_a_jump_is_made_up_at_once() -> None:
    line = SoundTimeline(0)
    line.place(0, block())
    written = line.place(3 * SAMPLE_RATE, block())
    assert line.written == 3 * SAMPLE_RATE + BLOCK
    assert int(np.count_nonzero(written)) == BLOCK


def test_silence_fills_what_is_missing_and_bounded() -> None:
    line = SoundTimeline(0)
    assert len(line.fill(SAMPLE_RATE)) == SAMPLE_RATE
    assert len(line.fill(SAMPLE_RATE // 2)) == 0
    assert len(line.fill(3_600 * SAMPLE_RATE)) == 10 * SAMPLE_RATE


def test_sound_that_was_already_filled_with_silence_is_not_heard_twice() -> None:
    line = SoundTimeline(0)
    line.fill(2 * SAMPLE_RATE)
    assert len(line.place(SAMPLE_RATE, block())) == 0
    assert line.written == 2 * SAMPLE_RATE
