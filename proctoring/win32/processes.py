"""Processes of a Windows PC: which run, what program each is, when it began, and whether it still runs.

Sources: Microsoft Learn, "Tool Help Library", "Process Security and Access Rights", `QueryFullProcessImageNameW`.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from proctoring.win32 import layout as w
from proctoring.win32 import prototypes as p
from proctoring.win32.door import NO_MORE_FILES, Win32, WindowsRefused

QUERY: Final = 0x1000
"""PROCESS_QUERY_LIMITED_INFORMATION: granted across users, unlike the full one."""
SYNCHRONIZE: Final = 0x0010_0000
MOST_PROCESSES: Final = 20_000
_SNAP_PROCESSES: Final = 0x2
_LONGEST: Final = 32_768
_TIMED_OUT: Final = 0x102


@dataclass(frozen=True)
class Running:
    """One process. `image`: the file's name only, as the list of processes has it; a program chooses it freely."""

    pid: int
    parent: int
    image: str


def running(win32: Win32) -> tuple[Running, ...]:
    """Give all processes. Raises `WindowsRefused`."""
    snapshot = win32.must(p.SNAPSHOT, _SNAP_PROCESSES, 0)
    try:
        return tuple(_entries(win32, snapshot))
    finally:
        win32.call(p.CLOSE_HANDLE, snapshot)


def image_of(win32: Win32, pid: int) -> str:
    """Give the full path of a process's program. Raises `WindowsRefused`, also if there is no such process."""
    with opened(win32, pid, QUERY) as process:
        room, size = w.buffer(_LONGEST), w.DWORD(_LONGEST)
        win32.must(p.PROCESS_IMAGE, process, 0, room, ctypes.byref(size))
        return w.text_of(room[: size.value])


def began(win32: Win32, process: int) -> int:
    """Give when a process began, in 100 ns since 1601; with the id this names it for ever. Raises `WindowsRefused`."""
    times = [w.FileTime() for _ in range(4)]
    win32.must(p.PROCESS_TIMES, process, *(ctypes.byref(time) for time in times))
    return times[0].steps()


def ended(win32: Win32, process: int, wait_ms: int = 0) -> bool:
    """Tell whether a process (opened with `SYNCHRONIZE`) has ended, waiting so long for it. Raises `WindowsRefused`."""
    return win32.must(p.WAIT, process, wait_ms) != _TIMED_OUT


@contextmanager
def opened(win32: Win32, pid: int, access: int) -> Iterator[int]:
    """Hold a process open. Raises `WindowsRefused`."""
    process = win32.must(p.OPEN_PROCESS, access, False, pid)  # noqa: FBT003 - children do not inherit it
    try:
        yield process
    finally:
        win32.call(p.CLOSE_HANDLE, process)


def _entries(win32: Win32, snapshot: int) -> Iterator[Running]:
    entry = w.ProcessEntry(size=ctypes.sizeof(w.ProcessEntry))
    step = p.FIRST_PROCESS
    for _ in range(MOST_PROCESSES):
        try:
            win32.must(step, snapshot, ctypes.byref(entry))
        except WindowsRefused as refusal:
            if refusal.reason == NO_MORE_FILES:
                return
            raise
        yield Running(entry.process_id, entry.parent, w.text_of(entry.image))
        step = p.NEXT_PROCESS
