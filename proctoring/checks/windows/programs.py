"""Programs that take the screen away or let somebody in, by the files they run and by their running service's name.

| signal | points |
|---|---|
| a process runs a file of the name, in a folder of installed programs or of Windows | 3 |
| … in any other folder | 2 |
| a process is listed by the name, and its file is not shown to us | 2 |
| the program's Windows service is set up | 1 |

Three points are "found", two "could not tell". A renamed program is not seen.
"""

import ntpath
from typing import Final

from proctoring.checks.lists import Tools
from proctoring.checks.observation import Observation, clear, found, unknown
from proctoring.checks.situation import Situation
from proctoring.checks.windows.lists import WindowsTool
from proctoring.win32.door import Win32, WindowsRefused
from proctoring.win32.processes import Running, image_of, running
from proctoring.win32.registry import Registry

FOUND: Final = 3
DOUBTFUL: Final = 2
_SERVICES: Final = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services"
_INSTALLED: Final = ("c:\\program files\\", "c:\\program files (x86)\\", "c:\\windows\\")


def look(win32: Win32, situation: Situation, check: str, more: tuple[WindowsTool, ...], known: Tools) -> Observation:
    """Look for the programs of one kind. Fact: `names`, of those found."""
    all_running = [one for one in running(win32) if one.pid not in situation.own_pids]
    registry = Registry(win32)
    sure: list[str] = []
    lines: list[str] = []
    doubtful: list[str] = []
    for name, (programs, services) in _merged(more, known).items():
        points, seen = _of(win32, registry, all_running, programs, services)
        if points >= FOUND:
            sure.append(name)
            lines += seen
        elif points == DOUBTFUL:
            doubtful += seen
    if sure:
        return found(check, lines, names=", ".join(sure))
    return unknown(check, doubtful) if doubtful else clear(check)


def _merged(more: tuple[WindowsTool, ...], known: Tools) -> dict[str, tuple[set[str], set[str]]]:
    merged: dict[str, tuple[set[str], set[str]]] = {}
    for tool in known.tools:
        merged[tool.name] = ({name.lower() for name in tool.programs}, set())
    for one in more:
        programs, services = merged.setdefault(one.name, (set(), set()))
        programs |= {name.lower() for name in one.programs}
        services |= set(one.services)
    return merged


def _of(
    win32: Win32, registry: Registry, all_running: list[Running], programs: set[str], services: set[str]
) -> tuple[int, list[str]]:
    points, seen = 0, []
    for process in all_running:
        stem, extension = ntpath.splitext(process.image.lower())
        if stem in programs and extension in {".exe", ""}:
            weight, line = _weighed(win32, process)
            points = max(points, weight)
            seen.append(line)
    for service in sorted(services):
        if registry.exists(rf"{_SERVICES}\{service}"):
            points += 1
            seen.append(rf"{_SERVICES}\{service}")
    return points, seen


def _weighed(win32: Win32, process: Running) -> tuple[int, str]:
    try:
        path = image_of(win32, process.pid)
    except WindowsRefused as refusal:
        return DOUBTFUL, f"process {process.pid}: {process.image} ({refusal})"
    weight = FOUND if path.lower().startswith(_INSTALLED) else DOUBTFUL
    return weight, f"process {process.pid}: {path}"
