"""A sitting at the real kiosk, worked through by real key and mouse events; prints its samples as one JSON line.

After every step of ours the baseline takes its turn: a label that changes its text, a commit of the same row.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher
from PySide6.QtCore import QEvent, QEventLoop, QPoint, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget

from app.exam.events import Answered, event_bytes
from app.exam.prose import Language, plain_text
from app.seat import program
from app.seat.home import SeatHome
from app.seat.kiosk import Kiosk
from app.seat.phases.delivery.sitting import SittingDesk
from app.seat.program import WINDOW
from app.seat.screens.delivery.item import ItemScreen
from sync.wire.ids import new_id
from tests.bench.probe import resident_mb

PATIENCE_S = 20
READING_MS = 100
"""Nobody reads an item faster; meanwhile the kiosk prepares its neighbours."""
CHANGES = 500
NS_PER_MS = 1_000_000
INSERT = "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass
class Samples:
    """In ms. `new` and `again`: item to next item; `with_picture`: those of `new` that have one.

    `memory_before` and `memory_after` 500 item changes, in MB.
    """

    new: list[float] = field(default_factory=list)
    new_label: list[float] = field(default_factory=list)
    with_picture: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    again_label: list[float] = field(default_factory=list)
    saved: list[float] = field(default_factory=list)
    committed: list[float] = field(default_factory=list)
    memory_before: list[float] = field(default_factory=list)
    memory_after: list[float] = field(default_factory=list)


class WatchedKiosk(Kiosk):
    """The kiosk; notes when a frame of it had been handed to the display."""

    painted_ns = 0

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() is QEvent.Type.UpdateRequest:
            self.painted_ns = time.perf_counter_ns()
        return done


class LabelWindow(QWidget):
    """The baseline: a label in a window of the same size that shows the next text at PageDown."""

    painted_ns = 0

    def __init__(self) -> None:
        super().__init__()
        self.next_text = ""
        self.label = QLabel(wordWrap=True)
        QVBoxLayout(self).addWidget(self.label)

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() is QEvent.Type.UpdateRequest:
            self.painted_ns = time.perf_counter_ns()
        return done

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_PageDown:
            self.label.setText(self.next_text)


class RawDatabase:
    """The baseline of saving: SQLCipher as the replica sets it up, and one row in one transaction."""

    def __init__(self, path: Path) -> None:
        self._handle = sqlcipher.connect(str(path), isolation_level=None)
        self._handle.execute(f"PRAGMA key = \"x'{os.urandom(32).hex()}'\"")
        self._handle.execute("PRAGMA journal_mode = WAL").fetchone()
        self._handle.execute("PRAGMA synchronous = FULL")
        self._handle.execute(
            "CREATE TABLE journal (sitting TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, run TEXT NOT NULL,"
            " mono_ms INTEGER NOT NULL, wall_ms INTEGER NOT NULL, body BLOB NOT NULL, prev TEXT NOT NULL,"
            " hash TEXT NOT NULL, PRIMARY KEY (sitting, seq)) WITHOUT ROWID"
        )
        self._sitting, self._run, self._seq = new_id(), new_id(), 0

    def commit(self, body: bytes) -> float:
        """Commit one row like the journal's; give the ms it took."""
        self._seq += 1
        ms, hashed = time.time_ns() // NS_PER_MS, "0" * 64
        row = (self._sitting, self._seq, "answered", self._run, ms, ms, body, hashed, hashed)
        began = time.perf_counter_ns()
        self._handle.execute("BEGIN IMMEDIATE")
        self._handle.execute(INSERT, row)
        self._handle.execute("COMMIT")
        return (time.perf_counter_ns() - began) / NS_PER_MS


class Bench:
    """One pass forward by PageDown, where every item is new, and one back by the mouse, responding to each."""

    def __init__(self, kiosk: WatchedKiosk, raw: RawDatabase) -> None:
        self._kiosk = kiosk
        self._raw = raw
        self._samples = Samples()
        self._shown = 0
        self._saved_ns = 0
        kiosk.item_shown.connect(self._item_came)
        kiosk.acknowledged.connect(self._acknowledged)
        kiosk.show()
        kiosk.begin()
        self._wait(lambda: bool(kiosk.findChildren(SittingDesk)) and self._shown > 0)
        self._desk = kiosk.findChildren(SittingDesk)[0]
        self._items = len(self._desk._need_case().shelf.form.items)
        self._screen = kiosk.findChildren(ItemScreen)[0]
        self._wait(self._desk._watch._timer.isActive)
        self._label = LabelWindow()
        self._label.resize(*WINDOW)
        self._label.show()
        self._rest()

    def run(self) -> Samples:
        """Work through the form as fast as the kiosk follows, there and back."""
        samples = self._samples
        self._forward(0)
        for number in range(self._items - 1, 0, -1):
            samples.again.append(self._turn(self._kiosk, self._click_back, number))
            samples.again_label.append(self._turn(self._label, self._key_label))
            samples.saved.append(self._respond())
            item = self._desk._need_case().shelf.form.items[number - 1].item
            answer = Answered(item=item, responses={"RESPONSE": ("A",)}, complete=True)
            samples.committed.append(self._raw.commit(event_bytes(answer)))
        return samples

    def read(self) -> Samples:
        """Work through the form as somebody who reads; then look at the memory before and after 500 item changes.

        As many go before: until every item was opened and the caches are full it has to grow.
        """
        self._forward(READING_MS)
        self._wander()
        self._samples.memory_before.append(resident_mb())
        self._wander()
        self._samples.memory_after.append(resident_mb())
        return self._samples

    def _wander(self) -> None:
        step = -1
        for _change in range(CHANGES):
            step = {1: 1, self._items: -1}.get(self._shown, step)
            self._turn(self._kiosk, self._key if step > 0 else self._click_back, self._shown + step)

    def _forward(self, reading_ms: int) -> None:
        samples = self._samples
        for number in range(2, self._items + 1):
            QTest.qWait(reading_ms)
            took = self._turn(self._kiosk, self._key, number)
            samples.new.append(took)
            if any(picture.isVisible() for picture in self._screen.findChildren(QWidget, "picture")):
                samples.with_picture.append(took)
            samples.new_label.append(self._turn(self._label, self._key_label))

    def _turn(self, window: "WatchedKiosk | LabelWindow", press: Callable[[], None], number: int = 0) -> float:
        """Press, and wait for the frame that shows the answer, with all that is still laid out or painted after it."""
        self._rest()
        window.painted_ns = 0
        began = time.perf_counter_ns()
        press()
        self._wait(lambda: window.painted_ns > 0)
        QApplication.processEvents()
        if number and self._shown != number:
            raise RuntimeError(f"item {self._shown} came where {number} was asked for")
        return (window.painted_ns - began) / NS_PER_MS

    def _respond(self) -> float:
        self._rest()
        row = next(row for row in self._screen.pane.rows if not row.isChecked())
        self._saved_ns = 0
        began = time.perf_counter_ns()
        QTest.mouseClick(row, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(20, row.height() // 2))
        self._wait(lambda: self._saved_ns > 0)
        return (self._saved_ns - began) / NS_PER_MS

    def _key(self) -> None:
        QTest.keyClick(self._screen, Qt.Key.Key_PageDown)

    def _click_back(self) -> None:
        previous = self._screen.findChildren(QPushButton, "previous")[0]
        QTest.mouseClick(previous, Qt.MouseButton.LeftButton)

    def _key_label(self) -> None:
        self._label.next_text = self._text()
        QTest.keyClick(self._label, Qt.Key.Key_PageDown)

    def _text(self) -> str:
        view = self._screen._view
        if view is None:
            raise RuntimeError("no item is shown")
        bodies = (wording.in_language(Language.ZH) for wording in view.item.wordings())
        return f"{view.number}\n\n" + "\n\n".join(plain_text(body) for body in bodies)

    def _item_came(self, number: int, _item: str) -> None:
        self._shown = number

    def _acknowledged(self, _item: str, _choices: object) -> None:
        self._saved_ns = time.perf_counter_ns()

    def _rest(self) -> None:
        """Wait until nothing is being saved or painted."""
        self._wait(lambda: self._desk._saving.waiting == 0)
        QApplication.processEvents()

    def _wait(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError("the kiosk did not answer")
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def main() -> int:
    home = SeatHome(Path(sys.argv[1]))
    application = program.make_application()
    heartbeat = QTimer(application, interval=500)  # so that waiting ends and can give up
    heartbeat.start()
    setattr(program, "Kiosk", WatchedKiosk)  # noqa: B010 - a class exchanged for its subclass, here only
    kiosk = program.make_kiosk(home, Language.ZH)
    kiosk.resize(*WINDOW)
    if not isinstance(kiosk, WatchedKiosk):
        raise TypeError(type(kiosk).__name__)
    bench = Bench(kiosk, RawDatabase(home.root / f"raw-{os.getpid()}.db"))
    samples = bench.read() if sys.argv[2:] == ["--read"] else bench.run()
    kiosk.leave()
    print(json.dumps({"event": "samples", **asdict(samples)}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
