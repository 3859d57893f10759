"""Hands and eyes of a person at a screen."""

from typing import TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

T = TypeVar("T", bound=QWidget)


def settle() -> None:
    """Let layouts that depend on widths find their heights."""
    for _round in range(3):
        QApplication.processEvents()


def find(screen: QWidget, kind: type[T], name: str) -> T:
    """Give the widget of that name."""
    widget = screen.findChild(kind, name)
    assert widget is not None, name
    return widget


def press(widget: QWidget, at: QPoint | None = None) -> None:
    """Click as a person does: only what is seen and not covered."""
    assert widget.isVisible(), widget.objectName()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at if at is not None else widget.rect().center())


def key(name: Qt.Key) -> None:
    """Press a key where the focus is."""
    target = QApplication.focusWidget()
    assert target is not None
    QTest.keyClick(target, name)


def type_in(text: str) -> None:
    """Type where the focus is, wherever it moves."""
    for character in text:
        target = QApplication.focusWidget()
        assert target is not None
        QTest.keyClicks(target, character)
