"""What is plugged into USB, and which of it carries files."""

import re
from dataclasses import dataclass
from typing import Final

from proctoring.checks.machine import Machine, Unreadable
from proctoring.checks.observation import Observation, clear, found
from proctoring.checks.situation import Situation
from proctoring.checks.sysfs import attribute, number

_BUS: Final = "sys/bus/usb/devices"
_INTERFACE: Final = re.compile(r"([0-9]+-[0-9.]+):[0-9]+\.[0-9]+")
_CODE: Final = re.compile(r"[0-9a-fA-F]{2}")
_STORAGE, _STILL_IMAGE, _HID = "08", "06", "03"  # interface classes, usb.org/defined-class-codes
_KEYBOARD: Final = "01"  # a HID interface's protocol
_MEDIA_PROTOCOL: Final = "mtp"
_NO_CARRIER: Final = ("sr", "fd", "loop", "ram", "zram", "dm-", "md")
"""Optical and floppy drives give a size without a medium (and a virtual PC has one that is not there)."""


@dataclass(frozen=True)
class Interface:
    """One function of a USB device: `device` its place on the bus ("1-2.4"), codes as two hexadecimal digits."""

    device: str
    name: str
    kind: str
    protocol: str
    label: str

    @property
    def carries_files(self) -> bool:
        """Whether it is a disk, a stick, a card reader, a telephone, or a camera with a memory."""
        return self.kind in (_STORAGE, _STILL_IMAGE) or self.label.casefold() == _MEDIA_PROTOCOL

    @property
    def types(self) -> bool:
        """Whether it is a keyboard."""
        return (self.kind, self.protocol) == (_HID, _KEYBOARD)


def interfaces(machine: Machine) -> tuple[Interface, ...]:
    """Give all functions of all USB devices; one that was refused (not authorised) has none. Raises `Unreadable`."""
    names = machine.names(_BUS)
    if names is None and machine.names("sys/bus") is None:
        raise Unreadable("/sys/bus", "ENOENT")
    matches = (_INTERFACE.fullmatch(name) for name in names or ())
    looked = (_interface(machine, match[1], match[0]) for match in matches if match)
    return tuple(one for one in looked if one is not None)


def product(machine: Machine, device: str) -> str:
    """Give what a USB device calls itself; anything can call itself anything. Raises `Unreadable`."""
    words = (attribute(machine, f"{_BUS}/{device}/{word}") for word in ("manufacturer", "product"))
    return " ".join(word for word in words if word) or "?"


def usb_storage(machine: Machine, _situation: Situation) -> Observation:
    """Tell whether something that carries files is plugged in: a stick, a disk, a card, a telephone.

    A card reader with no card in it is none: many PCs have one built in. The disk the system runs from is none.
    """
    disks, system = _disks(machine), _system_disks(machine)
    seen: list[str] = []
    empty: list[str] = []
    told: set[str] = set()
    for one in (one for one in interfaces(machine) if one.carries_files):
        own = [disk for disk in disks if f"/{one.name}/" in f"{disk.at}/"]
        told.update(disk.name for disk in own)
        line = f"/{_BUS}/{one.name}: {product(machine, one.device)}, class {one.kind}"
        if own and all(disk.name in system for disk in own):
            continue
        if own and all(disk.sectors == 0 for disk in own):
            empty.append(f"{line}, empty")
        else:
            seen.append(f"{line}{''.join(f', {disk.name} {disk.sectors} sectors' for disk in own)}")
    seen += [
        f"/sys/block/{disk.name}: a removable medium, {disk.sectors} sectors"
        for disk in disks
        if disk.movable and disk.sectors and disk.name not in told | system
    ]
    return found("usb_storage", seen, count=len(seen)) if seen else clear("usb_storage", empty)


@dataclass(frozen=True)
class _Disk:
    name: str
    at: str
    movable: bool
    sectors: int


def _disks(machine: Machine) -> tuple[_Disk, ...]:
    names = machine.names("sys/block")
    if names is None:
        raise Unreadable("/sys/block", "ENOENT")
    return tuple(_disk(machine, name) for name in names if not name.startswith(_NO_CARRIER))


def _disk(machine: Machine, name: str) -> _Disk:
    at = f"sys/block/{name}"
    movable = number(machine, f"{at}/removable") == 1 or attribute(machine, f"{at}/device/type") == "SD"
    return _Disk(name, machine.link(at) or "", movable, number(machine, f"{at}/size") or 0)


def _system_disks(machine: Machine) -> frozenset[str]:
    """Give the disks whose partitions hold the system: "sda" where "/" is "/dev/sda2"."""
    mounts = (line.split() for line in (machine.text("proc/mounts") or "").splitlines())
    held = {words[0].removeprefix("/dev/") for words in mounts if len(words) > 1 and words[1] in ("/", "/boot")}
    return frozenset(re.sub(r"(?<=[a-z])[0-9]+$|p[0-9]+$", "", name) for name in held)


def _interface(machine: Machine, device: str, name: str) -> Interface | None:
    """Look at one function; None if it was unplugged meanwhile."""
    at = f"{_BUS}/{name}"
    kind = machine.text(f"{at}/bInterfaceClass")
    if kind is None:
        return None
    if not _CODE.fullmatch(kind):
        raise Unreadable(f"/{at}/bInterfaceClass", "no class code")
    protocol = attribute(machine, f"{at}/bInterfaceProtocol")
    return Interface(device, name, kind.casefold(), protocol.casefold(), attribute(machine, f"{at}/interface"))
