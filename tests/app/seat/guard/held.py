"""A guarded window on a real display, tried from within one process: prints a JSON object of what came of each thing.

A second connection to the display stands for another client.
"""

import json
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import xcffib
import xcffib.xproto
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.seat.guard.events import GuardEvent, GuardKind
from app.seat.guard.guard import Guard
from app.ui.fields import Field
from proctoring.lockdown.level import Level

PATIENCE_S = 20.0
KEY_PRESS, KEYCODE_OF_A = 2, 38
SELECTIONS = ("PRIMARY", "CLIPBOARD")


class Foe:
    """Another client of the display."""

    def __init__(self) -> None:
        self.connection: Any = xcffib.connect()
        self.root = self.connection.get_setup().roots[0].root
        self.window = self.connection.generate_id()
        self.core = self.connection.core
        self.core.CreateWindow(0, self.window, self.root, 0, 0, 1, 1, 0, 2, 0, 0, [])
        self.ask()

    def ask(self) -> None:
        """Wait until the server has done what was asked for."""
        self.core.GetInputFocus().reply()

    def atom(self, name: str) -> int:
        return int(self.core.InternAtom(False, len(name), name).reply().atom)

    def owner(self, selection: str) -> int:
        return int(self.core.GetSelectionOwner(self.atom(selection)).reply().owner)

    def take(self, selection: str) -> None:
        self.core.SetSelectionOwner(self.window, self.atom(selection), 0)
        self.ask()

    def grabs(self) -> bool:
        """Tell whether it gets the keyboard; it gives it back."""
        got = self.core.GrabKeyboard(False, self.root, 0, 1, 1).reply().status == 0
        self.core.UngrabKeyboard(0)
        self.ask()
        return bool(got)

    def send_key(self, window: int) -> None:
        event = struct.pack("=BBHIIIIhhhhHBx", KEY_PRESS, KEYCODE_OF_A, 0, 0, self.root, window, 0, 1, 1, 1, 1, 0, 1)
        self.core.SendEvent(False, window, 1, event)
        self.ask()


class Trial:
    """The window, its guard, and what came of it."""

    def __init__(self, application: QApplication) -> None:
        self.foe = Foe()
        self.window = QWidget()
        self.field = Field("answer")
        QVBoxLayout(self.window).addWidget(self.field)
        self.guard = Guard(self.window)
        self.told: list[GuardEvent] = []
        self.guard.noticed.connect(self.told.append)
        self.results: dict[str, object] = {}
        self.plugged: list[float] = []  # seen before the guard sees it …
        self.covered: list[float] = []  # … and after
        self.application = application
        application.screenAdded.connect(lambda _screen: self.plugged.append(time.perf_counter()))

    def kinds(self) -> set[GuardKind]:
        return {event.kind for event in self.told}

    def begin(self) -> None:
        self.guard.engage()
        self.application.screenAdded.connect(lambda _screen: self.covered.append(time.perf_counter()))
        handle = self.window.windowHandle()
        until(lambda: handle.isExposed() and QGuiApplication.focusWindow() is handle)
        self.field.setFocus()
        until(lambda: self.guard._hold.settled)
        self.results["fills_the_screen"] = self.window.geometry() == self.window.screen().geometry()
        self.results["level"] = self.level().level.value
        self.results["foe_gets_keyboard"] = self.foe.grabs()
        self.results["told_at_first"] = sorted(self.kinds() - {GuardKind.STRANGE_CLIENT})

    def level(self) -> Level:
        return self.guard.level()

    def hide(self) -> None:
        """Hide the window by another client, and see how long it takes to be back with keyboard and focus."""
        handle = self.window.windowHandle()
        began = time.monotonic()
        self.foe.core.UnmapWindow(int(self.window.winId()))
        self.foe.ask()
        until(lambda: GuardKind.WINDOW_CHANGED in self.kinds())
        until(lambda: handle.isExposed() and self.window.isActiveWindow() and not self.foe.grabs())
        self.results["back_after_s"] = time.monotonic() - began
        self.results["focus_back"] = self.field.hasFocus()

    def send(self) -> None:
        """Send a key as a message."""
        self.foe.send_key(int(self.window.winId()))
        until(lambda: GuardKind.INJECTED_INPUT in self.kinds())
        self.results["written_by_message"] = self.field.text()

    def clip(self) -> None:
        """Take clipboard and selection."""
        for selection in SELECTIONS:
            self.foe.take(selection)
        until(lambda: all(self.foe.owner(selection) != self.foe.window for selection in SELECTIONS))
        self.results["clipboard_told"] = GuardKind.CLIPBOARD in self.kinds()
        self.field.setText("secret")
        self.field.selectAll()
        until(lambda: not QGuiApplication.clipboard().mimeData().hasText())
        self.results["selected_is_given_away"] = QGuiApplication.clipboard().text(
            QGuiApplication.clipboard().Mode.Selection
        )

    def plug(self) -> None:
        """Plug a second screen, then one that shows the same place."""
        xrandr("--setmonitor", "one", "683/100x768/100+0+0", "screen")
        until(lambda: QGuiApplication.primaryScreen().geometry().width() == 683)
        until(lambda: self.window.geometry() == self.window.screen().geometry())
        xrandr("--setmonitor", "two", "683/100x768/100+683+0", "none")
        until(lambda: GuardKind.SECOND_SCREEN in self.kinds())
        self.results["covered_after_ms"] = 1000 * (self.covered[-1] - self.plugged[-1])
        self.results["covers"] = [cover.geometry().getRect() for cover in covers()]
        self.results["exam_beside_cover"] = self.window.geometry().getRect()
        xrandr("--delmonitor", "two")
        until(lambda: not covers())
        xrandr("--setmonitor", "same", "400/100x768/100+0+0", "none")
        until(lambda: GuardKind.MIRRORED_SCREEN in self.kinds())
        self.results["covers_of_a_mirror"] = len(covers())
        xrandr("--delmonitor", "same")

    def end(self) -> None:
        self.guard.release()
        self.results["foe_gets_keyboard_after"] = self.foe.grabs()
        self.results["selections_after"] = [self.foe.owner(selection) for selection in SELECTIONS]
        self.results["covers_after"] = len(covers())
        unmanaged = Qt.WindowType.BypassWindowManagerHint
        self.results["window_as_before"] = not self.window.isVisible() and not self.window.windowFlags() & unmanaged


def covers() -> list[QWidget]:
    return [w for w in QApplication.topLevelWidgets() if w.objectName() == "guard_cover" and w.isVisible()]


def xrandr(*arguments: str) -> None:
    subprocess.run(["xrandr", *arguments], check=True, capture_output=True)


def until(condition: Callable[[], bool]) -> None:
    """Let the window live until the condition holds. Raises `TimeoutError`."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        QApplication.processEvents()
        time.sleep(0.002)


def main() -> None:
    trial = Trial(QApplication(sys.argv[:1]))
    for step in (trial.begin, trial.hide, trial.send, trial.clip, trial.plug, trial.end):
        step()
    sys.stdout.write(json.dumps(trial.results))


if __name__ == "__main__":
    main()
