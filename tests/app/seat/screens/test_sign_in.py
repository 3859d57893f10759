from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.seat.screens.launch.sign_in import SignInScreen
from app.seat.screens.proctor.countersign import CountersignScreen
from app.ui.buttons import Button
from app.ui.fields import Field
from app.ui.labels import Label, Note, StatusMark
from app.ui.proctor_button import ProctorButton
from tests.app.seat.screens import samples
from tests.app.seat.screens.conftest import Show
from tests.app.seat.screens.hands import find, key, press, type_in
from tests.app.seat.screens.samples import EN, ZH


@pytest.fixture
def screen(show: Show[SignInScreen]) -> SignInScreen:
    screen = show(SignInScreen(ZH))
    screen.show_sign_in(samples.sign_in(signed=0))
    return screen


def card(screen: SignInScreen, proctor: str) -> ProctorButton:
    return find(screen, ProctorButton, f"proctor_{proctor}")


def test_a_proctor_signs_in_with_the_mouse(screen: SignInScreen, qtbot: QtBot) -> None:
    press(card(screen, "p1"))
    with qtbot.waitSignal(screen.pin_entered) as entered:
        type_in("481516")
        press(find(screen, Button, "sign_in"))
    assert entered.args == ["p1", "481516"]


def test_a_proctor_signs_in_with_keys_alone(screen: SignInScreen, qtbot: QtBot) -> None:
    card(screen, "p0").setFocus()
    for name in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Return):
        key(name)
    with qtbot.waitSignal(screen.pin_entered) as entered:
        type_in("7777")
        key(Qt.Key.Key_Return)
    assert entered.args == ["p2", "7777"]


def test_without_a_name_the_pin_goes_nowhere(screen: SignInScreen, qtbot: QtBot) -> None:
    find(screen, Field, "pin").setFocus()
    type_in("1234")
    with qtbot.assertNotEmitted(screen.pin_entered, wait=20):
        key(Qt.Key.Key_Return)
    assert "姓名" in find(screen, Note, "pin_note").text()


def test_an_empty_pin_goes_nowhere(screen: SignInScreen, qtbot: QtBot) -> None:
    press(card(screen, "p0"))
    with qtbot.assertNotEmitted(screen.pin_entered, wait=20):
        key(Qt.Key.Key_Return)


def test_a_wrong_pin_is_said_with_the_tries_left_and_typed_anew(screen: SignInScreen) -> None:
    press(card(screen, "p1"))
    type_in("0000")
    screen.show_wrong_pin("p1", 3)
    field = find(screen, Field, "pin")
    assert field.text() == ""
    assert field.hasFocus()
    assert "3" in find(screen, Note, "pin_note").text()
    screen.set_words(EN)
    assert "Tries left: 3" in find(screen, Note, "pin_note").text()


def test_a_locked_proctor_waits_and_the_other_types_on(screen: SignInScreen, qtbot: QtBot) -> None:
    press(card(screen, "p0"))
    screen.show_locked("p0", 60)
    assert not find(screen, Field, "pin").isEnabled()
    assert "1:00" in find(screen, Note, "pin_note").text()
    press(card(screen, "p1"))
    type_in("12")
    screen.show_locked("p0", 59)
    type_in("34")
    with qtbot.waitSignal(screen.pin_entered) as entered:
        key(Qt.Key.Key_Return)
    assert entered.args == ["p1", "1234"]
    press(card(screen, "p0"))
    assert "0:59" in find(screen, Note, "pin_note").text()
    screen.show_locked("p0", 0)
    assert find(screen, Field, "pin").isEnabled()
    assert find(screen, Note, "pin_note").text() == ""


def test_while_a_pin_is_checked_nothing_can_be_typed(screen: SignInScreen) -> None:
    press(card(screen, "p0"))
    screen.show_checking("p0")
    assert not find(screen, Field, "pin").isEnabled()
    screen.show_sign_in(samples.sign_in(signed=1))
    assert find(screen, Field, "pin").isEnabled()


@pytest.mark.parametrize("with_mouse", [False, True])
def test_while_a_pin_is_checked_and_after_it_return_presses_nothing_else(
    screen: SignInScreen, qtbot: QtBot, *, with_mouse: bool
) -> None:
    card(screen, "p0").setFocus()
    key(Qt.Key.Key_Return)
    type_in("7777")
    screen.pin_entered.connect(lambda proctor, _pin: screen.show_checking(proctor))
    with qtbot.assertNotEmitted(screen.appearance_requested, wait=20):
        if with_mouse:
            press(find(screen, Button, "sign_in"))
        else:
            key(Qt.Key.Key_Return)
        assert not find(screen, Field, "pin").isEnabled()
        for name in (Qt.Key.Key_Return, Qt.Key.Key_Space):
            key(name)
        screen.show_sign_in(samples.sign_in(signed=1))
        assert card(screen, "p1").hasFocus()
        key(Qt.Key.Key_Return)
    assert find(screen, Field, "pin").hasFocus()


def test_when_all_have_signed_in_the_focus_is_on_the_pages_button(screen: SignInScreen) -> None:
    press(card(screen, "p3"))
    screen.show_checking("p3")
    screen.show_sign_in(samples.sign_in(signed=4))
    assert find(screen, Button, "sign_in").hasFocus()


def test_a_focus_somebody_put_elsewhere_stays_there(screen: SignInScreen) -> None:
    press(card(screen, "p0"))
    screen.show_checking("p0")
    screen.tools.display.setFocus()
    screen.show_sign_in(samples.sign_in(signed=1))
    assert screen.tools.display.hasFocus()


def test_who_signed_in_is_named_and_cannot_again(screen: SignInScreen) -> None:
    screen.show_sign_in(samples.sign_in(signed=1))
    assert not card(screen, "p0").isEnabled()
    assert "李芳" in [mark.text() for mark in screen.findChildren(StatusMark)]
    assert find(screen, Label, "signed_in_count").text() == "已签到 1 人，需要 2 人"


def test_switching_the_language_keeps_the_name_and_what_was_typed(screen: SignInScreen, qtbot: QtBot) -> None:
    press(card(screen, "p1"))
    type_in("48")
    screen.set_words(EN)
    screen.set_appearance(replace(screen.appearance, text_percent=200))
    type_in("15")
    with qtbot.waitSignal(screen.pin_entered) as entered:
        key(Qt.Key.Key_Return)
    assert entered.args == ["p1", "4815"]


def test_a_proctor_countersigns(show: Show[CountersignScreen], qtbot: QtBot) -> None:
    screen = show(CountersignScreen(ZH))
    screen.show_countersign(samples.countersign())
    assert find(screen, Label, "candidate_name").text() == "张伟"
    press(find(screen, ProctorButton, "proctor_p0"))
    with qtbot.waitSignal(screen.pin_entered) as entered:
        type_in("2468")
        key(Qt.Key.Key_Return)
    assert entered.args == ["p0", "2468"]
