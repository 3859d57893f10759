"""Hands that press twice, and keys that are held: real events at the window, as the window system sends them."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.exam.prose import Language
from app.seat.deck import Deck
from app.seat.screens.admission.check_in import CheckInScreen
from app.seat.screens.admission.identity import IdentityScreen, Step
from app.seat.screens.admission.notice import NoticeScreen
from app.seat.screens.closing.result import ResultScreen
from app.seat.screens.delivery.item import ItemScreen
from app.seat.screens.delivery.review import ReviewScreen
from app.ui.buttons import Button
from app.ui.slips import QUIET_MS
from tests.app.seat.screens import samples
from tests.app.seat.screens.hands import find, settle

BETWEEN_MS = 120


@pytest.fixture
def deck(qtbot: QtBot) -> Deck:
    """The pages from the item to the result, turned as the phases turn them."""
    deck = Deck(Language.ZH)
    qtbot.addWidget(deck)
    item, review, result = deck.screen_of(ItemScreen), deck.screen_of(ReviewScreen), deck.screen_of(ResultScreen)
    item.show_header(samples.header())
    item.show_cells(samples.cells())
    item.show_item(samples.item())
    review.show_review(samples.review())
    result.show_result(samples.result())
    item.review_requested.connect(lambda: deck.bring(ReviewScreen))
    review.back_requested.connect(lambda: deck.bring(ItemScreen))
    review.submit_confirmed.connect(lambda: deck.bring(ResultScreen))
    deck.bring(ItemScreen)
    deck.resize(1366, 768)
    deck.show()
    with qtbot.waitActive(deck):
        deck.activateWindow()
    settle()
    return deck


def told(signal: object) -> list[bool]:
    """Keep a note of each time a signal came."""
    notes: list[bool] = []
    signal.connect(lambda: notes.append(True))  # type: ignore[attr-defined]
    return notes


def place(deck: Deck, widget: QWidget) -> QPoint:
    return widget.mapTo(deck, widget.rect().center())


def press_at(deck: Deck, at: QPoint) -> None:
    QTest.mouseClick(deck.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    settle()


def press_key(deck: Deck, key: Qt.Key) -> None:
    QTest.keyClick(deck.windowHandle(), key)
    settle()


def wait_until_quiet() -> None:
    QTest.qWait(QUIET_MS + BETWEEN_MS)


@pytest.mark.parametrize("between_ms", [BETWEEN_MS, QUIET_MS + BETWEEN_MS])
def test_presses_at_one_point_hand_nothing_in(deck: Deck, between_ms: int) -> None:
    confirmed = told(deck.screen_of(ReviewScreen).submit_confirmed)
    at = place(deck, find(deck.screen_of(ItemScreen), Button, "submit"))
    for _press in range(8):
        press_at(deck, at)
        QTest.qWait(between_ms)
    assert not confirmed


def test_a_double_click_turns_one_page(deck: Deck) -> None:
    at = place(deck, find(deck.screen_of(ItemScreen), Button, "submit"))
    QTest.mouseDClick(deck.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    settle()
    review = deck.screen_of(ReviewScreen)
    assert deck.currentWidget() is review
    assert find(review, Button, "submit").isVisible()


def test_a_double_click_on_an_option_chooses_it(deck: Deck) -> None:
    item = deck.screen_of(ItemScreen)
    item.show_item(samples.multiple_item())
    settle()
    row = next(row for row in item.pane.rows if not row.isChecked())
    at = place(deck, row)
    QTest.mouseDClick(deck.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    assert row.isChecked()


def test_presses_that_go_on_leave_a_result_standing(deck: Deck) -> None:
    result = deck.screen_of(ResultScreen)
    done = told(result.done)
    deck.bring(ResultScreen)
    settle()
    at = place(deck, find(result, Button, "done"))
    deck.bring(ReviewScreen)
    press_at(deck, at)
    deck.bring(ResultScreen)
    settle()
    for _press in range(8):
        press_at(deck, at)
        QTest.qWait(BETWEEN_MS)
    assert not done
    wait_until_quiet()
    press_at(deck, at)
    assert not done, "the first one is asked once more"
    wait_until_quiet()
    press_at(deck, at)
    assert done, "after a pause the same press counts"


def test_a_press_elsewhere_counts_at_once(deck: Deck) -> None:
    review = deck.screen_of(ReviewScreen)
    press_at(deck, place(deck, find(deck.screen_of(ItemScreen), Button, "submit")))
    back = told(review.back_requested)
    press_at(deck, place(deck, find(review, Button, "back")))
    assert back


def test_a_double_click_on_the_start_does_not_ask_to_hand_in(deck: Deck) -> None:
    notice = deck.screen_of(NoticeScreen)
    notice.show_notice(replace(samples.notice(), acknowledged=True))
    notice.start_requested.connect(lambda: deck.bring(ItemScreen))
    deck.bring(NoticeScreen)
    settle()
    at = place(deck, find(notice, Button, "start_exam"))
    for _press in range(4):
        press_at(deck, at)
        QTest.qWait(BETWEEN_MS)
    assert deck.currentWidget() is deck.screen_of(ItemScreen)


@pytest.mark.parametrize("name", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_the_key_that_left_a_page_does_nothing_on_the_next(deck: Deck, name: Qt.Key) -> None:
    review = deck.screen_of(ReviewScreen)
    find(deck.screen_of(ItemScreen), Button, "submit").setFocus()
    press_key(deck, name)
    assert deck.currentWidget() is review
    find(review, Button, "submit").setFocus()
    for _again in range(8):
        press_key(deck, name)
    assert find(review, Button, "submit").isVisible()
    wait_until_quiet()
    press_key(deck, name)
    assert find(review, Button, "keep_working").isVisible()


def test_another_key_counts_at_once(deck: Deck) -> None:
    find(deck.screen_of(ItemScreen), Button, "submit").setFocus()
    press_key(deck, Qt.Key.Key_Space)
    press_key(deck, Qt.Key.Key_Escape)
    assert deck.currentWidget() is deck.screen_of(ItemScreen)


def test_nobody_becomes_somebody_by_pressing_on(deck: Deck) -> None:
    identity = deck.screen_of(IdentityScreen)
    deck.bring(IdentityScreen)
    identity.show_identity(samples.identity())
    settle()
    yes = place(deck, find(identity, Button, "confirm"))
    deck.bring(CheckInScreen).show_check_in(samples.check_in())
    settle()
    confirmed: list[str] = []
    identity.confirmed.connect(confirmed.append)
    press_at(deck, yes)
    identity.show_identity(samples.identity())
    deck.bring(IdentityScreen)
    settle()
    press_at(deck, yes)
    assert not confirmed


def test_a_candidates_press_admits_nobody(deck: Deck) -> None:
    identity = deck.screen_of(IdentityScreen)
    identity.confirmed.connect(lambda _sitting: identity.show_identity(samples.identity(Step.PROCTOR)))
    admitting: list[str] = []
    identity.admit_requested.connect(admitting.append)
    identity.show_identity(samples.identity())
    deck.bring(IdentityScreen)
    settle()
    yes = place(deck, find(identity, Button, "confirm"))
    press_at(deck, yes)
    settle()
    assert find(identity, Button, "admit").isVisible()
    press_at(deck, yes)
    assert not admitting
