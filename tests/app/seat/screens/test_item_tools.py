"""Around the item: hand, sections, calculator, reading aloud, an item that cannot be shown, going to a number."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.exam.item import Stimulus
from app.seat.screens.delivery.item import ItemScreen
from app.seat.screens.delivery.practice import PracticeScreen
from app.ui.buttons import Button
from app.ui.calculator_panel import CalculatorKey
from app.ui.labels import Line
from app.ui.message import MessagePanel
from sync.replica.durable import DiskFull
from tests.app.seat.screens import samples
from tests.app.seat.screens.conftest import Show
from tests.app.seat.screens.hands import find, key, press, settle, type_in
from tests.app.seat.screens.samples import EN, ZH

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def screen(show: Show[ItemScreen]) -> ItemScreen:
    screen = show(ItemScreen(ZH))
    screen.show_cells(samples.cells())
    screen.show_item(replace(samples.item(), responses={}, flagged=False))
    settle()
    return screen


def display(screen: ItemScreen) -> str:
    return find(screen, QWidget, "calculator_display").accessibleName()


def test_a_hand_is_raised_and_lowered(screen: ItemScreen) -> None:
    told: list[bool] = []
    screen.hand_toggled.connect(told.append)
    hand = find(screen, Button, "raise_hand")
    press(hand)
    assert (told, hand.isChecked(), hand.text()) == ([True], True, "放下手")
    screen.set_hand(False)  # a proctor saw to it
    assert (told, hand.isChecked(), hand.text()) == ([True], False, "举手")
    press(hand)
    press(hand)
    assert told == [True, True, False]


def test_the_section_and_its_time_are_said_and_seldom_change(screen: ItemScreen) -> None:
    line = find(screen, Line, "section")
    assert not line.isVisible()
    said = []
    for left in range(125_000, -1, -200):
        screen.set_section(samples.bilingual("第二部分", "Part two"), left)
        if line.text() not in said:
            said.append(line.text())
    assert said[0] == "第二部分　本部分还剩 3 分钟"
    assert said[-1] == "第二部分　本部分还剩 0 秒"
    assert len(said) == 9
    screen.set_words(EN)
    assert line.text().startswith("Part two")
    screen.set_section(None, None)
    assert not line.isVisible()


def test_without_leave_there_is_no_calculator(screen: ItemScreen) -> None:
    assert not find(screen, Button, "calculator_button").isVisible()
    QTest.keyClick(screen, Qt.Key.Key_K, CONTROL)
    assert screen.calculator.isHidden()


def test_the_calculator_takes_keys_and_chooses_nothing(screen: ItemScreen, qtbot: QtBot) -> None:
    screen.set_tools(calculator=True, reader=False)
    settle()
    with qtbot.assertNotEmitted(screen.responded):
        QTest.keyClick(screen, Qt.Key.Key_K, CONTROL)
        type_in("12*3.5a")
        key(Qt.Key.Key_Return)
    assert display(screen) == "42"
    assert screen.pane.geometry().right() < screen.calculator.mapTo(screen, screen.calculator.rect().topLeft()).x()
    key(Qt.Key.Key_Escape)
    assert screen.calculator.isHidden()
    assert screen.pane.hasFocus()


def test_the_calculator_is_pressed_and_says_what_has_no_result(screen: ItemScreen) -> None:
    screen.set_tools(calculator=True, reader=False)
    settle()
    press(find(screen, Button, "calculator_button"))
    settle()
    for name in ("1", "divide", "0", "equals"):
        press(find(screen, CalculatorKey, f"calculator_{name}"))
    assert display(screen) == "不能计算"
    press(find(screen, CalculatorKey, "calculator_clear"))
    assert display(screen) == "0"
    screen.reset()
    assert screen.calculator.isHidden()


def test_where_there_is_no_room_for_both_the_calculator_stands_alone_and_the_card_comes_back(
    screen: ItemScreen,
) -> None:
    screen.set_tools(calculator=True, reader=False)
    screen.set_appearance(replace(screen.appearance, text_percent=200))
    settle()
    QTest.keyClick(screen, Qt.Key.Key_K, CONTROL)
    settle()
    assert screen.calculator.isVisible()
    assert not screen.card.isVisible()
    assert (screen.width(), screen.height()) == (1366, 768)
    key(Qt.Key.Key_Escape)
    assert screen.card.isVisible()


def test_an_item_is_read_in_the_order_of_reading(screen: ItemScreen, qtbot: QtBot) -> None:
    shared = samples.text("某企业发生火灾。", "There was a fire.")
    item = replace(samples.item().item, stimulus=Stimulus("case", shared))
    screen.show_item(replace(samples.item(), item=item))
    assert not find(screen, Button, "read_aloud").isVisible()
    screen.set_tools(calculator=False, reader=True)
    settle()
    with qtbot.waitSignal(screen.read_requested) as read:
        press(find(screen, Button, "read_aloud"))
    texts = read.args[0]
    assert texts[0].startswith("在密闭容器内进行焊接作业前")
    assert [text[:3] for text in texts[1:]] == ["A. ", "B. ", "C. ", "D. "]
    with qtbot.waitSignal(screen.read_requested) as read:
        press(find(screen, Button, "read_stimulus"))
    assert read.args == [["某企业发生火灾。"]]


def test_an_item_that_cannot_be_shown_says_so_and_the_others_can_be_reached(screen: ItemScreen, qtbot: QtBot) -> None:
    screen.show_unshowable(24, DiskFull("no space left", needed_mb=1, free_mb=0))
    panel = find(screen, MessagePanel, "unshowable")
    assert panel.isVisible()
    assert screen.card.isVisible()
    assert not find(screen, Button, "flag").isEnabled()
    with qtbot.assertNotEmitted(screen.responded), qtbot.assertNotEmitted(screen.noted):
        QTest.keyClick(screen, Qt.Key.Key_A)
        QTest.keyClick(screen, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
        QTest.keyClick(screen, Qt.Key.Key_H, CONTROL)
    with qtbot.waitSignal(screen.went_to) as went:
        press(find(screen, Button, "next"))
    assert went.args == [25]
    screen.show_item(samples.item())
    assert not panel.isVisible()
    assert screen.pane.isVisible()


def test_ctrl_g_goes_to_a_number(screen: ItemScreen, qtbot: QtBot) -> None:
    with qtbot.waitSignal(screen.went_to) as went, qtbot.assertNotEmitted(screen.responded):
        QTest.keyClick(screen, Qt.Key.Key_G, CONTROL)
        type_in("57")
        key(Qt.Key.Key_Return)
    assert went.args == [57]
    QTest.keyClick(screen, Qt.Key.Key_G, CONTROL)
    key(Qt.Key.Key_Escape)
    assert screen.pane.hasFocus()


def test_tab_comes_to_everything_once_and_back(screen: ItemScreen) -> None:
    screen.set_tools(calculator=True, reader=True)
    settle()
    screen.pane.setFocus()
    seen: list[QWidget] = []
    for _stop in range(60):
        key(Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        assert focus is not None
        if focus in seen:
            break
        seen.append(focus)
    names = [widget.objectName() for widget in seen]
    wanted = ("option_A", "option_D", "read_aloud", "calculator_button", "answer_card", "raise_hand", "next", "submit")
    assert [name for name in names if name in wanted] == list(wanted)


def test_practice_claims_no_clock_no_recording_and_ends(show: Show[PracticeScreen], qtbot: QtBot) -> None:
    screen = show(PracticeScreen(ZH))
    screen.show_cells(samples.cells(2))
    screen.show_item(replace(samples.item(), number=1))
    settle()
    for name in ("clock", "recording_state", "saved_state", "raise_hand"):
        assert not find(screen, QWidget, name).isVisible(), name
    screen.set_words(EN)
    finish = find(screen, Button, "submit")
    assert finish.text() == "End practice"
    with qtbot.waitSignal(screen.finished):
        press(finish)
