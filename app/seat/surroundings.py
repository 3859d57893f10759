"""What the checks have to know beyond the PC's files: what is ours here, what the screen and the recorder measured."""

import os
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from app.resources import resource_folder
from app.seat.home import SeatHome
from proctoring.checks.clocks import read_kernel_clock
from proctoring.checks.inputs import input_identities
from proctoring.checks.lists import CheckListsUnreadable, Known
from proctoring.checks.machine import Machine, Unreadable
from proctoring.checks.network import default_routes
from proctoring.checks.situation import DiskFact, ScreenFact, Situation
from proctoring.checks.still import is_still
from proctoring.checks.tree import ExpectedBuild
from proctoring.recorder.client import RecorderStatus
from sync.trust.anchor import Trust
from sync.wire.environment import LockdownLevel

THIS_PC: Final = Machine()
"""The PC this program runs on."""
PICTURES: Final = 60
"""So many of the camera's newest pictures are compared."""
_PROGRAM: Final = Path(__file__).resolve().parents[2]
LOUDEST_OF: Final = 10
"""So many of the recorder's newest words on its sound count: somebody has to have been heard in that time."""
PEERS_KEPT_S: Final = 60.0
_HTTPS: Final = 443
_SILENT_TENTHS: Final = -2000
_LOCK_FIELDS: Final = 6


@dataclass(frozen=True)
class _AtStart:
    """What does not change while the kiosk runs: how the PC was when it began, the lists, the program's own files."""

    inputs: frozenset[str] | None
    routes: frozenset[str] | None
    slept_ms: int
    known: Known | None
    build: ExpectedBuild | None


class Surroundings:
    """Keeps what is known; `situation` gives it as it is now. May be used from any thread.

    `url`: the registry's address; `trust`: who may sign the list of the program's files.
    """

    def __init__(self, home: SeatHome, url: str, trust: Trust, machine: Machine = THIS_PC) -> None:
        self._home, self._machine = home, machine
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or _HTTPS
        self._turn = threading.Lock()
        self._known = Situation()
        self._levels: deque[int] = deque(maxlen=LOUDEST_OF)
        self._recorders: frozenset[int] = frozenset()
        self._peers: frozenset[tuple[str, int]] = frozenset()
        self._peers_until = 0.0
        self._pictures: deque[bytes] = deque(maxlen=PICTURES)
        self._start = _AtStart(
            _or_none(input_identities, machine),
            _or_none(default_routes, machine),
            _slept_ms(),
            _lists(),
            ExpectedBuild.beside(_PROGRAM, trust),
        )

    def set_screens(self, screens: tuple[ScreenFact, ...]) -> None:
        """Say what screens Qt has now."""
        self._change(screens=screens)

    def set_level(self, level: LockdownLevel) -> None:
        """Say how far the PC is shut down now."""
        self._change(level=level)

    def set_disk(self, disk: DiskFact) -> None:
        """Say what the disk holds against what a recording takes."""
        self._change(disk=disk)

    def show(self, picture: bytes | None) -> None:
        """Take one more of the camera's pictures: a byte of brightness per point; None: it is not a real camera's."""
        with self._turn:
            if picture is None or (self._pictures and len(self._pictures[-1]) != len(picture)):
                self._pictures.clear()
            if picture is not None:
                self._pictures.append(picture)
            pictures = tuple(self._pictures)
        still = is_still(pictures)
        self._change(still_picture=still)

    def hear(self, status: RecorderStatus | None) -> None:
        """Take the recorder's newest word: its processes, and how loud it is."""
        if status is None:
            return
        with self._turn:
            self._recorders = frozenset(pid for pid in (status.pid, status.keeper) if pid is not None)
            if status.level_dbfs_tenths > _SILENT_TENTHS or status.sources:
                self._levels.append(status.level_dbfs_tenths)
            loudest = max(self._levels) / 10 if len(self._levels) == LOUDEST_OF else None
            self._known = replace(self._known, microphone_dbfs=loudest)

    def situation(self) -> Situation:
        """Give all that is known now. Asks the resolver at most once a minute: not for the thread that shows."""
        with self._turn:
            known, recorders = self._known, self._recorders
        own = {os.getpid(), *recorders, *_holders(self._machine, self._home.agent_lock)}
        return replace(
            known,
            own_pids=frozenset(own),
            own_pid=os.getpid(),
            peers=self._addresses(),
            home=self._home.root,
            environment=dict(os.environ),
            clock=read_kernel_clock(),
            slept_ms=max(0, _slept_ms() - self._start.slept_ms),
            known_inputs=self._start.inputs,
            known_routes=self._start.routes,
            known=self._start.known,
            build=self._start.build,
        )

    def _change(self, **facts: object) -> None:
        with self._turn:
            self._known = replace(self._known, **facts)  # type: ignore[arg-type]

    def _addresses(self) -> frozenset[tuple[str, int]]:
        now = time.monotonic()
        with self._turn:
            if now < self._peers_until:
                return self._peers
            self._peers_until = now + PEERS_KEPT_S
        found = _resolved(self._host, self._port)
        with self._turn:
            self._peers |= found  # an address the name had a minute ago may be talked to yet
            return self._peers


def _resolved(host: str, port: int) -> frozenset[tuple[str, int]]:
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return frozenset()
    return frozenset((str(address[0]), port) for *_kind, address in answers)


def _or_none(look: Callable[[Machine], frozenset[str]], machine: Machine) -> frozenset[str] | None:
    try:
        return look(machine)
    except Unreadable:
        return None


def of_this_program() -> Situation:
    """Give what is known without a seat: this process, the kernel's clock, and the lists to compare with."""
    return Situation(
        own_pids=frozenset({os.getpid()}),
        own_pid=os.getpid(),
        environment=dict(os.environ),
        clock=read_kernel_clock(),
        known=_lists(),
    )


def _lists() -> Known | None:
    try:
        return Known.load(resource_folder() / "checks")
    except CheckListsUnreadable:
        return None  # then the checks that need them say that they cannot tell


def _slept_ms() -> int:
    """Give how long this PC has slept since it was started: what one clock counts of that and the other does not."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    if boot is None:
        return 0
    slept_s = time.clock_gettime(boot) - time.clock_gettime(time.CLOCK_MONOTONIC)
    return round(slept_s * 10) * 100  # the two are read one after the other: what is finer is not sleep


def _holders(machine: Machine, lock: Path) -> frozenset[int]:
    """Give who holds a file locked, as the kernel says it (/proc/locks, proc_locks(5)): the agent of this seat."""
    try:
        inode, told = lock.stat().st_ino, machine.text("proc/locks") or ""
    except (OSError, Unreadable):
        return frozenset()
    fields = (line.split() for line in told.splitlines())
    return frozenset(
        int(one[4])
        for one in fields
        if len(one) >= _LOCK_FIELDS and one[5].rpartition(":")[2] == str(inode) and one[4].isdecimal()
    )
