"""A guard against PySide6 6.12.0 on Python before 3.12, where it ends the program after some thousand calls.

Its wheels are built with headers in which None is immortal (PEP 683, Python 3.12), so every call that gives back
nothing takes one reference to None that it never got. On an older interpreter the count reaches zero and the process
aborts ("none_dealloc"). 6.11.3 does not do this. The guard makes None what 3.12 makes it: never deallocated.
"""

import ctypes
import sys
from typing import Final

_IMMORTAL_SINCE: Final = (3, 12)
_ENOUGH: Final = 1 << 40  # references; a call takes one, and a day has not that many microseconds


def keep_none_alive() -> None:
    """Give None more references than can be lost while the program runs; nothing to do from Python 3.12 on."""
    if sys.version_info < _IMMORTAL_SINCE and sys.getrefcount(None) < _ENOUGH // 2:
        count = ctypes.c_ssize_t.from_address(id(None))  # a CPython object begins with its reference count
        count.value += _ENOUGH
