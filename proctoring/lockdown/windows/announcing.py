r"""How the service learns that an exam has begun: the launcher names itself in its own user's registry.

`HKEY_USERS\<SID>\Software\Examroom`, value `Launcher` (REG_SZ): "process id:moment it began". The candidate's
account can write there, so it proves nothing: the service believes only a process that is there, began then, and runs
as that account.
"""

import os
from typing import Final

from proctoring.win32 import processes
from proctoring.win32 import prototypes as p
from proctoring.win32.door import Win32, WindowsRefused
from proctoring.win32.registry import STRING, Registry, Value
from proctoring.win32.users import sid_of

_VALUE: Final = "Launcher"
_ACCESS: Final = processes.QUERY | processes.SYNCHRONIZE


def announce(win32: Win32, sid: str, pid: int | None = None) -> None:
    """Say that an exam begins, held by this process. Raises `WindowsRefused`."""
    began = processes.began(win32, win32.call(p.CURRENT_PROCESS))
    said = f"{os.getpid() if pid is None else pid}:{began}"
    Registry(win32).set(_key(sid), _VALUE, Value(STRING, (said + "\0").encode("utf-16-le")))


def withdraw(win32: Win32, sid: str) -> None:
    """Say that it is over. Raises `WindowsRefused`."""
    Registry(win32).delete(_key(sid), _VALUE)


def announced(win32: Win32, sid: str) -> int | None:
    """Give the launcher's process, held open, None if nobody believable is announced. The caller closes it."""
    try:
        value = Registry(win32).get(_key(sid), _VALUE)
        pid, _, began = value.data.decode("utf-16-le").rstrip("\0").partition(":") if value else ("", "", "")
        if not (pid.isdecimal() and pid.isascii() and len(pid) <= _DIGITS):
            return None
        process = win32.must(p.OPEN_PROCESS, _ACCESS, 0, int(pid))
    except (WindowsRefused, UnicodeDecodeError):
        return None
    try:
        believed = str(processes.began(win32, process)) == began and sid_of(win32, process) == sid
        believed = believed and not processes.ended(win32, process)
    except WindowsRefused:
        believed = False
    if not believed:
        win32.call(p.CLOSE_HANDLE, process)
        return None
    return process


_DIGITS: Final = 9


def _key(sid: str) -> str:
    return rf"HKEY_USERS\{sid}\Software\Examroom"
