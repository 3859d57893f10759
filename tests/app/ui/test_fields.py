import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QClipboard, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.fields import GROUP_LENGTH, GROUPS, CodeField, Field

CODE = "7K3QX9M2ZB5T8WCDD04HJRN6VPXA1YE"[: GROUPS * GROUP_LENGTH]


@pytest.fixture
def code(qtbot: QtBot) -> CodeField:
    field = CodeField("code")
    qtbot.addWidget(field)
    field.show()
    with qtbot.waitActive(field):
        field.activateWindow()
    field.setFocus()
    return field


def group(field: CodeField, number: int) -> Field:
    found = field.findChild(Field, f"code_{number}")
    assert found is not None
    return found


def type_in(text: str) -> None:
    for character in text:
        target = QApplication.focusWidget()
        assert target is not None
        QTest.keyClicks(target, character)


def test_typing_goes_on_from_group_to_group(code: CodeField) -> None:
    type_in(CODE)
    assert code.code() == "-".join(CODE[at : at + 5] for at in range(0, 30, 5))
    assert code.complete()


def test_what_a_screen_reader_writes_is_heard_too(code: CodeField, qtbot: QtBot) -> None:
    with qtbot.waitSignal(code.changed):
        group(code, 1).setText(CODE.lower())
    assert code.complete()


def test_small_letters_and_what_is_misread_are_put_right(code: CodeField) -> None:
    type_in("o1il-  kx9m2")
    assert group(code, 1).text() == "0111K"
    assert group(code, 2).text() == "X9M2"


def test_backspace_goes_back_over_the_gap(code: CodeField) -> None:
    type_in(CODE[:5])
    assert group(code, 2).hasFocus()
    QTest.keyClick(group(code, 2), Qt.Key.Key_Backspace)
    assert group(code, 1).hasFocus()
    QTest.keyClick(group(code, 1), Qt.Key.Key_Backspace)
    assert group(code, 1).text() == CODE[:4]


def test_a_wrong_group_is_marked_and_typed_anew(code: CodeField) -> None:
    type_in(CODE)
    code.set_wrong_group(4)
    assert group(code, 4).hasFocus()
    assert [group(code, n).property("wrong") for n in (3, 4)] == [False, True]
    type_in("ABCDE")
    assert group(code, 4).text() == "ABCDE"
    assert group(code, 4).property("wrong") is False


def test_return_says_that_the_code_is_there(code: CodeField, qtbot: QtBot) -> None:
    type_in(CODE)
    with qtbot.waitSignal(code.entered):
        QTest.keyClick(group(code, 6), Qt.Key.Key_Return)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"), min_size=30, max_size=30), st.data())
def test_any_code_with_any_separators_arrives_whole(code: CodeField, letters: list[str], data: st.DataObject) -> None:
    for number in range(1, GROUPS + 1):
        group(code, number).clear()
    code.setFocus()
    group(code, 1).setFocus()
    typed = "".join(letter + data.draw(st.sampled_from(["", " ", "-"])) for letter in letters)
    type_in(typed)
    assert code.code().replace("-", "") == "".join(letters)


@pytest.mark.parametrize("key", [Qt.Key.Key_V, Qt.Key.Key_Insert])
def test_nothing_can_be_pasted(qtbot: QtBot, key: Qt.Key) -> None:
    field = Field("number")
    qtbot.addWidget(field)
    field.show()
    QGuiApplication.clipboard().setText("2026113302070")
    modifier = Qt.KeyboardModifier.ControlModifier if key == Qt.Key.Key_V else Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(field, key, modifier)
    QTest.mouseClick(field, Qt.MouseButton.MiddleButton)
    assert field.text() == ""


def test_nothing_can_be_copied_out(qtbot: QtBot) -> None:
    field = Field("number")
    qtbot.addWidget(field)
    field.setText("2026113302070")
    clipboard: QClipboard = QGuiApplication.clipboard()
    clipboard.setMimeData(QMimeData())
    field.selectAll()
    for key in (Qt.Key.Key_C, Qt.Key.Key_X):
        QTest.keyClick(field, key, Qt.KeyboardModifier.ControlModifier)
    assert clipboard.text() == ""
    assert field.text() == "2026113302070"


def test_there_is_no_menu_and_nothing_can_be_dropped(qtbot: QtBot) -> None:
    field = Field("number")
    qtbot.addWidget(field)
    assert field.contextMenuPolicy() is Qt.ContextMenuPolicy.NoContextMenu
    assert not field.acceptDrops()
    assert not field.dragEnabled()
