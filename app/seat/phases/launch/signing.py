"""A proctor signs at a screen by PIN: checked in the background, refused in words, locked out by the second."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer, Signal

from app.exam.room import Reported
from app.seat.screens.launch.sign_in import SignInScreen
from app.seat.screens.proctor.authority import AuthorityScreen
from app.seat.screens.proctor.countersign import CountersignScreen
from app.seat.sign_in import SignInDesk
from app.ui.bridge import for_somebody_waiting
from sync.client.sign_in import PinRefused
from sync.faults import Fault
from sync.wire.plan import SessionPlan

SECOND_MS = 1000
PIN_LOCKED = "PIN_LOCKED"
"""The code of the incident that somebody's PIN was wrong too often while a session ran."""


class Signing(QObject):
    """Joins a screen with a PIN field to the desk that opens keys.

    `signed` carries the `Proctor`; `locked_out` the id of whom a wrong PIN has locked out just now. Any other
    fault (a full disk, where no try can be counted) is said at the screen, too: nothing else ends because of it. What
    was asked before `end` is not answered after it: a PIN given for one thing never counts for another.
    """

    signed = Signal(object)
    locked_out = Signal(str)

    def __init__(
        self, desk: SignInDesk, screen: SignInScreen | CountersignScreen | AuthorityScreen, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._screen = screen
        self._locked: set[str] = set()
        self._turn = 0
        self._timer = QTimer(self, interval=SECOND_MS)
        self._timer.timeout.connect(self._show_locks)
        screen.pin_entered.connect(self._check)

    def begin(self, proctors: Iterable[str]) -> None:
        """Show which of these are locked out, whatever screen it happened at, and count their locks down."""
        self.end()
        self._locked = {proctor for proctor in proctors if self._desk.locked_for_ms(proctor)}
        if self._locked:
            self._timer.start()
            self._show_locks()

    def end(self) -> None:
        """Drop a PIN that is being checked, and leave no lock on the screen that nobody would take away."""
        self._turn += 1
        self._timer.stop()
        for proctor in self._locked:
            self._screen.show_locked(proctor, 0)
        self._locked.clear()

    def _check(self, proctor: str, pin: str) -> None:
        self._screen.show_checking(proctor)
        turn = self._turn
        for_somebody_waiting(
            self,
            lambda: self._desk.sign_in(proctor, pin),
            lambda signed: self.signed.emit(signed) if turn == self._turn else None,
            lambda fault: self._refuse(proctor, fault) if turn == self._turn else None,
        )

    def _refuse(self, proctor: str, fault: Fault) -> None:
        if self._desk.locked_for_ms(proctor):
            self._locked.add(proctor)
            self._timer.start()
            self._show_locks()
            if isinstance(fault, PinRefused):
                self.locked_out.emit(proctor)
        elif isinstance(fault, PinRefused):
            self._screen.show_wrong_pin(proctor, int(fault.facts["left"]))
        else:
            self._screen.show_fault(proctor, fault)

    def _show_locks(self) -> None:
        for proctor in sorted(self._locked):
            wait_ms = self._desk.locked_for_ms(proctor)
            self._screen.show_locked(proctor, -(-wait_ms // SECOND_MS))
            if not wait_ms:
                self._locked.discard(proctor)
        if not self._locked:
            self._timer.stop()


def lock_report(plan: SessionPlan, proctor: str) -> Reported:
    """Write for the room's journal who was locked out."""
    return Reported(code=PIN_LOCKED, note=next(entry.name for entry in plan.proctors if entry.proctor == proctor))
