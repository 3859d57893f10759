"""Odd answering becomes an incident and a notice for proctors; ordinary answering, and a restart, do not."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from app.exam.conduct import HANDS_MS, IN_A_ROW, Oddity
from app.exam.interactions import Option, Order, TextEntry
from app.exam.sitting import State
from app.seat.alarm import Cause
from app.seat.home import SeatHome
from app.seat.phases.delivery.conduct_watch import MOMENT_MS, _typed
from app.seat.workplace import Workplace
from app.ui.labels import Label
from app.words.incidents import incident_detail, incident_name
from proctoring.lockdown.input import Tally
from sync.wire.packet import Incident
from tests.app.seat.conftest import Site
from tests.app.seat.moved_clock import MovedClock
from tests.app.seat.proctored import KEYIDS, ProctoredSeat
from tests.app.seat.screens.samples import EN, ZH
from tests.app.seat.test_pending import BLANK

MS = 1_000_000


class WatchedSeat(ProctoredSeat):
    """A seat whose keys are counted by the test, on a clock of the test's own (ms)."""

    tally: Tally | None = None
    now_ms = 1_000_000

    def _sit_down(self) -> None:
        super()._sit_down()
        self.conduct = self.line.conduct
        self.conduct._clock = lambda: self.now_ms * MS
        self.conduct._pressed = lambda: self.tally

    def hand(self) -> None:
        """Let a hand press a key of this PC."""
        before = self.tally or Tally()
        self.tally = Tally(before.local + 1, before.injected, self.now_ms * MS)

    def program(self) -> None:
        """Let a program make up a key."""
        before = self.tally or Tally()
        self.tally = Tally(before.local, before.injected + 1, before.last_local_ns, self.now_ms * MS)

    def answer(self, option: int = 0) -> None:
        """Choose, and let whoever counts keys have counted."""
        self.choose(option)
        self.now_ms += MOMENT_MS
        self.conduct._judge()
        self.rest()

    def odd(self) -> list[tuple[str, str]]:
        """Give what stands in the journal of the answering."""
        kinds = set(Oddity)
        return [(one.code, one.detail) for one in self.kept().incidents if one.code in kinds]

    def calls(self) -> bool:
        return Cause.CONDUCT in self.desk._alarm.causes


@pytest.fixture
def seat(workplace: Workplace, site: Site, filmed: SeatHome, clock: MovedClock, qtbot: QtBot) -> Iterator[WatchedSeat]:
    at_work = WatchedSeat(workplace, site, filmed, clock, qtbot)
    yield at_work
    at_work.leave()


def test_answers_by_hand_and_answers_where_nobody_can_tell_are_nothing(seat: WatchedSeat) -> None:
    seat.begin()
    seat.now_ms += 60_000
    seat.answer(0)
    seat.tally = Tally()
    seat.now_ms += 60_000
    seat.choose(1)
    seat.hand()  # who counts keys learns of this one a moment after the window does
    seat.now_ms += MOMENT_MS
    seat.conduct._judge()
    seat.rest()
    assert (seat.odd(), seat.conduct.notices, seat.calls()) == ([], (), False)


def test_an_answer_that_no_hand_gave_calls_a_proctor_and_two_settle_it(seat: WatchedSeat) -> None:
    seat.hand()
    seat.begin()
    seat.now_ms += HANDS_MS + 3_000
    seat.answer(0)
    seat.answer(1)
    assert seat.odd() == [("ANSWER_WITHOUT_INPUT", "1: 8 s")], "once of an item"
    assert seat.calls()
    frame = [label.text() for label in seat.items.findChildren(Label)]
    assert not any("按键" in text for text in frame), "neither the candidate nor a neighbour reads what it was"
    assert seat.kept().state is State.ACTIVE

    seat.enter()
    assert seat.says("这里有情况请看一看")
    assert seat.says("第 1 题：之前 8 秒没有人按键或点击")
    seat.press("settle_conduct:answer_without_input")
    seat.until_screen("CornerFormScreen")
    seat.pick("误报")
    seat.press("form_confirm")
    seat.give_pin(1)
    seat.until_screen("CornerScreen")
    seat.until(lambda: not seat.calls())
    assert seat.conduct.notices == ()
    settled = seat.kept().incidents[-1]
    assert (settled.code, settled.by) == ("CONDUCT_SETTLED", KEYIDS[:2])
    assert incident_detail(settled, ZH) == "有作答时没有人按键或点击：已核实是误报"


def test_an_answer_by_a_programs_keys_is_told_and_after_a_restart_not_again(seat: WatchedSeat) -> None:
    seat.program()
    seat.begin()
    seat.hand()
    seat.answer(0)
    assert seat.odd() == [], "what was made up before the exam is not the candidate's answer"
    seat.program()
    seat.answer(1)
    told = [("ANSWER_BY_INJECTED_INPUT", "1: 1 events")]
    assert (seat.odd(), seat.calls()) == (told, True)
    seat.tally, seat.now_ms = Tally(), 5_000  # another start of the PC
    seat.again()
    seat.hand()
    seat.answer(0)
    seat.program()
    seat.answer(1)
    assert (seat.odd(), seat.calls()) == (told, False)


def test_haste_stands_quietly_in_the_corner_and_no_alarm_is_raised(
    seat: WatchedSeat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.seat.phases.delivery.conduct_watch._to_read", lambda _item, _language: 200)
    seat.begin()
    seat.answer()
    for number in range(2, IN_A_ROW + 1):
        seat.desk._go_to(number)
        seat.answer()
    assert seat.odd() == [("IMPOSSIBLE_PACE", "1 2 3: 3 items")]
    assert [one.key for one in seat.conduct.notices] == ["conduct:impossible_pace"]
    assert not seat.calls()


def test_much_text_at_once_is_told_and_stands_quietly_but_not_when_it_was_there_before_a_restart(
    seat: WatchedSeat, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the items of this exam are choices: what is chosen stands for what is typed
    monkeypatch.setattr(
        "app.seat.phases.delivery.conduct_watch._typed", lambda _item, given: "".join(given.get("RESPONSE", ())) * 60
    )
    seat.begin()
    seat.answer(0)
    ((code, detail),) = seat.odd()
    assert (code, detail.endswith(" characters"), seat.calls()) == ("TEXT_AT_ONCE", True, False)
    told = seat.odd()
    seat.again()
    seat.answer(1)
    seat.answer(0)
    assert (seat.odd(), seat.conduct.notices) == (told, ())


def test_an_order_or_pairs_are_not_typed() -> None:
    options = tuple(Option(f"option_with_a_long_name_{number}", BLANK.stem) for number in range(4))
    order = replace(BLANK, interactions=(Order("ORDER", None, options), TextEntry("TEXT")))
    moved = {"ORDER": tuple(one.id for one in options), "TEXT": ("12",)}
    assert _typed(order, moved) == "12"


def test_incidents_of_answering_have_words_in_both_languages() -> None:
    for code, detail in (
        ("ANSWER_WITHOUT_INPUT", "12: 6 s"),
        ("ANSWER_WITHOUT_INPUT", "12:"),
        ("ANSWER_BY_INJECTED_INPUT", "3: 2 events"),
        ("IMPOSSIBLE_PACE", "4 5 6: 3 items"),
        ("TEXT_AT_ONCE", "1: 48 characters"),
    ):
        incident = Incident(code=code, wall_ms=0, active_ms=0, detail=detail, clause=None, by=())
        zh, en = (incident_name(incident, (), words) + incident_detail(incident, words) for words in (ZH, EN))
        assert "{" not in zh + en
        assert not any("a" <= letter <= "z" for letter in zh), zh
        assert not en.endswith(detail)
    newer = Incident(code="TEXT_AT_ONCE", wall_ms=0, active_ms=0, detail="of a newer one", clause=None, by=())
    assert incident_detail(newer, ZH) == "of a newer one"
