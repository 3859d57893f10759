"""Which processes have a device open."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from proctoring.checks.device_lists import DeviceMarks
from proctoring.checks.machine import Machine, Unreadable
from proctoring.checks.process import Process

MOST_LINKS: Final = 10_000
"""No more open files are looked at, so that a program with a million of them holds nobody up."""


@dataclass(frozen=True)
class Holder:
    """One open file: whose, where it says so, and what."""

    pid: int
    at: str
    path: str

    @property
    def line(self) -> str:
        """Where it shows; which of its open files it is says nothing, and is another one the next time."""
        return f"/proc/{self.pid}/fd: {self.path}"


@dataclass(frozen=True)
class Held:
    """What was seen. `hidden`: processes whose open files are not shown to us; `whole`: nothing was left out."""

    holders: tuple[Holder, ...]
    hidden: int
    whole: bool


def held(machine: Machine, wanted: Callable[[str], bool]) -> Held:
    """Look at all open files for paths that are `wanted`. Raises `Unreadable` if /proc shows no processes."""
    holders: list[Holder] = []
    hidden, left = 0, MOST_LINKS
    for pid in machine.processes():
        at = f"proc/{pid}/fd"
        try:
            names = machine.names(at)
        except Unreadable:
            hidden += _is_somebodys(machine, pid)
            continue
        for name in (names or ())[:left]:
            path = _link(machine, f"{at}/{name}")
            if path is not None and wanted(path):
                holders.append(Holder(pid, f"/{at}/{name}", path))
        left -= len(names or ())
        if left <= 0:
            return Held(tuple(holders), hidden, whole=False)
    return Held(tuple(holders), hidden, whole=True)


def strangers(machine: Machine, pids: Iterable[int], own_pids: frozenset[int]) -> frozenset[int]:
    """Give those processes that are neither ours nor begun by ours; one that /proc does not show is a stranger."""
    return frozenset(pid for pid in set(pids) if not _is_ours(machine, pid, own_pids))


def lasting(machine: Machine, holders: Iterable[Holder]) -> tuple[Holder, ...]:
    """Give those that still have it open: a camera that is plugged in is opened for a moment to ask what it is."""
    return tuple(one for one in holders if _link(machine, one.at) == one.path)


def services_among(machine: Machine, pids: Iterable[int], marks: DeviceMarks | None) -> frozenset[int]:
    """Give those processes that hold devices for others, by their file and not by what they call themselves."""
    names = {service.program for service in marks.services} if marks else set()
    looked = {pid: Process.look(machine, pid) for pid in pids}
    return frozenset(pid for pid, one in looked.items() if one and (one.exe or "").rpartition("/")[2] in names)


def described(machine: Machine, pid: int) -> str:
    """Say who a process is: its file if the kernel shows it, else what it calls itself."""
    process = Process.look(machine, pid)
    return "not shown" if process is None else f"{process.exe or process.comm or '?'}, user {process.uid}"


def _is_ours(machine: Machine, pid: int, own_pids: frozenset[int]) -> bool:
    seen: set[int] = set()
    while pid not in seen:
        if pid in own_pids:
            return True
        seen.add(pid)
        process = Process.look(machine, pid)
        pid = process.parent if process else pid
    return False


def _is_somebodys(machine: Machine, pid: int) -> bool:
    process = Process.look(machine, pid)
    return process is not None and not process.is_kernel


def _link(machine: Machine, path: str) -> str | None:
    try:
        return machine.link(path)
    except Unreadable:
        return None
