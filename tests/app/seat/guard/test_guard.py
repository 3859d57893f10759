"""The guard's gate where no display is needed: keys, menus, drops, closing, clipboard, links; and letting go."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QClipboard,
    QContextMenuEvent,
    QDesktopServices,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QShortcut,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollBar, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.exam.interactions import ExtendedText
from app.exam.prose import Language
from app.seat.guard.events import GuardEvent, GuardKind
from app.seat.guard.guard import Guard
from app.seat.guard.watch import _KINDS
from app.ui.fields import Field
from app.ui.interactions.base import Setting
from app.ui.interactions.extended_text import ExtendedTextView
from app.words import Words
from proctoring.lockdown.level import Account, Evidence
from proctoring.lockdown.seen import Seen
from sync.wire.environment import LockdownLevel

ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


class Room:
    """A window with a field to type in, and what its guard told."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QWidget()
        layout = QVBoxLayout(self.window)
        self.field, self.bar = Field("answer"), QScrollBar()
        layout.addWidget(self.field)
        layout.addWidget(self.bar)
        self.guard = Guard(self.window)
        self.told: list[GuardEvent] = []
        self.guard.noticed.connect(self.told.append)
        self.window.show()
        qtbot.waitUntil(self.window.windowHandle().isExposed)
        self.window.activateWindow()
        self.field.setFocus()
        self.guard.engage()

    @property
    def kinds(self) -> list[GuardKind]:
        return [event.kind for event in self.told]

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.window.windowHandle(), key, modifiers)


@pytest.fixture
def room(qtbot: QtBot) -> Iterator[Room]:
    made = Room(qtbot)
    yield made
    made.guard.release()
    made.window.close()


def test_letters_are_written_and_shortcuts_are_not_seen(room: Room) -> None:
    room.press(Qt.Key.Key_A)
    room.press(Qt.Key.Key_Tab, ALT)
    room.press(Qt.Key.Key_F4, ALT)
    room.press(Qt.Key.Key_B)
    assert room.field.text() == "ab"
    assert room.field.hasFocus()
    assert room.window.isVisible()
    assert room.told == []  # a key pressed out of habit is nobody's business


def test_a_key_that_is_not_needed_is_no_shortcut_either(room: Room) -> None:
    pressed: list[str] = []
    for name in ("Ctrl+S", "Ctrl+P", "F11"):
        QShortcut(QKeySequence(name), room.window).activated.connect(lambda name=name: pressed.append(name))
    keys = ((Qt.Key.Key_S, CONTROL), (Qt.Key.Key_P, CONTROL), (Qt.Key.Key_F11, Qt.KeyboardModifier.NoModifier))
    for key, modifiers in keys:
        room.press(key, modifiers)
    assert pressed == []
    room.guard.release()
    room.press(Qt.Key.Key_S, CONTROL)
    assert pressed == ["Ctrl+S"]


def test_an_order_to_close_is_refused_and_told_until_the_guard_lets_go(room: Room) -> None:
    assert not room.window.windowHandle().close()
    assert room.window.isVisible()
    assert room.kinds == [GuardKind.CLOSE_REFUSED]
    room.guard.release()
    assert room.window.windowHandle().close()


def test_no_menu_opens_not_even_that_of_a_scroll_bar(room: Room) -> None:
    place = room.bar.mapTo(room.window, QPoint(3, 3))
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, room.window.mapToGlobal(place))
    QApplication.sendEvent(room.window.windowHandle(), event)
    assert not event.isAccepted()
    assert QApplication.activePopupWidget() is None


def test_nothing_can_be_dropped(room: Room) -> None:
    room.window.setAcceptDrops(True)
    dropped: list[QEvent.Type] = []
    room.window.dropEvent = lambda event: dropped.append(event.type())  # type: ignore[method-assign]
    brought = QMimeData()
    brought.setText("作弊")
    copy, left, plain = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), copy, brought, left, plain)
    QApplication.sendEvent(room.window.windowHandle(), enter)
    drop = QDropEvent(QPointF(5, 5), copy, brought, left, plain)
    QApplication.sendEvent(room.window.windowHandle(), drop)
    assert not enter.isAccepted()
    assert dropped == []


def test_foreign_text_does_not_stay_in_the_clipboard(room: Room, qtbot: QtBot) -> None:
    clipboard: QClipboard = QGuiApplication.clipboard()
    clipboard.setText("作弊")
    qtbot.waitUntil(lambda: clipboard.text() == "")
    assert room.kinds == [GuardKind.CLIPBOARD]
    room.press(Qt.Key.Key_V, CONTROL)
    assert room.field.text() == ""


def test_ones_own_text_can_be_moved_in_a_sheet_and_foreign_text_never_comes_in(room: Room) -> None:
    view = ExtendedTextView(room.window)
    essay = ExtendedText("R", None)
    view.show_interaction(essay, ("甲",), Setting(Language.ZH, {}, Words(Language.ZH)))
    [sheet] = view.editors
    layout = room.window.layout()
    assert layout is not None
    layout.addWidget(view)
    view.show()
    clipboard: QClipboard = QGuiApplication.clipboard()
    sheet.setFocus()
    clipboard.setText("作弊")
    room.press(Qt.Key.Key_V, CONTROL)
    assert sheet.toPlainText() == "甲"
    for key in (Qt.Key.Key_A, Qt.Key.Key_C, Qt.Key.Key_End, Qt.Key.Key_V):
        room.press(key, CONTROL)
    assert sheet.toPlainText() == "甲甲"
    assert "甲" not in clipboard.text()
    room.field.setFocus()
    room.press(Qt.Key.Key_V, CONTROL)
    assert room.field.text() == ""


def test_the_keys_of_the_clipboard_are_no_shortcut_elsewhere(room: Room) -> None:
    pressed: list[str] = []
    QShortcut(QKeySequence("Ctrl+V"), room.window).activated.connect(lambda: pressed.append("V"))
    room.bar.setFocus()
    room.press(Qt.Key.Key_V, CONTROL)
    assert pressed == []


def test_the_clipboard_is_emptied_when_the_guard_comes_and_free_when_it_has_gone(qtbot: QtBot) -> None:
    clipboard: QClipboard = QGuiApplication.clipboard()
    clipboard.setText("from before")
    room = Room(qtbot)
    assert clipboard.text() == ""
    room.guard.release()
    clipboard.setText("after")
    qtbot.wait(0)
    assert clipboard.text() == "after"
    assert room.told == []
    clipboard.clear()
    room.window.close()


@pytest.mark.qt_log_ignore("does not support QPlatformServices::openUrl", extend=True)
def test_links_open_nothing(room: Room) -> None:
    # True: our handler had it; without one the offscreen platform, which opens nothing, says False
    for address in ("https://example.org/", "file:///etc/hostname", "mailto:a@example.org"):
        assert QDesktopServices.openUrl(QUrl(address))
    room.guard.release()
    assert not QDesktopServices.openUrl(QUrl("https://example.org/"))


def test_without_a_display_to_hold_the_level_is_open_and_says_what_is_missing(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    guard = Guard(window, around=lambda: Evidence(account=Account(0)))
    guard.engage()
    level = guard.level()
    guard.release()
    assert level.level is LockdownLevel.OPEN
    assert {"no_keyboard_grab", "no_stack_watch", "user_is_root"} <= set(level.short_of)
    assert "no_key_filter" not in level.short_of
    assert "no_key_filter" in guard.level().short_of


def test_engaging_and_releasing_twice_is_as_once(room: Room) -> None:
    room.guard.engage()
    room.guard.release()
    room.guard.release()
    room.press(Qt.Key.Key_Tab)
    assert room.window.windowHandle().close()
    room.window.show()
    room.guard.engage()
    assert not room.window.windowHandle().close()


def test_whatever_the_display_watch_can_see_is_told_or_left_out_on_purpose() -> None:
    assert set(Seen) - set(_KINDS) == {Seen.WINDOW_MANAGER, Seen.SECOND_SCREEN}
