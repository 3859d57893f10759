r"""The small service that puts an account's policies on and takes them off again, whoever crashes.

It runs as LocalSystem, starts with Windows, and tends once a second; which account it tends is in
`HKEY_LOCAL_MACHINE\SOFTWARE\Examroom`, value `Account`.
"""

import re
from collections.abc import Callable
from threading import Event
from typing import Final

from proctoring.lockdown.windows.guardian import Guardian
from proctoring.lockdown.windows.policies import ACCOUNT
from proctoring.lockdown.windows.undo import Policies
from proctoring.win32 import service
from proctoring.win32.door import Win32
from proctoring.win32.registry import STRING, Registry, Value
from sync.own_program import own_program

NAME: Final = "ExamroomLockdown"
COMMAND: Final = (*own_program("proctoring.lockdown.windows"), "service")
KEY: Final = r"HKEY_LOCAL_MACHINE\SOFTWARE\Examroom"
_ACCOUNT: Final = "Account"
_EVERY_S: Final = 1.0


def service_of(win32: Win32, say: Callable[[str], None]) -> service.Service:
    """Give the service as Windows' service manager runs it. `say`: one line for each thing done or not."""

    def tend(stop: Event) -> None:
        account = account_of(win32)
        if account is None:
            say("no account to tend")
            return
        guardian = Guardian(win32, account, say)
        guardian.tend()
        while not stop.wait(_EVERY_S):
            guardian.tend()
        guardian.release()

    return service.Service(win32, NAME, tend, say)


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
    service.install(win32, NAME, "Examroom lock-down", COMMAND)


def remove(win32: Win32) -> None:
    """Stop and delete the service, put back what its policies changed, and forget the account. May be repeated.

    Raises:
        WindowsRefused: something is left; do it again, with the account logged on if policies are.
        LockdownPlanDamaged: the undo plan is not what was written; the policies stay as they are.
    """
    service.remove(win32, NAME)
    registry = Registry(win32)
    Policies(registry).off()
    registry.delete(KEY, _ACCOUNT)
    registry.delete_empty(KEY)
