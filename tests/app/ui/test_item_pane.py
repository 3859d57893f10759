"""The pane as a whole: pieces of the stem, what is shared, the keyboard, and what is told."""

from dataclasses import replace
from typing import TypeVar

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QStackedWidget, QWidget
from pytestqt.qtbot import QtBot

from app.exam.interactions import Choice, Interaction, Order, Responses, Slider, TextEntry
from app.exam.item import Item, Stimulus
from app.exam.prose import Body, Language, Listing, Paragraph, Place, Run, Wording
from app.ui.buttons import Button
from app.ui.fields import Field
from app.ui.interactions.choice import ChoiceView
from app.ui.interactions.order import OrderView
from app.ui.interactions.slider import SliderView
from app.ui.item_head import PaneWords
from app.ui.item_pane import ItemPane, PaneItem
from app.ui.look import Look, Looked
from app.ui.prose import BodyView
from app.ui.style import stylesheet
from app.words import Words
from sync.wire.plan import Difficulty, ItemKind
from tests.app.seat.screens.hands import find, key, press, settle
from tests.app.ui.interactions.boards import options

T = TypeVar("T", bound=QWidget)
WORDS = Words(Language.ZH)
AROUND = PaneWords("第 1 题", "综合题", "已标记", "案例材料", "收起材料", "展开材料")
CHOICE = Choice("A", None, options(*"abc"))
ORDER = Order("B", None, options(*"xyz"))
SLIDER = Slider("C", None, "0", "10")
LONG = "作业前应当先通风、再检测，合格后方可进入。" * 60


def line(text: str) -> Paragraph:
    return Paragraph((Run(text),))


def item(name: str, stem: Body, *interactions: Interaction, stimulus: str = "") -> Item:
    shared = Stimulus(f"s-{stimulus[:8]}", Wording((line(stimulus),), (line(stimulus),))) if stimulus else None
    return Item(name, ItemKind.COMPOSITE, "s", Difficulty.EASY, Wording(stem, stem), interactions, stimulus=shared)


THREE = item("three", (line("一"), Place("A"), line("二"), Place("B"), Place("C")), CHOICE, ORDER, SLIDER)
LONE = item("lone", (line("一"), Place("A")), CHOICE)


class Shown:
    """A pane in a window of the width it has beside the answer card, and what it told."""

    def __init__(self, qtbot: QtBot) -> None:
        self.pane = ItemPane()
        self.told: list[tuple[str, Responses]] = []
        self.pane.responded.connect(lambda name, responses: self.told.append((name, responses)))
        self.pane.setStyleSheet(stylesheet(Look()))
        self.pane.resize(990, 640)
        qtbot.addWidget(self.pane)
        self.pane.show()
        with qtbot.waitActive(self.pane):
            self.pane.activateWindow()

    def show(self, shown: Item, responses: Responses | None = None) -> None:
        """Show an item."""
        self.pane.show_item(PaneItem(shown, Language.ZH, responses or {}, {}), WORDS, AROUND, flagged=False)
        settle()

    def wear(self, percent: int) -> None:
        """Set the size of the text, as the screen does."""
        look = Look(percent=percent)
        self.pane.setStyleSheet(stylesheet(look))
        for widget in (self.pane, *self.pane.findChildren(QWidget)):
            if isinstance(widget, Looked):
                widget.set_look(look)
        self.pane.arrange()
        settle()


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def view(pane: ItemPane, kind: type[T]) -> T:
    found: T | None = pane.findChild(kind)
    assert found is not None
    return found


def tops(pane: ItemPane) -> list[str]:
    kinds = (BodyView, ChoiceView, OrderView, SliderView)
    pieces = [w for w in pane.sheet.children() if isinstance(w, kinds) and w.isVisible()]
    return [type(w).__name__ for w in sorted(pieces, key=lambda one: one.y())]


def test_interactions_stand_where_their_places_are(shown: Shown) -> None:
    shown.show(THREE)
    assert tops(shown.pane) == ["BodyView", "ChoiceView", "BodyView", "OrderView", "SliderView"]


def test_each_response_is_told_with_all_others_of_the_item(shown: Shown) -> None:
    shown.show(THREE, {"C": ("4",)})
    press(view(shown.pane, ChoiceView).rows[1])
    press(view(shown.pane, SliderView).more)
    assert shown.told == [("three", {"C": ("4",), "A": ("b",)}), ("three", {"A": ("b",), "C": ("5",)})]


def test_clearing_clears_everything_and_is_told_once(shown: Shown) -> None:
    shown.show(THREE, {"A": ("b",), "B": ("z", "y", "x")})
    press(find(shown.pane, Button, "clear_response"))
    assert shown.told == [("three", {})]
    assert not any(row.isChecked() for row in view(shown.pane, ChoiceView).rows)
    assert [row.option for row in view(shown.pane, OrderView).rows] == list("xyz")
    assert not find(shown.pane, Button, "clear_response").isVisible()


def test_a_place_within_a_list_gets_its_interaction_and_one_without_a_place_comes_last(shown: Shown) -> None:
    nested = (Listing(((line("甲"), Place("A")), (line("乙"),))), line("丙"))
    shown.show(item("nested", nested, CHOICE, SLIDER))
    choice, slider = view(shown.pane, ChoiceView), view(shown.pane, SliderView)
    assert choice.isVisible()
    assert slider.isVisible()
    press(choice.rows[0])
    assert shown.told == [("nested", {"A": ("a",)})]
    assert slider.mapTo(shown.pane, QPoint()).y() > choice.mapTo(shown.pane, QPoint()).y()


def test_two_of_a_kind_do_not_share_what_is_chosen(shown: Shown) -> None:
    shown.show(item("two", (Place("A"), Place("Z")), CHOICE, replace(CHOICE, response="Z")), {"A": ("a",), "Z": ("c",)})
    views = sorted(shown.pane.findChildren(ChoiceView), key=lambda one: one.y())
    assert [[row.isChecked() for row in view.rows] for view in views] == [[True, False, False], [False, False, True]]
    press(views[1].rows[0])
    assert shown.told == [("two", {"A": ("a",), "Z": ("a",)})]


def test_digits_and_letters_choose_only_where_the_item_is_one_choice(shown: Shown) -> None:
    shown.show(THREE)
    assert not shown.pane.choose(0)
    shown.show(LONE)
    assert shown.pane.choose(2)
    assert not shown.pane.choose(3)
    assert shown.told == [("lone", {"A": ("c",)})]


def test_a_letter_typed_into_a_blank_chooses_nothing(shown: Shown) -> None:
    mixed = item("mixed", (Place("A"), Paragraph((Run("填"), Place("T")))), CHOICE, TextEntry("T"))
    shown.show(mixed)
    field = find(shown.pane, Field, "text_entry")
    field.setFocus()
    key(Qt.Key.Key_A)
    assert not shown.pane.choose(0)
    assert [list(responses) for _name, responses in shown.told] == [["T"]]


def test_the_keyboard_comes_to_everything_in_reading_order(shown: Shown) -> None:
    shown.show(THREE, {"A": ("a",)})
    shown.pane.setFocus()
    seen = []
    for _stop in range(40):
        key(Qt.Key.Key_Tab)
        widget = QApplication.focusWidget()
        if widget is None or not shown.pane.sheet.isAncestorOf(widget) or widget is shown.pane.sheet.head.clear:
            break
        seen.append(widget.mapTo(shown.pane.sheet, QPoint(0, 0)))
    assert QApplication.focusWidget() is shown.pane.sheet.head.clear  # what undoes it all comes last
    assert len(seen) == 3 + 3 + 1 + 3
    assert seen == sorted(seen, key=lambda at: at.y() // 40)


def test_the_focus_of_what_goes_is_the_panes_and_tab_begins_with_the_next_item(shown: Shown) -> None:
    shown.show(THREE)
    view(shown.pane, SliderView).track.setFocus()
    shown.show(LONE)
    assert shown.pane.hasFocus()
    key(Qt.Key.Key_Tab)
    assert shown.pane.rows[0].hasFocus()


def test_from_an_option_the_focus_goes_to_the_one_chosen_and_to_none_where_none_is(shown: Shown) -> None:
    shown.show(LONE)
    shown.pane.choose(1)
    shown.show(replace(LONE, id="other"), {"A": ("c",)})
    assert shown.pane.rows[2].hasFocus()
    shown.show(replace(LONE, id="open"))
    assert shown.pane.hasFocus()


def test_the_focus_that_a_hidden_page_will_get_back_is_on_no_control_of_another_item(qtbot: QtBot) -> None:
    pane, other, stack = ItemPane(), Button("other"), QStackedWidget()
    qtbot.addWidget(stack)
    for page in (pane, other):
        stack.addWidget(page)
    stack.show()
    with qtbot.waitActive(stack):
        stack.activateWindow()
    pane.show_item(PaneItem(LONE, Language.ZH, {}, {}), WORDS, AROUND, flagged=False)
    pane.rows[1].setFocus()
    stack.setCurrentWidget(other)
    other.setFocus()
    pane.show_item(PaneItem(replace(LONE, id="next"), Language.ZH, {}, {}), WORDS, AROUND, flagged=False)
    assert other.hasFocus()
    stack.setCurrentWidget(pane)
    assert pane.hasFocus()


def test_the_same_item_in_other_words_keeps_the_focus(shown: Shown) -> None:
    shown.show(LONE)
    shown.pane.rows[1].setFocus()
    shown.show(LONE)
    assert shown.pane.rows[1].hasFocus()


def test_with_room_the_case_is_beside_and_scrolls_by_itself(shown: Shown) -> None:
    shown.show(item("case", (Place("A"),), CHOICE, stimulus=LONG * 3))
    column, page = shown.pane.column, shown.pane.page
    assert column.isVisible()
    assert column.geometry().right() < page.geometry().left()
    assert column.verticalScrollBar().maximum() > 0
    assert page.verticalScrollBar().maximum() == 0
    column.setFocus()
    key(Qt.Key.Key_End)
    assert column.verticalScrollBar().value() == column.verticalScrollBar().maximum()
    assert not find(shown.pane, Button, "fold_stimulus").isVisible()


def test_at_large_text_the_case_is_above_and_can_be_folded(shown: Shown) -> None:
    shown.show(item("case", (Place("A"),), CHOICE, stimulus=LONG))
    shown.wear(200)
    assert not shown.pane.column.isVisible()
    row = view(shown.pane, ChoiceView).rows[0]
    below = row.mapTo(shown.pane.sheet, QPoint()).y()
    fold = find(shown.pane, Button, "fold_stimulus")
    press(fold)
    settle()
    assert row.mapTo(shown.pane.sheet, QPoint()).y() < below / 2
    assert fold.text() == "展开材料"
    press(fold)
    settle()
    assert row.mapTo(shown.pane.sheet, QPoint()).y() == below


def test_the_next_item_of_the_same_case_keeps_its_place_in_it(shown: Shown) -> None:
    shown.show(item("one", (Place("A"),), CHOICE, stimulus=LONG * 3))
    shown.pane.column.verticalScrollBar().setValue(200)
    shown.show(item("two", (Place("C"),), SLIDER, stimulus=LONG * 3))
    assert shown.pane.column.verticalScrollBar().value() == 200
    shown.show(item("three", (Place("C"),), SLIDER, stimulus="另一段材料。" * 400))
    assert shown.pane.column.verticalScrollBar().value() == 0
    shown.show(LONE)
    assert not shown.pane.column.isVisible()


@pytest.mark.parametrize("percent", [100, 125, 150, 200])
def test_nothing_lies_over_anything_and_every_target_is_large_enough(shown: Shown, percent: int) -> None:
    shown.show(THREE, {"A": ("a",)})
    shown.wear(percent)
    buttons = [b for b in shown.pane.sheet.findChildren(QAbstractButton) if b.isVisible()]
    boxes = [b.rect().translated(b.mapTo(shown.pane.sheet, QPoint())) for b in buttons]
    assert all(box.height() >= 44 and box.width() >= 44 for box in boxes)
    assert all(box.left() >= 0 and box.right() < shown.pane.sheet.width() for box in boxes)
    assert not [1 for i, one in enumerate(boxes) for other in boxes[i + 1 :] if one.intersects(other)]


def test_what_comes_below_follows_when_an_interaction_grows(shown: Shown) -> None:
    shown.show(item("grows", (Place("S"), Place("A")), replace(ORDER, response="S"), CHOICE))
    keep = find(shown.pane, Button, "keep_order")
    before = view(shown.pane, ChoiceView).y()
    press(keep)
    settle()
    assert view(shown.pane, ChoiceView).y() < before


def test_the_divider_is_moved_by_keys_and_by_the_mouse_and_both_sides_stay_readable(shown: Shown) -> None:
    shown.show(item("case", (Place("A"),), CHOICE, stimulus=LONG))
    divider, pane = shown.pane.divider, shown.pane
    assert divider.isVisible()
    wide = pane.column.width()
    divider.setFocus()
    key(Qt.Key.Key_Right)
    key(Qt.Key.Key_Right)
    assert pane.column.width() > wide + 40
    key(Qt.Key.Key_Home)
    assert pane.column.width() == wide
    QTest.mousePress(divider, Qt.MouseButton.LeftButton, pos=QPoint(8, 100))
    QTest.mouseMove(divider, QPoint(-120, 100))
    QTest.mouseRelease(divider, Qt.MouseButton.LeftButton, pos=QPoint(-120, 100))
    assert pane.column.width() < wide - 80
    for _press in range(40):
        key(Qt.Key.Key_Right)
    assert pane.page.width() > pane.width() // 4
    shown.wear(200)
    assert not divider.isVisible()
