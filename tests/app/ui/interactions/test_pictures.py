"""Hotspot and graphic gap match: areas of every shape, at every size of the picture."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.exam.interactions import Area, GraphicGapMatch, Hotspot, Shape
from app.ui.interactions.area_canvas import AreaCanvas
from app.ui.interactions.areas import area_at, area_paths
from app.ui.interactions.base import Setting
from app.ui.interactions.chip import Chip
from app.ui.interactions.graphic_gap import GraphicGapView
from app.ui.interactions.hotspot import HotspotView
from app.ui.look import Look
from tests.app.seat.screens.hands import find, key, press
from tests.app.seat.screens.pictures import encoded
from tests.app.ui.interactions.boards import AREAS, CANVAS, SETTING, Shown, carry, floor, options, shown

SPOTS = Hotspot("R", None, CANVAS, AREAS, max_choices=2)
GAPS = GraphicGapMatch("R", None, CANVAS, options(*"ab"), AREAS[:2])


@pytest.mark.parametrize(
    ("x", "y", "name"),
    [
        (50, 50, "box"),
        (150, 50, "disc"),
        (180, 79, "rest"),
        (305, 50, "oval"),
        (260, 85, "rest"),
        (380, 180, "corner"),
        (305, 115, "rest"),
        (5, 195, "rest"),
    ],
)
def test_a_point_means_the_area_it_lies_in_and_else_the_rest(x: int, y: int, name: str) -> None:
    found = area_at(area_paths(AREAS, CANVAS), AREAS, QPointF(x, y), 5)
    assert found is not None
    assert AREAS[found].id == name


def test_the_first_of_overlapping_areas_counts() -> None:
    areas = (Area("in", Shape.CIRCLE, (50, 50, 10)), Area("out", Shape.RECT, (0, 0, 100, 100)))
    paths = area_paths(areas, CANVAS)
    assert [area_at(paths, areas, QPointF(*at), 0) for at in ((50, 50), (80, 80))] == [0, 1]


def test_a_small_area_can_be_hit_within_a_finger() -> None:
    areas = (Area("dot", Shape.CIRCLE, (50, 50, 3)),)
    paths = area_paths(areas, CANVAS)
    assert area_at(paths, areas, QPointF(68, 50), 22) == 0
    assert area_at(paths, areas, QPointF(80, 50), 22) is None


def spot(canvas: AreaCanvas, x: float, y: float) -> QPoint:
    scale = canvas.width() / CANVAS.width
    return QPointF(x * scale, y * scale).toPoint()


@pytest.mark.parametrize("width", [300, 700])
@pytest.mark.parametrize("percent", [100, 200])
def test_areas_grow_and_shrink_with_the_picture(width: int, percent: int) -> None:
    one = shown(view := HotspotView(floor()), SPOTS)
    view.set_look(Look(percent=percent))
    view.resize(width, view.arrange(width))
    assert abs(view.canvas.width() / view.canvas.height() - 2) < 0.02
    press(view.canvas, spot(view.canvas, 150, 50))
    assert one.told == [("disc",)]


def test_areas_are_chosen_taken_back_and_told_in_their_order() -> None:
    one = shown(view := HotspotView(floor()), SPOTS)
    for at in ((150, 50), (50, 50), (150, 50)):
        press(view.canvas, spot(view.canvas, *at))
    assert one.told == [("disc",), ("box", "disc"), ("box",)]


def test_too_many_are_refused_and_one_of_one_gives_way() -> None:
    one = shown(view := HotspotView(floor()), SPOTS, ("box", "disc"))
    press(view.canvas, spot(view.canvas, 380, 180))
    assert not one.told
    assert "最多选 2 处" in view.hint.text()
    one.show(Hotspot("R", None, CANVAS, AREAS), ("box",))
    press(view.canvas, spot(view.canvas, 380, 180))
    assert one.told == [("corner",)]


def test_the_rest_can_be_chosen_too() -> None:
    one = shown(view := HotspotView(floor()), SPOTS)
    press(view.canvas, spot(view.canvas, 200, 180))
    assert one.told == [("rest",)]


def test_a_press_that_slides_off_chooses_nothing() -> None:
    one = shown(view := HotspotView(floor()), SPOTS)
    QTest.mousePress(view.canvas, Qt.MouseButton.LeftButton, pos=spot(view.canvas, 50, 50))
    QTest.mouseRelease(view.canvas, Qt.MouseButton.LeftButton, pos=spot(view.canvas, 200, 180))
    assert not one.told


def test_the_keyboard_goes_from_area_to_area_each_with_its_name() -> None:
    one = shown(view := HotspotView(floor()), SPOTS)
    view.canvas.buttons[0].setFocus()
    for name in (Qt.Key.Key_Tab, Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Return):
        key(name)
    assert one.told == [("oval",), ("disc", "oval")]
    assert [button.accessibleName() for button in view.canvas.buttons[:2]] == ["方 未选", "圆 已选"]


@pytest.mark.parametrize("ground", ["#000000", "#15181C", "#3A4048", "#C4262E", "#FFFFFF"])
@pytest.mark.parametrize("values", [(), ("box",)])
def test_the_focus_on_an_area_is_light_and_dark_on_every_ground(ground: str, values: tuple[str, ...]) -> None:
    shown(view := HotspotView(floor()), SPOTS, values)
    image = QImage(400, 200, QImage.Format.Format_RGB32)
    image.fill(QColor(ground))
    setting = Setting(SETTING.language, {"plan": encoded(image)}, SETTING.words)
    view.show_interaction(SPOTS, values, setting)
    view.resize(700, view.arrange(700))
    box = view.canvas.buttons[0]
    box.setFocus()
    edge = spot(view.canvas, 10, 50)

    def across() -> list[QColor]:
        seen = view.canvas.grab().toImage()
        return [seen.pixelColor(edge.x() + step, edge.y()) for step in range(-8, 9)]

    ring = across()
    assert ring.count(QColor(view.look.palette.surface)) >= 3
    assert ring.count(QColor(view.look.palette.focus)) >= 3
    view.canvas.buttons[1].setFocus()
    assert across() != ring


def test_without_its_picture_the_areas_are_still_there() -> None:
    one = shown(view := HotspotView(floor()), SPOTS)
    view.show_interaction(SPOTS, (), type(SETTING)(SETTING.language, {}, SETTING.words))
    view.arrange(700)
    press(view.canvas, spot(view.canvas, 50, 50))
    assert one.told == [("box",)]
    assert view.canvas.accessibleName() == "平面图"


def gaps(values: tuple[str, ...] = (), interaction: GraphicGapMatch = GAPS) -> tuple[Shown, GraphicGapView]:
    view = GraphicGapView(floor())
    return shown(view, interaction, values), view


def chip(view: QWidget, name: str) -> Chip:
    return find(view, Chip, f"chip_{name}")


def test_an_option_is_carried_onto_an_area_and_from_there_only_once() -> None:
    one, view = gaps()
    carry(chip(view, "a"), view.canvas, spot(view.canvas, 50, 50))
    carry(chip(view, "a"), view.canvas, spot(view.canvas, 150, 50))
    assert one.told == [("a box",), ("a disc",)]


def test_two_presses_put_it_and_a_press_on_a_filled_gap_takes_it_out() -> None:
    one, view = gaps()
    press(chip(view, "b"))
    press(view.canvas, spot(view.canvas, 150, 50))
    press(view.canvas, spot(view.canvas, 150, 50))
    assert one.told == [("b disc",), ()]


def test_a_gap_for_one_gives_up_what_it_had() -> None:
    one, view = gaps(("a box",))
    press(chip(view, "b"))
    press(view.canvas, spot(view.canvas, 50, 50))
    assert one.told == [("b box",)]


def test_dropped_beside_the_gaps_nothing_happens() -> None:
    one, view = gaps()
    carry(chip(view, "a"), view.canvas, spot(view.canvas, 300, 180))
    press(view.canvas, spot(view.canvas, 50, 50))
    assert not one.told
    assert "请先按上面的一个选项" in view.hint.text()


def test_the_keyboard_takes_an_option_to_a_gap_and_comes_back() -> None:
    one, view = gaps(("a box",))
    chip(view, "b").setFocus()
    key(Qt.Key.Key_Space)
    assert view.canvas.buttons[1].hasFocus(), "the first gap that is free"
    key(Qt.Key.Key_Return)
    assert one.told == [("a box", "b disc")]
    assert chip(view, "b").hasFocus()
    key(Qt.Key.Key_Space)
    key(Qt.Key.Key_Escape)
    assert chip(view, "b").hasFocus()
    assert len(one.told) == 1


def test_the_limit_of_all_is_kept() -> None:
    limited = GraphicGapMatch("R", None, CANVAS, options(*"ab"), AREAS[:2], max_associations=1)
    one, view = gaps(("a box",), limited)
    press(chip(view, "b"))
    press(view.canvas, spot(view.canvas, 150, 50))
    assert one.told == [("b disc",)], "a limit of one is a choice that moves"


def test_gaps_say_what_is_in_them() -> None:
    _one, view = gaps(("a box",))
    assert [button.accessibleName() for button in view.canvas.buttons] == ["方 选项 a", "圆 空"]
