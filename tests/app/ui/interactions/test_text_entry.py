"""Text entry: typed by keys and by an input method, judged by its pattern, kept as it is."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QClipboard, QGuiApplication, QInputMethodEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.exam.interactions import TextEntry
from app.ui.interactions.text_entry import TextEntryView
from app.ui.look import Look
from app.ui.style import stylesheet
from tests.app.seat.screens.hands import key
from tests.app.ui.interactions.boards import Shown, floor, shown


def entry(*values: str, pattern: str = "", hint: str = "", length: int = 0) -> tuple[Shown, TextEntryView]:
    view = TextEntryView(floor())
    return shown(view, TextEntry("R", length, pattern, hint), values), view


def test_every_change_is_told_and_spaces_at_the_ends_are_no_response() -> None:
    one, view = entry()
    QTest.keyClicks(view.blank, " 15 ")
    QTest.keyClick(view.blank, Qt.Key.Key_Home)
    for _key in range(4):
        QTest.keyClick(view.blank, Qt.Key.Key_Delete)
    assert one.told[:4] == [(), ("1",), ("15",), ("15",)]
    assert one.told[-1] == ()


def test_chinese_comes_by_the_input_method_and_is_told_when_it_is_committed() -> None:
    one, view = entry()
    composing = QInputMethodEvent("yangqi", [])
    QApplication.sendEvent(view.blank, composing)
    assert one.told == []
    committed = QInputMethodEvent()
    committed.setCommitString("氧气瓶")
    QApplication.sendEvent(view.blank, committed)
    assert one.told == [("氧气瓶",)]


def test_what_does_not_fit_the_pattern_is_marked_on_leaving_and_is_a_response_all_the_same() -> None:
    one, view = entry(pattern="[0-9]{1,3}")
    view.blank.setFocus()
    QTest.keyClicks(view.blank, "12a")
    assert not view.blank.property("wrong")
    view.blank.clearFocus()
    assert view.blank.property("wrong") is True
    assert "格式" in view.blank.accessibleName()
    assert one.told[-1] == ("12a",)
    view.blank.setFocus()
    QTest.keyClick(view.blank, Qt.Key.Key_Backspace)
    view.blank.clearFocus()
    assert view.blank.property("wrong") is False


def test_a_pattern_that_is_none_or_never_ends_marks_nothing_and_stops_nothing() -> None:
    for pattern in ("(", r"\i\c*", "(a+)+b"):
        one, view = entry(pattern=pattern)
        QTest.keyClicks(view.blank, "a" * 40)
        view.blank.clearFocus()
        assert one.told[-1] == ("a" * 40,)


def test_the_hint_is_seen_and_said() -> None:
    _one, view = entry(hint="整数")
    assert view.blank.placeholderText() == "整数"
    assert "整数" in view.blank.accessibleName()


@pytest.mark.parametrize("percent", [100, 200])
def test_the_blank_is_as_long_as_what_is_expected(percent: int) -> None:
    widths = []
    for length in (3, 8, 20):
        _one, view = entry(length=length)
        view.set_look(Look(percent=percent))
        widths.append(view.line_box(10_000).width)
        assert view.line_box(50).width == 50
    assert widths == sorted(widths)
    assert len(set(widths)) == 3


def test_showing_the_same_response_again_leaves_the_cursor_where_it_is() -> None:
    one, view = entry("氧气")
    QTest.keyClick(view.blank, Qt.Key.Key_Home)
    QTest.keyClicks(view.blank, "x")
    one.show(TextEntry("R"), ("x氧气",))
    assert view.blank.cursorPosition() == 1
    one.show(TextEntry("R"), ())
    assert view.blank.text() == ""
    assert one.told == [("x氧气",)]


def test_nothing_can_be_pasted_or_copied_out() -> None:
    one, view = entry()
    clipboard: QClipboard = QGuiApplication.clipboard()
    clipboard.setText("作弊")
    QTest.keyClick(view.blank, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert one.told == []
    assert view.blank.contextMenuPolicy() is Qt.ContextMenuPolicy.NoContextMenu


def compose(view: TextEntryView, text: str) -> None:
    """Write as a Chinese input method does: composed first, then committed."""
    QApplication.sendEvent(view.blank, QInputMethodEvent(text, []))
    committed = QInputMethodEvent()
    committed.setCommitString(text)
    QApplication.sendEvent(view.blank, committed)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("１１９", "119"),
        ("－２．５％", "-2.5%"),
        ("ＣＯ２", "CO2"),
        ("～！", "~!"),
        ("\N{IDEOGRAPHIC SPACE}氧气\N{IDEOGRAPHIC SPACE}瓶 ", "氧气 瓶"),
        ("“停”、。", "“停”、。"),  # Chinese signs have no ASCII form, and stay
        ("５", "5"),
    ],
)
def test_full_width_signs_are_told_as_ascii_and_stand_so_once_the_blank_is_left(written: str, told: str) -> None:
    one, view = entry()
    view.blank.setFocus()
    compose(view, written)
    assert one.told == [(told,)]
    assert view.blank.text() == written  # nothing moves under the hand
    view.blank.clearFocus()
    assert view.blank.text() == told
    one.show(TextEntry("R"), (told,))
    assert view.blank.text() == told
    assert one.told == [(told,)]


def test_full_width_digits_typed_by_keys_fit_the_pattern_of_plain_ones() -> None:
    one, view = entry(pattern="[0-9]{3}")
    view.blank.setFocus()
    for character in "１１９":  # `QTest.keyClicks` knows the keys of ASCII only
        QApplication.sendEvent(
            view.blank, QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, character)
        )
    key(Qt.Key.Key_Return)
    assert one.told == [("1",), ("11",), ("119",)]
    assert view.blank.text() == "119"
    assert view.blank.cursorPosition() == 3
    assert view.blank.property("wrong") is False


def test_who_comes_back_to_a_blank_goes_on_at_its_end() -> None:
    one, view = entry("12")
    view.blank.setFocus()
    view.blank.clearFocus()  # as a pause of the sitting takes it
    view.blank.setFocus()
    QTest.keyClicks(view.blank, "3")
    assert one.told == [("123",)]


@pytest.mark.parametrize("written", [" ", "\N{IDEOGRAPHIC SPACE}", " \N{IDEOGRAPHIC SPACE} "])
def test_nothing_but_white_space_is_no_response_and_goes_when_the_blank_is_left(written: str) -> None:
    one, view = entry()
    view.blank.setFocus()
    compose(view, written)
    view.blank.clearFocus()
    assert one.told == [()]
    assert view.blank.text() == ""


def test_a_response_that_is_only_looked_at_stays_as_it_was_saved() -> None:
    one, view = entry("１１９")
    view.blank.setFocus()
    view.blank.clearFocus()
    assert view.blank.text() == "１１９"
    assert one.told == []


@pytest.mark.parametrize("percent", [100, 200])
def test_as_many_wide_characters_as_are_expected_are_seen_whole_and_of_more_the_first(percent: int) -> None:
    one, view = entry(length=3)
    look = Look(percent=percent)
    view.window().setStyleSheet(stylesheet(look))
    view.set_look(look)
    view.resize(view.line_box(1000).width, 80)
    view.blank.setFocus()
    compose(view, "焊接工")
    start = view.blank.cursorRect().left() - view.blank.fontMetrics().horizontalAdvance("焊接工")
    assert start >= 0  # nothing is pushed out at the left while the cursor is at the end
    compose(view, "一二三四")
    view.blank.clearFocus()
    assert view.blank.cursorPosition() == 0
    assert one.told[-1] == ("焊接工一二三四",)
