"""What a simulated Windows consists of: handles, desktops, windows, processes, keys, the registry."""

import ctypes
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Queue  # noqa: TC003 - a field of a dataclass
from typing import Any, ClassVar

ACCESS_DENIED, INVALID_HANDLE, INVALID_PARAMETER, FILE_NOT_FOUND = 5, 6, 87, 2
SID = "S-1-5-21-1111111111-222222222-333333333-1001"
OTHER_SID = "S-1-5-21-1111111111-222222222-333333333-1002"


class Crash(Exception):  # noqa: N818 - it is what happens to our process
    """Our process ends here."""


@dataclass
class FakeProcess:
    pid: int
    image: str
    parent: int = 4
    began: int = 133_000_000_000_000_000
    sid: str = SID
    ended: bool = False
    closed_to_us: bool = False
    elevated: bool = False
    exit_code: int = 0
    desktop: str = "Default"
    command: str = ""


@dataclass
class FakeWindow:
    pid: int
    affinity: int = 0


@dataclass
class Key:
    """A registry key; names are compared without case."""

    name: str
    values: dict[str, tuple[str, int, bytes]] = field(default_factory=dict)
    keys: dict[str, "Key"] = field(default_factory=dict)


@dataclass
class Hook:
    procedure: Callable[..., int]
    desktop: str


@dataclass
class State:
    own_pid: int = field(default_factory=os.getpid)
    handles: dict[int, object] = field(default_factory=dict)
    last_error: int = 0
    desktops: set[str] = field(default_factory=lambda: {"Default", "Winlogon"})
    shown: str = "Default"
    refuse_switch: bool = False
    windows: dict[int, FakeWindow] = field(default_factory=dict)
    foreground: int = 0
    refuse_foreground: bool = False
    affinities: frozenset[int] = frozenset({0x00, 0x01, 0x11})
    hooks: list[Hook] = field(default_factory=list)
    hooks_work: bool = True
    refuse_module: bool = False
    event_hooks: dict[int, Callable[..., None]] = field(default_factory=dict)
    typed: list[tuple[int, bool]] = field(default_factory=list)
    queues: dict[int, "Queue[int]"] = field(default_factory=dict)
    paths: list[tuple[int, int]] = field(default_factory=lambda: [(0, 0)])
    metrics: dict[int, int] = field(default_factory=dict)
    processes: dict[int, FakeProcess] = field(default_factory=dict)
    on_start: Callable[[FakeProcess], None] = lambda _process: None
    debugged: bool = False
    debugged_from_outside: bool = False
    power: tuple[int, int, int] = (1, 0, 100)
    firmware: bytes = b""
    sessions: dict[int, int] = field(default_factory=dict)
    console_session: int = 1
    logged_on: bool = True
    registry: Key = field(default_factory=lambda: Key(""))
    writes: int = 0
    crash_at: int | None = None
    refuse_write: Callable[[str], bool] = lambda _key: False
    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    service_manager: Callable[[Any, Any], None] | None = None
    service_handler: Any = None
    service_states: list[int] = field(default_factory=list)
    kept: list[object] = field(default_factory=list)
    next_handle: int = 0x100

    def fail(self, error: int) -> int:
        self.last_error = error
        return 0

    def handle(self, what: object) -> int:
        self.next_handle += 4
        self.handles[self.next_handle] = what
        return self.next_handle

    def close(self, handle: int | None) -> int:
        if handle not in self.handles:
            return self.fail(INVALID_HANDLE)
        del self.handles[handle]
        return 1

    def written(self, key: str = "") -> bool:
        """Count a change of the registry; our process may end right before it. Tell whether it is refused."""
        if self.crash_at is not None and self.writes >= self.crash_at:
            raise Crash
        self.writes += 1
        return self.refuse_write(key)

    def start(self, command: str, desktop: str) -> FakeProcess:
        pid = max((*self.processes, 1000)) + 4
        process = FakeProcess(pid, command, command=command, desktop=desktop, began=133_000_000_000_000_000 + pid)
        self.processes[pid] = process
        self.on_start(process)
        return process


@dataclass
class Part:
    """One part of Windows; its public methods are the functions that `library` exports."""

    library: ClassVar[str]
    state: State

    def exports(self) -> dict[str, Callable[..., Any]]:
        return {name: getattr(self, name) for name in vars(type(self)) if name[0].isupper()}


def put_text(room: Any, text: str) -> int:  # noqa: ANN401 - a pointer of ctypes
    """Write UTF-16 with its zero where a pointer points; give the number of units without the zero."""
    raw = text.encode("utf-16-le") + b"\0\0"
    ctypes.memmove(room, raw, len(raw))
    return len(raw) // 2 - 1
