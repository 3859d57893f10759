"""Simulated kernel32 and wtsapi32: processes, waiting, power, firmware, sessions."""

import ctypes
from threading import get_ident
from typing import Any

from tests.proctoring.win32.fake_state import (
    ACCESS_DENIED,
    INVALID_HANDLE,
    INVALID_PARAMETER,
    FakeProcess,
    Part,
    State,
    put_text,
)

SELF = 0xFFFF_FFFF_FFFF_FFFF
"""GetCurrentProcess's pseudo handle."""


def process_of(state: State, handle: int | None) -> FakeProcess | None:
    if handle == SELF:
        return state.processes.get(state.own_pid)
    what = state.handles.get(handle or 0)
    return what if isinstance(what, FakeProcess) else None


def started(state: State, line: Any, startup: Any, information: Any) -> int:  # noqa: ANN401
    units: list[int] = []
    while line[len(units)]:
        units.append(line[len(units)])
    text = b"".join(unit.to_bytes(2, "little") for unit in units).decode("utf-16-le")
    line[0] = line[0]  # it must be writable, as CreateProcessW's is
    station, _, desktop = (startup.contents.desktop or "WinSta0\\Default").partition("\\")
    if startup.contents.size != 104 or station != "WinSta0" or desktop not in state.desktops:
        return state.fail(INVALID_PARAMETER)
    process = state.start(text, desktop)
    information.contents.process, information.contents.thread = state.handle(process), state.handle("thread")
    information.contents.process_id = process.pid
    return 1


class Processes(Part):
    library = "kernel32"

    def OpenProcess(self, _access: int, _inherit: int, pid: int) -> int:
        process = self.state.processes.get(pid)
        if process is None:
            return self.state.fail(INVALID_PARAMETER)
        return self.state.fail(ACCESS_DENIED) if process.closed_to_us else self.state.handle(process)

    def GetProcessTimes(self, handle: int | None, began: Any, *_rest: Any) -> int:  # noqa: ANN401
        process = process_of(self.state, handle)
        if process is None:
            return self.state.fail(INVALID_HANDLE)
        began.contents.low, began.contents.high = process.began & 0xFFFF_FFFF, process.began >> 32
        return 1

    def QueryFullProcessImageNameW(self, handle: int | None, _flags: int, room: Any, size: Any) -> int:  # noqa: ANN401
        process = process_of(self.state, handle)
        if process is None:
            return self.state.fail(INVALID_HANDLE)
        size.contents.value = put_text(room, process.image)
        return 1

    def WaitForSingleObject(self, handle: int | None, _ms: int) -> int:
        process = process_of(self.state, handle)
        if process is None:
            self.state.fail(INVALID_HANDLE)
            return 0xFFFF_FFFF
        return 0 if process.ended else 0x102

    def GetExitCodeProcess(self, handle: int | None, code: Any) -> int:  # noqa: ANN401
        process = process_of(self.state, handle)
        if process is None:
            return self.state.fail(INVALID_HANDLE)
        code.contents.value = process.exit_code if process.ended else 259
        return 1

    def CloseHandle(self, handle: int | None) -> int:
        return self.state.close(handle)

    def GetCurrentProcess(self) -> Any:  # noqa: ANN401
        return SELF

    def GetModuleHandleW(self, name: str | None) -> int:
        return 0x1_4000_0000 if name is None else self.state.fail(126)

    def GetCurrentThreadId(self) -> Any:  # noqa: ANN401
        return get_ident() & 0xFFFF_FFFF

    def CreateProcessW(self, *given: Any) -> Any:  # noqa: ANN401
        return started(self.state, given[1], given[8], given[9])

    def ProcessIdToSessionId(self, pid: Any, session: Any) -> Any:  # noqa: ANN401
        return _put(session, self.state.sessions.get(pid, 1))

    def WTSGetActiveConsoleSessionId(self) -> Any:  # noqa: ANN401
        return self.state.console_session

    def LocalFree(self, _memory: Any) -> Any:  # noqa: ANN401
        return 0


class List(Part):
    library = "kernel32"

    def CreateToolhelp32Snapshot(self, flags: int, _pid: int) -> int:
        return (
            self.state.handle(iter(list(self.state.processes.values())))
            if flags == 2
            else self.state.fail(INVALID_PARAMETER)
        )

    def Process32FirstW(self, handle: int | None, entry: Any) -> int:  # noqa: ANN401
        listed: Any = self.state.handles.get(handle or 0)
        if listed is None or entry.contents.size != 568:
            return self.state.fail(INVALID_PARAMETER)
        process = next(listed, None)
        if process is None:
            return self.state.fail(18)
        entry.contents.process_id, entry.contents.parent = process.pid, process.parent
        put_text(ctypes.addressof(entry.contents.image), process.image.rpartition("\\")[2])
        return 1

    def Process32NextW(self, handle: int | None, entry: Any) -> int:  # noqa: ANN401
        return self.Process32FirstW(handle, entry)


class Machine(Part):
    library = "kernel32"

    def CheckRemoteDebuggerPresent(self, _handle: int | None, answer: Any) -> int:  # noqa: ANN401
        return _put(answer, int(self.state.debugged_from_outside))

    def GetSystemPowerStatus(self, status: Any) -> int:  # noqa: ANN401
        status.contents.on_line, status.contents.flag, status.contents.percent = self.state.power
        return 1

    def GetSystemFirmwareTable(self, provider: int, _table: int, room: int | None, size: int) -> int:
        if provider != int.from_bytes(b"RSMB", "big") or not self.state.firmware:
            return self.state.fail(INVALID_PARAMETER)
        if room and size >= len(self.state.firmware):
            ctypes.memmove(room, self.state.firmware, len(self.state.firmware))
        return len(self.state.firmware)

    def IsDebuggerPresent(self) -> Any:  # noqa: ANN401
        return int(self.state.debugged)


class Sessions(Part):
    library = "wtsapi32"

    def WTSQueryUserToken(self, session: int, answer: Any) -> int:  # noqa: ANN401
        if not self.state.logged_on or session != self.state.console_session:
            return self.state.fail(1008)
        return _put(answer, self.state.handle(FakeProcess(0, "", began=0)))


def _put(pointer: Any, value: int) -> int:  # noqa: ANN401
    pointer.contents.value = value
    return 1
