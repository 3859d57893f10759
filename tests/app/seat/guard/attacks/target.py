"""The window that is attacked: a kiosk-like Qt program of its own, plain or guarded, told what to say over its pipes.

It reads one word per line on stdin ("state", "reset", "select", "jump") and answers with one line of JSON.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSocketNotifier, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QColor, QDesktopServices, QGuiApplication, QKeySequence, QPalette, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QTextBrowser, QTextEdit, QVBoxLayout, QWidget

from app.seat.guard.events import GuardEvent, GuardKind
from app.seat.guard.guard import Guard
from proctoring.checks.machine import Machine
from sync.trust.clock import ClockReading, read_clock

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "the-item-nobody-may-carry-out"
COLOUR = 0x2060C0
"""What the window is painted in, to be found in a screenshot."""
AWAY_MS = 60_000


class Clock:
    """This PC's clock, which can be told that it slept for a minute (that is the simulated part)."""

    def __init__(self) -> None:
        self.slept_ms = 0

    def __call__(self) -> ClockReading:
        now = read_clock()
        return replace(now, wall_ms=now.wall_ms + self.slept_ms, slept_ms=now.slept_ms + self.slept_ms)


class Links(QObject):
    """Counts what a click on a link would have opened in a browser."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = 0
        for scheme in ("http", "https", "file"):
            QDesktopServices.setUrlHandler(scheme, self, "open")  # type: ignore[arg-type] # the stub is wrong

    @Slot(QUrl)
    def open(self, _url: QUrl) -> None:
        self.opened += 1


class Target(QWidget):
    """A text field, a longer text, a link. `shortcuts` counts what Ctrl+P, Ctrl+O and Ctrl+S would have done."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("target")
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Window, QColor(COLOUR))
        self.setPalette(palette)
        self.line = QLineEdit()
        self.line.setObjectName("line")
        self.text = QTextEdit(SECRET)
        self.browser = QTextBrowser()
        self.browser.setHtml('<p style="font-size:40px"><a href="https://example.org/">elsewhere elsewhere</a></p>')
        self.browser.setOpenExternalLinks(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(200, 60, 200, 200)
        layout.addWidget(self.line)
        row = QHBoxLayout()
        row.addWidget(self.text)
        row.addWidget(self.browser)
        layout.addLayout(row)
        self.shortcuts = 0
        for keys in ("Ctrl+P", "Ctrl+O", "Ctrl+S", "F11", "Print"):
            QShortcut(QKeySequence(keys), self).activated.connect(self._count)

    def _count(self) -> None:
        self.shortcuts += 1


class Harness:
    """Answers the test over stdin and stdout."""

    def __init__(self, target: Target, guard: Guard | None, clock: Clock, links: Links) -> None:
        self.target = target
        self.guard = guard
        self.clock = clock
        self.links = links
        self.events: list[str] = []
        self.strangers: list[str] = []
        if guard is not None:
            guard.noticed.connect(self._noticed)
        self.notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
        self.notifier.activated.connect(self._command)

    def _noticed(self, event: GuardEvent) -> None:
        self.events.append(event.kind.value)
        if event.kind is GuardKind.STRANGE_CLIENT:
            self.strangers += event.evidence

    def _command(self) -> None:
        line = sys.stdin.readline()
        if not line:
            QApplication.exit(0)
            return
        commands: dict[str, Callable[[], None]] = {
            "reset": self._reset,
            "select": self._select,
            "jump": self._jump,
            "switch": self._switch,
        }
        if line.strip() in commands:
            commands[line.strip()]()
        sys.stdout.write(json.dumps(self._state()) + "\n")
        sys.stdout.flush()

    def _reset(self) -> None:
        target = self.target
        self.events.clear()
        self.links.opened = target.shortcuts = 0
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()
        target.line.clear()
        target.text.setPlainText(SECRET)
        if self.guard is None:
            target.setWindowState(Qt.WindowState.WindowNoState)
            target.setGeometry(target.screen().geometry())
            target.showFullScreen()
            target.setGeometry(target.screen().geometry())
            target.raise_()
            target.activateWindow()
        target.line.setFocus()

    def _select(self) -> None:
        self.target.text.setFocus()
        self.target.text.selectAll()

    def _jump(self) -> None:
        self.clock.slept_ms += AWAY_MS

    def _switch(self) -> None:
        made_up_session(Path(sys.argv[-1]), active=False)

    def _state(self) -> dict[str, object]:
        target = self.target
        places = {
            name: target.mapToGlobal(widget.geometry().center()).toTuple()
            for name, widget in (("line", target.line), ("text", target.text))
        }
        start = target.text.mapToGlobal(target.text.rect().topLeft())
        link = target.browser.viewport().mapToGlobal(target.browser.document().firstBlock().layout().position())
        return {
            "window": int(target.winId()),
            "line": target.line.text(),
            "text": target.text.toPlainText(),
            "menu": QApplication.activePopupWidget() is not None,
            "links": self.links.opened,
            "shortcuts": target.shortcuts,
            "events": list(self.events),
            "strangers": list(self.strangers),
            "places": {
                **places,
                "text_start": (start.x(), start.y()),
                "link": (int(link.x()) + 60, int(link.y()) + 30),
            },
            "screens": len(QGuiApplication.screens()),
        }


def made_up_session(root: Path, *, active: bool) -> None:
    """Write what systemd-logind would of our session, below a made-up root (that is the simulated part)."""
    for file, text in (
        ("proc/self/cgroup", "0::/user.slice/user-1000.slice/session-7.scope\n"),
        ("run/systemd/sessions/7", f"UID=1000\nACTIVE={int(active)}\n"),
    ):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text)


def main() -> None:
    application = QApplication(sys.argv)
    target, clock, links = Target(), Clock(), Links()
    guard = None
    if "--guarded" in sys.argv:
        made_up_session(Path(sys.argv[-1]), active=True)
        guard = Guard(target, clock=clock, machine=Machine(Path(sys.argv[-1])))
        guard.engage()
    else:
        target.setGeometry(target.screen().geometry())
        target.showFullScreen()
    harness = Harness(target, guard, clock, links)
    QTimer.singleShot(0, harness.target.line.setFocus)
    application.exec()
    if guard is not None:
        guard.release()


if __name__ == "__main__":
    main()
