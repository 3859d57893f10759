"""The heartbeat's two ends: the kiosk's event loop beats every second, the supervisor counts how long it did not."""

import os
import re
import socket
import time
from collections.abc import Mapping
from typing import Final

BEAT: Final = b"beat\n"
BEAT_MS: Final = 1_000
VARIABLE: Final = "EXAMROOM_HEARTBEAT"
"""Holds the number of the inherited descriptor."""
_MOST_AT_ONCE: Final = 100
_DESCRIPTOR: Final = re.compile(r"[0-9]{1,6}")


class Pulse:
    """The supervisor's end. `first`, `last`: when beats came (monotonic clock, seconds)."""

    def __init__(self) -> None:
        self._here, self.there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._here.setblocking(False)  # noqa: FBT003 - the standard library's
        self.last = time.monotonic()
        self.first: float | None = None

    def fileno(self) -> int:
        """Give the descriptor that becomes readable with a beat."""
        return self._here.fileno()

    def read(self) -> bool:
        """Take in the beats that came; what is no beat counts for nothing. Tell whether more can come."""
        for _ in range(_MOST_AT_ONCE):
            try:
                message = self._here.recv(len(BEAT) + 1)
            except BlockingIOError:
                return True
            except ConnectionResetError:
                return False
            if not message:
                return False
            if message == BEAT:
                self.last = time.monotonic()
                self.first = self.last if self.first is None else self.first
        return True

    def silent_s(self) -> float:
        """Give how long no beat came, with those that wait to be read."""
        self.read()
        return time.monotonic() - self.last

    def given_away(self) -> None:
        """Close the kiosk's end here; the kiosk has it."""
        self.there.close()

    def close(self) -> None:
        """Close both ends."""
        self._here.close()
        self.there.close()


def inherited(environment: Mapping[str, str]) -> socket.socket | None:
    """Give the kiosk's end, or None where there is none or something else than a socket of this kind."""
    number = environment.get(VARIABLE, "")
    if _DESCRIPTOR.fullmatch(number) is None:
        return None
    try:
        os.set_inheritable(int(number), False)  # noqa: FBT003 - no program that the kiosk starts can beat for it
        end = socket.socket(fileno=int(number))
    except OSError:
        return None
    if (end.family, end.type) != (socket.AF_UNIX, socket.SOCK_SEQPACKET):
        end.detach()  # not ours to close
        return None
    end.setblocking(False)  # noqa: FBT003
    return end
