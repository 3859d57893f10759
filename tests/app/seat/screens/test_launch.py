from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.seat.screens.launch.launch import LaunchScreen, ReleaseState
from app.ui.buttons import Button
from app.ui.fields import CodeField, Field
from app.ui.labels import Label, Line, Note, StatusMark
from sync.wire.environment import LockdownLevel
from tests.app.seat.screens import samples
from tests.app.seat.screens.conftest import Show
from tests.app.seat.screens.hands import find, press, type_in
from tests.app.seat.screens.samples import EN, ZH

CODE = ("7K3QX", "9M2ZB", "5T8WC", "D04HJ", "RN6VP", "XA1YE")


@pytest.fixture
def screen(show: Show[LaunchScreen]) -> LaunchScreen:
    screen = show(LaunchScreen(ZH))
    screen.show_launch(samples.launch())
    return screen


def type_code(screen: LaunchScreen) -> None:
    find(screen, CodeField, "code").setFocus()
    type_in("".join(CODE))


def test_a_typed_code_is_given_when_it_is_whole(screen: LaunchScreen, qtbot: QtBot) -> None:
    use = find(screen, Button, "use_code")
    assert not use.isEnabled()
    type_code(screen)
    with qtbot.waitSignal(screen.code_entered) as entered:
        press(use)
    assert entered.args == ["-".join(CODE)]


def test_the_wrong_group_is_pointed_out_until_it_is_typed_anew(screen: LaunchScreen) -> None:
    type_code(screen)
    screen.show_wrong_code(2)
    assert find(screen, Field, "code_2").hasFocus()
    assert "第 2 组" in find(screen, Note, "release_note").text()
    screen.set_words(EN)
    assert "Group 2" in find(screen, Note, "release_note").text()
    type_in("9M2ZC")
    assert "Group 2" not in find(screen, Note, "release_note").text()


def test_a_code_being_typed_survives_news_and_language(screen: LaunchScreen) -> None:
    find(screen, CodeField, "code").setFocus()
    type_in("7K3QX9M")
    screen.show_launch(replace(samples.launch(), release_note="…"))
    screen.set_words(EN)
    type_in("2Z")
    assert find(screen, CodeField, "code").code() == "7K3QX-9M2Z----"


def test_fetch_and_recheck_ask(screen: LaunchScreen, qtbot: QtBot) -> None:
    with qtbot.waitSignal(screen.release_requested):
        press(find(screen, Button, "fetch_release"))
    with qtbot.waitSignal(screen.recheck_requested):
        press(find(screen, Button, "recheck"))


def test_a_blocked_check_says_how_many_and_the_start_is_shut(screen: LaunchScreen, qtbot: QtBot) -> None:
    start = find(screen, Button, "start_session")
    assert "1" in find(screen, StatusMark, "launch_verdict").text()
    with qtbot.assertNotEmitted(screen.start_requested, wait=20):
        press(start)


def test_released_and_good_opens_the_start_and_asks_no_more_for_a_code(screen: LaunchScreen, qtbot: QtBot) -> None:
    screen.show_launch(samples.launch(good=True))
    assert not find(screen, CodeField, "code").isVisible()
    with qtbot.waitSignal(screen.start_requested):
        press(find(screen, Button, "start_session"))


def test_while_fetching_nothing_is_asked_twice(screen: LaunchScreen) -> None:
    screen.show_launch(replace(samples.launch(), release=ReleaseState.FETCHING))
    assert not find(screen, Button, "fetch_release").isEnabled()
    assert find(screen, StatusMark, "release_state").text() == "正在领取放行…"


def test_the_focus_is_seen_after_a_release(screen: LaunchScreen) -> None:
    find(screen, Button, "fetch_release").setFocus()
    screen.show_launch(replace(samples.launch(), release=ReleaseState.FETCHING))
    assert not isinstance(QApplication.focusWidget(), Button), "nothing is pressed by the next Return"
    screen.show_launch(replace(samples.launch(), release=ReleaseState.RELEASED, can_start=False))
    assert find(screen, Button, "recheck").hasFocus()
    screen.show_launch(samples.launch())
    find(screen, Button, "fetch_release").setFocus()
    screen.show_launch(replace(samples.launch(), release=ReleaseState.FETCHING))
    screen.show_launch(samples.launch(good=True))
    assert find(screen, Button, "start_session").hasFocus()


def test_when_fetching_fails_the_focus_is_back_where_it_was_asked(screen: LaunchScreen) -> None:
    find(screen, Button, "fetch_release").setFocus()
    screen.show_launch(replace(samples.launch(), release=ReleaseState.FETCHING))
    screen.show_launch(replace(samples.launch(), release_note="…"))
    assert find(screen, Button, "fetch_release").hasFocus()


@pytest.mark.parametrize("label", ["07", "7", "07 号机"])
def test_the_head_names_the_seat(screen: LaunchScreen, label: str) -> None:
    view = samples.launch()
    screen.show_launch(replace(view, session=replace(view.session, seat_label=label)))
    assert any("07 号机" in line.text() for line in screen.findChildren(Line))


def test_what_is_not_good_comes_first_and_the_rest_is_folded_into_one_line(screen: LaunchScreen) -> None:
    screen.show_launch(samples.launch_found())
    shown = [label.text() for label in screen.findChildren(Label) if label.isVisible()]
    assert shown.index("锁定级别") < shown.index("移动介质") < shown.index("键盘") < shown.index("电源")
    assert "调试器" not in shown
    fold = find(screen, Button, "checks_clear")
    assert "另有 11 项检查正常" in fold.text()
    press(fold)
    assert any(label.text() == "调试器" and label.isVisible() for label in screen.findChildren(Label))
    press(fold)
    assert not any(label.text() == "调试器" and label.isVisible() for label in screen.findChildren(Label))


def test_going_on_is_asked_for_by_the_check_and_not_for_what_two_agreed_to(screen: LaunchScreen, qtbot: QtBot) -> None:
    screen.show_launch(samples.launch_found())
    with qtbot.waitSignal(screen.override_requested) as asked:
        press(find(screen, Button, "override_usb_storage"))
    assert asked.args == ["usb_storage"]
    screen.show_launch(samples.launch_found(overridden=True))
    going_on = [button for button in screen.findChildren(Button) if button.objectName().startswith("override_")]
    assert [button.objectName() for button in going_on if button.isVisible()] == ["override_remote_tool"]
    assert any("考点的加密狗" in label.text() for label in screen.findChildren(Label) if label.isVisible())


def test_a_level_that_is_not_reached_stands_above_all_and_offers_no_way_round(screen: LaunchScreen) -> None:
    screen.show_launch(samples.launch_found(level=LockdownLevel.DESKTOP))
    assert not find(screen, Button, "start_session").isEnabled()
    assert "3" in find(screen, StatusMark, "launch_verdict").text()
    assert not any(button.objectName() == "override_lockdown_level" for button in screen.findChildren(Button))
