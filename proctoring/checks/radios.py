"""Radios and infrared: whether one of them could be used now."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from proctoring.checks.machine import Machine
from proctoring.checks.observation import Observation, clear, found
from proctoring.checks.situation import Situation
from proctoring.checks.sysfs import attribute, devices, event, number

_OWN: Final = frozenset({"wlan", "bluetooth"})
"""Kinds whose every device has a switch of its own."""
_DEVICE: Final = re.compile(r"(phy|hci)[0-9]+")
_HARMLESS: Final = frozenset({"gps"})  # it only listens
_CABLE: Final = "rc-cec"
"""HDMI's remote control: include/media/rc-map.h, RC_MAP_CEC (Linux)."""
_UP: Final = 1  # IFF_UP, linux/if.h


@dataclass(frozen=True)
class _Switch:
    """One entry of rfkill: of which device or driver, which kind of radio, and whether it is off."""

    at: str
    kind: str
    name: str
    off: bool

    @property
    def counts(self) -> bool:
        """Whether it says something of a radio: the maker's switch for all wireless cards says nothing of one."""
        return self.kind not in _OWN or _DEVICE.fullmatch(self.name) is not None


def radios(machine: Machine, _situation: Situation) -> Observation:
    """Tell whether a radio is on: wireless network, Bluetooth, mobile network, whatever else has a switch; infrared.

    A radio is off if its own switch (rfkill) is. One without a switch is on. No radio is seen only if neither the
    switches nor the network nor Bluetooth know one.
    """
    switches = _switches(machine)
    off = {switch.name for switch in switches if switch.off}
    seen = [
        *(f"/{at}: not switched off" for name, at in _radios(machine) if name not in off),
        *(f"/{one.at}: {one.kind} ({one.name}) is on" for one in switches if not one.off and one.counts),
        *_mobile(machine),
        *_infrared(machine),
    ]
    if seen:
        return found("radios", seen)
    return clear("radios", [f"/{one.at}: {one.kind} ({one.name}) is off" for one in switches] or ("no radio",))


def _switches(machine: Machine) -> tuple[_Switch, ...]:
    looked = (_switch(machine, f"sys/class/rfkill/{name}") for name in devices(machine, "rfkill"))
    return tuple(switch for switch in looked if switch.kind not in _HARMLESS)


def _switch(machine: Machine, at: str) -> _Switch:
    blocked = 1 in (number(machine, f"{at}/soft"), number(machine, f"{at}/hard"))
    return _Switch(at, attribute(machine, f"{at}/type"), attribute(machine, f"{at}/name"), blocked)


def _radios(machine: Machine) -> Iterator[tuple[str, str]]:
    """Give every wireless network card ("phy0") and Bluetooth adapter ("hci0"), and where the kernel names it."""
    yield from ((name, f"sys/class/ieee80211/{name}") for name in devices(machine, "ieee80211"))
    adapters = (name for name in devices(machine, "bluetooth") if ":" not in name)  # with one: a connection
    yield from ((name, f"sys/class/bluetooth/{name}") for name in adapters)
    for name in devices(machine, "net"):
        at = f"sys/class/net/{name}"
        if machine.exists(f"{at}/wireless") or event(machine, at).get("DEVTYPE") == "wlan":
            yield attribute(machine, f"{at}/phy80211/name"), at


def _mobile(machine: Machine) -> Iterator[str]:
    """Give the mobile network's interfaces that are up; most modems have no switch."""
    for name in devices(machine, "net"):
        at = f"sys/class/net/{name}"
        if event(machine, at).get("DEVTYPE") == "wwan" and is_up(machine, name):
            yield f"/{at}: mobile network, up"


def _infrared(machine: Machine) -> Iterator[str]:
    """Give the receivers of infrared light; what comes through a screen's cable has the same class, and is none."""
    for name in devices(machine, "rc"):
        about = event(machine, f"sys/class/rc/{name}")
        if about.get("NAME") != _CABLE:
            yield f"/sys/class/rc/{name}: an infrared receiver ({about.get('DRV_NAME', '?')})"


def is_up(machine: Machine, interface: str) -> bool:
    """Tell whether a network interface is switched on. Raises `Unreadable`."""
    flags = attribute(machine, f"sys/class/net/{interface}/flags")
    try:
        return int(flags[:20], 16) & _UP == _UP
    except ValueError:
        return False
