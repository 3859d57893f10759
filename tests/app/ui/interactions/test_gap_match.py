"""Gap match: by two presses, carried, and by keys; what is put in can be taken out."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from app.exam.interactions import GapMatch
from app.exam.prose import Cell, Gap, Listing, Paragraph, Run, Table, Wording
from app.ui.interactions.gap_match import GapMatchView
from app.ui.look import Look
from tests.app.seat.screens.hands import key, press
from tests.app.ui.interactions.boards import Shown, carry, floor, options, shown

TEXT = (
    Paragraph((Run("气瓶的"), Gap("1"), Run("应当完好，"), Gap("2"), Run("，关闭。"))),
    Listing(((Paragraph((Gap("3"), Run("之后"))),),)),
    Table(((Cell((Paragraph((Gap("4"),)),)),),)),
)


def match(*values: str, most: int = 0, uses: int = 1) -> tuple[Shown, GapMatchView]:
    view = GapMatchView(floor())
    what = GapMatch("R", None, options(*"abc", most=uses), Wording(TEXT, TEXT), max_associations=most)
    return shown(view, what, values), view


def test_an_option_then_a_gap_puts_it_there_and_a_press_takes_it_out() -> None:
    one, view = match()
    press(view.chips[0])
    press(view.gaps[1])
    press(view.gaps[1])
    assert one.told == [("a 2",), ()]


def test_a_gap_alone_asks_for_an_option_first() -> None:
    one, view = match()
    press(view.gaps[0])
    assert one.told == []
    assert "先点一个选项" in view.hint.text()


def test_an_option_used_up_moves_and_a_filled_gap_takes_the_new_one() -> None:
    one, view = match("a 1", "b 2")
    press(view.chips[0])
    press(view.gaps[1])
    assert one.told == [("a 2",)]


def test_an_option_may_be_used_as_often_as_it_says() -> None:
    one, view = match("a 1", uses=2)
    for gap in (1, 2):
        press(view.chips[0])
        press(view.gaps[gap])
    assert one.told == [("a 1", "a 2")]
    assert "已用" in view.chips[0].accessibleName()


def test_no_more_gaps_are_filled_than_may_be() -> None:
    one, view = match("a 1", most=1, uses=3)
    press(view.chips[1])
    press(view.gaps[0])
    assert one.told == [("b 1",)]
    view.show_interaction(view._match, ("a 1", "b 2"), view.setting)  # type: ignore[arg-type]


def test_a_full_text_says_so_in_words() -> None:
    one, view = match("a 1", "b 2", most=2)
    press(view.chips[2])
    press(view.gaps[2])
    assert one.told == []
    assert "最多填 2 个空" in view.hint.text()


def test_options_are_carried_into_gaps_between_them_and_out_again() -> None:
    one, view = match()
    carry(view.chips[1], view.gaps[0])
    carry(view.gaps[0], view.gaps[3])
    carry(view.gaps[3], view.hint)
    assert one.told == [("b 1",), ("b 4",), ()]


def test_what_is_carried_past_every_gap_changes_nothing() -> None:
    one, view = match("b 1")
    carry(view.chips[0], view, QPoint(view.width() - 4, view.height() - 4))
    assert one.told == []
    assert view._held == ""


def test_by_keys_a_gap_asks_for_an_option_and_gets_it() -> None:
    one, view = match()
    view.gaps[2].setFocus()
    key(Qt.Key.Key_Return)
    assert view.chips[0].hasFocus()
    key(Qt.Key.Key_Right)
    key(Qt.Key.Key_Return)
    assert one.told == [("b 3",)]
    assert view.gaps[2].hasFocus()
    key(Qt.Key.Key_Delete)
    assert one.told[-1] == ()


def test_by_keys_an_option_goes_to_the_first_empty_gap_or_back_by_escape() -> None:
    one, view = match("b 1")
    view.chips[0].setFocus()
    key(Qt.Key.Key_Space)
    assert view.gaps[1].hasFocus()
    key(Qt.Key.Key_Escape)
    assert view.chips[0].hasFocus()
    key(Qt.Key.Key_Space)
    key(Qt.Key.Key_Return)
    assert one.told == [("b 1", "a 2")]


def test_escape_leaves_a_gap_that_asks() -> None:
    one, view = match()
    view.gaps[0].setFocus()
    key(Qt.Key.Key_Return)
    key(Qt.Key.Key_Escape)
    assert view.gaps[0].hasFocus()
    assert one.told == []


def test_gaps_say_their_number_and_what_is_in_them() -> None:
    _one, view = match("c 2")
    assert view.gaps[0].accessibleName() == "第 1 空 未填"
    assert "选项 c" in view.gaps[1].accessibleName()


@pytest.mark.parametrize("percent", [100, 200])
def test_all_gaps_are_as_large_as_each_other_and_filling_one_moves_nothing(percent: int) -> None:
    one, view = match()
    view.set_look(Look(percent=percent))
    view.resize(700, view.arrange(700))
    QApplication.processEvents()
    before = [gap.geometry() for gap in view.gaps]
    assert len({(place.width(), place.height()) for place in before}) == 1
    press(view.chips[2])
    press(view.gaps[0])
    view.resize(700, view.arrange(700))
    assert [gap.geometry() for gap in view.gaps] == before
    assert one.told == [("c 1",)]
