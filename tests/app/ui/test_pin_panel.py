"""Choosing a name and typing a PIN."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.exam.prose import Language
from app.ui.pin_panel import PinPanel
from app.ui.proctor_button import ProctorButton, ProctorCard
from app.words import Words


def test_digits_typed_while_a_name_has_the_focus_begin_its_pin(qtbot: QtBot) -> None:
    panel = PinPanel("enter")
    qtbot.addWidget(panel)
    panel.set_words(Words(Language.ZH))
    panel.show_proctors((ProctorCard("a", "周敏"), ProctorCard("b", "韩雪")))
    panel.show()
    panel.activateWindow()
    told: list[tuple[str, str]] = []
    panel.pin_entered.connect(lambda *what: told.append(what))
    first, second = (one for one in panel.findChildren(ProctorButton) if one.isVisible())
    second.setFocus()
    QTest.keyClick(second, Qt.Key.Key_1)
    assert panel.focusWidget() is panel.field
    QTest.keyClicks(panel.field, "04729")
    QTest.keyClick(panel.field, Qt.Key.Key_Return)
    assert told == [("b", "104729")]
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_7)
    assert panel.field.text() == "7"  # another name's PIN is not gone on with
