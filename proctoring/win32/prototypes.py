"""Every function of Windows that we call: its library, result, arguments, and what a failure looks like.

The source of each line is the function's own page on Microsoft Learn, under its name. Nothing else is ever called.
"""

import ctypes
from dataclasses import dataclass
from enum import Enum
from typing import Final

from proctoring.win32 import layout as w

_P = ctypes.POINTER


class Fails(Enum):
    """How a function says that it failed."""

    ZERO = "zero"
    """0 or no handle; the reason is in GetLastError."""
    MINUS_ONE = "minus one"
    """INVALID_HANDLE_VALUE, or all ones; the reason is in GetLastError."""
    STATUS = "status"
    """The result is the reason; 0 is good."""
    NEVER = "never"


@dataclass(frozen=True)
class Prototype:
    """One function as Windows declares it. `result`, `arguments`: ctypes types; None is "nothing"."""

    library: str
    name: str
    result: object
    arguments: tuple[object, ...]
    fails: Fails = Fails.ZERO


def _user32(name: str, result: object, *arguments: object, fails: Fails = Fails.ZERO) -> Prototype:
    return Prototype("user32", name, result, arguments, fails)


def _kernel32(name: str, result: object, *arguments: object, fails: Fails = Fails.ZERO) -> Prototype:
    return Prototype("kernel32", name, result, arguments, fails)


def _advapi32(name: str, result: object, *arguments: object, fails: Fails = Fails.ZERO) -> Prototype:
    return Prototype("advapi32", name, result, arguments, fails)


# ------------------------------------------------------------------------------------------------ desktops
CREATE_DESKTOP: Final = _user32("CreateDesktopW", w.HANDLE, w.TEXT, w.TEXT, w.HANDLE, w.DWORD, w.DWORD, w.HANDLE)
OPEN_DESKTOP: Final = _user32("OpenDesktopW", w.HANDLE, w.TEXT, w.DWORD, w.BOOL, w.DWORD)
OPEN_INPUT_DESKTOP: Final = _user32("OpenInputDesktop", w.HANDLE, w.DWORD, w.BOOL, w.DWORD)
SWITCH_DESKTOP: Final = _user32("SwitchDesktop", w.BOOL, w.HANDLE)
CLOSE_DESKTOP: Final = _user32("CloseDesktop", w.BOOL, w.HANDLE)
GET_OBJECT_INFORMATION: Final = _user32(
    "GetUserObjectInformationW", w.BOOL, w.HANDLE, ctypes.c_int, ctypes.c_void_p, w.DWORD, _P(w.DWORD)
)
# ------------------------------------------------------------------------------------- keys and messages
SET_WINDOWS_HOOK: Final = _user32("SetWindowsHookExW", w.HANDLE, ctypes.c_int, w.KEYBOARD_PROCEDURE, w.HANDLE, w.DWORD)
UNHOOK_WINDOWS_HOOK: Final = _user32("UnhookWindowsHookEx", w.BOOL, w.HANDLE)
CALL_NEXT_HOOK: Final = _user32(
    "CallNextHookEx",
    w.SIGNED_POINTER_SIZED,
    w.HANDLE,
    ctypes.c_int,
    w.POINTER_SIZED,
    w.SIGNED_POINTER_SIZED,
    fails=Fails.NEVER,
)
SEND_INPUT: Final = _user32("SendInput", w.DWORD, w.DWORD, _P(w.KeyboardInput), ctypes.c_int)
GET_MESSAGE: Final = _user32("GetMessageW", w.BOOL, _P(w.Message), w.HANDLE, w.DWORD, w.DWORD, fails=Fails.MINUS_ONE)
DISPATCH_MESSAGE: Final = _user32("DispatchMessageW", w.SIGNED_POINTER_SIZED, _P(w.Message), fails=Fails.NEVER)
POST_THREAD_MESSAGE: Final = _user32(
    "PostThreadMessageW", w.BOOL, w.DWORD, w.DWORD, w.POINTER_SIZED, w.SIGNED_POINTER_SIZED
)
# ------------------------------------------------------------------------------------------------ windows
SET_EVENT_HOOK: Final = _user32(
    "SetWinEventHook", w.HANDLE, w.DWORD, w.DWORD, w.HANDLE, w.EVENT_PROCEDURE, w.DWORD, w.DWORD, w.DWORD
)
UNHOOK_EVENT: Final = _user32("UnhookWinEvent", w.BOOL, w.HANDLE)
FOREGROUND_WINDOW: Final = _user32("GetForegroundWindow", w.HANDLE, fails=Fails.NEVER)
SET_FOREGROUND_WINDOW: Final = _user32("SetForegroundWindow", w.BOOL, w.HANDLE)
WINDOW_PROCESS: Final = _user32("GetWindowThreadProcessId", w.DWORD, w.HANDLE, _P(w.DWORD))
SET_AFFINITY: Final = _user32("SetWindowDisplayAffinity", w.BOOL, w.HANDLE, w.DWORD)
GET_AFFINITY: Final = _user32("GetWindowDisplayAffinity", w.BOOL, w.HANDLE, _P(w.DWORD))
SYSTEM_METRICS: Final = _user32("GetSystemMetrics", ctypes.c_int, ctypes.c_int, fails=Fails.NEVER)
DISPLAY_BUFFER_SIZES: Final = _user32(
    "GetDisplayConfigBufferSizes", w.LONG, w.DWORD, _P(w.DWORD), _P(w.DWORD), fails=Fails.STATUS
)
DISPLAY_CONFIG: Final = _user32(
    "QueryDisplayConfig",
    w.LONG,
    w.DWORD,
    _P(w.DWORD),
    _P(w.DisplayPath),
    _P(w.DWORD),
    _P(w.DisplayMode),
    ctypes.c_void_p,
    fails=Fails.STATUS,
)
# ---------------------------------------------------------------------------------------------- processes
CLOSE_HANDLE: Final = _kernel32("CloseHandle", w.BOOL, w.HANDLE)
CURRENT_PROCESS: Final = _kernel32("GetCurrentProcess", w.HANDLE, fails=Fails.NEVER)
OWN_MODULE: Final = _kernel32("GetModuleHandleW", w.HANDLE, w.TEXT)
CURRENT_THREAD_ID: Final = _kernel32("GetCurrentThreadId", w.DWORD, fails=Fails.NEVER)
OPEN_PROCESS: Final = _kernel32("OpenProcess", w.HANDLE, w.DWORD, w.BOOL, w.DWORD)
PROCESS_TIMES: Final = _kernel32(
    "GetProcessTimes", w.BOOL, w.HANDLE, _P(w.FileTime), _P(w.FileTime), _P(w.FileTime), _P(w.FileTime)
)
PROCESS_IMAGE: Final = _kernel32("QueryFullProcessImageNameW", w.BOOL, w.HANDLE, w.DWORD, w.UNITS, _P(w.DWORD))
CREATE_PROCESS: Final = _kernel32(
    "CreateProcessW",
    w.BOOL,
    w.TEXT,
    w.UNITS,
    w.HANDLE,
    w.HANDLE,
    w.BOOL,
    w.DWORD,
    w.HANDLE,
    w.TEXT,
    _P(w.StartupInfo),
    _P(w.ProcessInformation),
)
EXIT_CODE: Final = _kernel32("GetExitCodeProcess", w.BOOL, w.HANDLE, _P(w.DWORD))
WAIT: Final = _kernel32("WaitForSingleObject", w.DWORD, w.HANDLE, w.DWORD, fails=Fails.MINUS_ONE)
SNAPSHOT: Final = _kernel32("CreateToolhelp32Snapshot", w.HANDLE, w.DWORD, w.DWORD, fails=Fails.MINUS_ONE)
FIRST_PROCESS: Final = _kernel32("Process32FirstW", w.BOOL, w.HANDLE, _P(w.ProcessEntry))
NEXT_PROCESS: Final = _kernel32("Process32NextW", w.BOOL, w.HANDLE, _P(w.ProcessEntry))
DEBUGGER_PRESENT: Final = _kernel32("IsDebuggerPresent", w.BOOL, fails=Fails.NEVER)
REMOTE_DEBUGGER_PRESENT: Final = _kernel32("CheckRemoteDebuggerPresent", w.BOOL, w.HANDLE, _P(w.BOOL))
POWER_STATUS: Final = _kernel32("GetSystemPowerStatus", w.BOOL, _P(w.PowerStatus))
FIRMWARE_TABLE: Final = _kernel32("GetSystemFirmwareTable", w.DWORD, w.DWORD, w.DWORD, ctypes.c_void_p, w.DWORD)
SESSION_OF_PROCESS: Final = _kernel32("ProcessIdToSessionId", w.BOOL, w.DWORD, _P(w.DWORD))
CONSOLE_SESSION: Final = _kernel32("WTSGetActiveConsoleSessionId", w.DWORD, fails=Fails.MINUS_ONE)
LOCAL_FREE: Final = _kernel32("LocalFree", w.HANDLE, w.HANDLE, fails=Fails.NEVER)
# -------------------------------------------------------------------------------- sessions, tokens, users
QUERY_USER_TOKEN: Final = Prototype("wtsapi32", "WTSQueryUserToken", w.BOOL, (w.DWORD, _P(w.HANDLE)))
OPEN_PROCESS_TOKEN: Final = _advapi32("OpenProcessToken", w.BOOL, w.HANDLE, w.DWORD, _P(w.HANDLE))
TOKEN_INFORMATION: Final = _advapi32(
    "GetTokenInformation", w.BOOL, w.HANDLE, ctypes.c_int, ctypes.c_void_p, w.DWORD, _P(w.DWORD)
)
SID_TO_TEXT: Final = _advapi32("ConvertSidToStringSidW", w.BOOL, w.HANDLE, _P(w.UNITS))
CREATE_PROCESS_AS_USER: Final = _advapi32(
    "CreateProcessAsUserW",
    w.BOOL,
    w.HANDLE,
    w.TEXT,
    w.UNITS,
    w.HANDLE,
    w.HANDLE,
    w.BOOL,
    w.DWORD,
    w.HANDLE,
    w.TEXT,
    _P(w.StartupInfo),
    _P(w.ProcessInformation),
)
# ----------------------------------------------------------------------------------------------- registry
_ROOT = w.HANDLE
REG_OPEN: Final = _advapi32("RegOpenKeyExW", w.LONG, _ROOT, w.TEXT, w.DWORD, w.DWORD, _P(w.HANDLE), fails=Fails.STATUS)
REG_CREATE: Final = _advapi32(
    "RegCreateKeyExW",
    w.LONG,
    _ROOT,
    w.TEXT,
    w.DWORD,
    w.TEXT,
    w.DWORD,
    w.DWORD,
    w.HANDLE,
    _P(w.HANDLE),
    _P(w.DWORD),
    fails=Fails.STATUS,
)
REG_FLUSH: Final = _advapi32("RegFlushKey", w.LONG, w.HANDLE, fails=Fails.STATUS)
REG_CLOSE: Final = _advapi32("RegCloseKey", w.LONG, w.HANDLE, fails=Fails.STATUS)
REG_QUERY: Final = _advapi32(
    "RegQueryValueExW",
    w.LONG,
    w.HANDLE,
    w.TEXT,
    ctypes.c_void_p,
    _P(w.DWORD),
    ctypes.c_void_p,
    _P(w.DWORD),
    fails=Fails.STATUS,
)
REG_SET: Final = _advapi32(
    "RegSetValueExW", w.LONG, w.HANDLE, w.TEXT, w.DWORD, w.DWORD, ctypes.c_void_p, w.DWORD, fails=Fails.STATUS
)
REG_DELETE_VALUE: Final = _advapi32("RegDeleteValueW", w.LONG, w.HANDLE, w.TEXT, fails=Fails.STATUS)
REG_DELETE_KEY: Final = _advapi32("RegDeleteKeyExW", w.LONG, _ROOT, w.TEXT, w.DWORD, w.DWORD, fails=Fails.STATUS)
REG_ENUM_KEY: Final = _advapi32(
    "RegEnumKeyExW",
    w.LONG,
    w.HANDLE,
    w.DWORD,
    w.UNITS,
    _P(w.DWORD),
    ctypes.c_void_p,
    w.HANDLE,
    ctypes.c_void_p,
    ctypes.c_void_p,
    fails=Fails.STATUS,
)
REG_COUNT: Final = _advapi32(
    "RegQueryInfoKeyW",
    w.LONG,
    w.HANDLE,
    w.UNITS,
    _P(w.DWORD),
    ctypes.c_void_p,
    _P(w.DWORD),
    _P(w.DWORD),
    _P(w.DWORD),
    _P(w.DWORD),
    _P(w.DWORD),
    _P(w.DWORD),
    _P(w.DWORD),
    ctypes.c_void_p,
    fails=Fails.STATUS,
)
# ----------------------------------------------------------------------------------------------- services
OPEN_SERVICES: Final = _advapi32("OpenSCManagerW", w.HANDLE, w.TEXT, w.TEXT, w.DWORD)
CREATE_SERVICE: Final = _advapi32(
    "CreateServiceW",
    w.HANDLE,
    w.HANDLE,
    w.TEXT,
    w.TEXT,
    w.DWORD,
    w.DWORD,
    w.DWORD,
    w.DWORD,
    w.TEXT,
    w.TEXT,
    ctypes.c_void_p,
    w.TEXT,
    w.TEXT,
    w.TEXT,
)
OPEN_SERVICE: Final = _advapi32("OpenServiceW", w.HANDLE, w.HANDLE, w.TEXT, w.DWORD)
START_SERVICE: Final = _advapi32("StartServiceW", w.BOOL, w.HANDLE, w.DWORD, ctypes.c_void_p)
CONTROL_SERVICE: Final = _advapi32("ControlService", w.BOOL, w.HANDLE, w.DWORD, _P(w.ServiceStatus))
DELETE_SERVICE: Final = _advapi32("DeleteService", w.BOOL, w.HANDLE)
CLOSE_SERVICE: Final = _advapi32("CloseServiceHandle", w.BOOL, w.HANDLE)
DISPATCH_SERVICES: Final = _advapi32("StartServiceCtrlDispatcherW", w.BOOL, _P(w.ServiceEntry))
REGISTER_HANDLER: Final = _advapi32("RegisterServiceCtrlHandlerExW", w.HANDLE, w.TEXT, w.SERVICE_HANDLER, w.HANDLE)
SET_SERVICE_STATUS: Final = _advapi32("SetServiceStatus", w.BOOL, w.HANDLE, _P(w.ServiceStatus))
