"""The simulated candidate (and proctors): looks at the screen, and presses what a person would, with real events.

It knows what a person would see, the widgets on the screen and which item is in front, and its script. At every
step it does one thing: whatever the screen in front calls for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget

from app.seat.kiosk import Kiosk
from app.ui.options import OptionRow
from sync.replica.outbox import Stage

FLAG_EVERY = 17
WAIT_FOR_PROOF_MS = 60_000
STUCK_MS = 60_000
"""No sitting goes so long without anything happening, but for the pace the candidate was given."""
LOOK_MS = 60


@dataclass(frozen=True)
class Script:
    """What the simulated people know: PINs by proctor id, a number on the admission card, what to answer."""

    pins: Mapping[str, str]
    admission_number: str
    answers: Mapping[str, tuple[str, ...]]
    pace_ms: int
    screenshots: Path


class Autopilot(QObject):
    """Drives a kiosk through one whole sitting. `tell` gets what happens, for the conductor."""

    def __init__(self, kiosk: Kiosk, script: Script, tell: Callable[..., None]) -> None:
        super().__init__(kiosk)
        self._kiosk = kiosk
        self._script = script
        self._tell = tell
        self._number, self._item = 0, ""
        self._waiting_for_save = False
        self._signed: set[str] = set()
        self._stage = ""
        self._waited_ms, self._idle_ms = 0, 0
        self._pictures: set[str] = set()
        kiosk.item_shown.connect(self._item_came)
        kiosk.acknowledged.connect(self._saved)
        kiosk.delivered.connect(self._delivered)
        kiosk.deck.shown.connect(self._something_happened)
        self._timer = QTimer(self, interval=max(script.pace_ms, LOOK_MS))
        self._timer.timeout.connect(self._step)
        self._acts: dict[str, Callable[[], None]] = {
            "SignInScreen": self._sign_in,
            "LaunchScreen": self._launch,
            "CheckInScreen": self._check_in,
            "NoticeScreen": self._notice,
            "ItemScreen": self._sit,
            "ReviewScreen": self._review,
            "CountersignScreen": self._sign_in,
            "ResultScreen": self._leave,
        }

    def begin(self) -> None:
        """Start looking at the screen."""
        self._timer.start()

    # what the screen in front calls for

    def _step(self) -> None:
        name = type(self._screen()).__name__
        self._picture(name)
        act = self._acts.get(name)
        if act is not None:
            act()
        self._idle_ms += self._timer.interval()
        if self._idle_ms > STUCK_MS + self._script.pace_ms:
            self._timer.stop()
            self._picture(f"{name}-stuck")
            self._tell("stuck", screen=name)

    def _sign_in(self) -> None:
        field = self._find(QLineEdit, "pin")
        for proctor, pin in self._script.pins.items():
            card = self._find(QAbstractButton, f"proctor_{proctor}")
            if proctor in self._signed or card is None or field is None or not field.isEnabled():
                continue
            self._press(card)
            QTest.keyClicks(field, pin)
            QTest.keyClick(field, Qt.Key.Key_Return)
            self._signed.add(proctor)
            return

    def _launch(self) -> None:
        self._press_first("start_session", "fetch_release")

    def _check_in(self) -> None:
        if self._press_first("confirm"):
            self._signed.clear()  # who signs again after a restart, signs again
            return
        field = self._find(QLineEdit, "admission_number")
        if field is not None and not field.text():
            self._press(field)
            QTest.keyClicks(field, self._script.admission_number)
            QTest.keyClick(field, Qt.Key.Key_Return)

    def _notice(self) -> None:
        tick = self._find(QAbstractButton, "notice_tick")
        if tick is not None and not tick.isChecked():
            self._press(tick)
        else:
            self._press_first("start_exam")

    def _sit(self) -> None:
        if self._waiting_for_save or not self._item:
            return
        rows = [row for row in self._screen().findChildren(OptionRow) if row.isVisible()]
        wanted = self._script.answers[self._item]
        wrong = [row for row in rows if row.isChecked() != (row.option in wanted)]
        if wrong:
            first = next((row for row in wrong if row.option in wanted), wrong[0])
            self._waiting_for_save = True
            self._press(first)
            return
        flag = self._find(QAbstractButton, "flag")
        if self._number % FLAG_EVERY == 0 and flag is not None and not flag.isChecked():
            self._press(flag)
        elif not self._press_first("next"):
            self._press_first("submit")

    def _review(self) -> None:
        self._press_first("confirm_submit", "submit")

    def _leave(self) -> None:
        self._waited_ms += self._timer.interval()
        self._idle_ms = 0  # waiting for the proof has its own bound
        if self._stage == Stage.PROVEN or self._waited_ms > WAIT_FOR_PROOF_MS:
            self._timer.stop()
            self._picture("ResultScreen-delivered")
            self._tell("finished", stage=self._stage)

    # what it hears

    def _item_came(self, number: int, item: str) -> None:
        self._number, self._item = number, item
        self._idle_ms = 0

    def _saved(self, _item: str, _choices: object) -> None:
        self._waiting_for_save = False
        self._idle_ms = 0

    def _something_happened(self, _screen: str) -> None:
        self._idle_ms = 0

    def _delivered(self, stage: str) -> None:
        self._stage = stage

    # hands and eyes

    def _screen(self) -> QWidget:
        return self._kiosk.deck.currentWidget() or self._kiosk

    def _find(self, kind: type[Any], name: str) -> Any:  # noqa: ANN401 - a widget of the given kind, or None
        found = self._screen().findChildren(kind, name)
        return next((widget for widget in found if widget.isVisible() and widget.isEnabled()), None)

    def _press_first(self, *names: str) -> bool:
        for name in names:
            button = self._find(QAbstractButton, name)
            if button is not None:
                self._press(button)
                return True
        return False

    def _press(self, widget: QWidget) -> None:
        middle = QPoint(min(widget.width() // 2, 200), widget.height() // 2)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)

    def _picture(self, name: str) -> None:
        """Keep one picture of each kind of page."""
        if name == "ItemScreen":
            rows = [row for row in self._screen().findChildren(OptionRow) if row.isVisible()]
            pictured = bool([p for p in self._screen().findChildren(QWidget, "picture") if p.isVisible()])
            name = f"ItemScreen-{len(rows)}-options{'-picture' if pictured else ''}"
        if name not in self._pictures:
            self._pictures.add(name)
            file = self._script.screenshots / f"{len(self._pictures):02d}-{name}.png"
            self._kiosk.grab().save(str(file))
