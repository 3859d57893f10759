"""Time at the desk: the whole and its sections, warnings, the end whatever is open, sleep and clocks that are moved."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.exam import events
from app.exam.form import FormItem
from app.exam.sitting import State
from app.exam.timing import Timing
from app.seat.home import SeatHome
from app.seat.phases.delivery.timekeeping import WARN_FOR_MS, minutes_to_warn_of, open_place
from app.seat.screens.proctor.authority import AuthorityScreen
from app.seat.screens.proctor.corner import CornerScreen
from app.seat.workplace import Workplace
from sync.wire.packet import EndReason
from sync.wire.plan import MINUTE_MS, ItemKind
from tests.app.seat.conftest import Site
from tests.app.seat.desk import PROCTOR, SeatAtWork
from tests.app.seat.moved_clock import MovedClock

TWO_HOURS_MS = 120 * MINUTE_MS
TRUE_FALSE = 4
"""The first section of the form: items 1 to 4."""


@pytest.fixture
def seat(workplace: Workplace, site: Site, filmed: SeatHome, clock: MovedClock, qtbot: QtBot) -> Iterator[SeatAtWork]:
    at_work = SeatAtWork(workplace, site, filmed, clock, qtbot)
    yield at_work
    at_work.leave()


@pytest.mark.parametrize("minutes", [15, 5, 1])
def test_a_warning_comes_at_its_minute_and_takes_no_focus(seat: SeatAtWork, clock: MovedClock, minutes: int) -> None:
    seat.begin()
    before = QApplication.focusWidget()
    clock.pass_ms(TWO_HOURS_MS - minutes * MINUTE_MS)
    seat.until(lambda: seat.says(f"还剩 {minutes} 分钟"))
    assert QApplication.focusWidget() is before
    seat.choose()
    seat.rest()
    assert len(seat.kept().given) == 1


def test_warnings_stand_for_a_while_and_none_comes_for_more_than_there_ever_was() -> None:
    minute = MINUTE_MS
    assert [minutes_to_warn_of(left, 120 * minute) for left in (15 * minute + 1, 15 * minute)] == [None, 15]
    assert minutes_to_warn_of(5 * minute - WARN_FOR_MS + 1, 120 * minute) == 5
    assert minutes_to_warn_of(5 * minute - WARN_FOR_MS, 120 * minute) is None
    assert minutes_to_warn_of(5 * minute - 1, 5 * minute) is None
    assert minutes_to_warn_of(0, 120 * minute) is None


# the end of time, whatever is open


def _review(seat: SeatAtWork) -> None:
    seat.press("submit")


def _confirmation(seat: SeatAtWork) -> None:
    seat.press("submit")
    seat.press("submit")


def _display_panel(seat: SeatAtWork) -> None:
    seat.press("display")


def _picture(seat: SeatAtWork) -> None:
    seat.items.pane.picture_pressed.emit(QImage(40, 30, QImage.Format.Format_RGB32), "a picture")


def _corner(seat: SeatAtWork) -> None:
    seat.deck.bring(CornerScreen)


def _authority(seat: SeatAtWork) -> None:
    seat.deck.bring(AuthorityScreen)


def _calculator(seat: SeatAtWork) -> None:
    seat.items.set_tools(calculator=True, reader=False)
    QTest.keyClick(seat.items, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert seat.items.calculator.isVisible()


def _hand_up(seat: SeatAtWork) -> None:
    seat.press("raise_hand")


@pytest.mark.parametrize(
    "opened", [_review, _confirmation, _display_panel, _picture, _calculator, _corner, _authority, _hand_up]
)
def test_at_the_end_of_time_it_is_handed_in_whatever_is_open(
    seat: SeatAtWork, clock: MovedClock, opened: Callable[[SeatAtWork], None]
) -> None:
    seat.begin()
    seat.choose()
    opened(seat)
    clock.pass_ms(TWO_HOURS_MS)
    seat.until(lambda: bool(seat.told))
    assert [what for what, _ in seat.told] == ["handed_in"]
    kept = seat.kept()
    assert (kept.end_reason, len(kept.given)) == (EndReason.TIME, 1)


def test_while_it_is_paused_no_time_is_over(seat: SeatAtWork, clock: MovedClock) -> None:
    seat.begin()
    seat.pause()
    clock.pass_ms(2 * TWO_HOURS_MS)
    seat.desk._time.look()
    seat.go_on()
    assert seat.kept().state is State.ACTIVE
    assert not seat.told


# early leave


def test_the_review_says_when_one_may_hand_in_and_a_press_before_does_nothing(
    seat: SeatAtWork, clock: MovedClock
) -> None:
    seat.rule(early_leave_ms=30 * MINUTE_MS)
    seat.begin()
    seat.press("submit")
    assert seat.says("30 分钟后")
    assert seat.button("submit") is None
    seat.review.submit_confirmed.emit()
    seat.rest()
    assert seat.kept().state is State.ACTIVE
    clock.pass_ms(30 * MINUTE_MS)
    seat.until(lambda: seat.button("submit") is not None)
    seat.press("submit")
    seat.press("confirm_submit")
    seat.until(lambda: bool(seat.told))
    assert seat.kept().end_reason is EndReason.CANDIDATE


# sections


def test_a_section_whose_time_is_up_is_closed_and_the_next_one_comes(seat: SeatAtWork, clock: MovedClock) -> None:
    seat.rule(limits_s=(600, None))
    seat.begin()
    seat.choose()
    clock.pass_ms(600_000)
    seat.until(lambda: seat.desk._front.number == TRUE_FALSE + 1)
    seat.rest()
    assert [cell.closed for cell in seat.items._cells] == [True] * 4 + [False] * 2
    assert seat.says("第 1 部分时间到")
    seat.items.went_to.emit(1)
    seat.rest()
    assert seat.desk._front.number == TRUE_FALSE + 1, "what is closed is not shown any more"
    assert seat.kept().current == seat.case.shelf.form.items[TRUE_FALSE].item
    assert not seat.told


def test_a_section_closes_behind_the_review_too(seat: SeatAtWork, clock: MovedClock) -> None:
    seat.rule(limits_s=(600, None))
    seat.begin()
    seat.press("submit")
    clock.pass_ms(600_000)
    seat.until(lambda: seat.desk._front.number == TRUE_FALSE + 1)
    assert seat.screen == "ReviewScreen"
    seat.press("back")
    assert seat.screen == "ItemScreen"
    assert len(seat.rows()) > 2, "a single choice, not true or false"


def test_when_every_section_is_closed_it_is_handed_in(seat: SeatAtWork, clock: MovedClock) -> None:
    seat.rule(limits_s=(600, 300))
    seat.begin()
    clock.pass_ms(600_000)
    seat.until(lambda: seat.desk._front.number == TRUE_FALSE + 1)
    seat.rest()
    clock.pass_ms(300_000)
    seat.until(lambda: bool(seat.told))
    kept = seat.kept()
    assert (kept.end_reason, kept.timing.left_ms > MINUTE_MS) == (EndReason.TIME, True)


def test_a_section_that_is_left_keeps_the_rest_of_its_time(seat: SeatAtWork, clock: MovedClock) -> None:
    seat.rule(limits_s=(600, 900))
    seat.begin()
    clock.pass_ms(100_000)
    seat.items.went_to.emit(TRUE_FALSE + 1)
    seat.rest()
    clock.pass_ms(500_000)
    seat.items.went_to.emit(1)
    seat.rest()
    left = seat.case.delivery.timing().section_left_ms(0)
    assert left is not None
    assert 490_000 < left <= 500_000
    clock.pass_ms(500_000 - 5 * MINUTE_MS)
    seat.until(lambda: seat.says("这一部分还剩 5 分钟"))


def test_extra_time_counts_for_the_section_in_front_at_once(seat: SeatAtWork, clock: MovedClock) -> None:
    seat.rule(limits_s=(600, None))
    seat.begin()
    clock.pass_ms(590_000)
    seat.act(events.Extended(ms=600_000, note="停电", by=(PROCTOR,)))
    clock.pass_ms(60_000)
    seat.desk._time.look()
    seat.rest()
    assert seat.desk._front.number == 1


def test_after_a_crash_a_closed_section_stays_closed(seat: SeatAtWork, clock: MovedClock) -> None:
    seat.rule(limits_s=(600, None))
    seat.begin()
    clock.pass_ms(600_000)
    seat.until(lambda: seat.desk._front.number == TRUE_FALSE + 1)
    seat.rest()
    seat.again()
    assert seat.desk._front.number == TRUE_FALSE + 1
    assert [cell.closed for cell in seat.items._cells][:TRUE_FALSE] == [True] * TRUE_FALSE


@pytest.mark.parametrize(
    ("wanted", "here", "closed", "found"),
    [
        (3, 2, {0}, 5),  # on from section 0, which is closed: the first of section 1
        (4, 5, {0}, 5),  # back from section 1: nothing is open that way
        (5, 4, {1}, 7),
        (6, 7, {1}, 4),
        (8, 7, {2}, 6),
        (2, 1, {0, 1, 2}, None),
        (2, 1, set(), 2),
    ],
)
def test_what_is_closed_is_passed_by(wanted: int, here: int, closed: set[int], found: int | None) -> None:
    sections = (0, 0, 0, 0, 1, 1, 2, 2)
    places = tuple(
        FormItem(number, f"item-{number}", section, ItemKind.TRUE_FALSE, 1000)
        for number, section in enumerate(sections, start=1)
    )
    limits = tuple(1000 if section in closed else None for section in range(3))
    timing = Timing(duration_ms=10_000, limits_ms=limits, spent_ms=(1000, 1000, 1000))
    place = open_place(places, timing, wanted, here)
    assert (place.number if place else None) == found


# sleep, and clocks that are moved


def test_sleep_neither_adds_nor_takes_time_and_is_stated(seat: SeatAtWork, clock: MovedClock) -> None:
    seat.begin()
    before = seat.case.delivery.remaining_ms()
    clock.slept_ms += 3_600_000
    clock.wall_ms += 3_600_000
    seat.choose()
    seat.rest()
    assert seat.codes() == ["SUSPENDED"], "and nobody moved the clock"
    assert seat.kept().incidents[0].detail == "3600 s"
    assert seat.case.delivery.remaining_ms() > before - MINUTE_MS


@pytest.mark.parametrize("year", [1970, 2040])
def test_a_wall_clock_that_is_moved_changes_nothing_but_the_evidence(
    seat: SeatAtWork, clock: MovedClock, year: int
) -> None:
    seat.begin()
    before = seat.case.delivery.remaining_ms()
    seat.choose()
    seat.rest()
    moved = (year - 2026) * 365 * 24 * 3_600_000
    clock.wall_ms = moved
    seat.items.went_to.emit(2)
    seat.rest()
    clock.wall_ms = 0
    seat.items.went_to.emit(3)
    seat.rest()
    assert seat.codes() == ["CLOCK_JUMPED", "CLOCK_JUMPED"]
    assert before - MINUTE_MS < seat.case.delivery.remaining_ms() <= before
    assert not seat.told


def test_a_clock_that_is_moved_during_a_pause_is_evidence_too(seat: SeatAtWork, clock: MovedClock) -> None:
    seat.begin()
    seat.pause()
    clock.wall_ms = -(10**12)
    seat.go_on()
    assert seat.codes() == ["PAUSED", "CLOCK_JUMPED", "CONTINUED"]


def test_after_a_reboot_time_is_as_it_was(seat: SeatAtWork, clock: MovedClock) -> None:
    seat.begin()
    seat.choose()
    clock.pass_ms(MINUTE_MS)
    seat.press("next")
    seat.rest()
    left = seat.kept().timing.left_ms
    clock.boot_id, clock.mono_ms = "another-boot", -clock().mono_ms + 30_000  # the machine has run for 30 s
    clock.wall_ms += 600_000
    seat.again()
    assert left - MINUTE_MS < seat.case.delivery.remaining_ms() <= left
    assert seat.desk._front.number == 2
    assert seat.codes() == ["SEAT_STALLED", "RESUMED"], "of the time before, none of the time off"


def test_a_clock_that_runs_while_the_seat_is_dead_runs_by_the_machine_that_stayed_on(
    seat: SeatAtWork, clock: MovedClock
) -> None:
    seat.rule(clock_while_dead="running")
    seat.begin()
    left = seat.kept().timing.left_ms
    clock.mono_ms += 600_000
    clock.wall_ms += 10**11  # a wall clock tells nothing here
    seat.again()
    assert left - 660_000 < seat.case.delivery.remaining_ms() <= left - 600_000


def test_after_a_reboot_the_running_clock_goes_by_the_wall_and_never_back(seat: SeatAtWork, clock: MovedClock) -> None:
    seat.rule(clock_while_dead="running")
    seat.begin()
    left = seat.kept().timing.left_ms
    clock.boot_id, clock.mono_ms = "second-boot", -clock().mono_ms + 30_000
    clock.wall_ms += 600_000
    seat.again()
    after = seat.case.delivery.remaining_ms()
    assert left - 660_000 < after <= left - 600_000
    clock.boot_id, clock.wall_ms = "third-boot", -(10**12)
    seat.again()
    assert after - MINUTE_MS < seat.case.delivery.remaining_ms() <= after


def test_a_time_that_ran_out_while_the_seat_was_dead_is_handed_in_at_once(seat: SeatAtWork, clock: MovedClock) -> None:
    seat.rule(clock_while_dead="running")
    seat.begin()
    seat.choose()
    seat.rest()
    clock.pass_ms(TWO_HOURS_MS)
    seat.again()
    seat.until(lambda: bool(seat.told))
    assert (seat.kept().end_reason, len(seat.kept().given)) == (EndReason.TIME, 1)


def test_keys_pressed_at_the_very_end_are_taken_or_refused_but_trouble_nobody(
    seat: SeatAtWork, clock: MovedClock
) -> None:
    seat.begin()
    clock.pass_ms(TWO_HOURS_MS)
    for name in (Qt.Key.Key_A, Qt.Key.Key_PageDown, Qt.Key.Key_B):
        QTest.keyClick(seat.items, name)
    seat.until(lambda: bool(seat.told))
    assert not seat.troubles
