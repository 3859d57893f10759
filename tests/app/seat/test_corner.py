"""What proctors do from the corner: it stands in the journals with their keys, and the item never stays covered."""

from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from app.exam.prose import Language
from app.exam.room import OnDuty
from app.exam.sitting import State
from app.seat.home import SeatHome
from app.seat.phases.proctor import corner as corner_phase
from app.seat.phases.proctor.corner_glance import Recorded
from app.seat.screens.choice_list import RadioRow
from app.seat.screens.proctor.corner_form import CornerFormScreen
from app.seat.screens.proctor.corner_view import CornerAnswer, Recorder
from app.seat.workplace import Workplace
from app.ui.fields import Field
from app.ui.labels import StatusMark
from app.ui.text import say
from app.words import Words
from proctoring.recorder.client import RecorderClient
from sync.client.sign_in import FREE_TRIES
from sync.replica.durable import DiskFull
from sync.replica.journal import Journal
from sync.wire.packet import EndReason
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


def test_the_corner_opens_by_a_pin_alone_and_shows_the_seat_at_a_glance(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.choose()
    seat.rest()
    seat.items.hand_toggled.emit(True)
    seat.rest()
    seat.deck.proctor_requested.emit()
    seat.until_screen("AuthorityScreen")
    seat.give_pin(0, "000000")
    seat.until(lambda: seat.says("还可以试 4 次"))
    assert seat.screen == "AuthorityScreen"
    seat.give_pin(0)
    seat.until_screen("CornerScreen")
    for said in (seat.entry.name, "正在作答", "考生举手", "最后保存", "已答 1 / 6 题"):
        assert seat.says(said), said
    front = seat.front
    clock = front.findChild(QLabel, "time_left")
    assert clock is not None
    assert clock.isVisible()
    assert clock.text().count(":") == 2
    seat.until(lambda: any("录音录像中" in mark.text() for mark in front.findChildren(StatusMark)))


def test_a_pause_stands_in_the_journal_with_who_and_why_and_stops_the_clock(
    seat: ProctoredSeat, clock: MovedClock
) -> None:
    seat.begin()
    seat.enter(0)
    seat.confirm("pause", "设备故障")
    seat.until_screen("CornerScreen")
    sitting = seat.kept()
    assert (sitting.state, sitting.incidents[-1].by, sitting.incidents[-1].detail) == (
        State.PAUSED,
        KEYIDS[:1],
        "设备故障",
    )
    before = seat.case.delivery.remaining_ms()
    clock.pass_ms(600_000)
    assert seat.button("corner_pause") is None
    seat.confirm("continue")
    seat.until_screen("CornerScreen")
    assert seat.kept().state is State.ACTIVE
    assert seat.case.delivery.remaining_ms() > before - 60_000
    seat.press("corner_leave")
    seat.until_screen("ItemScreen")
    assert seat.rows(), "the item is there again"


def test_extra_time_wants_its_minutes_and_its_reason(seat: ProctoredSeat) -> None:
    seat.begin()
    before = seat.kept().duration_ms
    seat.enter(1)
    seat.confirm("extend")
    assert seat.says("请写明加时")
    seat.press("minutes_1")
    seat.press("form_confirm")
    assert seat.says("请选择一项")
    seat.fill("note", "power was out")
    seat.press("form_confirm")
    assert seat.says("请选择一项"), "a note is no reason"
    seat.pick("设备故障")
    seat.press("form_confirm")
    seat.until_screen("CornerScreen")
    sitting = seat.kept()
    assert sitting.duration_ms == before + 600_000
    assert (sitting.incidents[-1].detail, sitting.incidents[-1].by) == ("600 s: 设备故障；power was out", KEYIDS[1:2])
    assert seat.says("10 分钟：设备故障；power was out")


@pytest.mark.parametrize("act", ["extend", "report"])
def test_confirming_again_and_again_while_it_is_written_does_it_once(seat: ProctoredSeat, act: str) -> None:
    seat.begin()
    before = seat.kept().duration_ms
    seat.enter(0)
    seat.press(f"corner_{act}")
    seat.until_screen("CornerFormScreen")
    if act == "extend":
        seat.press("minutes_1")
    seat.pick("设备故障")
    button = seat.button("form_confirm")
    assert button is not None
    for _press in range(3):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        seat.deck.screen_of(CornerFormScreen).confirmed.emit(CornerAnswer(minutes=10, note="again"))
    assert seat.says("正在保存")
    assert seat.button("form_confirm") is None
    assert seat.button("form_back") is None
    seat.until_screen("CornerScreen")
    seat.rest()
    assert len(seat.kept().incidents) == 1
    assert seat.kept().duration_ms - before == (600_000 if act == "extend" else 0)


def test_extra_time_that_cannot_be_written_says_so_and_is_given_once_when_the_disk_is_back(
    seat: ProctoredSeat, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat.begin()
    before = seat.kept().duration_ms
    seat.enter(0)
    seat.press("corner_extend")
    seat.until_screen("CornerFormScreen")
    seat.press("minutes_1")
    seat.pick("设备故障")
    seat.fill("note", "power was out")
    with monkeypatch.context() as full:
        full.setattr(Journal, "append", _no_room)
        seat.press("form_confirm")
        seat.until(lambda: seat.says("还没有写入磁盘"))
        assert seat.button("form_confirm") is None
        seat.press("form_back")
        seat.until_screen("ItemScreen")
        seat.deck.proctor_requested.emit()
        seat.until_screen("AuthorityScreen")
        seat.give_pin(0)
        seat.until_screen("CornerFormScreen")
        assert seat.says("还没有写入磁盘"), "who comes back sees that it is under way"
        assert seat.button("form_confirm") is None
    seat.until_screen("CornerScreen")
    given = [one for one in seat.kept().incidents if one.code == "EXTENDED"]
    assert len(given) == 1
    assert seat.kept().duration_ms >= before + 600_000, "with what was lost while nothing could be saved"
    seat.confirm("pause", "设备故障")
    seat.until_screen("CornerScreen")
    assert seat.kept().state is State.PAUSED, "the next act is done as ever"


def _no_room(*_arguments: object, **_more: object) -> None:
    raise DiskFull(needed_mb=200, free_mb=3)


def test_a_note_that_nobody_can_see_is_no_reason(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.enter(1)
    seat.press("corner_extend")
    seat.until_screen("CornerFormScreen")
    seat.press("minutes_1")
    seat.pick("其他原因")
    note = seat.front.findChild(Field, "note")
    assert note is not None
    note.setText("\u200b\u200b")
    seat.press("form_confirm")
    assert seat.screen == "CornerFormScreen"
    assert seat.kept().incidents == ()
    note.setText("停电\u202e了")
    seat.press("form_confirm")
    seat.until_screen("CornerScreen")
    assert seat.kept().incidents[-1].detail == "600 s: 停电了"


def test_what_hits_the_candidate_is_said_with_their_name_before_it_is_done(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.enter()
    for act in ("pause", "extend", "end", "void"):
        seat.press(f"corner_{act}")
        seat.until_screen("CornerFormScreen")
        assert seat.says(f"{seat.entry.name} 的")
        QTest.keyClick(seat.front, Qt.Key.Key_Escape)
        seat.until_screen("CornerScreen")
    assert seat.kept().incidents == ()
    assert seat.kept().state is State.ACTIVE


def test_ending_stands_far_from_what_is_harmless(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.enter()
    front = seat.front
    harmless = [seat.button(f"corner_{act}") for act in ("pause", "extend", "report", "hand_over")]
    grave = [seat.button(f"corner_{act}") for act in ("end", "void")]
    lowest = max(button.mapTo(front, QPoint(0, button.height())).y() for button in harmless if button)
    highest = min(button.mapTo(front, QPoint(0, 0)).y() for button in grave if button)
    assert highest - lowest >= 60


def test_a_void_takes_a_second_person(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.enter(0)
    seat.confirm("void", "考生本人不符")
    seat.until_screen("AuthorityScreen")
    seat.give_pin(3)  # the first one's key under another name
    seat.until(lambda: seat.says("已计过一次"))
    assert seat.kept().state is State.ACTIVE
    seat.until(lambda: [one.incident.code for one in seat.room.room.incidents] == ["SAME_CREDENTIAL"])
    seat.give_pin(1)
    seat.until_screen("EndedScreen")
    sitting = seat.kept()
    assert (sitting.state, sitting.end_reason) == (State.SUBMITTED, EndReason.VOIDED)
    assert sitting.incidents[-1].by == KEYIDS[:2]
    assert seat.says("作废")


def test_an_irregularity_names_the_clause_two_people_and_what_the_candidate_says(
    seat: ProctoredSeat, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks: list[str] = []
    monkeypatch.setattr(RecorderClient, "bookmark", lambda _self, note: marks.append(note))
    seat.begin()
    seat.enter(0)
    seat.confirm("report", "2.3 携带通讯工具")
    assert seat.says("请写下考生的陈述")
    seat.fill("note", "phone")
    seat.tick("statement_refused")
    seat.press("form_confirm")
    seat.until_screen("AuthorityScreen")
    seat.give_pin(1)
    seat.until_screen("CornerScreen")
    incident = seat.kept().incidents[-1]
    assert (incident.clause, incident.by, incident.detail) == ("2.3", KEYIDS[:2], "phone；考生拒绝陈述")
    seat.until(lambda: marks == ["2.3"])
    assert seat.says("违纪：条款 2.3 携带通讯工具")


def test_an_incident_that_is_none_of_the_candidates_takes_one_person(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.enter(1)
    seat.confirm("report", "设备故障")
    seat.until_screen("CornerScreen")
    incident = seat.kept().incidents[-1]
    assert (incident.code, incident.clause, incident.by) == ("EQUIPMENT_FAILED", None, KEYIDS[1:2])


def test_the_hand_is_lowered_by_whoever_came(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.items.hand_toggled.emit(True)
    seat.rest()
    seat.enter()
    seat.press("corner_lower_hand")
    seat.until(lambda: not seat.kept().hand_raised)
    seat.until(lambda: seat.button("corner_lower_hand") is None)
    assert not seat.kept().hand_raised


def test_a_hand_over_stands_in_both_journals_and_the_new_one_countersigns(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.enter(0)
    seat.press("corner_hand_over")
    seat.until_screen("AuthorityScreen")
    assert not seat._usable(f"proctor_{seat.people.ids[1]}"), "who is on duty already cannot take over"
    seat.give_pin(2)
    seat.until_screen("CornerScreen")
    assert seat.room.room.on_duty == (KEYIDS[1], KEYIDS[2])
    assert seat.room.room.incidents[-1].incident.by == KEYIDS[:1]
    assert seat.kept().on_duty == (KEYIDS[1], KEYIDS[2])
    assert set(seat.kept().proctors) == set(KEYIDS)
    assert [one.key.public.keyid for one in seat.line.opened.proctors] == [KEYIDS[1], KEYIDS[2]]


def test_who_acts_after_a_restart_is_on_duty_first(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.again()
    seat.enter(2)
    seat.confirm("pause", "紧急疏散")
    seat.until_screen("CornerScreen")
    assert seat.kept().on_duty == KEYIDS
    assert seat.room.room.on_duty == KEYIDS
    assert [one.key.public.keyid for one in seat.line.opened.proctors] == [KEYIDS[2]]


def test_a_hand_over_after_a_restart(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.again()
    seat.enter(1)
    seat.press("corner_hand_over")
    seat.until_screen("AuthorityScreen")
    seat.give_pin(2)
    seat.until(lambda: seat.kept().on_duty == (KEYIDS[0], KEYIDS[2]))
    assert seat.room.room.on_duty == (KEYIDS[0], KEYIDS[2])


def test_a_paused_sitting_comes_back_paused_and_is_continued(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.enter(0)
    seat.confirm("pause", "设备故障")
    seat.until_screen("CornerScreen")
    seat.again()
    assert seat.screen == "ItemScreen"
    assert not seat.rows(), "the item is covered"
    seat.enter(0)
    seat.confirm("continue")
    seat.until(lambda: seat.kept().state is State.ACTIVE)


def test_the_item_comes_back_by_itself_when_nobody_touches_anything(
    seat: ProctoredSeat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corner_phase, "IDLE_MS", 400)
    seat.begin()
    seat.enter()
    seat.press("corner_end")
    seat.until_screen("CornerFormScreen")
    seat.until_screen("ItemScreen")
    assert seat.rows()
    assert not seat.line.corner.is_open


def test_a_candidate_who_pressed_by_mistake_is_back_soon(seat: ProctoredSeat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corner_phase, "ENTRY_IDLE_MS", 300)
    seat.begin()
    seat.deck.proctor_requested.emit()
    assert seat.screen == "AuthorityScreen"
    assert seat.says("剩余时间")
    seat.until_screen("ItemScreen")
    seat.deck.proctor_requested.emit()
    QTest.keyClick(seat.front, Qt.Key.Key_Escape)
    assert seat.screen == "ItemScreen"


@pytest.mark.parametrize("where", ["entry", "corner", "form", "authority"])
def test_the_time_is_over_while_proctors_stand_here_and_it_is_handed_in(
    seat: ProctoredSeat, clock: MovedClock, where: str
) -> None:
    seat.begin()
    if where == "entry":
        seat.deck.proctor_requested.emit()
    else:
        seat.enter(0)
    if where == "form":
        seat.press("corner_end")
        seat.until_screen("CornerFormScreen")
    if where == "authority":
        seat.confirm("void", "试卷发错")
        seat.until_screen("AuthorityScreen")
    clock.pass_ms(7_200_000)
    seat.until(lambda: bool(seat.told))
    seat.until(lambda: seat.screen in ("SealingScreen", "ResultScreen"))
    assert seat.kept().end_reason is EndReason.TIME
    assert not seat.line.corner.is_open
    assert not seat.authority.asks
    seat.until_screen("ResultScreen")


def test_a_pin_that_was_being_checked_when_the_time_was_over_counts_for_nothing(
    seat: ProctoredSeat, clock: MovedClock
) -> None:
    seat.begin()
    seat.enter(0)
    seat.confirm("void", "试卷发错")
    seat.until_screen("AuthorityScreen")
    seat.give_pin(1)
    seat.line.corner.leave()  # what a hand on the key does while the PIN is checked
    seat.bot.wait(300)
    assert seat.kept().state is State.ACTIVE
    assert clock.mono_ms == 0


def test_with_nobody_sitting_the_room_takes_the_report(seat: ProctoredSeat) -> None:
    seat.line.admitting.begin()
    seat.until_screen("CheckInScreen")
    seat.enter(0)
    assert seat.says("本机现在没有考生作答")
    assert seat.button("corner_pause") is None
    seat.confirm("report", "考场受到干扰")
    seat.until_screen("CornerScreen")
    assert seat.room.room.incidents[-1].incident.code == "DISTURBANCE"
    seat.press("corner_leave")
    seat.until_screen("CheckInScreen")


def test_a_lock_ends_on_time_though_the_screen_was_left_and_the_journal_says_who_was_locked_out(
    seat: ProctoredSeat, clock: MovedClock
) -> None:
    seat.begin()
    seat.deck.proctor_requested.emit()
    seat.until_screen("AuthorityScreen")
    for left in range(FREE_TRIES - 1, 0, -1):
        seat.give_pin(0, "000000")
        said = f"还可以试 {left} 次"
        seat.until(partial(seat.says, said))
    seat.give_pin(0, "000000")
    seat.until(lambda: seat.says("请等待 1:00"))
    seat.until(lambda: [one.code for one in seat.kept().incidents] == ["PIN_LOCKED"])
    assert seat.kept().incidents[0].detail == "李芳"
    assert seat.kept().incidents[0].by == ()
    seat.press("cancel")
    seat.until_screen("ItemScreen")
    clock.pass_ms(30_000)
    seat.deck.proctor_requested.emit()
    seat.until_screen("AuthorityScreen")
    field = seat.front.findChild(Field, "pin")
    card = seat.front.findChild(QAbstractButton, f"proctor_{seat.people.ids[0]}")
    assert field is not None
    assert card is not None
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    assert seat.says("请等待 0:30"), "the lock is told at once, without another PIN"
    assert not field.isEnabled()
    clock.pass_ms(30_000)
    seat.until(field.isEnabled)
    seat.give_pin(0)
    seat.until_screen("CornerScreen")
    assert seat.says("密码错误次数过多")


def test_with_nobody_sitting_the_rooms_journal_says_who_was_locked_out(seat: ProctoredSeat) -> None:
    seat.line.admitting.begin()
    seat.until_screen("CheckInScreen")
    seat.authority.locked_out.emit(seat.people.ids[1])
    seat.until(lambda: bool(seat.room.room.incidents))
    incident = seat.room.room.incidents[-1].incident
    assert (incident.code, incident.detail) == ("PIN_LOCKED", "王建国")


@pytest.mark.parametrize("act", ["pause", "extend", "end", "void", "report"])
def test_what_nobody_chose_is_not_recorded(seat: ProctoredSeat, act: str) -> None:
    seat.begin()
    seat.enter(0)
    seat.press(f"corner_{act}")
    seat.until_screen("CornerFormScreen")
    if act == "extend":
        seat.press("minutes_0")
    for _row in seat.front.findChildren(RadioRow):
        QTest.keyClick(seat.front.focusWidget(), Qt.Key.Key_Down)  # looking over them chooses nothing
    assert not any(row.isChecked() for row in seat.front.findChildren(RadioRow))
    seat.press("form_confirm")
    assert seat.says("请选择一项")
    assert seat.screen == "CornerFormScreen"
    assert seat.kept().incidents == ()


def test_every_reason_is_in_words_on_a_row_of_its_own_and_one_is_chosen(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.enter(0)
    seat.press("corner_report")
    seat.until_screen("CornerFormScreen")
    rows = [row for row in seat.front.findChildren(RadioRow) if row.isVisible()]
    assert [row.text() for row in rows[:2]] == ["条款 2.3 携带通讯工具", "设备故障"]
    assert seat.says("违纪（上报")
    assert seat.says("其他事件（不是违纪）")
    seat.pick("设备故障")
    seat.pick("携带通讯工具")
    assert [row.isChecked() for row in rows] == [True] + [False] * (len(rows) - 1)
    statement = seat.front.findChild(Field, "statement")
    assert statement is not None
    assert seat.front.rect().contains(statement.mapTo(seat.front, statement.rect().bottomRight()))


def test_another_reason_has_to_be_written(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.enter(0)
    seat.confirm("pause", "其他原因")
    assert seat.says("请在补充说明里写明情况")
    seat.fill("note", "fire drill")
    seat.press("form_confirm")
    seat.until_screen("CornerScreen")
    assert seat.kept().incidents[-1].detail == "fire drill"


def test_who_agrees_reads_what_they_agree_to(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.enter(0)
    seat.press("corner_report")
    seat.until_screen("CornerFormScreen")
    seat.pick("携带通讯工具")
    seat.fill("note", "phone under the desk")
    seat.fill("statement", "forgot it")
    seat.press("form_confirm")
    seat.until_screen("AuthorityScreen")
    for said in ("条款 2.3 携带通讯工具", "phone under the desk", "forgot it"):
        assert seat.says(said), said


def test_much_time_in_one_go_takes_a_second_person_who_sees_how_much(seat: ProctoredSeat) -> None:
    seat.begin()
    before = seat.kept().duration_ms
    seat.enter(0)
    seat.press("corner_extend")
    seat.until_screen("CornerFormScreen")
    seat.fill("minutes", "31")
    seat.pick("设备故障")
    seat.press("form_confirm")
    seat.until_screen("AuthorityScreen")
    assert seat.says("31 分钟")
    seat.give_pin(1)
    seat.until_screen("CornerScreen")
    assert seat.kept().duration_ms == before + 31 * 60_000
    assert seat.kept().incidents[-1].by == KEYIDS[:2]


def test_an_end_because_of_an_irregularity_takes_one_that_was_reported(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.enter(0)
    seat.press("corner_end")
    seat.until_screen("CornerFormScreen")
    assert not seat.says("违纪，见事件记录")


def test_no_act_moves_to_where_another_was(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.items.hand_toggled.emit(True)
    seat.rest()
    seat.enter(0)
    acts = ("report", "lower_hand", "hand_over", "end", "void")

    def places() -> list[int]:
        found = [seat.front.findChild(QAbstractButton, f"corner_{act}") for act in acts]
        return [button.mapTo(seat.front, QPoint(0, 0)).y() for button in found if button is not None]

    before = places()
    assert len(before) == len(acts)
    seat.press("corner_lower_hand")
    seat.until(lambda: seat.button("corner_lower_hand") is None)
    assert places() == before


def test_why_nobody_can_take_over_is_said(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.room.record(OnDuty(proctors=KEYIDS))
    seat.enter(0)
    assert seat.button("corner_hand_over") is None
    assert seat.says("没有人可以接手")


def test_it_is_said_whether_the_time_stands_still(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.enter(0)
    assert seat.says("考试时间没有停")
    seat.confirm("pause", "设备故障")
    seat.until_screen("CornerScreen")
    seat.until(lambda: seat.says("考试时间停住"))
    assert not seat.says("考试时间没有停")


def test_a_voided_sitting_looks_voided_and_shows_no_verdict(seat: ProctoredSeat) -> None:
    seat.begin()
    seat.choose()
    seat.rest()
    seat.enter(0)
    seat.confirm("void", "考生本人不符")
    seat.until_screen("AuthorityScreen")
    seat.give_pin(1)
    seat.until_screen("EndedScreen")
    seat.press("seal")
    seat.until_screen("AuthorityScreen")
    seat.give_pin(0)
    seat.until_screen("ResultScreen")
    assert seat.says("监考员已作废本次考试")
    assert not seat.says("未合格")


@pytest.mark.parametrize("language", Language)
def test_a_recording_that_is_interrupted_says_what_to_do(language: Language) -> None:
    recorded = Recorded.of(None)
    assert recorded.recorder is Recorder.INTERRUPTED
    (trouble,) = recorded.troubles
    assert ("备用考试机" if language is Language.ZH else "spare seat") in say(trouble, Words(language))
