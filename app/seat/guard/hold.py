"""Holding the window: over the whole screen, in front, with the keyboard; put back whenever it was taken away."""

import os
import time
from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QApplication, QWidget

from app.seat.guard.events import GuardKind, Matter
from proctoring.lockdown.seen import Seen

_AGAIN_S: Final = 0.3
"""A window that was put back is given so long to come before it is put back again."""
_SETTLING_S: Final = 3.0
"""A window that was just shown is given so long to come and to have the focus: nobody took them away."""
_OWN: Final = Qt.WindowType.BypassWindowManagerHint | Qt.WindowType.FramelessWindowHint
"""No window manager then minimises, moves, covers or closes the window, and none is needed."""


class Hold:
    """Keeps one window where it belongs."""

    def __init__(self, window: QWidget) -> None:
        self._window: Final = window
        self._flags = window.windowFlags()
        self._place = window.geometry()
        self._shown = False
        self._settled = False
        self._begun_s = 0.0
        self._tried_s = 0.0
        self.grabbed = False

    @property
    def screen(self) -> QScreen:
        """The screen the window belongs on."""
        return self._window.screen()

    def begin(self) -> None:
        """Take screen and keyboard."""
        window = self._window
        self._flags, self._place, self._shown = window.windowFlags(), window.geometry(), window.isVisible()
        self._settled, self._begun_s = False, time.monotonic()
        window.setWindowFlags(self._flags | _OWN)
        window.winId()  # there is a native window from here on
        self._put_back()
        self.grab()

    def end(self) -> None:
        """Give screen and keyboard back; the window is shown as it was, or not at all."""
        if self.grabbed:
            self._window.windowHandle().setKeyboardGrabEnabled(False)
        self.grabbed = False
        self._window.setWindowFlags(self._flags)
        self._window.setGeometry(self._place)
        self._window.setVisible(self._shown)

    @property
    def settled(self) -> bool:
        """Tell whether the window has been where it belongs; what happens before is its coming."""
        self._settled = self._settled or time.monotonic() - self._begun_s > _SETTLING_S
        return self._settled

    def look(self) -> Iterator[Matter]:
        """Put back what was taken away, and tell what that was."""
        wrong = tuple(self._out_of_place())
        if wrong:
            yield from wrong
            self.put_back()
            return
        held = self.grabbed
        self.grab()
        if held and not self.grabbed:
            yield Matter(GuardKind.GRAB_LOST)
        if QGuiApplication.focusWindow() is not self._window.windowHandle():
            yield Matter(GuardKind.FOCUS_LOST)
            self.take_focus()
            return
        if not self._window.isActiveWindow():
            QApplication.setActiveWindow(self._window)  # a window that was hidden and shown is not, though it has focus
        self._settled = True

    def put_back(self) -> None:
        """Show the window where it belongs, unless that was done just now."""
        if time.monotonic() - self._tried_s >= _AGAIN_S:
            self._put_back()

    def bring_forward(self) -> None:
        """Come before everything else."""
        self._window.raise_()
        self.take_focus()

    def take_focus(self) -> None:
        """Ask for the keyboard's focus, which input methods go by."""
        handle = self._window.windowHandle()
        handle.requestActivate()
        # The server ignores whoever asks with an older time than the last change of focus, and Qt knows the time of
        # the last event only. Writing a property of ours brings one, for the next time.
        handle.setTitle(handle.title())

    def grab(self) -> None:
        """Take the keyboard; who has it already loses nothing."""
        self.grabbed = self._window.windowHandle().setKeyboardGrabEnabled(True)

    def _out_of_place(self) -> Iterator[Matter]:
        """Tell what is wrong with the window's place, each by the name that the display watch has for it."""
        window, handle = self._window, self._window.windowHandle()
        place, wanted = handle.geometry(), self.screen.geometry()
        if window.isMinimized():
            yield Matter(GuardKind.WINDOW_CHANGED, Seen.ICONIFIED, ("window: minimised",))
        if not (window.isVisible() and handle.isExposed()):
            yield Matter(GuardKind.WINDOW_CHANGED, Seen.UNMAPPED, ("window: hidden",))
        if place != wanted:
            said = f"window: {_said(place)} on a screen of {_said(wanted)}"
            yield Matter(GuardKind.WINDOW_CHANGED, Seen.NOT_COVERING, (said,))

    def _put_back(self) -> None:
        self._tried_s = time.monotonic()
        window, handle = self._window, self._window.windowHandle()
        window.setWindowState(Qt.WindowState.WindowNoState)
        window.setGeometry(self.screen.geometry())
        if window.isVisible() and not handle.isExposed():
            handle.hide()  # Qt takes it for shown: only a new showing maps it
            handle.show()
        window.show()
        window.raise_()
        window.activateWindow()


def within_wayland() -> bool:
    """Tell whether the X server is a guest of a Wayland desktop: then a grab holds nothing back from that."""
    named = any(screen.name().startswith("XWAYLAND") for screen in QGuiApplication.screens())
    return named or bool(os.environ.get("WAYLAND_DISPLAY"))


def _said(rect: QRect) -> str:
    return f"{rect.width()}x{rect.height()}+{rect.x()}+{rect.y()}"
