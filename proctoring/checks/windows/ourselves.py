"""What our own process runs as, and what this PC runs on. Sources: Microsoft Learn, pages named as the functions."""

import ctypes

from proctoring.checks.observation import Observation, clear, found, unknown
from proctoring.checks.situation import Situation
from proctoring.win32 import layout as w
from proctoring.win32 import prototypes as p
from proctoring.win32 import users
from proctoring.win32.door import Win32

_REMOTE_SESSION = 0x1000
_REMOTE_CONTROL = 0x2001
_ON_BATTERY, _NOT_KNOWN = 0, 255
_NO_BATTERY = 128


def elevated(win32: Win32, _situation: Situation) -> Observation:
    """Tell whether we use an administrator's rights (TokenElevation)."""
    if users.elevated(win32):
        return found("elevated", ("TokenElevation: 1",))
    return clear("elevated", ("TokenElevation: 0",))


def debugger(win32: Win32, _situation: Situation) -> Observation:
    """Tell whether a debugger holds this process: from within, and as the kernel says it."""
    outside = w.BOOL()
    win32.must(p.REMOTE_DEBUGGER_PRESENT, win32.call(p.CURRENT_PROCESS), ctypes.byref(outside))
    lines = (
        f"IsDebuggerPresent: {win32.call(p.DEBUGGER_PRESENT)}",
        f"CheckRemoteDebuggerPresent: {outside.value}",
    )
    held = any(not line.endswith(": 0") for line in lines)
    return found("debugger", lines) if held else clear("debugger", lines)


def remote_session(win32: Win32, situation: Situation) -> Observation:
    """Tell whether this session is shown elsewhere: its own word, remote control of it, and the console's session."""
    session = w.DWORD()
    remote = win32.call(p.SYSTEM_METRICS, _REMOTE_SESSION)
    controlled = win32.call(p.SYSTEM_METRICS, _REMOTE_CONTROL)
    lines = [f"SM_REMOTESESSION: {remote}", f"SM_REMOTECONTROL: {controlled}"]
    if situation.own_pid is None:
        return found("remote_session", lines) if remote or controlled else unknown("remote_session", lines)
    win32.must(p.SESSION_OF_PROCESS, situation.own_pid, ctypes.byref(session))
    console = win32.must(p.CONSOLE_SESSION)
    lines.append(f"our session: {session.value}, the console's: {console}")
    if remote or controlled or session.value != console:
        return found("remote_session", lines)
    return clear("remote_session", lines)


def battery(win32: Win32, _situation: Situation) -> Observation:
    """Tell whether the PC runs on its battery."""
    status = w.PowerStatus()
    win32.must(p.POWER_STATUS, ctypes.byref(status))
    line = f"GetSystemPowerStatus: mains {status.on_line}, battery {status.flag}, {status.percent} %"
    if status.on_line == _ON_BATTERY:
        return found("battery", (line,))
    if status.on_line == _NOT_KNOWN and status.flag != _NO_BATTERY:
        return unknown("battery", (line,))
    return clear("battery", (line,))
