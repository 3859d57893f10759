"""Something is plugged in while somebody sits: a proctor is called, two settle it, and it stands for good."""

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from app.exam.events import Submitted
from app.exam.sitting import State
from app.seat.alarm import Cause
from app.seat.environment import Weighed
from app.seat.environment_changes import CALM_LOOKS
from app.seat.guard.events import GuardEvent, GuardKind
from app.seat.home import SeatHome
from app.seat.phases.delivery.environment_notices import NOT_SETTLED
from app.seat.phases.delivery.environment_watch import LOOK_MS
from app.seat.phases.proctor.environment_forms import finding_form
from app.seat.room_log import read_room
from app.seat.screens.proctor.corner import CornerScreen
from app.seat.screens.waiting import WaitingScreen
from app.seat.workplace import Workplace
from app.ui.labels import Label
from app.ui.text import Sentence, say
from app.words.incidents import incident_detail, incident_name
from proctoring.checks.machine import Machine
from proctoring.checks.observation import clear, found
from sync.wire.environment import LockdownLevel, Verdict
from sync.wire.packet import EndReason, Incident
from tests.app.seat.conftest import Site
from tests.app.seat.moved_clock import MovedClock
from tests.app.seat.plugged import STICK, ordinary, plug_in, pull_out
from tests.app.seat.proctored import KEYIDS, ProctoredSeat
from tests.app.seat.screens.samples import EN, ZH
from tests.proctoring.checks.made_up import MadeUp

SEEN, GONE = "SEEN_USB_STORAGE", "GONE_USB_STORAGE"


@pytest.fixture
def pc(made_up_pc: Machine) -> MadeUp:
    return ordinary(made_up_pc)


@pytest.fixture
def seat(
    pc: MadeUp,  # noqa: ARG001 - made before the seat looks at it
    workplace: Workplace,
    site: Site,
    filmed: SeatHome,
    clock: MovedClock,
    qtbot: QtBot,
) -> Iterator[ProctoredSeat]:
    at_work = ProctoredSeat(workplace, site, filmed, clock, qtbot)
    yield at_work
    at_work.leave()


def calls_for_a_proctor(seat: ProctoredSeat) -> bool:
    return Cause.ENVIRONMENT in seat.desk._alarm.causes


def test_a_stick_calls_a_proctor_and_stands_with_its_evidence_until_two_settled_it(
    seat: ProctoredSeat, pc: MadeUp
) -> None:
    seat.begin()
    seat.until(lambda: seat.kept().environment is not None)
    plug_in(pc)
    plugged_s = time.monotonic()
    seat.until(lambda: SEEN in seat.codes())
    assert time.monotonic() - plugged_s < 8 * LOOK_MS / 1000, "two looks, and the machine is busy with other tests"
    seat.rest()
    assert calls_for_a_proctor(seat)
    told = seat.kept().incidents[-1]
    assert STICK in told.detail
    assert told.by == ()
    said = seat.kept().environment
    assert said is not None
    assert [one.verdict for one in said.checks if one.check == "usb_storage"] == [Verdict.FOUND]
    assert not any(STICK in label.text() for label in seat.items.findChildren(Label)), "neighbours read nothing of it"
    assert seat.kept().state is State.ACTIVE, "no clock is stopped by it"

    seat.enter()
    assert seat.says("这台电脑有变化")
    assert seat.says(STICK)
    seat.press("settle_usb_storage")
    seat.until_screen("CornerFormScreen")
    assert seat.says(STICK)
    seat.press("form_confirm")
    assert seat.screen == "CornerFormScreen", "nobody settles it without a reason"
    seat.pick("考点认可")
    seat.press("form_confirm")
    seat.until_screen("AuthorityScreen")
    seat.give_pin(3)
    seat.until(lambda: seat.says("已计过一次"))
    assert not read_room(seat.workplace.replica.journal, seat.room.session).overrides, "one person's two names are one"
    seat.give_pin(1)
    seat.until_screen("CornerScreen")
    seat.until(lambda: not calls_for_a_proctor(seat))

    (override,) = read_room(seat.workplace.replica.journal, seat.room.session).overrides
    assert (override.by, override.reason) == (KEYIDS[:2], "是考点认可的设备或程序")
    said = seat.kept().environment
    assert said is not None
    assert said.overrides == (override,)
    settled = seat.kept().incidents[-1]
    assert (settled.code, settled.by) == ("CHECK_OVERRIDDEN", KEYIDS[:2])
    assert incident_detail(settled, ZH).startswith("移动介质：是考点认可的设备或程序 · ")
    assert STICK in settled.detail, "what it was stands beside why it was allowed"

    pull_out(pc)
    plug_in(pc, "Kingston")
    seat.until(lambda: seat.codes().count(SEEN) == 2)
    assert calls_for_a_proctor(seat), "another stick is another finding"


def test_the_alarm_ends_by_itself_when_it_has_gone(seat: ProctoredSeat, pc: MadeUp) -> None:
    seat.begin()
    plug_in(pc)
    seat.until(lambda: calls_for_a_proctor(seat))
    pull_out(pc)
    seat.until(lambda: GONE in seat.codes())
    assert not calls_for_a_proctor(seat)
    assert [code for code in seat.codes() if "USB" in code] == [SEEN, GONE]


def test_while_nobody_sits_it_goes_to_the_rooms_journal_and_a_later_sitting_says_it(
    seat: ProctoredSeat, pc: MadeUp
) -> None:
    plug_in(pc)
    seat.until(lambda: any(one.incident.code == SEEN for one in seat.room.room.incidents))
    assert calls_for_a_proctor(seat)
    seat.begin()
    seat.until(lambda: seat.kept().environment is not None)
    said = seat.kept().environment
    assert said is not None
    assert (said.level, "usb_storage" in {one.check for one in said.checks}) == (LockdownLevel.OPEN, True)
    assert SEEN not in seat.codes(), "it came before this sitting"


def test_what_stood_before_a_restart_is_not_told_again(seat: ProctoredSeat, pc: MadeUp) -> None:
    seat.begin()
    plug_in(pc)
    seat.until(lambda: SEEN in seat.codes())
    seat.rest()
    seat.again()
    looks = seat.line.watch._looks
    seat.until(lambda: seat.line.watch._looks >= looks + 4)
    seat.rest()
    assert [code for code in seat.codes() if code.startswith("SEEN_")] == [SEEN]


def test_what_the_guard_noticed_is_told_at_once_and_settled_without_allowing_the_next(seat: ProctoredSeat) -> None:
    seat.begin()
    event = GuardEvent(GuardKind.INJECTED_INPUT, ("XTEST keyboard: 4 keys",), 1_795_309_380_000)
    seat.pc.noticed.emit(event)
    seat.rest()
    assert "GUARD_INJECTED_INPUT" in seat.codes()
    assert calls_for_a_proctor(seat)
    seat.pc.noticed.emit(GuardEvent(GuardKind.CLIPBOARD, ("CLIPBOARD: 12 characters of another program",), 0))
    seat.enter()
    seat.press("settle_guard:injected_input")
    seat.pick("误报")
    seat.press("form_confirm")
    seat.give_pin(1)
    seat.until_screen("CornerScreen")
    seat.until(lambda: not calls_for_a_proctor(seat))
    assert "ENVIRONMENT_SETTLED" in seat.codes()
    seat.pc.noticed.emit(event)
    assert calls_for_a_proctor(seat)
    assert read_room(seat.workplace.replica.journal, seat.room.session).overrides == ()


def test_all_that_stands_is_settled_at_once_by_one_reason(seat: ProctoredSeat, pc: MadeUp) -> None:
    seat.begin()
    seat.pc.noticed.emit(GuardEvent(GuardKind.STRANGE_CLIENT, ("process 812: xrandr",), 1_795_309_380_000))
    plug_in(pc)
    seat.line.watch.check_again()
    seat.until(lambda: len(seat.line.watch.notices) == 2)
    seat.enter()
    bar = seat.deck.screen_of(CornerScreen)._seen.verticalScrollBar()
    seat.until(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())
    seat.press("corner_leave")
    seat.enter()
    assert bar.value() == 0, "what came last is seen first"
    seat.press("settle_all")
    seat.until_screen("CornerFormScreen")
    assert seat.says(STICK)
    assert seat.says("xrandr")
    seat.pick("考点认可")
    seat.press("form_confirm")
    seat.give_pin(1)
    seat.until_screen("CornerScreen")
    seat.until(lambda: not calls_for_a_proctor(seat))
    assert {"CHECK_OVERRIDDEN", "ENVIRONMENT_SETTLED"} <= set(seat.codes())


def test_where_nobody_sits_the_words_promise_neither_running_time_nor_a_packet(seat: ProctoredSeat) -> None:
    seat.deck.bring(WaitingScreen)
    seat.press("proctor_corner")
    seat.until_screen("AuthorityScreen")
    assert seat.says("现在没有人在考试")
    sentence = finding_form(Sentence("check.screens.name"), (), starting=False).sentence
    assert "已经封好的成绩包不会再变" in say(sentence, ZH)


def test_what_nobody_settled_is_left_with_the_sitting_and_no_frame_lies_over_the_result(
    seat: ProctoredSeat, pc: MadeUp
) -> None:
    seat.begin()
    seat.pc.noticed.emit(GuardEvent(GuardKind.STRANGE_CLIENT, ("process 812: xrandr",), 1_795_309_380_000))
    plug_in(pc)
    seat.until(lambda: {one.key for one in seat.line.watch.notices} == {"guard:strange_client", "usb_storage"})
    seat.act(Submitted(reason=EndReason.CANDIDATE))
    seat.until(lambda: seat.codes().count(NOT_SETTLED) == 2)
    left = [incident_detail(one, EN) for one in seat.packed().delivery.sitting.incidents if one.code == NOT_SETTLED]
    assert any(STICK in one for one in left)
    assert any("xrandr" in one for one in left)
    assert [one.key for one in seat.line.watch.notices] == ["usb_storage"], "a check still sees it; the other is over"
    looks = seat.line.watch._looks
    seat.until(lambda: seat.line.watch._looks >= looks + 2)
    assert not calls_for_a_proctor(seat), "nobody sits here any more"
    seat.line.watch.close(begins=True)
    seat.line.watch.close(begins=False)
    seat.line.watch.close(begins=True)
    seat.until(lambda: [one.incident.code for one in seat.room.room.incidents].count(NOT_SETTLED) == 1)


def test_one_screen_is_one_notice_whoever_sees_it(seat: ProctoredSeat) -> None:
    seat.begin()
    watch = seat.line.watch
    seat.pc.noticed.emit(GuardEvent(GuardKind.SECOND_SCREEN, ("HDMI-1",), 1_795_309_380_000))
    assert [one.key for one in watch.notices] == ["guard:second_screen"]
    screens = Weighed(found("screens", ("HDMI-1",), screens=2, mirrored=0), None, overridable=True)
    watch._notices["screens"] = replace(watch.notices[0], key="screens")
    watch._drop_over((screens,))
    assert [one.key for one in watch.notices] == ["screens"]
    seat.pc.noticed.emit(GuardEvent(GuardKind.SECOND_SCREEN, ("HDMI-1",), 1_795_309_390_000))
    assert [one.key for one in watch.notices] == ["screens"], "it stands there already"
    del watch._notices["screens"]
    seat.pc.noticed.emit(GuardEvent(GuardKind.SECOND_SCREEN, ("HDMI-1",), 1_795_309_400_000))
    watch._looks += CALM_LOOKS
    watch._drop_over((Weighed(clear("screens"), None, overridable=True),))
    assert watch.notices == (), "the check is clear: it has gone by itself"


def test_incidents_of_the_pc_have_words_wherever_they_stand() -> None:
    for code, detail in (
        (SEEN, "/sys/bus/usb/devices/1-2:1.0: stick"),
        (GONE, ""),
        ("SEEN_LOCKDOWN_LEVEL", "session -> desktop"),
        ("GUARD_WINDOW_IN_FRONT", "process 812: xterm"),
        ("CHECK_OVERRIDDEN", "usb_storage: 12 s"),
        ("ENVIRONMENT_SETTLED", "injected_input: looked at"),
        (NOT_SETTLED, "strange_client: process 812: xrandr"),
        ("SEEN_OF_A_NEWER_PROGRAM", "x"),
    ):
        incident = Incident(code=code, wall_ms=0, active_ms=0, detail=detail, clause=None, by=())
        for words_of in (ZH, EN):
            assert incident_name(incident, (), words_of)
            assert "{" not in incident_name(incident, (), words_of) + incident_detail(incident, words_of)
