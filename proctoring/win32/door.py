"""Calling Windows: one object that loads its libraries, sets the types of each function once, and reads refusals.

`Win32(library, last_error)` takes whatever gives the libraries by name: Windows' own (`this_pc`), or a made-up one in
tests. Nothing here exists on Linux until it is asked for, so every module that uses the door imports anywhere.
"""

import ctypes
import sys
from collections.abc import Callable
from typing import Final

from proctoring.win32.prototypes import Fails, Prototype
from sync.faults import EnvironmentFault

ACCESS_DENIED: Final = 5
FILE_NOT_FOUND: Final = 2
INVALID_HANDLE: Final = 6
NOT_SUPPORTED: Final = 50
NO_SUCH_FUNCTION: Final = 127
MORE_DATA: Final = 234
NO_MORE_FILES: Final = 18
NO_MORE_ITEMS: Final = 259
_SIXTY_FOUR_BITS: Final = 8
_LOADER: Final = "WinDLL"
_LAST_ERROR: Final = "get_last_error"


class NotWindows(EnvironmentFault):
    """This is not a 64-bit Windows, so Windows' means cannot be used."""

    code = "NOT_WINDOWS"


class WindowsRefused(OSError):  # noqa: N818 - the field's word for it is a refusal
    """A function of Windows failed. `reason`: its error number (Microsoft Learn, "System Error Codes")."""

    def __init__(self, function: str, reason: int) -> None:
        super().__init__(f"{function}: error {reason}")
        self.function = function
        self.reason = reason


class Win32:
    """The door. `call` gives a function's plain result; `must` also raises if that result is a failure."""

    def __init__(self, library: Callable[[str], object], last_error: Callable[[], int]) -> None:
        self._library = library
        self._last_error = last_error
        self._bound: dict[Prototype, Callable[..., int | None]] = {}

    def call(self, prototype: Prototype, *arguments: object) -> int:
        """Call, and give the result; no result and a null handle are 0.

        Raises:
            WindowsRefused: this Windows has no such function (error 127).
        """
        function = self._bound.get(prototype) or self._bind(prototype)
        return function(*arguments) or 0

    def must(self, prototype: Prototype, *arguments: object) -> int:
        """Call, and give the result if it is a success.

        Raises:
            WindowsRefused: the function failed; `reason` says why.
        """
        result = self.call(prototype, *arguments)
        if prototype.fails is Fails.STATUS and result:
            raise WindowsRefused(prototype.name, result)
        if (prototype.fails is Fails.ZERO and not result) or (
            prototype.fails is Fails.MINUS_ONE and result in _ALL_ONES
        ):
            raise WindowsRefused(prototype.name, self._last_error())
        return result

    def _bind(self, prototype: Prototype) -> Callable[..., int | None]:
        function = getattr(self._library(prototype.library), prototype.name, None)
        if function is None:
            raise WindowsRefused(prototype.name, NO_SUCH_FUNCTION)
        function.argtypes = prototype.arguments
        function.restype = prototype.result
        self._bound[prototype] = function
        bound: Callable[..., int | None] = function
        return bound


_ALL_ONES: Final = frozenset({-1, 0xFFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF})


def this_pc() -> Win32:
    """Give the door to the Windows that this program runs on.

    Raises:
        NotWindows: it runs on something else, or in 32 bits (other record layouts).
    """
    loader = getattr(ctypes, _LOADER, None)
    last_error = getattr(ctypes, _LAST_ERROR, None)
    if loader is None or last_error is None or ctypes.sizeof(ctypes.c_void_p) != _SIXTY_FOUR_BITS:
        raise NotWindows(sys.platform)
    loaded: dict[str, object] = {}

    def library(name: str) -> object:
        if name not in loaded:
            loaded[name] = loader(name, use_last_error=True)
        return loaded[name]

    return Win32(library, last_error)
