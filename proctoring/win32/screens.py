"""Which picture goes to which screen: Windows' own table of active paths, in which a mirrored picture has two screens.

Sources: Microsoft Learn, `QueryDisplayConfig`, "DISPLAYCONFIG_PATH_INFO" (paths of one source are clones).
"""

import ctypes
from collections import Counter
from dataclasses import dataclass
from typing import Final

from proctoring.win32 import layout as w
from proctoring.win32 import prototypes as p
from proctoring.win32.door import Win32, WindowsRefused

_ACTIVE: Final = 0x2
"""QDC_ONLY_ACTIVE_PATHS."""
_TOO_SMALL: Final = 122
_MOST: Final = 1024


@dataclass(frozen=True)
class Screens:
    """`pictures`: how many different ones are shown. `mirrored`: how many of them go to more than one screen."""

    pictures: int
    mirrored: int


def screens(win32: Win32) -> Screens:
    """Look. A screen plugged in just now is tried once more.

    Raises:
        WindowsRefused: it cannot be told, for example in a remote session.
    """
    try:
        return _counted(win32)
    except WindowsRefused as refusal:
        if refusal.reason != _TOO_SMALL:
            raise
        return _counted(win32)


def _counted(win32: Win32) -> Screens:
    paths, modes = w.DWORD(), w.DWORD()
    win32.must(p.DISPLAY_BUFFER_SIZES, _ACTIVE, ctypes.byref(paths), ctypes.byref(modes))
    paths.value, modes.value = min(paths.value, _MOST), min(modes.value, _MOST)
    found, room = (w.DisplayPath * paths.value)(), (w.DisplayMode * modes.value)()
    win32.must(p.DISPLAY_CONFIG, _ACTIVE, ctypes.byref(paths), found, ctypes.byref(modes), room, None)
    sources = Counter((one.adapter_high, one.adapter_low, one.source) for one in found[: paths.value])
    return Screens(len(sources), sum(1 for shown in sources.values() if shown > 1))
