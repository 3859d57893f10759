"""An exam that proctors ended stands still until they seal it or take the end back, through any crash."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.exam.events import Submitted
from app.exam.sitting import State
from app.seat.home import SeatHome
from app.seat.sealing import packet_of
from app.seat.workplace import Workplace
from sync.replica.outbox import OutboxRow, Stage
from sync.trust.envelope import peek
from sync.wire.packet import EndReason, ScorePacket
from tests.app.seat.conftest import Site
from tests.app.seat.moved_clock import MovedClock
from tests.app.seat.proctored import KEYIDS, ProctoredSeat


@pytest.fixture
def seat(
    workplace: Workplace, site: Site, filmed: SeatHome, clock: MovedClock, qtbot: QtBot
) -> Iterator[ProctoredSeat]:
    at_work = ProctoredSeat(workplace, site, filmed, clock, qtbot)
    yield at_work
    at_work.leave()


def end(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.choose()
    seat.rest()
    seat.enter(0)
    seat.confirm("end", "考生要求离场")
    seat.until_screen("EndedScreen")


def packed(seat: ProctoredSeat) -> OutboxRow:
    row = seat.workplace.replica.outbox.of_sitting(seat.entry.sitting)
    assert row is not None
    return row


def signers(row: OutboxRow) -> set[str]:
    return set(peek(row.envelope, ScorePacket.PAYLOAD_TYPE).keyids)


def test_the_candidate_reads_that_it_ended_and_to_stay_seated(seat: ProctoredSeat) -> None:
    end(seat)
    assert seat.says("结束您的考试")
    assert seat.says("请留在座位上")
    assert seat.says("您的作答都已保存")
    assert seat.kept().state is State.SUBMITTED
    seat.deck.proctor_requested.emit()
    assert seat.screen == "EndedScreen", "what proctors can do here stands here"


def test_nothing_is_sealed_without_a_pin_and_the_packet_says_who_ended_it(seat: ProctoredSeat) -> None:
    end(seat)
    seat.press("seal")
    seat.until_screen("AuthorityScreen")
    seat.press("cancel")
    seat.until_screen("EndedScreen")
    assert seat.kept().state is State.SUBMITTED
    seat.press("seal")
    seat.until_screen("AuthorityScreen")
    seat.give_pin(2)  # any proctor of the plan
    seat.until_screen("ResultScreen")
    row = packed(seat)
    packet = packet_of(row)
    assert (row.stage, packet.end_reason) == (Stage.QUEUED, EndReason.PROCTOR)
    assert packet.incidents[-1].by == KEYIDS[:1]
    assert KEYIDS[2] in packet.proctors
    assert signers(row) >= set(KEYIDS)


def test_two_people_take_it_back_with_time_and_answers_and_it_stands_paused(
    seat: ProctoredSeat, clock: MovedClock
) -> None:
    end(seat)
    before = seat.kept().timing.left_ms
    clock.pass_ms(1_800_000)
    seat.press("reopen")
    seat.until_screen("CornerFormScreen")
    seat.pick("结束错了座位")
    seat.press("form_confirm")
    seat.until_screen("AuthorityScreen")
    seat.give_pin(0)
    seat.until(lambda: not seat._usable(f"proctor_{seat.people.ids[0]}"))
    assert seat.kept().state is State.SUBMITTED, "one is not enough"
    seat.give_pin(2)
    seat.until_screen("ItemScreen")
    sitting = seat.kept()
    assert (sitting.state, sitting.timing.left_ms, len(sitting.given)) == (State.PAUSED, before, 1)
    assert sitting.incidents[-1].by == (KEYIDS[0], KEYIDS[2])
    assert not seat.rows(), "the item is covered until a proctor lets it go on"
    seat.enter(0)
    seat.confirm("continue")
    seat.until_screen("CornerScreen")
    seat.press("corner_leave")
    seat.until_screen("ItemScreen")
    assert seat.rows()


def test_a_crash_brings_the_ended_screen_back_and_it_can_still_be_taken_back(seat: ProctoredSeat) -> None:
    end(seat)
    seat.again()
    assert seat.screen == "EndedScreen"
    seat.again()
    assert seat.screen == "EndedScreen"
    seat.press("reopen")
    seat.until_screen("CornerFormScreen")
    seat.pick("结束错了座位")
    seat.fill("note", "wrong seat")
    seat.press("form_confirm")
    seat.until_screen("AuthorityScreen")
    seat.give_pin(1)
    seat.give_pin(2)
    seat.until_screen("ItemScreen")
    assert seat.kept().state is State.PAUSED
    assert set(seat.kept().on_duty) == set(KEYIDS)


def test_sealed_after_a_crash_it_is_signed_by_whoever_sealed_it(seat: ProctoredSeat) -> None:
    end(seat)
    seat.again()
    seat.press("seal")
    seat.until_screen("AuthorityScreen")
    seat.give_pin(2)
    seat.until_screen("ResultScreen")
    row = packed(seat)
    assert KEYIDS[2] in packet_of(row).proctors
    assert KEYIDS[2] in signers(row)
    assert not {KEYIDS[0], KEYIDS[1]} & signers(row)
    assert KEYIDS[2] in seat.room.room.on_duty


def test_handed_in_and_then_a_crash_any_proctor_of_the_plan_countersigns(
    seat: ProctoredSeat, clock: MovedClock
) -> None:
    seat.begin()
    clock.pass_ms(7_200_000)
    seat.case.delivery.record(Submitted(reason=EndReason.TIME))
    seat.again()
    seat.until_screen("CountersignScreen")
    assert seat.kept().state is State.SUBMITTED, "the packet is made when somebody has signed: it names them"
    seat.give_pin(2)
    seat.until_screen("ResultScreen")
    row = packed(seat)
    assert row.stage is Stage.QUEUED
    assert KEYIDS[2] in packet_of(row).proctors
    assert KEYIDS[2] in signers(row)
    assert KEYIDS[2] in seat.room.room.on_duty


def test_a_voided_exam_is_never_passed(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.enter(0)
    seat.confirm("void", "考生本人不符")
    seat.until_screen("AuthorityScreen")
    seat.give_pin(1)
    seat.until_screen("EndedScreen")
    seat.press("seal")
    seat.until_screen("AuthorityScreen")
    seat.give_pin(0)
    seat.until_screen("ResultScreen")
    packet = packet_of(packed(seat))
    assert (packet.end_reason, packet.passed) == (EndReason.VOIDED, False)
