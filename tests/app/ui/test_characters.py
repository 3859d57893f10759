"""What is typed is characters: nothing else gets into a field, a blank or a sheet, and with that into a document."""

from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree
from PySide6.QtGui import QInputMethodEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QWidget

from app.exam.events import Answered, event_bytes, read_event
from app.exam.interactions import ExtendedText, TextEntry
from app.ui.fields import Field
from app.ui.interactions.extended_text import ExtendedTextView
from app.ui.interactions.text_entry import TextEntryView
from tests.app.ui.interactions.boards import Shown, floor, said, shown

SCRAPS = st.text(st.one_of(st.characters(), st.sampled_from("\0\x07\t\n\x1b\x7f\x85\ud800\udc00\ufffe\uffff𠀀字a ")))


def commit(widget: QWidget, text: str) -> None:
    """Give a text as an input method does: all at once, and whatever it likes."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


def can_stand_in_a_document(text: str) -> bool:
    """Ask somebody else's XML writer."""
    element = etree.Element("text")
    try:
        element.text = text
    except ValueError:
        return False
    return True


def is_an_event(one: Shown) -> bool:
    answered = Answered(item="i-1", responses={"R": one.told[-1]} if one.told[-1] else {}, complete=True)
    return read_event(event_bytes(answered)) == answered


@settings(max_examples=50)
@given(SCRAPS)
@example("\ud840")
@example("a\0b\x07𠀀\uffff")
def test_whatever_is_committed_to_a_line_it_holds_characters_only(text: str) -> None:
    field = Field("reason")
    told: list[str] = []
    field.textChanged.connect(told.append)
    commit(field, "甲乙")
    field.setCursorPosition(1)
    commit(field, text)
    assert field.text().startswith("甲")
    assert can_stand_in_a_document(field.text())
    assert not set(field.text()) & {"\t", "\n"}
    assert told[-1] == field.text()


def test_the_cursor_stays_behind_what_was_typed_whatever_was_dropped() -> None:
    field = Field("reason")
    commit(field, "甲乙")
    field.setCursorPosition(1)
    commit(field, "𠀀\x07\0b")
    commit(field, "c")
    assert field.text() == "甲𠀀bc乙"


def test_half_a_character_in_a_line_is_not_told() -> None:
    field = Field("reason")
    commit(field, "a𠀀b")
    field.setSelection(1, 1)  # UTF-16 units: the first half
    field.del_()
    assert field.text() == "ab"
    field.setMaxLength(3)
    field.clear()
    commit(field, "ab𠀀")
    assert field.text() == "ab"


@settings(max_examples=50)
@given(SCRAPS)
@example("\ud840")
@example("a\0b\x07\t𠀀\n\uffff")
def test_whatever_is_committed_to_a_blank_its_response_is_an_event(text: str) -> None:
    view = TextEntryView(floor())
    one = shown(view, TextEntry("R", 0, "", ""), ())
    commit(view.blank, "甲")
    commit(view.blank, text)
    assert all(can_stand_in_a_document(value) for value in one.told[-1])
    assert is_an_event(one)


@settings(max_examples=50)
@given(SCRAPS)
@example("\ud840")
@example("a\0b\x07\t𠀀\n\uffff")
def test_whatever_is_committed_to_a_sheet_its_response_is_an_event(text: str) -> None:
    view = ExtendedTextView(floor())
    one = shown(view, ExtendedText("R", said("请简述。")), ())
    commit(view.editors[0], "甲")
    commit(view.editors[0], text)
    assert all(can_stand_in_a_document(value) for value in one.told[-1])
    assert is_an_event(one)


def test_a_sheet_keeps_its_lines_and_tabulators_and_the_place_of_the_cursor() -> None:
    view = ExtendedTextView(floor())
    one = shown(view, ExtendedText("R", said("请简述。")), ())
    [editor] = view.editors
    commit(editor, "甲\n乙")
    editor.moveCursor(QTextCursor.MoveOperation.Left)
    commit(editor, "𠀀\x07\0\t")
    commit(editor, "c")
    assert one.told[-1] == ("甲\n𠀀\tc乙",)
