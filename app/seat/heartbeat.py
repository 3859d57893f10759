"""The kiosk's end of the session's heartbeat, and what can be seen of that session from here."""

import os
import socket
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Self

from PySide6.QtCore import QObject, QTimer

from proctoring.lockdown.level import Evidence
from proctoring.lockdown.session.looking import look_at_account, look_at_supervisor, look_at_users
from proctoring.lockdown.session.pulse import BEAT, BEAT_MS, VARIABLE, inherited


class Heartbeat(QObject):
    """Beats every second from the event loop, so that a kiosk that hangs is started again.

    `around` gives what was seen of whoever started us; a kiosk that was started by hand has neither.
    """

    def __init__(self, end: socket.socket, display: str, parent: QObject) -> None:
        super().__init__(parent)
        self._end = end
        # once is enough: it cannot change without this process, or its display, coming to an end
        self.supervision = look_at_supervisor(end, display)
        self._timer = QTimer(self, interval=BEAT_MS)
        self._timer.timeout.connect(self._beat)

    @classmethod
    def join(cls, environment: MutableMapping[str, str], parent: QObject) -> Self | None:
        """Take up the heartbeat that the session left to us; None without a session. No child of ours finds it."""
        end = inherited(environment)
        environment.pop(VARIABLE, None)
        return None if end is None else cls(end, environment.get("DISPLAY", ""), parent)

    def begin(self) -> None:
        """Beat now, as the window is up, and every second from now on."""
        self._timer.start()
        self._beat()

    def end(self) -> None:
        """Beat no more, and let go of the session's socket."""
        self._timer.stop()
        self._end.close()

    def _beat(self) -> None:
        with suppress(OSError):  # full: the supervisor itself stands still; closed: it is gone, and so are we soon
            self._end.send(BEAT)


def around(heartbeat: Heartbeat | None) -> Evidence:
    """Give the part of the evidence that is around this process: its supervisor, and the user it runs as."""
    supervision = None if heartbeat is None else heartbeat.supervision
    account = look_at_account(os.getuid())
    return Evidence(supervision=supervision, account=account, machine_users=look_at_users())
