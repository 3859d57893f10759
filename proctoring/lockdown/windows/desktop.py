"""A Windows desktop of the exam's own: made, shown, and left again whatever happens.

Windows of one desktop can neither be seen nor sent messages from another, and hooks reach no further (Microsoft Learn,
"Desktops"). What runs on the user's own desktop keeps running there, and sees nothing of the exam.
"""

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from subprocess import list2cmdline
from typing import Final

from proctoring.win32 import layout as w
from proctoring.win32 import prototypes as p
from proctoring.win32.door import Win32, WindowsRefused

HOME: Final = "Default"
"""The desktop that a user logs on to."""
OWN: Final = "ExamroomKiosk"
_SWITCH: Final = 0x0100
_READ: Final = 0x0001
_ALL: Final = 0x000F_01FF
"""STANDARD_RIGHTS_REQUIRED and every right of a desktop (Microsoft Learn, "Desktop Security and Access Rights")."""
_NAME: Final = 2
"""UOI_NAME."""
_LONGEST: Final = 256


@dataclass(frozen=True)
class Desktop:
    """A desktop we hold open. `handle` keeps it alive."""

    handle: int
    name: str


def shown(win32: Win32) -> str:
    """Give the name of the desktop that has the keyboard and the screen.

    Raises:
        WindowsRefused: it is one we may not look at: the logon or Ctrl+Alt+Del screen (error 5).
    """
    handle = win32.must(p.OPEN_INPUT_DESKTOP, 0, 0, _READ)
    try:
        return _name(win32, handle)
    finally:
        win32.call(p.CLOSE_DESKTOP, handle)


@contextmanager
def own_desktop(win32: Win32, name: str = OWN) -> Iterator[Desktop]:
    """Make a desktop and show it; at the end show the one that was there before, or else the user's own.

    Raises:
        WindowsRefused: it cannot be made or shown; then everything is as before.
    """
    before = win32.must(p.OPEN_INPUT_DESKTOP, 0, 0, _SWITCH | _READ)
    try:
        own = Desktop(win32.must(p.CREATE_DESKTOP, name, None, None, 0, _ALL, None), name)
        try:
            win32.must(p.SWITCH_DESKTOP, own.handle)
            try:
                yield own
            finally:
                if not win32.call(p.SWITCH_DESKTOP, before):
                    go_home(win32)
        finally:
            win32.call(p.CLOSE_DESKTOP, own.handle)
    finally:
        win32.call(p.CLOSE_DESKTOP, before)


def go_home(win32: Win32) -> bool:
    """Show the user's own desktop if the exam's is shown. Tell whether there was anything to do.

    Called from within the user's session: a service cannot reach another session's desktops.
    """
    try:
        if shown(win32) != OWN:
            return False
    except WindowsRefused:
        return False  # the logon or Ctrl+Alt+Del screen: it leads back by itself
    handle = win32.must(p.OPEN_DESKTOP, HOME, 0, 0, _SWITCH)
    try:
        win32.must(p.SWITCH_DESKTOP, handle)
    finally:
        win32.call(p.CLOSE_DESKTOP, handle)
    return True


def run_on(win32: Win32, desktop: Desktop, arguments: Sequence[str]) -> int:
    """Run a program on a desktop until it ends, and give its exit code. Raises `WindowsRefused`."""
    started = w.ProcessInformation()
    startup = startup_on(desktop.name)
    win32.must(
        p.CREATE_PROCESS,
        *(None, command_line(arguments), None, None, 0, 0, None, None),
        *(ctypes.byref(startup), ctypes.byref(started)),
    )
    win32.call(p.CLOSE_HANDLE, started.thread)
    try:
        win32.must(p.WAIT, started.process, _FOR_EVER)
        code = w.DWORD()
        win32.must(p.EXIT_CODE, started.process, ctypes.byref(code))
        return code.value
    finally:
        win32.call(p.CLOSE_HANDLE, started.process)


_FOR_EVER: Final = 0xFFFF_FFFF


def startup_on(desktop: str) -> w.StartupInfo:
    """Say that a program's windows belong on this desktop of the user's window station."""
    return w.StartupInfo(size=ctypes.sizeof(w.StartupInfo), desktop=f"WinSta0\\{desktop}")


def command_line(arguments: Sequence[str]) -> "ctypes.Array[ctypes.c_uint16]":
    """Give a command line in a buffer of its own, because CreateProcessW writes into it."""
    raw = (list2cmdline(arguments) + "\0").encode("utf-16-le")
    return (ctypes.c_uint16 * (len(raw) // 2)).from_buffer_copy(raw)


def _name(win32: Win32, handle: int) -> str:
    room = w.buffer(_LONGEST)
    win32.must(p.GET_OBJECT_INFORMATION, handle, _NAME, room, ctypes.sizeof(room), ctypes.byref(w.DWORD()))
    return w.text_of(room)
