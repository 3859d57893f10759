"""A made-up Windows: libraries whose functions go through ctypes with the types that the door has set on them.

So a wrong number or type of arguments fails here as it would there. What is behind them keeps the documented rules:
handles that end, named desktops of which one is shown, hooks in a chain, a registry with a 64-bit view, processes,
services. It is simulated; nothing here shows that Windows behaves like it.
"""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from proctoring.win32.door import Win32
from tests.proctoring.win32 import fake_desktop, fake_process, fake_registry, fake_service
from tests.proctoring.win32.fake_state import SID, Crash, FakeProcess, FakeWindow, Part, State

__all__ = ["SID", "WINDOW", "Crash", "FakeProcess", "FakeWindow", "FakeWindows", "seat_pc"]


class FakeFunction:
    """One exported function, with the attributes that ctypes functions have."""

    def __init__(self, name: str, act: Callable[..., Any]) -> None:
        self.name, self.act = name, act
        self.argtypes: tuple[Any, ...] | None = None
        self.restype: Any = ctypes.c_int
        self._native: Any = None

    def __call__(self, *arguments: object) -> Any:  # noqa: ANN401 - whatever the function gives
        assert self.argtypes is not None, f"{self.name} was called before its types were set"
        raised: list[BaseException] = []

        def act(*given: object) -> Any:  # noqa: ANN401
            try:
                return self.act(*given)
            except BaseException as error:  # noqa: BLE001 - ctypes would only print it
                raised.append(error)
                return 0

        native = ctypes.CFUNCTYPE(self.restype, *self.argtypes)(act)
        result = native(*arguments)
        if raised:
            raise raised[0]
        return result


@dataclass
class FakeWindows:
    """One simulated PC. `state`: what tests set up and look at."""

    state: State = field(default_factory=State)
    lacking: set[str] = field(default_factory=set)
    """Functions that this Windows does not have."""

    def door(self) -> Win32:
        libraries: dict[str, dict[str, FakeFunction]] = {}
        for part in PARTS:
            made = part(self.state)
            kept = {name: FakeFunction(name, act) for name, act in made.exports().items() if name not in self.lacking}
            libraries.setdefault(made.library, {}).update(kept)
        loaded = {name: SimpleNamespace(**functions) for name, functions in libraries.items()}
        return Win32(loaded.__getitem__, lambda: self.state.last_error)


PARTS: tuple[type[Part], ...] = (
    *(fake_desktop.Desktops, fake_desktop.Keys, fake_desktop.Windows, fake_desktop.Screens),
    *(fake_process.Processes, fake_process.List, fake_process.Machine, fake_process.Sessions),
    *(fake_registry.Keys, fake_registry.Values),
    *(fake_service.Tokens, fake_service.Manager, fake_service.Running),
)


def seat_pc() -> FakeWindows:
    """An ordinary PC: one screen, an account logged on, our process with one window, USB storage as Windows sets it."""
    pc = FakeWindows()
    own = pc.state.own_pid
    pc.state.processes[own] = FakeProcess(own, r"C:\Program Files\Examroom\examroom.exe")
    pc.state.processes[4] = FakeProcess(4, "System", parent=0, closed_to_us=True, sid="S-1-5-18")
    pc.state.processes[640] = FakeProcess(640, r"C:\Windows\explorer.exe")
    pc.state.windows[WINDOW] = FakeWindow(own)
    pc.state.foreground = WINDOW
    fake_registry.fill(pc.state, r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\USBSTOR", Start=3, Type=1)
    system = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
    fake_registry.fill(pc.state, rf"HKEY_LOCAL_MACHINE\{system}", EnableLUA=1)
    fake_registry.fill(pc.state, rf"HKEY_USERS\{SID}\Software\Microsoft\Windows\CurrentVersion", Something=1)
    return pc


WINDOW = 0x20414
