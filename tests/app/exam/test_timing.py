"""Time, rule by rule: the whole, the sections, what a proctor adds, and how late a response may still come."""

import pytest

from app.exam.timing import ANSWER_GRACE_MS, Timing

MINUTE = 60_000


def test_time_runs_for_the_whole_and_for_the_section_in_front() -> None:
    timing = Timing(10 * MINUTE, limits_ms=(None, 2 * MINUTE)).turned_to(0).passed(1000).turned_to(1).passed(500)
    assert (timing.left_ms, timing.spent_ms) == (10 * MINUTE - 1500, (1000, 500))
    assert (timing.section_left_ms(0), timing.section_left_ms(1)) == (None, 2 * MINUTE - 500)


def test_before_the_first_item_no_section_loses_time() -> None:
    timing = Timing(MINUTE, limits_ms=(MINUTE,)).passed(1000)
    assert (timing.left_ms, timing.section_left_ms(0)) == (MINUTE - 1000, MINUTE)


def test_a_section_keeps_what_it_had_when_one_comes_back_to_it() -> None:
    timing = Timing(10 * MINUTE, limits_ms=(MINUTE, None)).turned_to(0).passed(20_000).turned_to(1).passed(MINUTE)
    assert timing.turned_to(0).section_left_ms(0) == 40_000


def test_what_is_left_is_never_less_than_nothing() -> None:
    timing = Timing(1000, limits_ms=(500,)).turned_to(0).passed(5000)
    assert (timing.left_ms, timing.section_left_ms(0), timing.is_over) == (0, 0, True)


@pytest.mark.parametrize(
    ("limits", "over"), [((500,), True), ((500, None), False), ((None, None), False), ((500, 500), False), ((), False)]
)
def test_it_is_over_when_every_section_is_closed_and_not_before(limits: tuple[int | None, ...], over: bool) -> None:
    assert Timing(MINUTE, limits_ms=limits).turned_to(0).passed(1000).is_over is over


def test_extra_time_counts_for_the_whole_and_for_the_section_in_front_only() -> None:
    timing = Timing(MINUTE, limits_ms=(1000, 2000)).turned_to(1).extended(5000)
    assert (timing.duration_ms, timing.limits_ms) == (MINUTE + 5000, (1000, 7000))


def test_extra_time_gives_a_section_without_a_limit_none() -> None:
    assert Timing(MINUTE, limits_ms=(None, 2000)).turned_to(0).extended(5000).limits_ms == (None, 2000)
    assert Timing(MINUTE).turned_to(0).extended(5000).limits_ms == ()


def test_extra_time_opens_the_section_in_front_again() -> None:
    closed = Timing(MINUTE, limits_ms=(1000,)).turned_to(0).passed(1000)
    assert closed.is_closed(0)
    assert not closed.extended(1000).is_closed(0)


@pytest.mark.parametrize(("late_ms", "taken"), [(0, True), (ANSWER_GRACE_MS, True), (ANSWER_GRACE_MS + 1, False)])
def test_a_response_may_need_the_grace_to_reach_the_disk(late_ms: int, taken: bool) -> None:
    assert Timing(MINUTE).passed(MINUTE + late_ms).takes_answers(None) is taken
    in_front = Timing(10 * MINUTE, limits_ms=(MINUTE,)).turned_to(0).passed(MINUTE + late_ms)
    assert in_front.takes_answers(0) is taken


@pytest.mark.parametrize(
    ("over_ms", "elsewhere_ms", "taken"),
    [(0, ANSWER_GRACE_MS, True), (0, ANSWER_GRACE_MS + 1, False), (4_000, 6_000, True), (4_000, 6_001, False)],
)
def test_a_closed_section_takes_nothing_later_than_the_grace_wherever_one_went(
    over_ms: int, elsewhere_ms: int, taken: bool
) -> None:
    closed = Timing(10 * MINUTE, limits_ms=(MINUTE, None)).turned_to(0).passed(MINUTE + over_ms)
    assert closed.turned_to(1).passed(elsewhere_ms).takes_answers(0) is taken


def test_a_section_that_is_open_takes_responses_however_long_ago_one_left_it() -> None:
    timing = Timing(100 * MINUTE, limits_ms=(MINUTE, None)).turned_to(0).passed(1000).turned_to(1).passed(50 * MINUTE)
    assert timing.takes_answers(0)


def test_leaving_early_waits_for_the_active_time_and_never_beyond_the_end() -> None:
    assert Timing(MINUTE, early_leave_ms=20_000).passed(5_000).early_leave_in_ms == 15_000
    assert Timing(MINUTE, early_leave_ms=20_000).passed(25_000).early_leave_in_ms == 0
    assert Timing(MINUTE, early_leave_ms=5 * MINUTE).passed(30_000).early_leave_in_ms == 30_000
