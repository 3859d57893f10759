"""Simulated advapi32, second part: tokens, and the service manager."""

import ctypes
from typing import Any

from tests.proctoring.win32.fake_process import process_of, started
from tests.proctoring.win32.fake_state import ACCESS_DENIED, INVALID_HANDLE, Part


class Tokens(Part):
    library = "advapi32"

    def OpenProcessToken(self, process: int | None, _access: int, answer: Any) -> int:  # noqa: ANN401
        found = process_of(self.state, process)
        if found is None:
            return self.state.fail(INVALID_HANDLE)
        answer.contents.value = self.state.handle(found)
        return 1

    def GetTokenInformation(self, handle: int | None, about: int, room: int, _size: int, _needed: object) -> int:
        process = process_of(self.state, handle)
        if process is None:
            return self.state.fail(INVALID_HANDLE)
        if about == 20:
            ctypes.c_uint32.from_address(room).value = int(process.elevated)
            return 1
        sid = ctypes.create_string_buffer(process.sid.encode())
        self.state.kept.append(sid)
        ctypes.c_void_p.from_address(room).value = ctypes.addressof(sid)
        return 1

    def ConvertSidToStringSidW(self, sid: int, answer: Any) -> int:  # noqa: ANN401
        raw = ctypes.create_string_buffer(ctypes.string_at(sid).decode().encode("utf-16-le") + b"\0\0")
        self.state.kept.append(raw)
        answer[0] = ctypes.cast(raw, ctypes.POINTER(ctypes.c_uint16))
        return 1

    def CreateProcessAsUserW(self, *given: Any) -> Any:  # noqa: ANN401
        return started(self.state, given[2], given[9], given[10])


class Manager(Part):
    library = "advapi32"

    def OpenSCManagerW(self, _machine: object, _database: object, _access: int) -> int:
        own = self.state.processes[self.state.own_pid]
        return self.state.handle("services") if own.elevated else self.state.fail(ACCESS_DENIED)

    def CreateServiceW(self, _manager: int, name: str, _shown: str, *rest: Any) -> int:  # noqa: ANN401
        if name in self.state.services:
            return self.state.fail(1073)
        self.state.services[name] = {"command": rest[4], "start": rest[2], "runs": False, "account": rest[8]}
        return self.state.handle(("service", name))

    def OpenServiceW(self, _manager: int, name: str, _access: int) -> int:
        return self.state.handle(("service", name)) if name in self.state.services else self.state.fail(1060)

    def StartServiceW(self, handle: int, _count: int, _arguments: object) -> int:
        return self._switch(handle, on=True)

    def ControlService(self, handle: int, code: int, status: Any) -> int:  # noqa: ANN401
        status.contents.state = 1
        return self._switch(handle, on=False) if code == 1 else self.state.fail(87)

    def DeleteService(self, handle: int) -> int:
        del self.state.services[self._named(handle)]
        return 1

    def _switch(self, handle: int, *, on: bool) -> int:
        service = self.state.services[self._named(handle)]
        if service["runs"] is on:
            return self.state.fail(1056 if on else 1062)
        service["runs"] = on
        return 1

    def _named(self, handle: int) -> str:
        what: Any = self.state.handles[handle]
        return str(what[1])

    def CloseServiceHandle(self, handle: int | None) -> int:
        return self.state.close(handle)


class Running(Part):
    library = "advapi32"

    def StartServiceCtrlDispatcherW(self, table: Any) -> int:  # noqa: ANN401
        if self.state.service_manager is None:
            return self.state.fail(1063)
        assert table[0].name
        assert table[1].name is None
        table[0].main(0, None)
        return 1

    def RegisterServiceCtrlHandlerExW(self, _name: str, handler: Any, _context: object) -> int:  # noqa: ANN401
        self.state.service_handler = handler
        return self.state.handle("status")

    def SetServiceStatus(self, _handle: int, status: Any) -> int:  # noqa: ANN401
        self.state.service_states.append(status.contents.state)
        if status.contents.state == 4 and self.state.service_manager is not None:
            self.state.service_manager(self.state, self.state.service_handler)
        return 1
