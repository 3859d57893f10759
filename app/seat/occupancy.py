"""One kiosk at a seat: the first holds the seat for as long as its process lives, and a second one is told so.

The kernel's lock (flock) on a file, not the file itself, says that the seat is taken: it is let go when the process
ends in whatever way, so that nothing has to be cleared up after a crash. Agent and recorder do not ask for it.
"""

import fcntl
import os

from app.seat.home import SeatHome
from sync.faults import EnvironmentFault
from sync.replica.durable import disk_faults, private_folder


class AlreadyRunning(EnvironmentFault):
    """Another kiosk holds this seat."""

    code = "ALREADY_RUNNING"


class Occupancy:
    """The right to run this seat, held from `take` until `give_up` or the end of the process."""

    def __init__(self, home: SeatHome) -> None:
        self._home = home
        self._handle: int | None = None

    def take(self) -> None:
        """Hold the seat; whoever holds it already goes on holding it.

        Raises:
            AlreadyRunning: another process (or another kiosk of this one) does.
            DiskFull, DiskFault: the lock's file cannot be made.
        """
        if self._handle is not None:
            return
        folder = private_folder(self._home.root)
        with disk_faults(folder, needed=0):
            handle = os.open(self._home.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                raise AlreadyRunning from None
            except OSError:
                os.close(handle)
                raise
        self._handle = handle

    def give_up(self) -> None:
        """Let the next one have it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
