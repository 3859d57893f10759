"""Match, associate, and the rules of pairs that both follow."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.exam.interactions import Associate, Match
from app.ui.interactions.associate import AssociateView, PairRow
from app.ui.interactions.chip import Chip
from app.ui.interactions.match import MatchView
from app.ui.interactions.match_cell import MatchCell
from app.ui.interactions.pairing import placed
from tests.app.seat.screens.hands import find, key, press
from tests.app.ui.interactions.boards import carry, floor, options, said, shown

EACH = Match("R", said("配"), options(*"ab"), options(*"xyz", most=0), max_associations=2)
PAIRS = Associate("R", None, options(*"abcd"), max_associations=2)


@pytest.mark.parametrize(
    ("values", "pair", "limits", "most", "expected"),
    [
        ((), ("a", "x"), (1, 1), 0, (("a x",), False)),
        (("a x",), ("a", "x"), (1, 1), 0, ((), False)),
        (("a x",), ("a", "y"), (1, 0), 0, (("a y",), True)),
        (("a x",), ("b", "x"), (1, 1), 0, (("b x",), True)),
        (("a x", "b y"), ("a", "y"), (1, 1), 0, (("a y",), True)),
        (("a x",), ("a", "y"), (0, 0), 0, (("a x", "a y"), False)),
        (("a x", "a y"), ("a", "z"), (2, 0), 0, (None, False)),
        (("a x", "b y"), ("c", "z"), (1, 0), 2, (None, False)),
        (("a x", "b y"), ("b", "z"), (1, 0), 2, (("a x", "b z"), True)),
        (("a x",), ("b", "y"), (1, 1), 1, (("b y",), True)),
    ],
)
def test_a_pair_is_added_taken_back_moved_or_refused(
    values: tuple[str, ...],
    pair: tuple[str, str],
    limits: tuple[int, int],
    most: int,
    expected: tuple[tuple[str, ...] | None, bool],
) -> None:
    assert placed(values, pair, limits, most) == expected


def cell(view: QWidget, row: str, column: str) -> MatchCell:
    return find(view, MatchCell, f"cell_{row}_{column}")


def test_the_cell_under_the_hand_is_outlined_and_only_a_chosen_one_is_filled() -> None:
    shown(view := MatchView(floor()), EACH, ("b y",))
    soft = QColor(view.look.palette.accent_soft)
    quiet, hot, chosen = cell(view, "b", "x"), cell(view, "a", "z"), cell(view, "b", "y")
    window = view.window().windowHandle()
    QTest.mouseMove(window, hot.mapTo(view.window(), hot.rect().center()))
    QApplication.processEvents()
    assert hot.underMouse()
    pictures = {one: one.grab().toImage() for one in (quiet, hot, chosen)}
    inside = [pictures[one].pixelColor(8, 8) for one in (quiet, hot, chosen)]
    assert inside == [inside[0], inside[0], soft]
    assert inside[0] != soft
    assert pictures[hot].pixelColor(1, 20) == QColor(view.look.palette.line_strong)
    assert pictures[quiet].pixelColor(1, 20) == inside[0]


def test_a_row_of_one_moves_its_mark_and_values_come_row_by_row() -> None:
    one = shown(view := MatchView(floor()), EACH)
    press(cell(view, "b", "y"))
    press(cell(view, "a", "x"))
    press(cell(view, "a", "z"))
    press(cell(view, "b", "y"))
    assert one.told == [("b y",), ("a x", "b y"), ("a z", "b y"), ("a z",)]
    assert cell(view, "a", "z").isChecked()
    assert not cell(view, "a", "x").isChecked()


def test_a_response_is_shown_when_the_match_is() -> None:
    shown(view := MatchView(floor()), EACH, ("a y",))
    assert [c.isChecked() for c in view.cells] == [False, True, False, False, False, False]
    assert cell(view, "a", "y").accessibleName() == "选项 a，选项 y，已选"


def test_a_column_of_one_moves_its_mark_and_says_so() -> None:
    match = Match("R", None, options(*"ab"), options(*"xy"), max_associations=0)
    one = shown(view := MatchView(floor()), match)
    press(cell(view, "a", "x"))
    press(cell(view, "b", "x"))
    assert one.told == [("a x",), ("b x",)]
    assert "换到这里" in view.hint.text()


def test_more_pairs_than_allowed_are_refused_with_a_sentence() -> None:
    match = Match("R", None, options(*"ab", most=0), options(*"xy", most=0), max_associations=2)
    one = shown(view := MatchView(floor()), match, ("a x", "a y"))
    press(cell(view, "b", "x"))
    assert not one.told
    assert "最多选 2 处" in view.hint.text()


def test_arrows_go_through_the_table_and_space_marks() -> None:
    one = shown(view := MatchView(floor()), EACH)
    cell(view, "a", "x").setFocus()
    for name in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_Left):
        key(name)
    assert one.told == [("b y",)]
    assert cell(view, "b", "x").hasFocus()


@pytest.mark.parametrize("width", [420, 700, 1000])
@pytest.mark.parametrize("count", [2, 5, 6, 14, 30])
def test_every_cell_can_be_hit_and_none_lies_over_another(width: int, count: int) -> None:
    names = [f"c{at}" for at in range(count)]
    match = Match("R", None, options(*"abc"), options(*names, most=0), max_associations=0)
    one = shown(view := MatchView(floor()), match)
    height = one.view.arrange(width)
    boxes = [c.geometry() for c in view.cells]
    assert all(box.width() >= 44 and box.height() >= 44 for box in boxes)
    assert all(box.left() >= 0 and box.right() < width and box.bottom() < height for box in boxes)
    assert not [1 for i, box in enumerate(boxes) for other in boxes[i + 1 :] if box.intersects(other)]


def chip(view: QWidget, name: str) -> Chip:
    return find(view, Chip, f"chip_{name}")


def pairs(view: QWidget) -> list[str]:
    return [row.value for row in view.findChildren(PairRow) if row.isVisible()]


def test_two_presses_make_a_pair_and_a_used_one_says_what_to_do() -> None:
    one = shown(view := AssociateView(floor()), PAIRS)
    press(chip(view, "a"))
    press(chip(view, "c"))
    press(chip(view, "a"))
    assert one.told == [("a c",)]
    assert pairs(view) == ["a c"]
    assert "拆开" in view.hint.text()


def test_one_is_carried_onto_the_other() -> None:
    one = shown(view := AssociateView(floor()), PAIRS)
    carry(chip(view, "b"), chip(view, "d"))
    assert one.told == [("b d",)]


def test_carried_to_nowhere_it_is_put_down() -> None:
    one = shown(view := AssociateView(floor()), PAIRS)
    carry(chip(view, "b"), view.hint)
    press(chip(view, "d"))
    assert not one.told


def test_a_pair_can_be_parted_and_the_focus_goes_to_what_is_free() -> None:
    one = shown(view := AssociateView(floor()), PAIRS, ("a c", "b d"))
    row = next(row for row in view.findChildren(PairRow) if row.value == "a c")
    row.part.setFocus()
    key(Qt.Key.Key_Return)
    assert one.told == [("b d",)]
    assert pairs(view) == ["b d"]
    assert chip(view, "a").hasFocus()


def test_too_many_pairs_are_refused_with_a_sentence() -> None:
    few = Associate("R", None, options(*"abcd"), max_associations=1)
    one = shown(view := AssociateView(floor()), few, ("a b",))
    press(chip(view, "c"))
    press(chip(view, "d"))
    assert not one.told
    assert "最多配 1 对" in view.hint.text()


def test_the_same_pair_turned_round_is_not_another() -> None:
    free = Associate("R", None, options(*"ab", most=0), max_associations=0)
    one = shown(view := AssociateView(floor()), free, ("a b",))
    press(chip(view, "b"))
    press(chip(view, "a"))
    assert not one.told


def test_pairs_are_made_by_keys_and_escape_puts_down() -> None:
    one = shown(view := AssociateView(floor()), PAIRS)
    chip(view, "a").setFocus()
    for name in (Qt.Key.Key_Space, Qt.Key.Key_Escape, Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Return):
        key(name)
    assert one.told == [("a b",)]


def test_a_double_click_does_not_pick_up_and_put_down() -> None:
    shown(view := AssociateView(floor()), PAIRS)
    press(chip(view, "a"))
    QTest.mouseDClick(chip(view, "a"), Qt.MouseButton.LeftButton, pos=chip(view, "a").rect().center())
    assert "已拿起" in chip(view, "a").accessibleName()
