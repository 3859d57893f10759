"""A screen reader's "toggle" is a press: what is shown and what is told never part."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from app.exam.interactions import Slider
from app.ui.buttons import Button, TickBox
from app.ui.interactions.choice import ChoiceView
from app.ui.interactions.slider import SliderView
from tests.app.ui.interactions.boards import choice, floor, shown


def as_heard(widget: QAbstractButton) -> QAccessibleInterface:
    found = QAccessible.queryAccessibleInterface(widget)
    assert found is not None
    return found


@pytest.mark.parametrize("kind", [Button, TickBox])
def test_what_is_toggled_tells_a_press_once(kind: type[Button | TickBox], qtbot: QtBot) -> None:
    button = kind("one")
    qtbot.addWidget(button)
    if kind is Button:
        button.be_markable()
    told: list[bool] = []
    button.clicked.connect(lambda on: told.append(on))  # noqa: PLW0108 - Qt gives `append` no argument
    button.toggle()
    assert (button.isChecked(), told) == (True, [True])
    button.setChecked(False)
    assert (button.isChecked(), told) == (False, [True])
    button.click()
    assert (button.isChecked(), told) == (True, [True, True])


def test_one_of_several_options_is_a_radio_button_and_gives_way() -> None:
    one = shown(view := ChoiceView(floor()), choice())
    assert {as_heard(row).role() for row in view.rows} == {QAccessible.Role.RadioButton}
    for at in (0, 2, 2):
        view.rows[at].toggle()
    assert one.told == [("a",), ("c",)]
    assert [row.isChecked() for row in view.rows] == [False, False, True, False]
    assert all(row.focusPolicy() & Qt.FocusPolicy.TabFocus for row in view.rows)


def test_options_that_go_together_are_check_boxes_and_the_limit_holds() -> None:
    one = shown(view := ChoiceView(floor()), choice(most=2))
    assert {as_heard(row).role() for row in view.rows} == {QAccessible.Role.CheckBox}
    for at in (0, 1, 2):
        view.rows[at].toggle()
    assert one.told == [("a",), ("a", "b")]
    assert not view.rows[2].isChecked()


@pytest.mark.parametrize(
    ("slider", "value", "told"),
    [
        (Slider("R", None, "0", "20", "5"), 15, "15"),
        (Slider("R", None, "-2", "2"), 1, "1"),
        (Slider("R", None, "0.1", "0.4", "0.1", whole=False), 2, "0.3"),
    ],
)
def test_a_slider_is_one_and_takes_a_number(slider: Slider, value: int, told: str) -> None:
    one = shown(view := SliderView(floor()), slider)
    heard = QAccessible.queryAccessibleInterface(view.track)
    assert heard is not None
    assert heard.role() is QAccessible.Role.Slider
    view.track.setValue(value)
    assert one.told == [(told,)]
    assert view.track.value() == value
