"""The clock: steered or not, how far off, and whether the PC has slept; and what this very kernel says."""

import time
from pathlib import Path

import pytest

from proctoring.checks.clocks import MOST_OFFSET_MS, clock_offset, clock_sync, read_kernel_clock, suspend
from proctoring.checks.machine import Machine
from proctoring.checks.situation import KernelClock, Situation
from sync.wire.environment import Verdict

PC = Machine(Path("/nowhere"))


@pytest.mark.parametrize(
    ("clock", "verdict"),
    [
        (KernelClock(synchronised=True, most_error_us=2_500), Verdict.CLEAR),
        (KernelClock(synchronised=False, most_error_us=16_000_000), Verdict.FOUND),
        (None, Verdict.UNKNOWN),
    ],
)
def test_a_clock_is_steered_or_not_or_it_is_not_known(clock: KernelClock | None, verdict: Verdict) -> None:
    assert clock_sync(PC, Situation(clock=clock)).verdict is verdict


def test_this_kernel_answers_and_a_clock_that_may_be_far_off_is_not_synchronised() -> None:
    clock = read_kernel_clock()
    assert clock is not None
    assert 0 <= clock.most_error_us <= 2**31
    assert not (clock.synchronised and clock.most_error_us >= 16_000_000)


@pytest.mark.parametrize(
    ("offset", "verdict", "seconds"),
    [
        (0, Verdict.CLEAR, 0),
        (MOST_OFFSET_MS, Verdict.CLEAR, 60),
        (-MOST_OFFSET_MS - 1, Verdict.FOUND, 60),
        (86_400_000, Verdict.FOUND, 86_400),
    ],
)
def test_an_honest_difference_is_clear_and_more_is_found(offset: int, verdict: Verdict, seconds: int) -> None:
    seen = clock_offset(PC, Situation(registry_offset_ms=offset))
    assert (seen.verdict, seen.facts["seconds"]) == (verdict, seconds)


def test_a_registry_that_was_not_asked_leaves_it_open() -> None:
    assert clock_offset(PC, Situation()).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("slept", "verdict"), [(0, Verdict.CLEAR), (500, Verdict.CLEAR), (501, Verdict.FOUND), (None, Verdict.UNKNOWN)]
)
def test_sleep_is_found_and_two_readings_one_after_the_other_are_none(slept: int | None, verdict: Verdict) -> None:
    assert suspend(PC, Situation(slept_ms=slept)).verdict is verdict


def test_a_short_sleep_counts_as_a_second_at_least() -> None:
    assert suspend(PC, Situation(slept_ms=600)).facts["seconds"] == 1


def test_this_pc_has_not_slept_while_the_clocks_were_read() -> None:
    def slept_ms() -> int:
        return (time.clock_gettime_ns(time.CLOCK_BOOTTIME) - time.clock_gettime_ns(time.CLOCK_MONOTONIC)) // 1_000_000

    before = slept_ms()
    assert suspend(PC, Situation(slept_ms=slept_ms() - before)).verdict is Verdict.CLEAR
