"""Inline choice: a list that opens in our own window, by mouse and by keys."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.exam.interactions import InlineChoice
from app.ui.interactions.drop_list import DropList
from app.ui.interactions.inline_choice import InlineChoiceView
from app.ui.look import Look
from app.ui.tokens import TARGET
from tests.app.seat.screens.hands import key, press
from tests.app.ui.interactions.boards import Shown, floor, options, shown


def inline(*values: str, names: str = "abc") -> tuple[Shown, InlineChoiceView]:
    view = InlineChoiceView(floor())
    return shown(view, InlineChoice("R", options(*names)), values), view


def opened(view: InlineChoiceView) -> DropList:
    QApplication.processEvents()
    assert view.drop_list is not None
    assert view.drop_list.isVisible()
    return view.drop_list


def test_a_press_opens_it_and_a_press_on_a_row_chooses() -> None:
    one, view = inline()
    press(view.box)
    press(opened(view).rows[1])
    assert one.told == [("b",)]
    assert view.drop_list is None
    assert view.box.hasFocus()
    assert "选项 b" in view.box.accessibleName()


@pytest.mark.parametrize("opening", [Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Down])
def test_keys_open_move_and_choose(opening: Qt.Key) -> None:
    one, view = inline("b")
    view.box.setFocus()
    key(opening)
    assert opened(view).rows[1].hasFocus()
    key(Qt.Key.Key_Down)
    key(Qt.Key.Key_Return)
    assert one.told == [("c",)]


@pytest.mark.parametrize("leaving", [Qt.Key.Key_Escape, Qt.Key.Key_Tab])
def test_it_is_left_by_keys_without_a_choice_and_the_focus_comes_back(leaving: Qt.Key) -> None:
    one, view = inline("b")
    view.box.setFocus()
    key(Qt.Key.Key_Return)
    opened(view)
    key(leaving)
    assert view.drop_list is None
    assert view.box.hasFocus()
    assert one.told == []


def test_no_key_goes_through_it_to_the_page_behind() -> None:
    one, view = inline("a")
    view.box.setFocus()
    key(Qt.Key.Key_Return)
    opened(view)
    for name in (Qt.Key.Key_PageDown, Qt.Key.Key_B, Qt.Key.Key_1):
        key(name)
    assert opened(view).rows[-1].hasFocus()
    assert one.told == []


def test_a_press_elsewhere_closes_it_and_one_on_the_box_too() -> None:
    _one, view = inline()
    window = view.window()
    for place in (window.rect().bottomRight() - QPoint(30, 30), view.box.mapTo(window, view.box.rect().center())):
        press(view.box)
        opened(view)
        QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, pos=place)
        assert view.drop_list is None


def test_a_choice_can_be_taken_back_and_only_then_is_there_a_row_for_it() -> None:
    one, view = inline()
    press(view.box)
    assert [row.option for row in opened(view).rows] == ["a", "b", "c"]
    press(view.drop_list.rows[0])  # type: ignore[union-attr]
    press(view.box)
    press(opened(view).rows[-1])
    assert one.told == [("a",), ()]


def test_it_closes_with_its_item() -> None:
    _one, view = inline()
    press(view.box)
    opened(view)
    view.hide()
    assert view.drop_list is None


@pytest.mark.parametrize("percent", [100, 200])
def test_a_long_list_stays_within_the_window_and_scrolls_to_the_focus(percent: int) -> None:
    _one, view = inline("z", names="abcdefghijklmnopqrstuvwxyz")
    view.set_look(Look(percent=percent))
    view.resize(700, view.arrange(700))
    QApplication.processEvents()
    press(view.box)
    found = opened(view)
    assert view.window().rect().contains(found.geometry())
    focus = QApplication.focusWidget()
    assert focus is found.rows[25]
    place = focus.mapTo(found, focus.rect().center())
    assert found.rect().contains(place)
    assert min(row.height() for row in found.rows) >= TARGET


def test_the_box_is_as_wide_as_its_widest_option_whatever_is_chosen() -> None:
    one, view = inline()
    before = view.line_box(600)
    one.show(InlineChoice("R", options(*"abc")), ("c",))
    assert view.line_box(600) == before
