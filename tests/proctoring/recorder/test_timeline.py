import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from proctoring.capture.media import SAMPLE_RATE
from proctoring.recorder.timeline import SoundTimeline

BLOCK = 960
START = SAMPLE_RATE * 7
FORTY_MS = SAMPLE_RATE * 40 // 1000


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
@settings(max_examples=15)
def test_bursts_change_nothing(late_ms: list[int]) -> None:
    """Delivery may be late by up to 0.7 s now and then; nothing is put in or left out as long as it catches up."""
    line = SoundTimeline(START)
    line.place(START, block())
    for number, late in enumerate(late_ms, start=1):
        jitter = late * SAMPLE_RATE // 1000 if number % 10 else 0
        assert len(line.place(START + number * BLOCK + jitter, block())) == BLOCK


@given(drift_ppm=st.floats(-500, 500), late_ms=st.lists(st.integers(0, 700), min_size=1, max_size=60))
@settings(max_examples=5)
def test_a_drifting_sound_card_stays_within_40_ms_of_the_clock(drift_ppm: float, late_ms: list[int]) -> None:
    """A minute and a half of it, delivered in bursts; nothing is cut or put in, and every sample is accounted for."""
    line = SoundTimeline(START)
    blocks = [line.place(START, block())]
    for number in range(1, 4_500):
        true = START + round(number * BLOCK * (1 + drift_ppm / 1e6))
        late = late_ms[number % len(late_ms)] if number % 10 else 0
        assert abs(line.written - true) < FORTY_MS
        blocks.append(line.place(true + late * SAMPLE_RATE // 1000, block()))
    account = line.account
    assert (account.given, account.padded, account.dropped) == (4_500 * BLOCK, 0, 0)
    assert line.written - START == account.given + account.stretched == sum(map(len, blocks))
    assert {int(sample) for each in blocks for sample in (each.min(), each.max())} == {1}


@given(
    st.lists(st.tuples(st.sampled_from(["sound", "hole", "early", "silence"]), st.integers(1, 200_000)), max_size=40)
)
def test_no_sample_is_unaccounted_for_whatever_happens(story: list[tuple[str, int]]) -> None:
    line, at, written = SoundTimeline(START), START, 0
    for what, size in story:
        if what == "sound":
            for _ in range(size // 4_000):
                written += len(line.place(at, block()))
                at += BLOCK
        elif what == "silence":
            written += len(line.fill(at + size))
        else:
            at += size if what == "hole" else -size
    account = line.account
    assert line.written - START == written
    assert written == account.given + account.padded - account.dropped + account.stretched


def test_a_resampled_tone_is_the_same_tone() -> None:
    """A card 800 ppm slow: the tone's pitch stays, within what was corrected, and there is no click in it."""
    line = SoundTimeline(0)
    seconds, pitch_hz = 60, 1_000
    tone = np.rint(8_000 * np.sin(2 * np.pi * pitch_hz * np.arange(seconds * SAMPLE_RATE) / SAMPLE_RATE)).astype(
        np.int16
    )
    blocks = [line.place(round(first * 1.0008), tone[first : first + BLOCK]) for first in range(0, len(tone), BLOCK)]
    heard = np.concatenate(blocks).astype(np.float64)
    assert line.account.stretched > FORTY_MS // 2
    assert np.abs(np.diff(heard)).max() < 1.02 * np.abs(np.diff(tone.astype(np.float64))).max() + 2
    part = heard[-(2**21) :]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
    assert abs(float(spectrum.argmax()) * SAMPLE_RATE / len(part) - pitch_hz) < pitch_hz * 0.005


def test_a_hole_is_filled_with_silence_once_it_is_sure() -> None:
    """Half a second that PortAudio lost: not a drift, so not stretched over minutes."""
    line = SoundTimeline(0)
    places = [number * BLOCK for number in range(100)] + [
        number * BLOCK + SAMPLE_RATE // 2 for number in range(100, 400)
    ]
    for at in places:
        line.place(at, block())
    assert line.account.padded == SAMPLE_RATE // 2
    assert line.account.stretched == 0
    assert line.written == places[-1] + BLOCK


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
