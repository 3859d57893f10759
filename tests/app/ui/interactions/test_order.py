import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.exam.interactions import Order
from app.ui.interactions.order import OrderView
from app.ui.interactions.order_row import OrderRow, Part
from tests.app.seat.screens.hands import key, press
from tests.app.ui.interactions.boards import Shown, carry, floor, options, shown

ALL = Order("R", None, options(*"abcd"))
SOME = Order("R", None, options(*"abcd"), min_choices=2, max_choices=2)


@pytest.fixture
def one() -> Shown:
    return shown(OrderView(floor()), ALL)


def board(one: Shown) -> OrderView:
    assert isinstance(one.view, OrderView)
    return one.view


def ids(one: Shown) -> list[str]:
    return [row.option for row in board(one).rows]


def row(one: Shown, name: str) -> OrderRow:
    return next(row for row in board(one).rows if row.option == name)


def part(one: Shown, name: str, which: Part) -> None:
    press(row(one, name), row(one, name).part_rect(which).center())


def test_untouched_is_no_response_and_is_said(one: Shown) -> None:
    assert ids(one) == list("abcd")
    assert not one.told
    assert board(one).hint.text().startswith("还没有作答")
    assert board(one).keep.isVisible()


def test_the_order_they_came_in_can_be_confirmed(one: Shown) -> None:
    press(board(one).keep)
    assert one.told == [tuple("abcd")]
    assert not board(one).keep.isVisible()
    assert board(one).hint.text().startswith("已作答")


def test_arrows_move_a_row_and_it_keeps_the_focus(one: Shown) -> None:
    part(one, "c", Part.UP)
    part(one, "c", Part.UP)
    part(one, "a", Part.DOWN)
    assert one.told == [tuple("acbd"), tuple("cabd"), tuple("cbad")]
    assert row(one, "a").hasFocus()


def test_the_ends_have_no_arrow_outwards(one: Shown) -> None:
    rows = board(one).rows
    assert (rows[0]._parts, rows[-1]._parts) == ((Part.DOWN,), (Part.UP,))


def test_a_row_is_carried_with_the_mouse(one: Shown) -> None:
    carry(row(one, "d"), row(one, "a"))
    assert one.told == [tuple("dabc")]
    carry(row(one, "d"), row(one, "c"))
    assert one.told[-1] == tuple("abcd")


def test_carrying_to_the_same_place_is_no_response(one: Shown) -> None:
    target = row(one, "b")
    carry(target, target, target.rect().center() + target.rect().center() * 0.2)
    assert not one.told
    assert ids(one) == list("abcd")


def test_the_keyboard_picks_up_moves_and_puts_down(one: Shown) -> None:
    row(one, "a").setFocus()
    for name in (Qt.Key.Key_Space, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_Up):
        key(name)
    assert one.told == [tuple("bacd"), tuple("bcad")]
    assert row(one, "c").hasFocus(), "put down, the arrows go from row to row again"


def test_escape_puts_down(one: Shown) -> None:
    row(one, "a").setFocus()
    for name in (Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Down):
        key(name)
    assert not one.told
    assert row(one, "b").hasFocus()


def test_two_presses_move_for_those_who_cannot_drag(one: Shown) -> None:
    press(row(one, "d"))
    press(row(one, "b"))
    assert one.told == [tuple("adbc")]


def test_a_double_click_on_a_row_is_one_press(one: Shown) -> None:
    QTest.mouseDClick(row(one, "b"), Qt.MouseButton.LeftButton, pos=row(one, "b").rect().center())
    assert not one.told


def test_cleared_they_stand_as_they_came(one: Shown) -> None:
    part(one, "c", Part.UP)
    one.show(ALL, ())
    assert ids(one) == list("abcd")
    assert board(one).keep.isVisible()


def test_some_are_chosen_ordered_and_taken_out() -> None:
    one = shown(OrderView(floor()), SOME)
    part(one, "c", Part.ADD)
    part(one, "a", Part.ADD)
    part(one, "a", Part.UP)
    part(one, "c", Part.REMOVE)
    assert one.told == [("c",), ("c", "a"), ("a", "c"), ("a",)]
    assert ids(one) == list("abcd")
    assert not board(one).keep.isVisible()


def test_more_than_asked_for_is_refused_with_a_sentence() -> None:
    one = shown(OrderView(floor()), SOME, ("c", "a"))
    part(one, "b", Part.ADD)
    assert not one.told
    assert "最多选 2 项" in board(one).hint.text()


def test_a_row_to_choose_from_is_carried_in() -> None:
    one = shown(OrderView(floor()), SOME, ("c",))
    carry(row(one, "b"), row(one, "c"))
    assert one.told == [("c", "b")]


def test_each_row_says_its_place(one: Shown) -> None:
    assert row(one, "b").accessibleName() == "第 2 位 选项 b"
