"""Keeping a window out of pictures of the screen, as far as this Windows can, and saying how far that is.

Source: Microsoft Learn, `SetWindowDisplayAffinity`. It is no security feature by its own page: it holds against the
screenshot means of Windows, not against a camera, a capture card or a changed system.
"""

import ctypes
from dataclasses import dataclass
from enum import IntEnum

from proctoring.win32 import layout as w
from proctoring.win32 import prototypes as p
from proctoring.win32.door import Win32, WindowsRefused


class Shown(IntEnum):
    """What a picture of the screen has in the window's place; the values are Windows' own."""

    AS_IT_IS = 0x00
    """WDA_NONE."""
    BLACK = 0x01
    """WDA_MONITOR: the window's place is there, empty."""
    NOT_AT_ALL = 0x11
    """WDA_EXCLUDEFROMCAPTURE; since Windows 10 version 2004."""


@dataclass(frozen=True)
class Affinity:
    """What came of it. `refusals`: one line for each thing that Windows refused."""

    shown: Shown
    refusals: tuple[str, ...] = ()

    def hidden(self) -> bool:
        """Tell whether pictures of the screen show nothing of the window."""
        return self.shown is not Shown.AS_IT_IS


def hide(win32: Win32, window: int) -> Affinity:
    """Take a top-level window of this process out of pictures: wholly, else blackened, and read what is in force."""
    refusals: list[str] = []
    for wanted in (Shown.NOT_AT_ALL, Shown.BLACK):
        try:
            win32.must(p.SET_AFFINITY, window, wanted)
        except WindowsRefused as refusal:
            refusals.append(f"{wanted.name}: {refusal}")
        else:
            break
    return Affinity(_in_force(win32, window, refusals), tuple(refusals))


def show(win32: Win32, window: int) -> None:
    """Let pictures show the window again; a window that is gone needs nothing."""
    win32.call(p.SET_AFFINITY, window, Shown.AS_IT_IS)


def _in_force(win32: Win32, window: int, refusals: list[str]) -> Shown:
    now = w.DWORD()
    try:
        win32.must(p.GET_AFFINITY, window, ctypes.byref(now))
        return Shown(now.value)
    except (WindowsRefused, ValueError) as problem:
        refusals.append(str(problem))
        return Shown.AS_IT_IS
