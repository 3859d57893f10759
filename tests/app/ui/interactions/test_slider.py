from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.exam.interactions import Slider
from app.ui.interactions.slider import Scale, SliderView
from app.ui.labels import Line
from tests.app.seat.screens.hands import find, key, press
from tests.app.ui.interactions.boards import floor, shown

METRES = Slider("R", None, "0", "20", "5")


@pytest.mark.parametrize(
    ("slider", "texts"),
    [
        (METRES, ["0", "5", "10", "15", "20"]),
        (Slider("R", None, "-2", "2"), ["-2", "-1", "0", "1", "2"]),
        (Slider("R", None, "0.1", "0.4", "0.1", whole=False), ["0.1", "0.2", "0.3", "0.4"]),
        (Slider("R", None, "1", "2", "0.25", whole=False), ["1.00", "1.25", "1.50", "1.75", "2.00"]),
        (Slider("R", None, "0", "10", "4"), ["0", "4", "8"]),
        (Slider("R", None, "1e1", "3e1", "1e1"), ["10", "20", "30"]),
    ],
)
def test_numbers_are_exact_and_never_beyond_the_bounds(slider: Slider, texts: list[str]) -> None:
    scale = Scale(slider)
    assert [scale.text(at) for at in range(scale.most + 1)] == texts
    assert [scale.position(text) for text in texts] == list(range(len(texts)))


def test_a_scale_without_a_step_has_a_hundred_positions() -> None:
    scale = Scale(Slider("R", None, "0", "1", whole=False))
    assert scale.most == 100
    assert scale.text(37) == "0.37"


def number(view: QWidget) -> str:
    return find(view, Line, "slider_number").text()


def test_untouched_it_says_so_and_tells_nothing() -> None:
    one = shown(view := SliderView(floor()), METRES)
    assert number(view) == "还没有作答"
    assert not one.told


def test_the_first_step_begins_in_the_middle_and_keys_go_to_the_ends() -> None:
    one = shown(view := SliderView(floor()), METRES)
    view.track.setFocus()
    for name in (
        Qt.Key.Key_Right,
        Qt.Key.Key_Right,
        Qt.Key.Key_Down,
        Qt.Key.Key_End,
        Qt.Key.Key_Right,
        Qt.Key.Key_Home,
    ):
        key(name)
    assert one.told == [("10",), ("15",), ("10",), ("20",), ("0",)]
    assert number(view) == "0"


def test_plus_and_minus_step() -> None:
    one = shown(view := SliderView(floor()), METRES, ("5",))
    press(view.more)
    press(view.less)
    press(view.less)
    press(view.less)
    assert one.told == [("10",), ("5",), ("0",)]


@pytest.mark.parametrize("vertical", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
def test_a_press_goes_to_the_nearest_number_and_the_hand_is_followed(vertical: bool, reverse: bool) -> None:
    one = shown(view := SliderView(floor()), replace(METRES, vertical=vertical, reverse=reverse))
    places = [view.track.place_of(at).toPoint() for at in range(5)]
    QTest.mousePress(view.track, Qt.MouseButton.LeftButton, pos=places[1])
    QTest.mouseMove(view.track, places[3])
    QTest.mouseRelease(view.track, Qt.MouseButton.LeftButton, pos=places[3])
    assert one.told == [("5",), ("15",)]


@pytest.mark.parametrize("name", [Qt.Key.Key_PageUp, Qt.Key.Key_PageDown])
def test_the_keys_of_the_page_are_left_to_it(name: Qt.Key) -> None:
    one = shown(view := SliderView(floor()), METRES, ("5",))
    view.track.setFocus()
    key(name)
    assert not one.told


@pytest.mark.parametrize(
    "slider", [replace(METRES, step_label=True), replace(METRES, upper="200", step="1", step_label=True)]
)
def test_numbers_under_the_track_never_run_into_each_other(slider: Slider) -> None:
    shown(view := SliderView(floor()), slider)
    boxes = [place for _text, place in view._labels]
    assert len(boxes) > 2
    assert not [1 for one, other in pairwise(boxes) if one.intersects(other)]


def test_a_reader_is_told_the_number() -> None:
    shown(view := SliderView(floor()), METRES, ("15",))
    assert view.track.accessibleName().endswith("15")
