"""What may run out before the exam is over: power and room on the disk."""

from typing import Final

from proctoring.checks.machine import Machine
from proctoring.checks.observation import Observation, clear, found, unknown
from proctoring.checks.situation import Situation
from proctoring.checks.sysfs import attribute, devices, number

_SUPPLIES: Final = "sys/class/power_supply"
_STORES: Final = frozenset({"Battery", "UPS"})
_MEGA: Final = 1_000_000


def battery(machine: Machine, _situation: Situation) -> Observation:
    """Tell whether the PC runs on a battery (or its UPS does). A mouse's or a pen's own battery is none of the PC's."""
    stores: list[str] = []
    draining = unsure = online = False
    for name in devices(machine, "power_supply"):
        at = f"{_SUPPLIES}/{name}"
        kind = attribute(machine, f"{at}/type")
        if attribute(machine, f"{at}/scope") == "Device":
            continue
        if kind in _STORES:
            status, percent = attribute(machine, f"{at}/status"), number(machine, f"{at}/capacity")
            draining |= status == "Discharging"
            unsure |= status not in {"Discharging", "Charging", "Full", "Not charging"}
            stores.append(f"/{at}: {status or 'no status'}{'' if percent is None else f', {percent} %'}")
        elif number(machine, f"{at}/online") == 1:
            online = True
            stores.append(f"/{at}/online: 1")
        elif not kind:
            unsure = True
            stores.append(f"/{at}/type: empty")
    if draining:  # also beside a supply that is too weak for the PC
        return found("battery", stores)
    if unsure and not online:
        return unknown("battery", stores)
    return clear("battery", stores or (f"/{_SUPPLIES}: no battery",))


def disk_forecast(_machine: Machine, situation: Situation) -> Observation:
    """Tell whether the longest recording of the session fits on the disk."""
    disk = situation.disk
    if disk is None:
        return unknown("disk_forecast", ("disk: not measured",))
    seen = (f"disk: {disk.free_bytes} bytes free, {disk.needed_bytes} bytes needed",)
    fits = disk.free_bytes >= disk.needed_bytes
    return (clear if fits else found)(
        "disk_forecast",
        seen,
        free_mb=disk.free_bytes // _MEGA,
        needed_mb=-(-disk.needed_bytes // _MEGA),
        longest_minutes=disk.longest_minutes,
        lasts_minutes=disk.lasts_minutes,
    )
