"""What the service does: policies on while an exam's launcher runs, off when it ends, however it ends."""

import ctypes
from collections.abc import Callable
from typing import Final

from proctoring.lockdown.windows.announcing import announced
from proctoring.lockdown.windows.desktop import command_line, startup_on
from proctoring.lockdown.windows.policies import policies
from proctoring.lockdown.windows.undo import Policies
from proctoring.win32 import layout as w
from proctoring.win32 import prototypes as p
from proctoring.win32.door import Win32, WindowsRefused
from proctoring.win32.processes import ended
from proctoring.win32.registry import Registry
from sync.faults import Fault
from sync.own_program import own_program

HOME_COMMAND: Final = (*own_program("proctoring.lockdown.windows"), "home")


class Guardian:
    """Tends one account's PC. `say`: where it tells what it did and could not do (one line each)."""

    def __init__(self, win32: Win32, sid: str, say: Callable[[str], None]) -> None:
        self._win32, self._sid, self._say = win32, sid, say
        self._complaint = ""
        self._policies = Policies(Registry(win32))
        self._launcher = 0

    @property
    def holding(self) -> bool:
        """Tell whether an exam is being held."""
        return self._launcher != 0

    def tend(self) -> None:
        """Look once: begin, let go, or finish what an earlier service left. Raises nothing of Windows' refusals."""
        try:
            self._tend()
            self._complaint = ""
        except (WindowsRefused, Fault) as problem:
            if str(problem) != self._complaint:  # once, not every second
                self._say(str(problem))
            self._complaint = str(problem)

    def release(self) -> None:
        """Let the PC go now, as at a stop of the service. The exam's own desktop stays until its launcher ends."""
        try:
            self._policies.off()
        except (WindowsRefused, Fault) as problem:
            self._say(str(problem))
        self._forget()

    def _tend(self) -> None:
        if self._launcher:
            if not ended(self._win32, self._launcher):
                if not self._policies.stand():  # they were refused before
                    self._begin()
                return
            self._forget()
            self._say("the launcher ended")
            self._bring_home()
        if (launcher := announced(self._win32, self._sid)) is not None:
            self._launcher = launcher
            self._begin()
        elif self._policies.stand():
            self._policies.off()
            self._say("policies off")

    def _begin(self) -> None:
        self._policies.on(policies(self._sid))
        self._say("policies on")

    def _forget(self) -> None:
        if self._launcher:
            self._win32.call(p.CLOSE_HANDLE, self._launcher)
            self._launcher = 0

    def _bring_home(self) -> None:
        """Show the user's own desktop again, by a program in the user's session; a service has no way there itself."""
        token, started = w.HANDLE(), w.ProcessInformation()
        startup = startup_on("Default")
        try:
            session = self._win32.must(p.CONSOLE_SESSION)
            self._win32.must(p.QUERY_USER_TOKEN, session, ctypes.byref(token))
        except WindowsRefused as refusal:
            self._say(f"nobody's desktop to go home to: {refusal}")  # nobody is logged on any more
            return
        try:
            self._win32.must(
                p.CREATE_PROCESS_AS_USER,
                *(token, None, command_line(HOME_COMMAND), None, None, 0, 0, None, None),
                *(ctypes.byref(startup), ctypes.byref(started)),
            )
            self._win32.call(p.CLOSE_HANDLE, started.thread)
            self._win32.call(p.CLOSE_HANDLE, started.process)
        except WindowsRefused as refusal:
            self._say(f"the desktop may still be the exam's: {refusal}")
        finally:
            self._win32.call(p.CLOSE_HANDLE, token)
