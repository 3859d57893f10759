"""A program as Windows' service manager runs it, and how it is set up and taken off again.

Sources: Microsoft Learn, "Writing a ServiceMain Function", "Service Control Handler Function", "Installing a Service".
"""

import ctypes
from collections.abc import Callable, Sequence
from subprocess import list2cmdline
from threading import Event
from typing import Final

from proctoring.win32 import layout as w
from proctoring.win32 import prototypes as p
from proctoring.win32.door import Win32, WindowsRefused

_ALL_OF_MANAGER, _ALL_OF_SERVICE = 0xF_003F, 0xF_01FF
_OWN_PROCESS, _AUTOMATIC, _IGNORE_ERRORS_AT_START = 0x10, 2, 0
_STOPPED, _RUNNING = 1, 4
_STOP, _INTERROGATE, _SHUTDOWN = 1, 4, 5
_ACCEPTS: Final = 0x1 | 0x4
_NOT_IMPLEMENTED: Final = 120
_NO_SUCH_SERVICE, _NOT_ACTIVE, _RUNS_ALREADY = 1060, 1062, 1056


class Service:
    """One service. `work` goes on until the event is set that it is given; `say`: one line for each trouble."""

    def __init__(self, win32: Win32, name: str, work: Callable[[Event], None], say: Callable[[str], None]) -> None:
        self._win32, self._name, self._work, self._say = win32, name, work, say
        self._stop = Event()
        self._status = 0
        self._main = w.SERVICE_MAIN(self._serve)
        self._handler = w.SERVICE_HANDLER(self._control)

    def run(self) -> None:
        """Serve until the service manager says stop. Raises `WindowsRefused` if no service manager started us."""
        table = (w.ServiceEntry * 2)(w.ServiceEntry(self._name, self._main), w.ServiceEntry())
        self._win32.must(p.DISPATCH_SERVICES, table)

    def _serve(self, _count: int, _arguments: int | None) -> None:
        try:
            self._status = self._win32.must(p.REGISTER_HANDLER, self._name, self._handler, None)
            self._report(_RUNNING)
            self._work(self._stop)
        except WindowsRefused as refusal:
            self._say(str(refusal))
        finally:
            self._report(_STOPPED)

    def _control(self, control: int, _type: int, _data: int | None, _context: int | None) -> int:
        if control in {_STOP, _SHUTDOWN}:
            self._stop.set()
        elif control != _INTERROGATE:
            return _NOT_IMPLEMENTED
        return 0

    def _report(self, state: int) -> None:
        status = w.ServiceStatus(kind=_OWN_PROCESS, state=state, accepted=_ACCEPTS if state == _RUNNING else 0)
        if self._status:
            self._win32.call(p.SET_SERVICE_STATUS, self._status, ctypes.byref(status))


def install(win32: Win32, name: str, shown: str, command: Sequence[str], account: str | None = None) -> None:
    """Set a service up that starts with Windows, and start it; one that is there is only started.

    `account`: whom it runs as, a virtual account for example; LocalSystem if none is named. Needs an administrator.

    Raises:
        WindowsRefused: the service manager refused.
    """
    manager = win32.must(p.OPEN_SERVICES, None, None, _ALL_OF_MANAGER)
    try:
        service = _opened(win32, manager, name) or win32.must(
            p.CREATE_SERVICE,
            *(manager, name, shown, _ALL_OF_SERVICE, _OWN_PROCESS, _AUTOMATIC, _IGNORE_ERRORS_AT_START),
            *(list2cmdline(command), None, None, None, account, None),
        )
        try:
            _unless(_RUNS_ALREADY, lambda: win32.must(p.START_SERVICE, service, 0, None))
        finally:
            win32.call(p.CLOSE_SERVICE, service)
    finally:
        win32.call(p.CLOSE_SERVICE, manager)


def remove(win32: Win32, name: str) -> None:
    """Stop and delete a service; fine if there is none. Raises `WindowsRefused`."""
    manager = win32.must(p.OPEN_SERVICES, None, None, _ALL_OF_MANAGER)
    try:
        if service := _opened(win32, manager, name):
            try:
                status = w.ServiceStatus()
                _unless(_NOT_ACTIVE, lambda: win32.must(p.CONTROL_SERVICE, service, _STOP, ctypes.byref(status)))
                win32.must(p.DELETE_SERVICE, service)
            finally:
                win32.call(p.CLOSE_SERVICE, service)
    finally:
        win32.call(p.CLOSE_SERVICE, manager)


def _opened(win32: Win32, manager: int, name: str) -> int:
    try:
        return win32.must(p.OPEN_SERVICE, manager, name, _ALL_OF_SERVICE)
    except WindowsRefused as refusal:
        if refusal.reason == _NO_SUCH_SERVICE:
            return 0
        raise


def _unless(fine: int, act: Callable[[], int]) -> None:
    try:
        act()
    except WindowsRefused as refusal:
        if refusal.reason != fine:
            raise
