"""Screens: whether what one candidate sees can be seen in two places."""

from itertools import combinations
from typing import Final

from proctoring.checks.machine import Machine
from proctoring.checks.observation import Observation, clear, found, unknown
from proctoring.checks.situation import ScreenFact, Situation
from proctoring.checks.sysfs import attribute, devices

_DRM: Final = "sys/class/drm"


def screens(machine: Machine, situation: Situation) -> Observation:
    """Tell whether there is more than one screen, beside each other or showing the same.

    Two witnesses: what the desktop says (Qt), and what the kernel drives (/sys/class/drm); a mirrored screen may be
    one to the desktop and is two to the kernel. Facts: `screens`, `mirrored` (pairs that show the same).
    """
    driven = _driven(machine)
    seen = [f"{path}: enabled" for path in driven]
    shown = situation.screens
    if shown is not None:
        seen = [f"desktop: {one.name} {one.width}x{one.height} at {one.left},{one.top}" for one in shown] + seen
    count = max(len(shown or ()), len(driven))
    if count > 1:
        return found("screens", seen, screens=count, mirrored=_mirrored(shown or (), len(driven)))
    if count == 0:
        return unknown("screens", ("neither the desktop nor /sys/class/drm names a screen",))
    return clear("screens", seen)


def _driven(machine: Machine) -> tuple[str, ...]:
    """Give the connectors that drive a screen now; a screen plugged in and left dark shows nothing of the exam."""
    connectors = (f"{_DRM}/{name}" for name in devices(machine, "drm") if "-" in name)
    return tuple(
        f"/{path}"
        for path in connectors
        if attribute(machine, f"{path}/status") == "connected" and attribute(machine, f"{path}/enabled") == "enabled"
    )


def _mirrored(shown: tuple[ScreenFact, ...], driven: int) -> int:
    """Count the screens that show what another one shows: those that overlap, or that the desktop does not know of."""
    overlapping = sum(_overlap(one, other) for one, other in combinations(shown, 2))
    return max(overlapping, driven - len(shown) if shown else 0)


def _overlap(one: ScreenFact, other: ScreenFact) -> bool:
    return (
        one.left < other.left + other.width
        and other.left < one.left + one.width
        and one.top < other.top + other.height
        and other.top < one.top + one.height
    )
