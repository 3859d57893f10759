r"""The small service that puts an account's policies on and takes them off again, whoever crashes.

Sources: Microsoft Learn, "Writing a ServiceMain Function", "Service Control Handler Function", "Installing a Service".
It runs as LocalSystem, starts with Windows, and tends once a second; which account it tends is in
`HKEY_LOCAL_MACHINE\SOFTWARE\Examroom`, value `Account`.
"""

import ctypes
import re
from collections.abc import Callable
from subprocess import list2cmdline
from threading import Event
from typing import Final

from proctoring.lockdown.windows.guardian import Guardian
from proctoring.lockdown.windows.policies import ACCOUNT
from proctoring.lockdown.windows.undo import Policies
from proctoring.win32 import layout as w
from proctoring.win32 import prototypes as p
from proctoring.win32.door import Win32, WindowsRefused
from proctoring.win32.registry import STRING, Registry, Value
from sync.own_program import own_program

NAME: Final = "ExamroomLockdown"
COMMAND: Final = (*own_program("proctoring.lockdown.windows"), "service")
KEY: Final = r"HKEY_LOCAL_MACHINE\SOFTWARE\Examroom"
_ACCOUNT: Final = "Account"
_EVERY_S: Final = 1.0
_ALL_OF_MANAGER, _ALL_OF_SERVICE = 0xF_003F, 0xF_01FF
_OWN_PROCESS, _AUTOMATIC, _IGNORE_ERRORS_AT_START = 0x10, 2, 0
_STOPPED, _RUNNING = 1, 4
_STOP, _SHUTDOWN = 1, 5
_ACCEPTS: Final = 0x1 | 0x4
_NOT_IMPLEMENTED: Final = 120
_NO_SUCH_SERVICE, _NOT_ACTIVE, _RUNS_ALREADY = 1060, 1062, 1056


class Service:
    """The service as Windows' service manager runs it. `say`: one line for each thing done or not."""

    def __init__(self, win32: Win32, say: Callable[[str], None]) -> None:
        self._win32, self._say = win32, say
        self._stop = Event()
        self._status = 0
        self._main = w.SERVICE_MAIN(self._serve)
        self._handler = w.SERVICE_HANDLER(self._control)

    def run(self) -> None:
        """Serve until the service manager says stop. Raises `WindowsRefused` if no service manager started us."""
        table = (w.ServiceEntry * 2)(w.ServiceEntry(NAME, self._main), w.ServiceEntry())
        self._win32.must(p.DISPATCH_SERVICES, table)

    def _serve(self, _count: int, _arguments: int | None) -> None:
        try:
            self._status = self._win32.must(p.REGISTER_HANDLER, NAME, self._handler, None)
            self._report(_RUNNING)
            self._tend()
        except WindowsRefused as refusal:
            self._say(str(refusal))
        finally:
            self._report(_STOPPED)

    def _tend(self) -> None:
        account = account_of(self._win32)
        if account is None:
            self._say("no account to tend")
            return
        guardian = Guardian(self._win32, account, self._say)
        guardian.tend()
        while not self._stop.wait(_EVERY_S):
            guardian.tend()
        guardian.release()

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


_INTERROGATE: Final = 4


def account_of(win32: Win32) -> str | None:
    """Give the SID of the account the service tends, None if there is none. Raises `WindowsRefused`."""
    value = Registry(win32).get(KEY, _ACCOUNT)
    text = value.data.decode("utf-16-le", "replace").rstrip("\0") if value else ""
    return text if re.fullmatch(ACCOUNT, text) else None


def install(win32: Win32, sid: str) -> None:
    """Set the service up for an account and start it; again changes the account only. Needs an administrator.

    Raises:
        WindowsRefused: the service manager or the registry refused.
        ValueError: that is no ordinary account's SID.
    """
    if not re.fullmatch(ACCOUNT, sid):
        raise ValueError(sid)
    Registry(win32).set(KEY, _ACCOUNT, Value(STRING, (sid + "\0").encode("utf-16-le")))
    manager = win32.must(p.OPEN_SERVICES, None, None, _ALL_OF_MANAGER)
    try:
        service = _opened(win32, manager) or win32.must(
            p.CREATE_SERVICE,
            *(manager, NAME, "Examroom lock-down", _ALL_OF_SERVICE, _OWN_PROCESS, _AUTOMATIC),
            *(_IGNORE_ERRORS_AT_START, list2cmdline(COMMAND), None, None, None, None, None),
        )
        try:
            _unless(_RUNS_ALREADY, lambda: win32.must(p.START_SERVICE, service, 0, None))
        finally:
            win32.call(p.CLOSE_SERVICE, service)
    finally:
        win32.call(p.CLOSE_SERVICE, manager)


def remove(win32: Win32) -> None:
    """Stop and delete the service, put back what its policies changed, and forget the account. May be repeated.

    Raises:
        WindowsRefused: something is left; do it again, with the account logged on if policies are.
        LockdownPlanDamaged: the undo plan is not what was written; the policies stay as they are.
    """
    manager = win32.must(p.OPEN_SERVICES, None, None, _ALL_OF_MANAGER)
    try:
        if service := _opened(win32, manager):
            try:
                status = w.ServiceStatus()
                _unless(_NOT_ACTIVE, lambda: win32.must(p.CONTROL_SERVICE, service, _STOP, ctypes.byref(status)))
                win32.must(p.DELETE_SERVICE, service)
            finally:
                win32.call(p.CLOSE_SERVICE, service)
    finally:
        win32.call(p.CLOSE_SERVICE, manager)
    registry = Registry(win32)
    Policies(registry).off()
    registry.delete(KEY, _ACCOUNT)
    registry.delete_empty(KEY)


def _opened(win32: Win32, manager: int) -> int:
    try:
        return win32.must(p.OPEN_SERVICE, manager, NAME, _ALL_OF_SERVICE)
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
