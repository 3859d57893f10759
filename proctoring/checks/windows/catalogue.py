"""All checks of a Windows PC, under the names of the common catalogue, which also says how each weighs."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from proctoring.checks import catalogue
from proctoring.checks.observation import Check, Observation, unknown
from proctoring.checks.situation import Situation
from proctoring.checks.windows import devices, ourselves, programs
from proctoring.checks.windows.lists import WindowsTools
from proctoring.checks.windows.looking import Look, check, not_looked_at
from proctoring.checks.windows.virtual import virtual_machine
from proctoring.win32.door import Win32

OF_SITUATION: Final = ("microphone_level", "clock_offset", "disk_forecast", "suspend")
"""Those that look at nothing but what was measured elsewhere, and so are the same everywhere."""

_LOOKS: Final[Mapping[str, Look]] = {
    "elevated": ourselves.elevated,
    "debugger": ourselves.debugger,
    "remote_session": ourselves.remote_session,
    "virtual_machine": virtual_machine,
    "camera_in_use": devices.camera_in_use,
    "microphone_in_use": devices.microphone_in_use,
    "battery": ourselves.battery,
    "screens": devices.screens,
}


def checks_of(win32: Win32, tools: WindowsTools) -> Mapping[str, Check]:
    """Give the checks by name, in the order of the common catalogue. What is not looked at is never called clear."""
    looks: dict[str, Look] = {
        **_LOOKS,
        "remote_tool": partial(_remote, tools),
        "capture_tool": partial(_capture, tools),
    }
    ours = {name: check(name, look, win32) for name, look in looks.items()}
    ours |= {name: catalogue.CHECKS[name] for name in OF_SITUATION}
    return MappingProxyType({name: ours.get(name) or not_looked_at(name) for name in catalogue.CHECKS})


def _remote(tools: WindowsTools, win32: Win32, situation: Situation) -> Observation:
    if situation.known is None:
        return unknown("remote_tool", ("resources/checks: not loaded",))
    return programs.look(win32, situation, "remote_tool", tools.remote, situation.known.remote)


def _capture(tools: WindowsTools, win32: Win32, situation: Situation) -> Observation:
    if situation.known is None:
        return unknown("capture_tool", ("resources/checks: not loaded",))
    return programs.look(win32, situation, "capture_tool", tools.capture, situation.known.capture)
