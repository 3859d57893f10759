"""The candidate's own marks: options struck through, text highlighted, by mouse and by keys."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.exam.events import Highlight, Noted
from app.exam.item import Stimulus
from app.exam.prose import Language, Paragraph, Run, Wording
from app.exam.sitting import NO_NOTES, Notes
from app.seat.screens.delivery.item import ItemScreen
from app.ui.buttons import Button
from app.ui.flow_view import FlowView
from app.ui.highlighter import SHARED_FROM
from app.ui.options import OptionRow, StrikeButton
from tests.app.seat.screens import samples
from tests.app.seat.screens.conftest import Show
from tests.app.seat.screens.hands import find, key, press, settle
from tests.app.seat.screens.samples import EN, ZH

Way = Callable[[], object]


class Desk:
    """An item screen, and what it told of notes and responses."""

    def __init__(self, screen: ItemScreen) -> None:
        self.screen = screen
        self.noted: list[Notes] = []
        self.responded: list[object] = []
        screen.noted.connect(lambda _item, notes: self.noted.append(notes))
        screen.responded.connect(lambda _item, responses: self.responded.append(responses))

    def row(self, marker: str) -> OptionRow:
        return find(self.screen, OptionRow, f"option_{marker}")

    def stem(self) -> FlowView:
        return self.screen.pane.sheet.texts[0]


@pytest.fixture
def desk(show: Show[ItemScreen]) -> Desk:
    screen = show(ItemScreen(ZH))
    screen.show_cells(samples.cells())
    screen.show_item(replace(samples.item(), responses={}, flagged=False))
    settle()
    return Desk(screen)


def point(flow: FlowView, place: int) -> QPoint:
    """Where a caret before this place stands."""
    return flow._caret_rect(place).translated(0, -flow._shift).center().toPoint()


def drag(flow: FlowView, start: int, end: int) -> None:
    QTest.mousePress(flow, Qt.MouseButton.LeftButton, pos=point(flow, start))
    QTest.mouseMove(flow, point(flow, end))
    QTest.mouseRelease(flow, Qt.MouseButton.LeftButton, pos=point(flow, end))


def mark(start: int, end: int, part: int = 0, language: Language = Language.ZH) -> Highlight:
    return Highlight(language=language, part=part, start=start, end=end)


def test_an_option_is_struck_through_and_lifted_in_every_way(desk: Desk) -> None:
    ways: tuple[Way, ...] = (
        lambda: QTest.mouseClick(desk.row("B"), Qt.MouseButton.RightButton),
        lambda: press(find(desk.screen, StrikeButton, "strike_B")),
        lambda: QTest.keyClick(desk.screen, Qt.Key.Key_B, Qt.KeyboardModifier.ShiftModifier),
        lambda: QTest.keyClick(desk.row("B"), Qt.Key.Key_Delete),
    )
    for way in ways:
        way()
        assert desk.row("B").struck
        assert desk.row("B").accessibleName().endswith("未选 已划去")
        way()
        assert not desk.row("B").struck
    assert desk.noted == [Notes(struck=("b",)), NO_NOTES] * len(ways)
    assert not desk.responded


def test_choosing_a_struck_option_lifts_the_stroke(desk: Desk) -> None:
    press(find(desk.screen, StrikeButton, "strike_B"))
    press(desk.row("B"))
    assert desk.row("B").isChecked()
    assert not desk.row("B").struck
    assert desk.noted[-1] == NO_NOTES
    assert desk.responded == [{"RESPONSE": ("b",)}]


def test_a_chosen_option_is_not_struck_through_and_the_response_stays(desk: Desk) -> None:
    press(desk.row("B"))
    QTest.mouseClick(desk.row("B"), Qt.MouseButton.RightButton)
    assert not desk.row("B").struck
    assert desk.row("B").isChecked()
    assert not desk.noted


def test_a_drag_highlights_and_a_press_on_it_takes_it_away(desk: Desk) -> None:
    drag(desk.stem(), 2, 6)
    assert desk.noted == [Notes(highlights=(mark(2, 6),))]
    drag(desk.stem(), 8, 5)  # backwards, and over its end: one mark
    assert desk.noted[-1] == Notes(highlights=(mark(2, 8),))
    QTest.mouseClick(desk.stem(), Qt.MouseButton.LeftButton, pos=point(desk.stem(), 4) + QPoint(4, 0))
    assert desk.noted[-1] == NO_NOTES
    assert not desk.responded


def test_a_highlight_is_seen(desk: Desk) -> None:
    before = desk.stem().grab().toImage()
    drag(desk.stem(), 2, 6)
    assert desk.stem().grab().toImage() != before


def test_words_are_highlighted_by_keys_alone(desk: Desk) -> None:
    QTest.keyClick(desk.screen, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    assert desk.screen.pane.sheet.head.hint.isVisible()
    key(Qt.Key.Key_Right)
    key(Qt.Key.Key_Right)
    for _step in range(3):
        QTest.keyClick(desk.screen.pane, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    key(Qt.Key.Key_Return)
    assert desk.noted == [Notes(highlights=(mark(2, 5),))]
    key(Qt.Key.Key_Left)
    key(Qt.Key.Key_A)  # no response while one marks
    key(Qt.Key.Key_Delete)
    assert desk.noted[-1] == NO_NOTES
    key(Qt.Key.Key_Escape)
    assert not desk.screen.pane.sheet.head.hint.isVisible()
    assert not desk.responded
    key(Qt.Key.Key_A)
    assert desk.responded == [{"RESPONSE": ("a",)}]


def test_marks_come_back_and_survive_another_text_size_and_language(desk: Desk) -> None:
    notes = Notes(("c",), (mark(3, 9), mark(0, 5, language=Language.EN)))
    desk.screen.show_item(replace(samples.item(), notes=notes))
    settle()
    assert desk.row("C").struck
    assert desk.stem()._marking.highlights == ((3, 9),)
    text = desk.stem().places.text[3:9]
    desk.screen.set_appearance(replace(desk.screen.appearance, text_percent=200))
    settle()
    assert desk.stem()._marking.highlights == ((3, 9),)
    assert desk.stem().places.text[3:9] == text
    desk.screen.set_words(EN)
    assert desk.stem()._marking.highlights == ((0, 5),)
    drag(desk.stem(), 6, 10)
    assert desk.noted[-1].highlights == (mark(3, 9), mark(0, 5, language=Language.EN), mark(6, 10, 0, Language.EN))
    assert not desk.responded


def test_one_quiet_button_clears_them(desk: Desk) -> None:
    clear = find(desk.screen, Button, "clear_notes")
    assert not clear.isVisible()
    drag(desk.stem(), 2, 6)
    press(find(desk.screen, StrikeButton, "strike_A"))
    settle()
    press(clear)
    assert desk.noted[-1] == NO_NOTES
    assert not desk.row("A").struck
    assert not desk.stem()._marking.highlights
    assert not clear.isVisible()


def test_what_is_marked_on_shared_material_is_on_every_item_that_shares_it(desk: Desk) -> None:
    text = Paragraph((Run("某企业储罐区发生火灾，现场有三人受伤。"),))
    case = Stimulus("case-1", Wording((text,), (text,)))
    first = replace(samples.item().item, stimulus=case)
    second = replace(first, id="W024")
    desk.screen.show_item(replace(samples.item(), item=first))
    settle()
    flow = desk.screen.pane._stimulus.texts[0]
    drag(flow, 1, 4)
    assert desk.noted[-1].highlights == (mark(1, 4, SHARED_FROM),)
    desk.screen.show_item(replace(samples.item(), item=second, number=24))
    settle()
    assert flow._marking.highlights == ((1, 4),)
    desk.screen.reset()  # another candidate
    desk.screen.show_item(replace(samples.item(), item=first))
    assert not flow._marking.highlights


def test_rare_characters_count_as_one(desk: Desk) -> None:
    body = (Paragraph((Run("𠮷野家𪚥龘 العربية end"),)),)
    desk.screen.show_item(replace(samples.item(), item=replace(samples.item().item, stem=Wording(body, body))))
    settle()
    assert desk.stem().places.text == "𠮷野家𪚥龘 العربية end"
    drag(desk.stem(), 0, 4)
    assert desk.noted[-1].highlights == (mark(0, 4),)
    Noted(item="W023", struck=(), highlights=desk.noted[-1].highlights)
