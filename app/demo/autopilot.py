"""The simulated candidate and proctors: they look at the screen, and do what a person would, with real events.

They know what a person would see, and their script. At every step they do one thing: whatever the screen in front
calls for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget

from app.demo.eyes import Eyes
from app.demo.hands import Hands, KeyboardHands, MouseHands, OutOfReach
from app.demo.players import play
from app.demo.proctors import Proctors
from app.exam.interactions import Responses
from app.seat.kiosk import Kiosk
from app.ui.interactions.base import InteractionView
from app.ui.interactions.choice import ChoiceView
from app.ui.options import OptionRow
from sync.replica.outbox import Stage

FLAG_EVERY = 17
WAIT_FOR_PROOF_MS = 60_000
STUCK_MS = 60_000
"""No sitting goes so long without anything happening, but for the pace the candidate was given."""
LOOK_MS = 60


@dataclass(frozen=True)
class Script:
    """What the simulated people know: PINs by proctor id, a number on the admission card, what to answer.

    `keyboard`: they have no mouse.
    """

    pins: Mapping[str, str]
    admission_number: str
    answers: Mapping[str, Responses]
    pace_ms: int
    screenshots: Path
    keyboard: bool = False


class Autopilot(QObject):
    """Drives a kiosk through one whole sitting. `tell` gets what happens, for the conductor."""

    def __init__(self, kiosk: Kiosk, script: Script, tell: Callable[..., None]) -> None:
        super().__init__(kiosk)
        self._kiosk = kiosk
        self._script = script
        self._tell = tell
        self._eyes = Eyes(kiosk)
        self._hands: Hands = KeyboardHands(kiosk) if script.keyboard else MouseHands(kiosk)
        self._proctors = Proctors(self._eyes, self._hands, script.pins)
        self._number, self._item = 0, ""
        self._unsaved = self._sat = self._over = False
        self._stage = ""
        self._waited_ms, self._idle_ms = 0, 0
        self._pictures: set[str] = set()
        kiosk.item_shown.connect(self._item_came)
        kiosk.acknowledged.connect(self._saved)
        kiosk.delivered.connect(self._delivered)
        kiosk.deck.shown.connect(self._something_happened)
        self._timer = QTimer(self, interval=max(script.pace_ms, LOOK_MS), singleShot=True)
        self._timer.timeout.connect(self._step)
        self._acts: dict[str, Callable[[], object]] = {
            "SignInScreen": self._proctors.sign,
            "LaunchScreen": self._proctors.open_session,
            "CheckInScreen": self._check_in,
            "IdentityScreen": self._proctors.admit,
            "AuthorityScreen": self._proctors.sign,
            "NoticeScreen": self._notice,
            "ItemScreen": self._sit,
            "ReviewScreen": lambda: self._proctors.press("confirm_submit", "submit"),
            "CountersignScreen": self._proctors.sign,
            "ResultScreen": self._leave,
            "CornerScreen": lambda: self._proctors.press("corner_close_session"),
            "ReconcileScreen": self._proctors.reconcile,
            "RecordScreen": self._finish,
        }

    def begin(self) -> None:
        """Start looking at the screen."""
        self._timer.start()

    # what the screen in front calls for

    def _step(self) -> None:
        try:
            self._look()
        finally:
            if not self._over:
                self._timer.start()  # only now: real events let timers in

    def _look(self) -> None:
        name = self._eyes.screen_name
        self._picture(name)
        act = self._acts.get(name)
        try:
            if act is not None:
                act()
        except OutOfReach as fault:
            self._give_up(f"{name} ({fault.facts['name']})")
            return
        self._idle_ms += self._timer.interval()
        if self._idle_ms > STUCK_MS + self._script.pace_ms:
            self._give_up(name)

    def _give_up(self, screen: str) -> None:
        self._over = True
        self._picture(f"{self._eyes.screen_name}-stuck")
        self._tell("stuck", screen=screen)

    def _check_in(self) -> None:
        """Find oneself by number; when the candidate has sat, the proctors close the session."""
        field = self._eyes.one(QLineEdit, "admission_number")
        if self._sat:
            self._proctors.press("proctor_corner")
        elif field is not None and not field.text():
            self._hands.write(field, self._script.admission_number)
        else:
            self._proctors.press("find")

    def _notice(self) -> None:
        tick = self._eyes.one(QAbstractButton, "notice_tick")
        if tick is not None and not tick.isChecked():
            self._hands.press(tick)
        else:
            self._proctors.press("start_exam")

    def _sit(self) -> None:
        """Give the response piece by piece; go on when it is there and saved."""
        if not self._item:
            return
        unsaved, self._unsaved = self._unsaved, True  # it may be saved before the hand is back
        for response, wanted in self._script.answers[self._item].items():
            for view in self._eyes.all(InteractionView, f"interaction_{response}"):
                if play(view, wanted, self._hands):
                    return
        self._unsaved = unsaved
        if unsaved:
            return
        flag = self._eyes.one(QAbstractButton, "flag")
        if self._number % FLAG_EVERY == 0 and flag is not None and not flag.isChecked():
            self._hands.press(flag)
        elif not self._proctors.press("next"):
            self._proctors.press("submit")

    def _leave(self) -> None:
        """Wait until the packet is proven, then make room for the next candidate."""
        self._waited_ms += self._timer.interval()
        self._idle_ms = 0  # waiting for the proof has its own bound
        if self._stage == Stage.PROVEN or self._waited_ms > WAIT_FOR_PROOF_MS:
            self._picture("ResultScreen-delivered")
            self._sat = True
            self._proctors.press("done")

    def _finish(self) -> None:
        self._over = True
        self._tell("finished", stage=self._stage)

    # what it hears

    def _item_came(self, number: int, item: str) -> None:
        self._number, self._item = number, item
        self._unsaved = False
        self._idle_ms = 0

    def _saved(self, _item: str, _responses: Responses) -> None:
        self._unsaved = False
        self._idle_ms = 0

    def _something_happened(self, _screen: str) -> None:
        self._idle_ms = 0

    def _delivered(self, stage: str) -> None:
        self._stage = stage

    def _picture(self, name: str) -> None:
        """Keep one picture of each kind of page."""
        if name == "ItemScreen":
            rows, pictured = self._eyes.all(OptionRow), bool(self._eyes.all(QWidget, "picture"))
            others = {type(view).__name__ for view in self._eyes.all(InteractionView)} - {ChoiceView.__name__}
            shown = "-".join(sorted(others)) or f"{len(rows)}-options"
            name = f"ItemScreen-{shown}{'-picture' if pictured else ''}"
        if name not in self._pictures:
            self._pictures.add(name)
            file = self._script.screenshots / f"{len(self._pictures):02d}-{name}.png"
            self._kiosk.grab().save(str(file))
