"""Asking an administrator for their PIN at a panel: checked on another thread, wrong ones counted, waits shown."""

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.archive.sign_in import AdministratorDesk
from app.ui.bridge import for_somebody_waiting
from app.ui.pin_panel import PinPanel
from sync.client.sign_in import LockedOut, PinRefused
from sync.faults import Fault

LOOK_MS: Final = 1_000


class PinAsking(QObject):
    """Signal: somebody signed in (`Signer`)."""

    signed = Signal(object)

    def __init__(self, panel: PinPanel, people: AdministratorDesk, parent: QObject) -> None:
        super().__init__(parent)
        self._panel = panel
        self._people = people
        self._locked = ""
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        panel.pin_entered.connect(self._entered)

    def _entered(self, administrator: str, pin: str) -> None:
        people = self._people
        self._panel.show_checking(administrator)
        for_somebody_waiting(
            self,
            lambda: people.sign_in(administrator, pin),
            self.signed.emit,
            lambda fault: self._refused(administrator, fault),
        )

    def _refused(self, administrator: str, fault: Fault) -> None:
        left = fault.facts.get("left")
        if isinstance(fault, PinRefused) and isinstance(left, int) and left > 0:
            self._panel.show_wrong(administrator, left)
        elif isinstance(fault, PinRefused | LockedOut):
            self._locked = administrator
            self._timer.start()
            self._look()
        else:
            self._panel.show_fault(administrator, fault)

    def _look(self) -> None:
        wait_ms = self._people.locked_for_ms(self._locked)
        self._panel.show_locked(self._locked, -(-wait_ms // 1000))
        if not wait_ms:
            self._timer.stop()
