"""The watch over the foreground: whose window has the keyboard, told at once and at every look.

Sources: Microsoft Learn, `SetWinEventHook`, "Event Constants" (EVENT_SYSTEM_FOREGROUND), `GetWindowThreadProcessId`.
A program is known by the full path of its file, never by its name alone.
"""

import ctypes
import ntpath
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from proctoring.lockdown.seen import DisplayEvent, Seen
from proctoring.win32 import layout as w
from proctoring.win32 import prototypes as p
from proctoring.win32.door import Win32, WindowsRefused
from proctoring.win32.processes import image_of

INPUT_METHODS: Final = (
    r"System32\ctfmon.exe",
    r"System32\InputMethod\CHS\ChsIME.exe",
    r"SystemApps\MicrosoftWindows.Client.CBS_cw5n1h2txyewy\TextInputHost.exe",
)
"""Microsoft's own, below the Windows folder, where no ordinary user can write."""
_FOREGROUND: Final = 0x0003
_OUT_OF_CONTEXT: Final = 0x0000


@dataclass(frozen=True)
class AllowedPrograms:
    """Programs whose windows may have the keyboard, by full path; case does not count, as on Windows' own disks."""

    paths: frozenset[str]

    @classmethod
    def of(cls, own: Iterable[str], windows_folder: str = r"C:\Windows") -> "AllowedPrograms":
        """Allow our own programs and Microsoft's input methods."""
        methods = (ntpath.join(windows_folder, method) for method in INPUT_METHODS)
        return cls(frozenset(_plain(path) for path in (*own, *methods)))

    def allows(self, path: str) -> bool:
        """Tell whether a program is one of them."""
        return _plain(path) in self.paths


class ForegroundWatch:
    """Tells when another program's window comes to the front. `own_pid`: ours; `own_window`: brought back by `reclaim`.

    Belongs to one thread that has a message loop (Qt's own will do): Windows calls back there.
    """

    def __init__(self, win32: Win32, own_pid: int, own_window: int, allowed: AllowedPrograms) -> None:
        self._win32, self._own_pid, self._own_window, self._allowed = win32, own_pid, own_window, allowed
        self._procedure = w.EVENT_PROCEDURE(self._changed)
        self._hook = 0
        self._came: list[DisplayEvent] = []

    @property
    def running(self) -> bool:
        """Tell whether Windows calls us at every change."""
        return self._hook != 0

    def start(self) -> None:
        """Begin to watch. Raises `WindowsRefused`."""
        self._hook = self._win32.must(
            p.SET_EVENT_HOOK, _FOREGROUND, _FOREGROUND, None, self._procedure, 0, 0, _OUT_OF_CONTEXT
        )

    def stop(self) -> None:
        """Watch no longer."""
        if self._hook:
            self._win32.call(p.UNHOOK_EVENT, self._hook)
            self._hook = 0

    def look(self) -> tuple[DisplayEvent, ...]:
        """Tell what came to the front since the last look, and what is there now."""
        came, self._came = self._came, []
        now = self._judged(self._win32.call(p.FOREGROUND_WINDOW))
        return tuple(dict.fromkeys((*came, *now)))

    def reclaim(self) -> bool:
        """Ask for the keyboard back; Windows may refuse, which the next look shows."""
        return bool(self._win32.call(p.SET_FOREGROUND_WINDOW, self._own_window))

    def _changed(self, _hook: int, _event: int, window: int | None, *_where: int) -> None:
        self._came += self._judged(window or 0)

    def _judged(self, window: int) -> tuple[DisplayEvent, ...]:
        if window in {0, self._own_window}:  # 0: between two windows nobody has it
            return ()
        owner = w.DWORD()
        try:
            self._win32.must(p.WINDOW_PROCESS, window, ctypes.byref(owner))
            pid = owner.value
            path = "" if pid == self._own_pid else image_of(self._win32, pid)
        except WindowsRefused as refusal:
            subject = f"process {owner.value}" if owner.value else f"window {window:#x}"
            return (DisplayEvent(Seen.WINDOW_UNTOLD, subject, (f"{subject}: {refusal}",)),)
        if pid == self._own_pid or self._allowed.allows(path):
            return ()
        return (DisplayEvent(Seen.WINDOW_IN_FRONT, f"process {pid}: {path}", (f"process {pid}: {path}",)),)


def _plain(path: str) -> str:
    return ntpath.normcase(ntpath.normpath(path))
