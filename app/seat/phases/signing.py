"""A proctor signs at a screen by PIN: checked in the background, refused in words, locked out by the second."""

from PySide6.QtCore import QObject, QTimer, Signal

from app.seat.screens.authority import AuthorityScreen
from app.seat.screens.countersign import CountersignScreen
from app.seat.screens.sign_in import SignInScreen
from app.seat.sign_in import PinRefused, SignInDesk
from app.ui.bridge import in_background
from sync.faults import Fault

SECOND_MS = 1000


class Signing(QObject):
    """Joins a screen with a PIN field to the desk that opens keys.

    `signed` carries the `Proctor`; `troubled` a fault that is neither a wrong PIN nor a lock-out. What was asked before
    `end` is not answered after it: a PIN given for one thing never counts for another.
    """

    signed = Signal(object)
    troubled = Signal(object)

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

    def end(self) -> None:
        """Count no lock down any more, and drop a PIN that is being checked: the screen has been left."""
        self._turn += 1
        self._timer.stop()
        self._locked.clear()

    def _check(self, proctor: str, pin: str) -> None:
        self._screen.show_checking(proctor)
        turn = self._turn
        in_background(
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
        elif isinstance(fault, PinRefused):
            self._screen.show_wrong_pin(proctor, int(fault.facts["left"]))
        else:
            self.troubled.emit(fault)

    def _show_locks(self) -> None:
        for proctor in sorted(self._locked):
            wait_ms = self._desk.locked_for_ms(proctor)
            self._screen.show_locked(proctor, -(-wait_ms // SECOND_MS))
            if not wait_ms:
                self._locked.discard(proctor)
        if not self._locked:
            self._timer.stop()
