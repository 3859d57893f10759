"""Windows' own records as they lie in memory on 64-bit Windows (x64 and ARM64), and the types they are made of.

`ctypes.wintypes` follows the machine it runs on (a DWORD has 8 bytes on Linux), so the widths are said here. Text
inside a record is UTF-16 in 16-bit units. Sources: the Microsoft Learn page of each structure's name;
`tests/proctoring/win32/test_layout.py` holds the documented sizes and offsets.
"""

import ctypes
from collections.abc import Iterable
from typing import Final

BOOL = ctypes.c_int32
WORD = ctypes.c_uint16
DWORD = ctypes.c_uint32
LONG = ctypes.c_int32
QWORD = ctypes.c_uint64
HANDLE = ctypes.c_void_p
POINTER_SIZED = ctypes.c_size_t
"""WPARAM, ULONG_PTR."""
SIGNED_POINTER_SIZED = ctypes.c_ssize_t
"""LPARAM, LRESULT."""
TEXT = ctypes.c_wchar_p
"""A string we pass, ended by a zero (LPCWSTR)."""
UNITS = ctypes.POINTER(ctypes.c_uint16)
"""A buffer that Windows writes UTF-16 into (LPWSTR)."""

LONGEST_PATH: Final = 260
"""MAX_PATH, with the zero at the end."""


class KeyboardHook(ctypes.Structure):
    """KBDLLHOOKSTRUCT."""

    _fields_ = (("vk", DWORD), ("scan", DWORD), ("flags", DWORD), ("time", DWORD), ("extra", POINTER_SIZED))


class Message(ctypes.Structure):
    """MSG."""

    _fields_ = (
        ("window", HANDLE),
        ("message", DWORD),
        ("wparam", POINTER_SIZED),
        ("lparam", SIGNED_POINTER_SIZED),
        ("time", DWORD),
        ("x", LONG),
        ("y", LONG),
    )


class KeyboardInput(ctypes.Structure):
    """INPUT with its KEYBDINPUT; the padding makes up for the larger MOUSEINPUT of the union."""

    _fields_ = (
        ("kind", DWORD),
        ("gap", DWORD),
        ("vk", WORD),
        ("scan", WORD),
        ("flags", DWORD),
        ("time", DWORD),
        ("extra", POINTER_SIZED),
        ("rest", DWORD * 2),
    )


class StartupInfo(ctypes.Structure):
    """STARTUPINFOW."""

    _fields_ = (
        ("size", DWORD),
        ("reserved", HANDLE),
        ("desktop", TEXT),
        ("title", TEXT),
        ("place", DWORD * 7),
        ("flags", DWORD),
        ("show", WORD),
        ("reserved_size", WORD),
        ("reserved_more", HANDLE),
        ("standard", HANDLE * 3),
    )


class ProcessInformation(ctypes.Structure):
    """PROCESS_INFORMATION."""

    _fields_ = (("process", HANDLE), ("thread", HANDLE), ("process_id", DWORD), ("thread_id", DWORD))


class ProcessEntry(ctypes.Structure):
    """PROCESSENTRY32W."""

    _fields_ = (
        ("size", DWORD),
        ("usage", DWORD),
        ("process_id", DWORD),
        ("heap", POINTER_SIZED),
        ("module", DWORD),
        ("threads", DWORD),
        ("parent", DWORD),
        ("priority", LONG),
        ("flags", DWORD),
        ("image", ctypes.c_uint16 * LONGEST_PATH),
    )


class FileTime(ctypes.Structure):
    """FILETIME: 100 ns steps since 1601, in two halves."""

    _fields_ = (("low", DWORD), ("high", DWORD))

    def steps(self) -> int:
        """Give the whole number."""
        return int(self.high) << 32 | int(self.low)


class ServiceStatus(ctypes.Structure):
    """SERVICE_STATUS."""

    _fields_ = (
        ("kind", DWORD),
        ("state", DWORD),
        ("accepted", DWORD),
        ("exit_code", DWORD),
        ("service_exit_code", DWORD),
        ("check_point", DWORD),
        ("wait_hint_ms", DWORD),
    )


class PowerStatus(ctypes.Structure):
    """SYSTEM_POWER_STATUS. `on_line`: 1 mains, 0 battery, 255 not known; `percent`: 255 not known."""

    _fields_ = (
        ("on_line", ctypes.c_uint8),
        ("flag", ctypes.c_uint8),
        ("percent", ctypes.c_uint8),
        ("saver", ctypes.c_uint8),
        ("seconds_left", DWORD),
        ("seconds_full", DWORD),
    )


class DisplayPath(ctypes.Structure):
    """DISPLAYCONFIG_PATH_INFO: which picture (source of an adapter) goes to which screen (target)."""

    _fields_ = (
        ("adapter_low", DWORD),
        ("adapter_high", LONG),
        ("source", DWORD),
        ("source_mode", DWORD),
        ("source_status", DWORD),
        ("target_adapter_low", DWORD),
        ("target_adapter_high", LONG),
        ("target", DWORD),
        ("target_mode", DWORD),
        ("technology", DWORD),
        ("rotation", DWORD),
        ("scaling", DWORD),
        ("refresh", DWORD * 2),
        ("scan_lines", DWORD),
        ("available", BOOL),
        ("target_status", DWORD),
        ("flags", DWORD),
    )


class DisplayMode(ctypes.Structure):
    """DISPLAYCONFIG_MODE_INFO; we only make room for it."""

    _fields_ = (("kind", DWORD), ("id", DWORD), ("adapter", DWORD * 2), ("mode", QWORD * 6))


KEYBOARD_PROCEDURE = ctypes.CFUNCTYPE(SIGNED_POINTER_SIZED, ctypes.c_int, POINTER_SIZED, SIGNED_POINTER_SIZED)
"""LowLevelKeyboardProc. 64-bit Windows has one calling convention, so CFUNCTYPE is WINFUNCTYPE there."""
EVENT_PROCEDURE = ctypes.CFUNCTYPE(None, HANDLE, DWORD, HANDLE, LONG, LONG, DWORD, DWORD)
"""WINEVENTPROC: hook, event, window, object, child, thread, time in ms."""
SERVICE_MAIN = ctypes.CFUNCTYPE(None, DWORD, HANDLE)
"""LPSERVICE_MAIN_FUNCTIONW."""
SERVICE_HANDLER = ctypes.CFUNCTYPE(DWORD, DWORD, DWORD, HANDLE, HANDLE)
"""LPHANDLER_FUNCTION_EX: control, event type, event data, context."""


class ServiceEntry(ctypes.Structure):
    """SERVICE_TABLE_ENTRYW."""

    _fields_ = (("name", TEXT), ("main", SERVICE_MAIN))


def text_of(units: Iterable[int]) -> str:
    """Give the text in a buffer up to the zero, halves of pairs replaced."""
    raw = bytearray()
    for unit in units:
        if not unit:
            break
        raw += unit.to_bytes(2, "little")
    return raw.decode("utf-16-le", "replace")


def buffer(units: int) -> "ctypes.Array[ctypes.c_uint16]":
    """Make room for so many UTF-16 units."""
    return (ctypes.c_uint16 * units)()
