from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.exam.appearance import Appearance, Spacing
from app.exam.interactions import Choice
from app.exam.prose import Language, Wording
from app.seat.screens.delivery import item_bars
from app.seat.screens.delivery.item import ItemScreen, RecordingState
from app.ui.buttons import Button
from app.ui.clock import ClockFace
from app.ui.labels import Line, StatusMark
from app.ui.message import MessagePanel
from app.ui.number_grid import NumberGrid
from app.ui.options import OptionRow
from app.ui.pictures import PictureButton
from app.ui.text import Sentence
from app.words import Words
from sync.replica.durable import DiskFull
from tests.app.seat.screens import samples
from tests.app.seat.screens.conftest import Show
from tests.app.seat.screens.hands import find, key, press, settle
from tests.app.seat.screens.samples import EN, ZH


@pytest.fixture
def screen(show: Show[ItemScreen]) -> ItemScreen:
    screen = show(ItemScreen(ZH))
    screen.show_header(samples.header())
    screen.show_cells(samples.cells())
    screen.show_item(replace(samples.item(), responses={}, flagged=False))
    screen.set_remaining(6_452_000)
    screen.show_saved("10:42:07")
    settle()
    return screen


def row(screen: ItemScreen, marker: str) -> OptionRow:
    return find(screen, OptionRow, f"option_{marker}")


def chosen(screen: ItemScreen) -> list[str]:
    return [option.option for option in screen.pane.rows if option.isChecked()]


def test_the_whole_row_is_the_target(screen: ItemScreen, qtbot: QtBot) -> None:
    wide = row(screen, "C")
    for at in (wide.rect().topLeft() + _inside(), wide.rect().bottomRight() - _inside()):
        screen.show_item(replace(samples.item(), responses={}))
        with qtbot.waitSignal(screen.responded) as told:
            press(wide, at)
        assert told.args == ["W023", {"RESPONSE": ("c",)}]
        assert chosen(screen) == ["c"]


def test_a_press_on_the_words_of_an_option_chooses_it(screen: ItemScreen, qtbot: QtBot) -> None:
    body = row(screen, "B").findChildren(QWidget)[0]
    with qtbot.waitSignal(screen.responded) as told:
        press(body)
    assert told.args == ["W023", {"RESPONSE": ("b",)}]


@pytest.mark.parametrize(
    ("name", "option"),
    [(Qt.Key.Key_1, "a"), (Qt.Key.Key_4, "d"), (Qt.Key.Key_B, "b"), (Qt.Key.Key_D, "d")],
)
def test_digits_and_letters_choose(screen: ItemScreen, qtbot: QtBot, name: Qt.Key, option: str) -> None:
    with qtbot.waitSignal(screen.responded) as told:
        key(name)
    assert told.args == ["W023", {"RESPONSE": (option,)}]


def test_keys_of_options_that_are_not_there_do_nothing(screen: ItemScreen, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(screen.responded, wait=20):
        for name in (Qt.Key.Key_5, Qt.Key.Key_9, Qt.Key.Key_E, Qt.Key.Key_Z):
            key(name)


def test_arrows_move_and_space_chooses(screen: ItemScreen, qtbot: QtBot) -> None:
    row(screen, "A").setFocus()
    with qtbot.waitSignal(screen.responded) as told:
        for name in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Space):
            key(name)
    assert told.args == ["W023", {"RESPONSE": ("b",)}]


def test_a_single_choice_gives_way_and_is_not_told_twice(screen: ItemScreen, qtbot: QtBot) -> None:
    press(row(screen, "A"))
    press(row(screen, "B"))
    assert chosen(screen) == ["b"]
    with qtbot.assertNotEmitted(screen.responded, wait=20):
        press(row(screen, "B"))


def test_several_choices_come_in_the_order_shown_and_can_be_taken_back(screen: ItemScreen) -> None:
    screen.show_item(replace(samples.multiple_item(), responses={}))
    told: list[tuple[str, ...]] = []
    screen.responded.connect(lambda _item, responses: told.append(responses["RESPONSE"]))
    for marker in ("D", "A", "D"):
        press(row(screen, marker))
    assert told == [("o3",), ("o0", "o3"), ("o0",)]


def test_an_answer_can_be_cleared(screen: ItemScreen, qtbot: QtBot) -> None:
    press(row(screen, "A"))
    with qtbot.waitSignal(screen.responded) as told:
        press(find(screen, Button, "clear_response"))
    assert told.args == ["W023", {}]
    assert chosen(screen) == []
    assert not find(screen, Button, "clear_response").isVisible()


def test_previous_next_pages_and_the_card_go(screen: ItemScreen) -> None:
    went: list[int] = []
    screen.went_to.connect(went.append)
    press(find(screen, Button, "next"))
    press(find(screen, Button, "previous"))
    key(Qt.Key.Key_PageDown)
    key(Qt.Key.Key_PageUp)
    grid = find(screen, NumberGrid, "answer_card")
    press(grid, grid.cell_rect(100).center())
    assert went == [24, 22, 24, 22, 100]


@pytest.mark.parametrize("place", ["pane", "option", "answer card"])
def test_page_down_goes_on_wherever_the_focus_is(screen: ItemScreen, place: str) -> None:
    went: list[int] = []
    screen.went_to.connect(went.append)
    focus = {"pane": screen.pane, "option": row(screen, "A"), "answer card": find(screen, NumberGrid, "answer_card")}
    focus[place].setFocus()
    QTest.keyClick(focus[place], Qt.Key.Key_PageDown)
    QTest.keyClick(focus[place], Qt.Key.Key_PageUp)
    assert went == [24, 22]


def test_there_is_nothing_before_the_first_and_after_the_last(screen: ItemScreen, qtbot: QtBot) -> None:
    screen.show_item(replace(samples.item(), number=1))
    assert not find(screen, Button, "previous").isEnabled()
    find(screen, Button, "next").setFocus()
    screen.show_item(replace(samples.item(), number=100))
    assert not find(screen, Button, "next").isEnabled()
    assert not find(screen, Button, "submit").hasFocus()
    with qtbot.assertNotEmitted(screen.went_to, wait=20):
        key(Qt.Key.Key_PageDown)


def test_hand_in_is_far_from_next_and_only_asks(screen: ItemScreen, qtbot: QtBot) -> None:
    submit, following = find(screen, Button, "submit"), find(screen, Button, "next")
    left = submit.mapTo(screen, submit.rect().topLeft()).x()
    assert left - following.mapTo(screen, following.rect().topRight()).x() > 60
    with qtbot.waitSignal(screen.review_requested):
        press(submit)


def test_a_flag_is_set_and_lifted(screen: ItemScreen) -> None:
    told: list[tuple[str, bool]] = []
    screen.flag_toggled.connect(lambda item, on: told.append((item, on)))
    press(find(screen, Button, "flag"))
    press(find(screen, Button, "flag"))
    assert told == [("W023", True), ("W023", False)]


def test_language_and_size_change_without_losing_place(screen: ItemScreen) -> None:
    long = replace(samples.picture_item(), responses={})
    screen.set_appearance(replace(screen.appearance, text_percent=200))
    screen.show_item(long)
    settle()
    press(find(screen, Button, "flag"))
    key(Qt.Key.Key_A)
    area = screen.pane.page
    area.verticalScrollBar().setValue(120)
    focus = QApplication.focusWidget()
    screen.set_words(EN)
    settle()
    assert chosen(screen) == ["t"]
    assert find(screen, Button, "flag").isChecked()
    assert QApplication.focusWidget() is focus
    assert area.verticalScrollBar().value() == 120
    assert "True" in row(screen, "A").accessibleName()
    assert "chosen" in row(screen, "A").accessibleName()


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
@pytest.mark.parametrize("way", [(125, 150, 200), (200,), (200, 100), (150, 125)])
def test_nothing_in_the_head_of_an_item_is_cut_when_the_size_changes(
    screen: ItemScreen, words: Words, way: tuple[int, ...]
) -> None:
    screen.set_words(words)
    screen.show_item(replace(samples.multiple_item(), responses={"RESPONSE": ("o0",)}, flagged=True))
    settle()
    for percent in way:
        screen.set_appearance(replace(screen.appearance, text_percent=percent))
        settle()
        head = [w for w in screen.pane.sheet.head.children() if isinstance(w, Line | StatusMark | Button)]
        head = [w for w in head if not w.isHidden()]
        assert len(head) == 4
        for widget in head:
            assert widget.isVisible()
            assert widget.width() >= widget.sizeHint().width(), (percent, widget)
            assert widget.height() >= widget.sizeHint().height(), (percent, widget)
        places = [widget.geometry() for widget in head]
        assert not [1 for i, one in enumerate(places) for other in places[i + 1 :] if one.intersects(other)]


def test_another_item_begins_at_its_top(screen: ItemScreen) -> None:
    screen.set_appearance(replace(screen.appearance, text_percent=200))
    screen.show_item(samples.picture_item())
    settle()
    area = screen.pane.page
    area.verticalScrollBar().setValue(500)
    screen.show_item(samples.multiple_item())
    assert area.verticalScrollBar().value() == 0


def test_not_saved_covers_the_item_says_what_to_do_and_saved_lifts_it(screen: ItemScreen, qtbot: QtBot) -> None:
    screen.show_not_saved(DiskFull("", needed_mb=12, free_mb=0))
    cover = find(screen, MessagePanel, "not_saved")
    assert cover.isVisible()
    assert not row(screen, "A").isVisible()
    assert "没有保存" in cover.text()
    assert "DISK_FULL" in cover.text()
    assert find(screen, StatusMark, "saved_state").text() == "未保存"
    with qtbot.assertNotEmitted(screen.responded, wait=20), qtbot.assertNotEmitted(screen.went_to, wait=20):
        for name in (Qt.Key.Key_A, Qt.Key.Key_1, Qt.Key.Key_PageDown):
            QApplication.sendEvent(screen, _press(name))
        for button in ("next", "previous", "flag", "submit"):
            assert not find(screen, Button, button).isEnabled()
    screen.show_saving()
    assert cover.isVisible()
    screen.set_words(EN)
    assert "NOT saved" in cover.text()
    screen.show_saved("10:42:09")
    assert row(screen, "A").isVisible()
    assert find(screen, StatusMark, "saved_state").text() == "Saved 10:42:09"
    assert find(screen, Button, "next").isEnabled()


def test_the_next_sitting_finds_nothing_of_the_one_before(screen: ItemScreen) -> None:
    press(find(screen, Button, "only_flagged"))
    screen.show_item(samples.picture_item())
    settle()
    press(find(screen, PictureButton, "picture"))
    screen.set_warning(5)
    screen.show_not_saved(DiskFull("", needed_mb=12, free_mb=0))
    screen.set_paused(samples.bilingual("请等候监考员。", "Please wait for the proctor."))
    screen.reset()
    screen.show_cells(samples.cells())
    screen.show_item(samples.picture_item())
    assert find(screen, StatusMark, "saved_state").text() == "尚未作答"
    assert row(screen, "A").isVisible()
    assert len(find(screen, NumberGrid, "answer_card").cells()) == 100
    assert not find(screen, Button, "only_flagged").isChecked()
    assert not find(screen, QWidget, "time_warning").isVisible()
    assert screen.pane.hasFocus()


def test_going_on_the_focus_is_on_what_was_chosen(screen: ItemScreen) -> None:
    row(screen, "A").setFocus()
    screen.show_item(
        replace(samples.item(), item=replace(samples.item().item, id="W024"), number=24, responses={"RESPONSE": ("c",)})
    )
    assert row(screen, "C").hasFocus()
    find(screen, Button, "next").setFocus()
    screen.show_item(replace(samples.item(), responses={"RESPONSE": ("b",)}))
    assert find(screen, Button, "next").hasFocus()


@pytest.mark.parametrize("name", ["flag", "submit", "next"])
def test_a_cover_hands_the_focus_of_a_shut_button_to_no_other(screen: ItemScreen, name: str) -> None:
    find(screen, Button, name).setFocus()
    screen.set_paused(samples.bilingual("请等候监考员。", "Please wait for the proctor."))
    assert not screen.tools.language.hasFocus()
    assert not isinstance(QApplication.focusWidget(), Button)


def _press(name: Qt.Key) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, name, Qt.KeyboardModifier.NoModifier)


def test_a_pause_hides_the_item_and_comes_before_everything(screen: ItemScreen) -> None:
    screen.set_paused(samples.bilingual("请等候监考员。", "Please wait for the proctor."))
    screen.show_not_saved(DiskFull("", needed_mb=12, free_mb=0))
    screen.show_saved("10:42:09")
    screen.show_item(samples.multiple_item())
    assert find(screen, MessagePanel, "paused").isVisible()
    assert not row(screen, "A").isVisible()
    assert not find(screen, NumberGrid, "answer_card").isVisible()
    screen.set_paused(None)
    assert row(screen, "A").isVisible()


def test_a_picture_is_enlarged_in_the_page_and_esc_closes_it(screen: ItemScreen) -> None:
    screen.show_item(samples.picture_item())
    settle()
    windows = len(QApplication.topLevelWidgets())
    press(find(screen, PictureButton, "picture"))
    viewer = find(screen, QWidget, "picture_viewer")
    assert viewer.isVisible()
    assert len(QApplication.topLevelWidgets()) == windows
    key(Qt.Key.Key_Escape)
    assert not viewer.isVisible()
    assert row(screen, "A").isVisible()
    press(find(screen, PictureButton, "picture"))
    key(Qt.Key.Key_Return)
    assert not viewer.isVisible()


@pytest.mark.parametrize("name", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_a_picture_is_enlarged_by_keys_as_everything_is_pressed(screen: ItemScreen, name: Qt.Key) -> None:
    screen.show_item(samples.picture_item())
    settle()
    find(screen, PictureButton, "picture").setFocus()
    key(name)
    assert find(screen, QWidget, "picture_viewer").isVisible()


def test_a_picture_in_an_option_enlarges_by_its_glass_and_chooses_elsewhere(screen: ItemScreen, qtbot: QtBot) -> None:
    view = samples.picture_item()
    asked = view.item.interaction("RESPONSE")
    assert isinstance(asked, Choice)
    right, wrong = asked.options
    shown = Wording(view.item.stem.zh[:-1], view.item.stem.en[:-1])
    item = samples.asked("F041", view.item.kind, right.wording, (replace(right, wording=shown), wrong))
    screen.show_item(replace(view, item=item))
    settle()
    picture = row(screen, "A").findChildren(PictureButton)[0]
    with qtbot.waitSignal(screen.responded):
        press(picture, picture.rect().topLeft() + _inside())
    assert not find(screen, QWidget, "picture_viewer").isVisible()
    press(picture, picture.rect().bottomRight() - _inside())
    assert find(screen, QWidget, "picture_viewer").isVisible()


def _inside() -> QPoint:
    return QPoint(12, 12)


@pytest.mark.parametrize(
    ("remaining", "text"),
    [
        (6_452_000, "01:47:32"),
        (6_451_001, "01:47:32"),
        (1, "00:00:01"),
        (0, "00:00:00"),
        (-5, "00:00:00"),
        (36_000_000, "10:00:00"),
    ],
)
def test_the_clock(screen: ItemScreen, remaining: int, text: str) -> None:
    screen.set_remaining(remaining)
    assert find(screen, ClockFace, "clock").text() == text


def test_a_warning_moves_nothing_and_takes_no_focus(screen: ItemScreen) -> None:
    row(screen, "B").setFocus()
    watched = (row(screen, "A"), find(screen, ClockFace, "clock"), find(screen, Button, "next"), screen.tools.language)
    before = [widget.mapTo(screen, widget.rect().topLeft()) for widget in watched]
    screen.set_warning(5)
    settle()
    assert find(screen, QWidget, "time_warning").isVisible()
    assert [widget.mapTo(screen, widget.rect().topLeft()) for widget in watched] == before
    assert row(screen, "B").hasFocus()
    screen.set_warning(None)
    assert not find(screen, QWidget, "time_warning").isVisible()


def test_after_a_restart_it_is_said_for_a_while_that_nothing_is_lost(
    screen: ItemScreen, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen.show_resumed()
    note = find(screen, QWidget, "note_strip")
    assert note.isVisible()
    assert "时间没有少" in find(note, StatusMark, "").text()
    screen.set_warning(5)
    assert not note.isVisible(), "the time comes first"
    screen.set_warning(None)
    assert note.isVisible()
    monkeypatch.setattr(item_bars, "NOTE_MS", 20)
    short = ItemScreen(EN)
    qtbot.addWidget(short)
    short.show_resumed()
    gone = find(short, QWidget, "note_strip")
    assert not gone.isHidden()
    qtbot.waitUntil(gone.isHidden, timeout=2000)


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
def test_the_note_after_a_restart_is_whole_at_every_size(screen: ItemScreen, words: Words) -> None:
    screen.set_words(words)
    screen.show_resumed()
    for percent in (100, 125, 150, 200):
        screen.set_appearance(replace(screen.appearance, text_percent=percent))
        settle()
        line = find(find(screen, QWidget, "note_strip"), Line, "")
        assert line.width() >= line.sizeHint().width(), percent


@pytest.mark.parametrize("state", RecordingState)
def test_the_recorders_state_is_said_and_so_is_that_it_is_simulated(screen: ItemScreen, state: RecordingState) -> None:
    mark = find(screen, StatusMark, "recording_state")
    screen.set_recording(state, simulated=False)
    plain = mark.text()
    screen.set_recording(state, simulated=True)
    assert mark.text() == f"{plain}（模拟）"


def test_filters_and_counts_follow_the_cells(screen: ItemScreen) -> None:
    press(find(screen, Button, "only_flagged"))
    assert [cell.number for cell in find(screen, NumberGrid, "answer_card").cells()] == [9, 14, 23]
    assert find(screen, Button, "only_unanswered").text() == "未答完 76"
    press(find(screen, Button, "only_unanswered"))
    assert not find(screen, Button, "only_flagged").isChecked()
    press(find(screen, Button, "only_unanswered"))
    assert len(find(screen, NumberGrid, "answer_card").cells()) == 100


def test_before_anything_is_shown_the_buttons_are_shut(show: Show[ItemScreen]) -> None:
    screen = show(ItemScreen(ZH))
    assert not any(find(screen, Button, name).isEnabled() for name in ("flag", "previous", "next", "submit"))


def test_f1_says_what_the_keys_do_and_takes_it_away_again(screen: ItemScreen) -> None:
    screen.show_item(samples.item())
    hint = screen.pane.sheet.head.hint
    key(Qt.Key.Key_F1)
    assert "Ctrl+H" in hint.text()
    assert hint.isVisible()
    key(Qt.Key.Key_F1)
    assert not hint.isVisible()


def test_a_picture_gives_way_so_that_the_options_are_in_sight(screen: ItemScreen) -> None:
    screen.show_item(samples.picture_item())
    settle()
    picture = find(screen, PictureButton, "picture")
    assert 200 <= picture.height() < 320
    assert screen.pane.page.verticalScrollBar().maximum() == 0
    last = screen.pane.rows[-1]
    assert screen.rect().contains(last.mapTo(screen, last.rect().bottomLeft()))


def test_where_there_is_more_below_it_says_so_until_one_is_there(screen: ItemScreen) -> None:
    screen.set_appearance(Appearance(Language.ZH, text_percent=200, spacing=Spacing.WIDER))
    screen.show_item(samples.item())
    settle()
    more = find(screen, QWidget, "more_below")
    bar = screen.pane.page.verticalScrollBar()
    assert bar.maximum() > 0
    assert more.isVisible()
    bar.setValue(bar.maximum())
    assert not more.isVisible()


def test_what_the_title_of_the_section_says_is_not_said_again(screen: ItemScreen) -> None:
    view = replace(samples.picture_item(), section_title=Sentence("screen.item.kind_true_false"))
    screen.show_item(view)
    said = [line.text() for line in screen.pane.sheet.head.findChildren(Line) if line.isVisible()]
    assert sum("判断题" in text for text in said) == 1
    assert "1 分" in " ".join(said)


def test_practice_says_nothing_of_marks(screen: ItemScreen) -> None:
    screen.show_item(replace(samples.item(), marks_milli=None))
    said = [line.text() for line in screen.pane.sheet.head.findChildren(Line) if line.isVisible()]
    assert not any("分" in text for text in said)


def test_buttons_whose_word_changes_stay_where_they_are(screen: ItemScreen) -> None:
    screen.show_item(samples.item())
    settle()
    names = ("raise_hand", "flag", "previous", "next", "submit")
    before = [find(screen, Button, name).geometry() for name in names]
    for name in ("flag", "raise_hand"):
        press(find(screen, Button, name))
        settle()
        assert [find(screen, Button, one).geometry() for one in names] == before
