"""What proctors do to a running sitting, and what cannot be shown: the desk shows it at once and never loses a word."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.content.packing.package import SealedPackage
from app.exam import events
from app.exam.appearance import Appearance
from app.exam.item import Item
from app.exam.prose import Language
from app.exam.sitting import Notes, OutOfOrder, State
from app.seat.alarm import Alarm, Cause
from app.seat.deck import Deck
from app.seat.home import SeatHome
from app.seat.screens.delivery.review import ReviewScreen
from app.seat.shelf import FormUnshowable
from app.seat.workplace import Workplace
from app.ui.alarm_frame import AlarmFrame
from app.words import Words
from sync.trust.aead import SealRefused
from sync.wire.packet import EndReason
from tests.app.seat.conftest import ITEMS, Site
from tests.app.seat.desk import PROCTOR, SeatAtWork
from tests.app.seat.moved_clock import MovedClock


@pytest.fixture
def seat(workplace: Workplace, site: Site, filmed: SeatHome, clock: MovedClock, qtbot: QtBot) -> Iterator[SeatAtWork]:
    at_work = SeatAtWork(workplace, site, filmed, clock, qtbot)
    yield at_work
    at_work.leave()


def test_a_pause_covers_the_item_stops_the_clock_and_blocks_input(seat: SeatAtWork, clock: MovedClock) -> None:
    seat.begin()
    seat.choose()
    seat.rest()
    seat.pause()
    before = seat.case.delivery.remaining_ms()
    assert not seat.rows(), "the item is covered"
    assert seat.says("监考员暂停了考试")
    clock.pass_ms(600_000)
    QTest.keyClick(seat.items, Qt.Key.Key_B)
    QTest.keyClick(seat.items, Qt.Key.Key_PageDown)
    seat.go_on()
    assert seat.case.delivery.remaining_ms() > before - 60_000
    assert seat.rows(), "the item is there again"
    assert len(seat.kept().given) == 1
    assert seat.codes() == ["PAUSED", "CONTINUED"]


def test_a_pause_covers_the_review_too(seat: SeatAtWork) -> None:
    seat.begin()
    seat.press("submit")
    assert seat.screen == "ReviewScreen"
    seat.pause()
    assert seat.screen == "ItemScreen"
    assert seat.says("监考员暂停了考试")


def test_what_was_chosen_just_before_a_pause_is_in_the_journal_before_it(seat: SeatAtWork) -> None:
    seat.begin()
    seat.choose(1)
    seat.pause()
    kinds = [row.kind for row in seat.workplace.replica.journal.rows(seat.entry.sitting)]
    assert kinds.index("answered") < kinds.index("paused")


def test_coming_back_while_paused_is_paused(seat: SeatAtWork, clock: MovedClock) -> None:
    seat.begin()
    seat.choose()
    seat.rest()
    seat.pause()
    left = seat.case.delivery.remaining_ms()
    clock.pass_ms(3_600_000)
    seat.again()
    assert not seat.rows()
    assert seat.kept().state is State.PAUSED
    assert seat.case.delivery.remaining_ms() == left
    seat.go_on()
    assert seat.rows()


def test_extra_time_shows_at_once_and_says_so(seat: SeatAtWork) -> None:
    seat.begin()
    before = seat.case.delivery.remaining_ms()
    seat.act(events.Extended(ms=600_000, note="停电", by=(PROCTOR,)))
    assert seat.says("加时 10 分钟")
    assert seat.case.delivery.remaining_ms() > before + 590_000


def test_a_hand_goes_up_and_a_proctor_lowers_it(seat: SeatAtWork) -> None:
    seat.begin()
    seat.press("raise_hand")
    seat.rest()
    assert seat.kept().hand_raised
    seat.act(events.HandRaised(on=False))
    button = seat.button("raise_hand")
    assert button is not None
    assert not button.isChecked()


def test_a_raised_hand_is_seen_across_the_room_until_it_is_lowered(seat: SeatAtWork) -> None:
    seat.begin()
    frame = seat.deck.findChild(AlarmFrame)
    assert frame is not None
    seat.press("raise_hand")
    seat.rest()
    assert frame.text() == "已举手，请等候监考员"
    assert frame.isVisible()
    seat.again()
    frame = seat.deck.findChild(AlarmFrame)
    assert frame is not None
    assert frame.text() == "已举手，请等候监考员", "a restart does not lower it"
    seat.press("raise_hand")
    seat.rest()
    assert frame.text() == ""


def test_answers_that_are_not_saved_come_before_a_raised_hand(qtbot: QtBot) -> None:
    deck = Deck(Language.ZH)
    qtbot.addWidget(deck)
    frame, alarm = deck.findChild(AlarmFrame), Alarm(deck, deck)
    assert frame is not None
    for cause in (Cause.HAND_RAISED, Cause.NOT_RECORDING, Cause.NOT_SAVED):
        alarm.set(cause, on=True)
        assert frame.text() == Words(Language.ZH)(f"sitting.alarm_{cause}")
    alarm.set(Cause.NOT_SAVED, on=False)
    alarm.set(Cause.NOT_RECORDING, on=False)
    assert frame.text() == "已举手，请等候监考员"


def test_after_the_proctors_corner_the_keys_belong_to_the_item(seat: SeatAtWork) -> None:
    seat.begin()
    seat.deck.set_proctor_corner(True)
    seat.deck.show()
    with seat.bot.waitActive(seat.deck):
        seat.deck.activateWindow()
    seat.items.tools.proctor_corner.setFocus()
    seat.deck.bring(ReviewScreen)
    seat.desk.back()
    assert seat.items.pane.hasFocus()


def test_proctors_end_a_sitting_and_it_is_told_as_ended(seat: SeatAtWork) -> None:
    seat.begin()
    seat.choose()
    seat.act(events.Submitted(reason=EndReason.PROCTOR, note="提前离场", by=(PROCTOR,)))
    assert [what for what, _ in seat.told] == ["ended"]
    assert seat.desk.case is None
    assert len(seat.kept().given) == 1


def test_a_reopened_sitting_stands_paused_with_the_time_it_had(seat: SeatAtWork, clock: MovedClock) -> None:
    seat.begin()
    seat.act(events.Submitted(reason=EndReason.PROCTOR, note="误操作", by=(PROCTOR,)))
    ((_, case),) = seat.told
    left = case.delivery.remaining_ms()
    clock.pass_ms(600_000)
    case.delivery.record(events.Reopened(note="误操作", by=(PROCTOR, "b" * 64)))
    seat.desk.begin(case)
    assert seat.says("监考员暂停了考试")
    assert case.delivery.remaining_ms() == left
    seat.go_on()
    assert seat.rows()


def test_a_proctor_who_comes_too_late_is_told(seat: SeatAtWork) -> None:
    seat.begin()
    refused: list[OutOfOrder] = []
    seat.desk.act(events.Continued(by=(PROCTOR,)), lambda _sitting: None, refused.append)
    seat.until(lambda: bool(refused))
    assert not seat.troubles


def test_marks_plays_and_looks_are_kept_and_come_back(seat: SeatAtWork) -> None:
    seat.begin()
    item = seat.case.shelf.form.items[0].item
    seat.items.noted.emit(item, Notes(struck=("A",)))
    seat.items.played.emit(item, "clip.ogg")
    seat.deck.set_appearance(Appearance(text_percent=150))
    seat.rest()
    seat.again()
    kept = seat.kept()
    assert kept.notes[item].struck == ("A",)
    assert kept.plays[item, "clip.ogg"] == 1
    assert kept.appearance.text_percent == 150
    view = seat.items._view
    assert view is not None
    assert view.notes.struck == ("A",)


def test_an_item_that_does_not_open_is_said_once_and_the_others_go_on(
    seat: SeatAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat.begin()
    broken = seat.case.shelf.form.items[1].item
    _break(seat, monkeypatch, {broken})
    for _ in range(2):
        seat.press("next")
        assert not seat.rows()
        assert seat.says("第 2 题")
        seat.press("next")
        assert seat.rows()
        seat.press("previous")
        seat.press("previous")
        assert seat.rows()
    seat.rest()
    assert seat.codes() == ["ITEM_UNSHOWABLE"]
    seat.again()
    _break(seat, monkeypatch, {broken})
    seat.press("next")
    seat.rest()
    assert seat.codes().count("ITEM_UNSHOWABLE") == 1, "stated once, whatever happened to the seat"


def test_a_form_of_which_nothing_opens_is_said_in_words(seat: SeatAtWork, monkeypatch: pytest.MonkeyPatch) -> None:
    seat.begin()
    places = seat.case.shelf.form.items
    _break(seat, monkeypatch, {place.item for place in places[:-1]})
    seat.case.shelf.need_one()
    _break(seat, monkeypatch, {place.item for place in places})
    with pytest.raises(FormUnshowable) as refused:
        seat.case.shelf.need_one()
    assert refused.value.facts == {"items": ITEMS}


def test_the_answer_card_tells_what_was_seen(seat: SeatAtWork) -> None:
    seat.begin()
    seat.press("next")
    seat.rest()
    assert [cell.seen for cell in seat.items._cells] == [True, True] + [False] * (ITEMS - 2)


def test_neighbours_are_opened_before_they_are_asked_for(seat: SeatAtWork) -> None:
    seat.begin()
    opened = seat.case.shelf._opened
    seat.until(lambda: seat.case.shelf.form.items[1].item in opened)
    seat.press("next")
    seat.until(lambda: seat.case.shelf.form.items[2].item in opened)
    assert seat.desk._front.number == 2, "the third was opened before anybody asked for it"


def test_an_item_seen_before_the_crash_is_the_item_after_it(seat: SeatAtWork) -> None:
    seat.begin()
    seat.press("next")
    seat.press("next")
    seat.choose(1)
    seat.rest()
    seat.again()
    assert seat.desk._front.number == 3
    assert [row.isChecked() for row in seat.rows()][1]


_WHOLE = SealedPackage.open_item


def _break(seat: SeatAtWork, monkeypatch: pytest.MonkeyPatch, broken: set[str]) -> None:
    """Let the seals of these items not open any more."""

    def open_item(self: SealedPackage, item: str, key: bytes) -> Item:
        if item in broken:
            raise SealRefused(item)
        return _WHOLE(self, item, key)

    seat.case.shelf._opened.clear()
    seat.case.shelf._media.clear()
    monkeypatch.setattr(SealedPackage, "open_item", open_item)
