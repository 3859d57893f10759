"""One kiosk at a seat, and one agent: the first holds its place for as long as its process lives, a second is told so.

The kernel's lock (flock) on a file, not the file itself, says that the seat is taken: it is let go when the process
ends in whatever way, so that nothing has to be cleared up after a crash. The recorder does not ask for it.
"""

import fcntl
import os
import time
from pathlib import Path
from typing import ClassVar, Final

from app.seat.changing.state import PackageState
from app.seat.home import SeatHome
from sync.faults import EnvironmentFault
from sync.replica.durable import disk_faults, private_folder

_LOOKS: Final = 10
_A_LOOK_S: Final = 0.05


class AlreadyRunning(EnvironmentFault):
    """Another kiosk holds this seat."""

    code = "ALREADY_RUNNING"


class AgentRunning(EnvironmentFault):
    """Another agent works at this seat."""

    code = "AGENT_RUNNING"


class ProgramsChanging(EnvironmentFault):
    """Another version of the programs is being put in, or that was broken off: none of them begins work."""

    code = "PROGRAMS_CHANGING"


def require_unchanging(home: SeatHome) -> None:
    """See to it that no other version of the programs is on its way in at this seat. Raises ProgramsChanging."""
    if PackageState().is_changing(home.root):
        raise ProgramsChanging


class Occupancy:
    """The right to run this seat, held from `take` until `give_up` or the end of the process."""

    refusal: ClassVar[type[EnvironmentFault]] = AlreadyRunning

    def __init__(self, home: SeatHome) -> None:
        self._home = home
        self._handle: int | None = None

    @property
    def file(self) -> Path:
        """What is held locked."""
        return self._home.lock

    def take(self) -> None:
        """Hold the seat; whoever holds it already goes on holding it.

        Raises:
            AlreadyRunning (AgentRunning): another process (or another one of this process) does.
            ProgramsChanging: the programs are being changed.
            DiskFull, DiskFault: the lock's file cannot be made.
        """
        if self._handle is not None:
            return
        require_unchanging(self._home)
        folder = private_folder(self._home.root)
        with disk_faults(folder, needed=0):
            handle = os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                raise self.refusal from None
            except OSError:
                os.close(handle)
                raise
        self._handle = handle

    def fileno(self) -> int:
        """Give the descriptor that holds the seat: a child that inherits it holds it, too."""
        if self._handle is None:
            raise ValueError("it is not held")
        return self._handle

    def give_up(self) -> None:
        """Let the next one have it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


class AgentDuty(Occupancy):
    """The right to deliver for this seat: two who did would take each other's packets in flight for left over."""

    refusal = AgentRunning

    @property
    def file(self) -> Path:
        """What is held locked."""
        return self._home.agent_lock

    def take(self) -> None:
        """Hold it, as `Occupancy.take`; who only looks whether it is held (`is_held`) is waited for."""
        for _ in range(_LOOKS):
            try:
                super().take()
            except AgentRunning:
                time.sleep(_A_LOOK_S)
            else:
                return
        super().take()

    def is_held(self) -> bool:
        """Tell whether an agent works at this seat now. Raises DiskFault."""
        try:
            super().take()
        except AgentRunning:
            return True
        self.give_up()
        return False
