r"""Who uses the camera and the microphone, and how many screens there are.

Windows 10 (1903) and later note each program's last use of a device in the registry, in 100 ns since 1601; a use
without an end goes on. It is the store behind the camera's sign in the task bar; no page of Microsoft's documents it:
"CapabilityAccessManager" in forensic handbooks (dfirhandbook.com). Programs without a package are named by path, with
"#" for "\".
"""

import ntpath
from collections.abc import Iterator
from typing import Final

from proctoring.checks.observation import Observation, clear, found, unknown
from proctoring.checks.situation import Situation
from proctoring.win32 import screens as displays
from proctoring.win32.door import Win32, WindowsRefused
from proctoring.win32.processes import image_of
from proctoring.win32.registry import Registry

_STORE: Final = r"Software\Microsoft\Windows\CurrentVersion\CapabilityAccessManager\ConsentStore"
_PLAIN: Final = "NonPackaged"


def camera_in_use(win32: Win32, situation: Situation) -> Observation:
    """Tell whether a program that is not ours uses a camera."""
    return _in_use(win32, situation, "camera_in_use", "webcam")


def microphone_in_use(win32: Win32, situation: Situation) -> Observation:
    """Tell whether a program that is not ours uses a microphone."""
    return _in_use(win32, situation, "microphone_in_use", "microphone")


def screens(win32: Win32, _situation: Situation) -> Observation:
    """Tell whether there is more than one screen, beside each other or showing the same (`screens`, `mirrored`)."""
    now = displays.screens(win32)
    line = f"QueryDisplayConfig: {now.pictures} pictures, {now.mirrored} of them on several screens"
    if now.pictures > 1 or now.mirrored:
        return found("screens", (line,), screens=now.pictures + now.mirrored, mirrored=now.mirrored)
    return clear("screens", (line,)) if now.pictures else unknown("screens", (line,))


def _in_use(win32: Win32, situation: Situation, check: str, device: str) -> Observation:
    registry = Registry(win32)
    ours = set(_our_paths(win32, situation))
    told = False
    using: list[str] = []
    for root in ("HKEY_CURRENT_USER", "HKEY_LOCAL_MACHINE"):
        store = rf"{root}\{_STORE}\{device}"
        for folder in (store, rf"{store}\{_PLAIN}"):
            programs = registry.children(folder)
            told |= programs is not None
            using += [rf"{folder}\{name}" for name in programs or () if _goes_on(registry, rf"{folder}\{name}")]
    strangers = [key for key in dict.fromkeys(using) if _path(key) not in ours]
    if strangers:
        return found(check, strangers)
    return clear(check, using) if told else unknown(check, (rf"{_STORE}\{device}: not there",))


def _goes_on(registry: Registry, key: str) -> bool:
    start, stop = (registry.get(key, name) for name in ("LastUsedTimeStart", "LastUsedTimeStop"))
    return bool(start and start.number()) and stop is not None and stop.number() == 0


def _path(key: str) -> str:
    return ntpath.normcase(key.rpartition("\\")[2].replace("#", "\\"))


def _our_paths(win32: Win32, situation: Situation) -> Iterator[str]:
    for pid in situation.own_pids:
        try:
            yield ntpath.normcase(image_of(win32, pid))
        except WindowsRefused:  # it ended; then it uses nothing
            continue
