import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.seat.screens.admission.check_in import CheckInScreen
from app.ui.buttons import Button
from app.ui.fields import Field
from app.ui.labels import Note
from app.ui.text import Sentence
from tests.app.seat.screens import samples
from tests.app.seat.screens.conftest import Show
from tests.app.seat.screens.hands import find, key, press, type_in
from tests.app.seat.screens.samples import EN, ZH


@pytest.fixture
def screen(show: Show[CheckInScreen]) -> CheckInScreen:
    screen = show(CheckInScreen(ZH))
    screen.show_check_in(samples.check_in())
    return screen


def test_a_number_is_given_without_spaces_in_capitals(screen: CheckInScreen, qtbot: QtBot) -> None:
    with qtbot.waitSignal(screen.number_entered) as entered:
        type_in(" 2026 1133a ")
        key(Qt.Key.Key_Return)
    assert entered.args == ["20261133A"]


def test_an_empty_number_goes_nowhere(screen: CheckInScreen, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(screen.number_entered, wait=20):
        press(find(screen, Button, "find"))


def test_a_problem_is_said_in_both_languages_and_goes_when_typing_on(screen: CheckInScreen) -> None:
    type_in("2026")
    screen.show_problem(Sentence("screen.check_in.expected", {"count": 2}))
    note = find(screen, Note, "check_in_note")
    assert "2" in note.text()
    screen.set_words(EN)
    assert "still expected" in note.text()
    assert find(screen, Field, "admission_number").text() == "2026"
    type_in("7")
    assert note.text() == ""


def test_ten_thousand_characters_are_not_taken(screen: CheckInScreen, qtbot: QtBot) -> None:
    field = find(screen, Field, "admission_number")
    field.insert("9" * 10_000)  # as an input method or a paste would
    assert len(field.text()) < 50
    with qtbot.waitSignal(screen.number_entered) as entered:
        key(Qt.Key.Key_Return)
    assert len(entered.args[0]) < 50


def test_the_next_candidate_begins_with_nothing(screen: CheckInScreen) -> None:
    type_in("2026113302070")
    screen.show_check_in(samples.check_in())
    assert find(screen, Field, "admission_number").text() == ""
    assert find(screen, Field, "admission_number").hasFocus()
