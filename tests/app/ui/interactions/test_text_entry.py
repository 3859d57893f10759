"""Text entry: typed by keys and by an input method, judged by its pattern, kept as it is."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QClipboard, QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.exam.interactions import TextEntry
from app.ui.interactions.text_entry import TextEntryView
from app.ui.look import Look
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
