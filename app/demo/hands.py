"""The hands of a simulated person: with a mouse, or with the keyboard alone. All they do are real events."""

import time
from typing import Any, Final, Protocol, cast

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QInputMethodEvent, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QLineEdit, QWidget

from app.ui.interactions.area_button import AreaButton
from app.ui.interactions.area_canvas import AreaCanvas
from app.ui.interactions.drop_list import DropList
from app.ui.interactions.slider import Track
from sync.faults import EnvironmentFault

AGAIN_S: Final = 0.9
"""Who pressed and sees nothing happen waits so long before pressing there again."""
_MOST_TABS: Final = 60
_MOST_TURNS: Final = 200
_NOTCH: Final = 120  # of a wheel (QWheelEvent)
_EDGE: Final = 12
_REACH: Final = 200  # pixels from the left: a hand goes to where the words begin


class OutOfReach(EnvironmentFault):
    """What is to be pressed cannot be come to. Fact: `name`, its object name."""

    code = "OUT_OF_REACH"


class Hands(Protocol):
    """What a person does, by whatever means."""

    def press(self, widget: QWidget) -> None:
        """Press a button, an option, an area; not again at once, if it has just been pressed."""

    def bring(self, thing: QWidget, place: QWidget) -> None:
        """Take something to its place."""

    def slide(self, track: Track, position: int, now: int | None) -> None:
        """Move a slider, which shows the position `now`, to or towards another."""

    def pick(self, opened: DropList, option: str) -> None:
        """Choose from a list that has opened."""

    def write(self, field: QWidget, text: str) -> None:
        """Write a text into a field in place of what is there."""

    def key(self, key: Qt.Key) -> None:
        """Press a key."""


class _Fingers:
    """What both kinds of hands share: keys."""

    def __init__(self, kiosk: QWidget) -> None:
        self._kiosk = kiosk
        self._last: tuple[QWidget, float] | None = None

    @property
    def _window(self) -> QWindow:
        return self._kiosk.window().windowHandle()

    @property
    def _focus(self) -> QWidget | None:
        focus: QWidget | None = self._kiosk.window().focusWidget()
        return focus

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key; the window gives it to whatever has the focus."""
        QTest.keyClick(self._window, key, modifier)

    def _type(self, text: str) -> None:
        """Select what is there, and type; what is not on the keyboard comes by an input method."""
        self.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self.key(Qt.Key.Key_Delete)
        field = self._focus
        if field is None:
            return
        if text.isascii():
            QTest.keyClicks(field, text)
            return
        event = QInputMethodEvent()
        event.setCommitString(text)
        QApplication.sendEvent(field, event)

    def _again(self, widget: QWidget) -> bool:
        """Whether this is what was pressed last, only a moment ago."""
        now = time.monotonic()
        if self._last is not None and self._last[0] is widget and now - self._last[1] < AGAIN_S:
            return True
        self._last = (widget, now)
        return False


class MouseHands(_Fingers):
    """Presses where things are seen, scrolls by the wheel, carries; types only text."""

    def press(self, widget: QWidget) -> None:
        """Press it."""
        if self._again(widget):
            return
        place, spot = _spot(widget)
        self._press_at(place, spot)

    def bring(self, thing: QWidget, place: QWidget) -> None:
        """Carry it there with the button held."""
        if self._again(thing):
            return
        under, spot = _spot(place)
        self._scroll_to(under, spot)
        held, hold = _spot(thing)
        self._scroll_to(held, hold)
        start, end = self._in_window(held, hold), self._in_window(under, spot)
        left = Qt.MouseButton.LeftButton
        QTest.mousePress(self._window, left, Qt.KeyboardModifier.NoModifier, start)
        QTest.mouseMove(self._window, (start + end) / 2)
        QTest.mouseMove(self._window, end)
        QTest.mouseRelease(self._window, left, Qt.KeyboardModifier.NoModifier, end)

    def slide(self, track: Track, position: int, now: int | None) -> None:
        """Press the place on the track."""
        if position != now and not self._again(track):
            self._press_at(track, track.place_of(position).toPoint())

    def pick(self, opened: DropList, option: str) -> None:
        """Press its row."""
        self.press(next(row for row in opened.rows if row.option == option))

    def write(self, field: QWidget, text: str) -> None:
        """Press the field, and type."""
        if self._focus is not field:
            self.press(field)
        else:
            self._type(text)

    def _press_at(self, widget: QWidget, spot: QPoint) -> None:
        self._scroll_to(widget, spot)
        place = self._in_window(widget, spot)
        QTest.mouseClick(self._window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)

    def _scroll_to(self, widget: QWidget, spot: QPoint) -> None:
        """Turn the wheel until the spot is seen."""
        for area in _scroll_areas(widget):
            port = area.viewport()
            for _turn in range(_MOST_TURNS):
                y = widget.mapTo(port, spot).y()
                bar = area.verticalScrollBar()
                up, down = y < _EDGE, y > port.height() - _EDGE
                if (up and bar.value() > bar.minimum()) or (down and bar.value() < bar.maximum()):
                    middle = self._in_window(port, port.rect().center())
                    QTest.wheelEvent(self._window, middle, QPoint(0, _NOTCH if up else -_NOTCH))
                else:
                    break

    def _in_window(self, widget: QWidget, spot: QPoint) -> QPoint:
        return widget.mapTo(self._kiosk.window(), spot)


class KeyboardHands(_Fingers):
    """Only keys, and all of them to what has the focus; Tab goes on to the next thing."""

    def press(self, widget: QWidget) -> None:
        """Go there and press Space."""
        if self._again(widget):
            return
        self.reach(widget)
        self.key(Qt.Key.Key_Space)

    def bring(self, thing: QWidget, place: QWidget) -> None:
        """Pick it up, go to its place, put it down."""
        if self._again(thing):
            return
        self.reach(thing)
        self.key(Qt.Key.Key_Space)
        self.reach(place)
        self.key(Qt.Key.Key_Return)  # another key than before: the second of two alike could be a slip

    def slide(self, track: Track, position: int, now: int | None) -> None:
        """Move it one step towards the position."""
        self.reach(track)
        self.key(Qt.Key.Key_Right if now is None or now < position else Qt.Key.Key_Left)

    def pick(self, opened: DropList, option: str) -> None:
        """Go there by the arrows, and press Return."""
        order = [row.option for row in opened.rows]
        here = next((at for at, row in enumerate(opened.rows) if row is self._focus), 0)
        way = order.index(option) - here
        for _step in range(abs(way)):
            self.key(Qt.Key.Key_Down if way > 0 else Qt.Key.Key_Up)
        self.key(Qt.Key.Key_Return)

    def write(self, field: QWidget, text: str) -> None:
        """Go there, and type."""
        self.reach(field)
        self._type(text)

    def reach(self, widget: QWidget) -> None:
        """Press Tab until the widget has the focus; who has gone all the way round tries Shift+Tab.

        Raises:
            OutOfReach: the keyboard does not come there.
        """
        for way in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            for _tab in range(_MOST_TABS):
                if self._focus is widget:
                    return
                self.key(way)
        raise OutOfReach(name=widget.objectName() or type(widget).__name__)


def _spot(widget: QWidget) -> tuple[QWidget, QPoint]:
    """Give where a hand presses to mean this: the widget that takes the press, and a point of it."""
    parent = widget.parentWidget()
    if isinstance(widget, AreaButton) and isinstance(parent, AreaCanvas):
        return parent, _within(widget, parent)
    if isinstance(widget, QLineEdit):
        return widget, widget.rect().center()
    shape = widget.mask()  # where only a part of it takes a press
    if not shape.isEmpty():
        return widget, max(cast("Any", shape), key=QRect.height).center()  # its types do not say that it has parts
    return widget, QPoint(min(widget.width() // 2, _REACH), widget.height() // 2)


def _within(button: AreaButton, canvas: AreaCanvas) -> QPoint:
    """Give a point of an area: the one nearest to the middle of its box that means it."""
    box = button.geometry()
    points = [QPoint(x, y) for x in range(box.left(), box.right(), 4) for y in range(box.top(), box.bottom(), 4)]
    own = [point for point in points if canvas.area_at(point.toPointF()) is button]
    return min(own or [box.center()], key=lambda point: (point - box.center()).manhattanLength())


def _scroll_areas(widget: QWidget) -> list[QAbstractScrollArea]:
    """Give what a widget can be scrolled in, the innermost first."""
    areas, inside = [], widget.parentWidget()
    while inside is not None:
        if isinstance(inside, QAbstractScrollArea):
            areas.append(inside)
        inside = inside.parentWidget()
    return areas
