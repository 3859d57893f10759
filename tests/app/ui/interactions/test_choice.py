import pytest
from PySide6.QtCore import Qt

from app.exam.interactions import Choice
from app.ui.interactions.choice import ChoiceView
from app.ui.options import marker
from tests.app.seat.screens.hands import key, press
from tests.app.ui.interactions.boards import choice, floor, shown


def test_one_gives_way_to_the_next() -> None:
    one = shown(view := ChoiceView(floor()), choice())
    press(view.rows[0])
    press(view.rows[2])
    press(view.rows[2])
    assert one.told == [("a",), ("c",)]
    assert [row.isChecked() for row in view.rows] == [False, False, True, False]


def test_several_are_told_in_the_order_shown_and_taken_back_by_a_second_press() -> None:
    one = shown(view := ChoiceView(floor()), choice(most=0))
    for at in (3, 0, 3):
        press(view.rows[at])
    assert one.told == [("d",), ("a", "d"), ("a",)]


def test_more_than_the_limit_is_refused_with_a_sentence_that_goes_with_the_next_change() -> None:
    one = shown(view := ChoiceView(floor()), choice(most=2))
    asked = view.hint.text()
    for at in (0, 1, 2):
        press(view.rows[at])
    assert one.told == [("a",), ("a", "b")]
    assert not view.rows[2].isChecked()
    assert view.hint.text() == "最多选 2 项。要改选，请先取消一项。"
    press(view.rows[0])
    assert one.told[-1] == ("b",)
    assert view.hint.text() == asked == "最多选 2 项。"


@pytest.mark.parametrize(
    ("least", "most", "sentence"),
    [
        (0, 1, ""),
        (1, 1, ""),
        (0, 0, ""),
        (2, 0, "至少选 2 项。"),
        (2, 2, "请选 2 项。"),
        (2, 3, "请选 2 到 3 项。"),
        (0, 3, "最多选 3 项。"),
    ],
)
def test_limits_are_said_before_anything_is_chosen(least: int, most: int, sentence: str) -> None:
    one = shown(view := ChoiceView(floor()), choice(least=least, most=most))
    assert view.hint.text() == sentence
    assert not one.told


def test_among_other_interactions_it_is_said_that_several_may_be_right() -> None:
    one = shown(view := ChoiceView(floor()), choice(most=0))
    assert not view.hint.text()
    view.among_others = True
    one.show(choice(most=0))
    assert view.hint.text() == "选出全部正确项。"
    one.show(choice(most=1))
    assert not view.hint.text()


def test_the_sentence_of_a_limit_moves_nothing() -> None:
    shown(view := ChoiceView(floor()), choice(most=1 + 1))
    before = [row.geometry() for row in view.rows]
    for row in view.rows:
        press(row)
    assert [row.geometry() for row in view.rows] == before


def test_the_keyboard_does_it_all() -> None:
    one = shown(view := ChoiceView(floor()), choice())
    view.rows[0].setFocus()
    for name in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        key(name)
    assert one.told == [("c",)]
    assert view.rows[2].hasFocus()


def test_rows_are_kept_and_what_is_too_much_is_hidden() -> None:
    one = shown(view := ChoiceView(floor()), choice("abcdef"))
    first = view.rows[0]
    one.show(choice("ab"), ("b",))
    assert view.rows[0] is first
    assert len([row for row in view.findChildren(type(first)) if row.isVisible()]) == 2
    assert [row.isChecked() for row in view.rows] == [False, True]


def test_every_row_says_letter_words_and_state() -> None:
    shown(view := ChoiceView(floor()), choice(), ("b",))
    assert [row.accessibleName() for row in view.rows[:2]] == ["A 选项 a 未选", "B 选项 b 已选"]


def test_letters_go_on_after_z() -> None:
    assert [marker(at) for at in (0, 25, 26, 51, 52)] == ["A", "Z", "AA", "AZ", "BA"]


def test_something_else_is_a_defect() -> None:
    view = ChoiceView(floor())
    with pytest.raises(TypeError):
        view.show_interaction(None, (), None)  # type: ignore[arg-type]
    assert not view.rows
    assert isinstance(choice(), Choice)
