"""What the checks have to know beyond the PC's files: what is ours here, what the screen and the recorder measured."""

import ipaddress
import os
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from app.resources import installed_tree, resource_folder
from app.seat.carrying import SiteStore
from app.seat.home import SeatHome
from proctoring.checks.clocks import read_kernel_clock
from proctoring.checks.inputs import input_identities
from proctoring.checks.installed import ExpectedBuild
from proctoring.checks.lists import CheckListsUnreadable, Known
from proctoring.checks.machine import Machine, Unreadable
from proctoring.checks.network import default_routes
from proctoring.checks.situation import DiskFact, ScreenFact, Situation
from proctoring.checks.still import is_still
from proctoring.recorder.client import RecorderStatus
from sync.faults import Fault
from sync.software import release
from sync.trust.anchor import Trust
from sync.wire.environment import LockdownLevel

THIS_PC: Final = Machine()
"""The PC this program runs on."""
PICTURES: Final = 60
"""So many of the camera's newest pictures are compared."""
RESOLVER_S: Final = 1.0
"""How long a look waits for the resolver; without a network it may take its time, and the next look has the answer."""
LOUDEST_OF: Final = 10
"""So many of the recorder's newest words on its sound count: somebody has to have been heard in that time."""
PEERS_KEPT_S: Final = 60.0
_HTTPS: Final = 443
_SILENT_TENTHS: Final = -2000
_LOCK_FIELDS: Final = 6


@dataclass(frozen=True)
class _Usual:
    """What is here and is not new."""

    inputs: frozenset[str] | None
    routes: frozenset[str] | None


@dataclass(frozen=True)
class _AtStart:
    """What does not change while the kiosk runs: whose child it is, the lists."""

    parent: int
    slept_ms: int
    known: Known | None


class Surroundings:
    """Keeps what is known; `situation` gives it as it is now. May be used from any thread.

    `url`: the registry's address; `trust`: who may sign the list of the program's files.
    """

    def __init__(self, home: SeatHome, url: str, trust: Trust, machine: Machine = THIS_PC) -> None:
        self._home, self._machine = home, machine
        parts = urlsplit(url)
        self._registry = (parts.hostname or "", parts.port or _HTTPS)
        self._turn = threading.Lock()
        self._known = Situation()
        self._levels: deque[int] = deque(maxlen=LOUDEST_OF)
        self._recorders: frozenset[int] = frozenset()
        self._peers: frozenset[tuple[str, int]] = frozenset()
        self._peers_until = 0.0
        self._pictures: deque[bytes] = deque(maxlen=PICTURES)
        self._registry_ahead_ms: int | None = None
        self._supervised = False
        self._usual = self._remembered = self._look_at_what_is_here()
        self._start = _AtStart(
            os.getppid(),
            _slept_ms(),
            _lists(),
        )
        self._trust = trust

    def set_screens(self, screens: tuple[ScreenFact, ...]) -> None:
        """Say what screens Qt has now."""
        self._change(screens=screens)

    def set_level(self, level: LockdownLevel) -> None:
        """Say how far the PC is shut down now."""
        self._change(level=level)

    def set_disk(self, disk: DiskFact) -> None:
        """Say what the disk holds against what a recording takes."""
        self._change(disk=disk)

    def set_supervised(self, *, supervised: bool) -> None:
        """Say whether whoever started us is the supervisor of a kiosk session of ours."""
        with self._turn:
            self._supervised = supervised

    def hear_registry(self, served_ms: int) -> None:
        """Take what the registry's clock said just now, ms since 1970. From here on it is counted on, unasked."""
        with self._turn:
            self._registry_ahead_ms = served_ms - _since_start_ms()

    def remember(self) -> None:
        """Keep what is here now, for when proctors start a session with it."""
        here = self._look_at_what_is_here()
        with self._turn:
            self._remembered = here

    def take_as_usual(self) -> None:
        """Take what was here when it was last remembered as what belongs here; what came since then is new."""
        with self._turn:
            self._usual = self._remembered

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
            known, recorders, usual = self._known, self._recorders, self._usual
            ahead_ms, supervised = self._registry_ahead_ms, self._supervised
        own = {os.getpid(), *recorders, *_holders(self._machine, self._home.agent_lock)}
        if supervised and os.getppid() == self._start.parent:  # a child whose parent has ended is another's
            own.add(self._start.parent)
        peers = self._addresses()
        return replace(
            known,
            own_pids=frozenset(own),
            own_pid=os.getpid(),
            peers=peers,
            ports=frozenset(port for host, port in peers if _is_this_pc(host)),
            home=self._home.root,
            environment=dict(os.environ),
            clock=read_kernel_clock(),
            slept_ms=max(0, _slept_ms() - self._start.slept_ms),
            registry_offset_ms=None if ahead_ms is None else _wall_ms() - _since_start_ms() - ahead_ms,
            known_inputs=usual.inputs,
            known_routes=usual.routes,
            known=self._start.known,
            build=self._build,
        )

    @cached_property
    def _build(self) -> ExpectedBuild | None:
        """What the program's own files are compared with, all the time the same; read by the first look, for 0.1 s."""
        return ExpectedBuild.at(installed_tree(), self._trust, release())

    def _change(self, **facts: object) -> None:
        with self._turn:
            self._known = replace(self._known, **facts)  # type: ignore[arg-type]

    def _look_at_what_is_here(self) -> _Usual:
        return _Usual(_or_none(input_identities, self._machine), _or_none(default_routes, self._machine))

    def _addresses(self) -> frozenset[tuple[str, int]]:
        """Give whom we may talk to: the registry, and the store that recordings go to."""
        now = time.monotonic()
        with self._turn:
            if now < self._peers_until:
                return self._peers
            self._peers_until = now + PEERS_KEPT_S
        asking = threading.Thread(target=self._resolve, daemon=True)
        asking.start()
        asking.join(RESOLVER_S)
        with self._turn:
            return self._peers

    def _resolve(self) -> None:
        for host, port in (self._registry, *_store(self._home)):
            found = _resolved(host, port)
            with self._turn:
                self._peers |= found  # an address the name had a minute ago may be talked to yet


def _store(home: SeatHome) -> tuple[tuple[str, int], ...]:
    """Give where recordings go, if that is beyond this PC's folders."""
    try:
        store = SiteStore.of(home)
        parts = urlsplit(store.address if store is not None else "")
        port = parts.port or _HTTPS
    except (Fault, ValueError):
        return ()  # whoever carries recordings there says what is the matter with it
    return ((parts.hostname, port),) if parts.hostname else ()


def _is_this_pc(host: str) -> bool:
    return ipaddress.ip_address(host.partition("%")[0]).is_loopback


def _resolved(host: str, port: int) -> frozenset[tuple[str, int]]:
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
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
        build=ExpectedBuild.at(installed_tree(), None, release()),
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


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


def _since_start_ms() -> int:
    """Give the time since this PC was started, sleep included: a clock that nobody sets."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime_ns(clock) // 1_000_000


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
