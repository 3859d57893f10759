"""Hottext: stretches of a text, also those that go on in the next line."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.exam.interactions import Hottext
from app.exam.prose import Cell, Hot, Paragraph, Run, Table, Wording
from app.ui.interactions.hottext import HottextView
from app.ui.look import Look
from tests.app.seat.screens.hands import key, press
from tests.app.ui.interactions.boards import Shown, floor, said, shown

LONG = "把氧气瓶与乙炔瓶并排放置在阳光下暴晒而且没有采取任何隔离的措施" * 2
TEXT = (
    Paragraph((Run("甲"), Hot("a", (Run("没有清除可燃物"),)), Run("，"), Hot("b", (Run(LONG),)), Run("，离开。"))),
    Table(((Cell((Paragraph((Hot("c", (Run("格"),)),)),)),),)),
)


def hottext(*values: str, most: int = 1) -> tuple[Shown, HottextView]:
    view = HottextView(floor())
    return shown(view, Hottext("R", said("指出违章"), Wording(TEXT, TEXT), max_choices=most), values), view


def test_one_only_gives_way_to_another_and_can_be_taken_back() -> None:
    one, view = hottext()
    for button in (view.buttons[0], view.buttons[2], view.buttons[2]):
        press(button, button._marker.center())
    assert one.told == [("a",), ("c",), ()]


def test_several_are_told_in_the_order_of_the_text_and_one_too_many_is_refused_in_words() -> None:
    one, view = hottext(most=2)
    for at in (2, 0, 1):
        press(view.buttons[at], view.buttons[at]._marker.center())
    assert one.told == [("c",), ("a", "c")]
    assert "最多选 2 处" in view.hint.text()
    assert [button.isChecked() for button in view.buttons] == [True, False, True]


@pytest.mark.parametrize("percent", [100, 200])
def test_every_line_of_a_stretch_can_be_pressed_and_what_lies_between_is_not_it(percent: int) -> None:
    one, view = hottext(most=0)
    view.set_look(Look(percent=percent))
    view.resize(700, view.arrange(700))
    QApplication.processEvents()
    stretch = view.buttons[1]
    assert len(stretch._lines) >= 2
    for line in stretch._lines:
        QTest.mouseClick(
            view.window().windowHandle(), Qt.MouseButton.LeftButton, pos=stretch.mapTo(view.window(), line.center())
        )
    assert len(one.told) == len(stretch._lines)
    outside = stretch.mask().boundingRect()
    corner = QPoint(outside.left() + 2, outside.top() + 2)  # before it begins, in its first line
    assert not stretch.mask().contains(corner)


def test_it_is_chosen_by_keys_and_says_what_it_is() -> None:
    one, view = hottext(most=0)
    view.buttons[0].setFocus()
    key(Qt.Key.Key_Space)
    key(Qt.Key.Key_Right)
    key(Qt.Key.Key_Return)
    assert one.told == [("a",), ("a", "b")]
    assert view.buttons[0].accessibleName() == "没有清除可燃物 已选"
    assert view.buttons[2].accessibleName().endswith("未选")


def test_a_double_click_counts_once_and_a_response_comes_back() -> None:
    one, view = hottext("b", most=0)
    assert [button.isChecked() for button in view.buttons] == [False, True, False]
    at = view.buttons[0]._marker.center()
    QTest.mouseClick(view.buttons[0], Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseDClick(view.buttons[0], Qt.MouseButton.LeftButton, pos=at)
    assert one.told == [("a", "b")]


def test_the_box_never_stands_alone_at_the_end_of_a_line() -> None:
    _one, view = hottext(most=0)
    for width in range(200, 700, 13):
        view.resize(width, view.arrange(width))
        for button in view.buttons:
            assert abs(button._lines[0].center().y() - button._marker.center().y()) < 20, width
