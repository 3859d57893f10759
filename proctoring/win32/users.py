"""Whose process this is: the user's SID as text, and whether it has an administrator's rights in use.

Sources: Microsoft Learn, `GetTokenInformation`, "TOKEN_INFORMATION_CLASS", `ConvertSidToStringSidW`.
"""

import ctypes
from typing import Final

from proctoring.win32 import layout as w
from proctoring.win32 import prototypes as p
from proctoring.win32.door import Win32

_QUERY: Final = 0x8
_USER: Final = 1
_ELEVATION: Final = 20
_ROOM: Final = 256
"""A TOKEN_USER with the longest SID takes 84 bytes."""


def own_sid(win32: Win32) -> str:
    """Give the SID of the user this process runs as. Raises `WindowsRefused`."""
    return sid_of(win32, win32.call(p.CURRENT_PROCESS))


def sid_of(win32: Win32, process: int) -> str:
    """Give the SID of the user a process runs as; it was opened for queries. Raises `WindowsRefused`."""
    room = _information(win32, process, _USER)
    sid = ctypes.c_void_p.from_buffer_copy(room).value  # TOKEN_USER begins with the SID's address, inside `room`
    text = w.UNITS()
    win32.must(p.SID_TO_TEXT, sid, ctypes.byref(text))
    try:
        return w.text_of(text[at] for at in range(_ROOM))
    finally:
        win32.call(p.LOCAL_FREE, ctypes.cast(text, ctypes.c_void_p))


def elevated(win32: Win32) -> bool:
    """Tell whether this process uses an administrator's rights. Raises `WindowsRefused`."""
    room = _information(win32, win32.call(p.CURRENT_PROCESS), _ELEVATION)
    return bool(w.DWORD.from_buffer_copy(room).value)


def _information(win32: Win32, process: int, about: int) -> "ctypes.Array[ctypes.c_char]":
    token = w.HANDLE()
    win32.must(p.OPEN_PROCESS_TOKEN, process, _QUERY, ctypes.byref(token))
    try:
        room = ctypes.create_string_buffer(_ROOM)
        win32.must(p.TOKEN_INFORMATION, token, about, room, _ROOM, ctypes.byref(w.DWORD()))
        return room
    finally:
        win32.call(p.CLOSE_HANDLE, token)
