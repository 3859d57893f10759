"""Extended text: plain text, counted, bounded, and nothing comes in or goes out by the clipboard."""

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QClipboard, QGuiApplication, QInputMethodEvent, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.exam.interactions import ExtendedText
from app.ui.interactions.extended_text import Editor, ExtendedTextView
from tests.app.ui.interactions.boards import Shown, floor, said, shown

ESSAY = ExtendedText("R", said("请简述十不焊。"), expected_lines=5, expected_length=200)


def essay(*values: str, what: ExtendedText = ESSAY) -> tuple[Shown, ExtendedTextView]:
    view = ExtendedTextView(floor())
    return shown(view, what, values), view


def test_what_is_written_is_told_with_its_lines_and_counted_without_spaces() -> None:
    one, view = essay()
    [editor] = view.editors
    QTest.keyClicks(editor, "a b")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    committed = QInputMethodEvent()
    committed.setCommitString("持证上岗")
    QApplication.sendEvent(editor, committed)
    assert one.told[-1] == ("a b\n持证上岗",)
    assert "6" in view.hint.text()
    assert "200" in view.hint.text()


def test_a_text_of_nothing_but_spaces_is_no_response() -> None:
    one, view = essay("甲")
    [editor] = view.editors
    QTest.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(editor, "  ")
    assert one.told[-1] == ()


def test_too_much_is_taken_back_and_said_in_words() -> None:
    one, view = essay("字" * 19_999)
    [editor] = view.editors
    QTest.keyClick(editor, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(editor, "abc")
    assert len(editor.toPlainText()) == 20_000
    assert max(len(told[0]) for told in one.told) == 20_000
    assert "不能再写" in view.hint.text()


def test_nothing_comes_in_or_goes_out_by_the_clipboard_and_no_menu_opens() -> None:
    _one, view = essay("机密")
    [editor] = view.editors
    clipboard: QClipboard = QGuiApplication.clipboard()
    clipboard.setText("作弊")
    for key in (Qt.Key.Key_V, Qt.Key.Key_A, Qt.Key.Key_C):
        QTest.keyClick(editor, key, Qt.KeyboardModifier.ControlModifier)
    editor.paste()
    editor.copy()
    assert clipboard.text() == ""
    clipboard.setText("作弊")
    assert editor.toPlainText() == "机密"
    assert clipboard.text() == "作弊"
    html = QMimeData()
    html.setHtml("<img src='file:///etc/passwd'>")
    assert not editor.canInsertFromMimeData(html)
    assert not editor.acceptDrops()
    assert editor.contextMenuPolicy() is Qt.ContextMenuPolicy.NoContextMenu
    assert (
        editor.document().resource(QTextDocument.ResourceType.ImageResource.value, QUrl("file:///etc/hostname")) is None
    )


def control(editor: Editor, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(editor, key, Qt.KeyboardModifier.ControlModifier)


def test_a_sentence_of_ones_own_is_moved_and_the_clipboard_of_the_pc_has_no_part_in_it() -> None:
    one, view = essay("甲乙\n丙", "", what=ExtendedText("R", None, max_strings=2))
    first, second = view.editors
    clipboard: QClipboard = QGuiApplication.clipboard()
    clipboard.setText("作弊")
    control(first, Qt.Key.Key_V)
    assert first.toPlainText() == "甲乙\n丙"  # nothing was cut yet
    control(first, Qt.Key.Key_A, Qt.Key.Key_X)
    assert not one.told[-1]
    control(second, Qt.Key.Key_V, Qt.Key.Key_V)
    assert one.told[-1] == ("甲乙\n丙甲乙\n丙",)
    assert clipboard.text() == "作弊"
    control(first, Qt.Key.Key_Z)
    assert first.toPlainText() == "甲乙\n丙"


def test_what_was_cut_is_forgotten_with_the_item_and_when_the_page_is_left() -> None:
    one, view = essay("甲乙")
    [editor] = view.editors
    control(editor, Qt.Key.Key_A, Qt.Key.Key_C)
    one.show(ExtendedText("S", None), ())
    control(editor, Qt.Key.Key_V)
    assert editor.toPlainText() == ""
    QTest.keyClicks(editor, "x")
    control(editor, Qt.Key.Key_A, Qt.Key.Key_X)
    view.hide()
    view.show()
    control(editor, Qt.Key.Key_V)
    assert editor.toPlainText() == ""


def test_a_paste_fills_the_sheet_and_no_more() -> None:
    _one, view = essay("字" * 15_000)
    [editor] = view.editors
    control(editor, Qt.Key.Key_A, Qt.Key.Key_C, Qt.Key.Key_End, Qt.Key.Key_V)
    assert len(editor.toPlainText()) == 20_000
    assert "不能再写" in view.hint.text()


def test_tab_goes_on_and_several_texts_have_several_sheets() -> None:
    one, view = essay("一", "二", what=ExtendedText("R", None, max_strings=3))
    first, second, third = view.editors
    assert [editor.toPlainText() for editor in view.editors] == ["一", "二", ""]
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_Tab)
    assert second.hasFocus()
    QTest.keyClicks(third, "x")
    assert one.told[-1] == ("一", "二", "x")
    one.show(ESSAY, ())
    assert [editor.isHidden() for editor in (first, second, third)] == [False, True, True]


def test_showing_the_response_again_keeps_the_cursor_and_another_item_forgets_the_steps_back() -> None:
    one, view = essay("甲乙")
    [editor] = view.editors
    QTest.keyClick(editor, Qt.Key.Key_Home)
    QTest.keyClicks(editor, "x")
    one.show(ESSAY, ("x甲乙",))
    assert editor.textCursor().position() == 1
    one.show(ESSAY, ("别的",))
    QTest.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert editor.toPlainText() == "别的"
