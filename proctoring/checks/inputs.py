"""Keyboards and what acts as one: more than one, made by a program, both keyboard and stick, new since the start."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from proctoring.checks.machine import Machine, Unreadable
from proctoring.checks.observation import Observation, clear, found, unknown
from proctoring.checks.situation import Situation
from proctoring.checks.sysfs import devices
from proctoring.checks.usb import interfaces, product

LIST: Final = "proc/bus/input/devices"
"""Its format: drivers/input/input.c, `input_devices_seq_show`."""
_ID: Final = re.compile(
    r"I: Bus=([0-9a-f]{4}) Vendor=([0-9a-f]{4}) Product=([0-9a-f]{4}) Version=[0-9a-f]{4}"
)  # numbers first: no device can write into them
_TEXT: Final = {"N": re.compile(r'N: Name="(.*)"'), "P": re.compile(r"P: Phys=(.*)"), "S": re.compile(r"S: Sysfs=(.*)")}
_BITS: Final = re.compile(r"B: ([A-Z]+)=([0-9a-f ]*)")
_ORDER: Final = re.compile(r"INPSUHB+")
_VIRTUAL: Final = "/devices/virtual/"
_UHID: Final = "/misc/uhid/"
_TYPEWRITER: Final = 0xFFFFFFFE
"""Keys 1 to 31: escape, digits, Q to S. What has them all is a keyboard (the rule of systemd's udev, input_id)."""
_WRITING: Final = sum(1 << key for key in range(2, 58))
"""Keys 2 to 57: digits, letters, enter, space (linux/input-event-codes.h)."""
_POINTS: Final = 0b11  # REL_X and REL_Y
_ACTS: Final = ("KEY", "REL", "ABS")
_MOST_KEYBOARDS: Final = 1


class _Odd(Exception):  # noqa: N818 - it says what the list is
    """The kernel does not write it so; `args` say which device's lines."""


@dataclass(frozen=True)
class InputDevice:
    """One device as the kernel lists it. `name` is what it calls itself; `sysfs` and `phys` say where it is.

    `bits`: what it can do, the lowest word of each kind ("KEY", "REL", …).
    """

    ids: str
    name: str
    phys: str
    sysfs: str
    bits: dict[str, int] = field(hash=False)

    @property
    def identity(self) -> str:
        """What stays the same while it is plugged in, and when it is plugged in again at the same place."""
        return f"{self.ids} {self.phys or self.sysfs.rsplit('/', 1)[0]} {self.name}"

    @property
    def types(self) -> bool:
        """Whether one can write with it."""
        return self.bits.get("KEY", 0) & _TYPEWRITER == _TYPEWRITER

    @property
    def points(self) -> bool:
        """Whether it moves a pointer like a mouse."""
        return self.bits.get("REL", 0) & _POINTS == _POINTS

    @property
    def acts(self) -> bool:
        """Whether it can press or move anything at all."""
        return any(self.bits.get(kind) for kind in _ACTS)

    @property
    def is_virtual(self) -> bool:
        """Whether no hardware is above it: a program made it (uinput, uhid), or the kernel for a laptop's keys."""
        return self.sysfs.startswith(_VIRTUAL)

    @property
    def answers(self) -> bool:
        """Whether an item could be answered with it: it writes, or it points. A laptop's brightness keys cannot."""
        touches = bool(self.bits.get("ABS") and (self.bits.get("KEY") or self.bits.get("PROP")))
        return bool(self.bits.get("KEY", 0) & _WRITING) or self.points or touches

    @property
    def body(self) -> str:
        """What is one thing in the hand: the USB device whose functions these are, or the device itself."""
        at, found, _ = self.phys.rpartition("/input")
        return at if found else self.sysfs


def input_identities(machine: Machine) -> frozenset[str]:
    """Give what can press or move anything now, for `Situation.known_inputs`.

    Raises:
        Unreadable: the list cannot be read, or the kernel does not write it so.
    """
    try:
        return frozenset(device.identity for device in _listed(machine) if device.acts)
    except _Odd as odd:
        raise Unreadable(f"/{LIST}", str(odd)) from None


def input_devices(machine: Machine, situation: Situation) -> Observation:
    """Tell whether somebody or something else could type: see the words of this module.

    A mouse's receiver that is a keyboard, too (most are), is not a second keyboard.
    """
    try:
        listed = _listed(machine)
    except _Odd as odd:
        return unknown("input_devices", (f"/{LIST}: {odd}",))
    keyboards = [device for device in listed if device.types]
    seen = [*_virtual(listed), *_two_faced(machine), *_new(listed, situation.known_inputs), *_too_many(listed)]
    if seen:
        return found("input_devices", seen, keyboards=len({device.body for device in keyboards}))
    return clear("input_devices", (f"/{LIST}: {_named(device)}" for device in keyboards))


def _virtual(listed: Iterable[InputDevice]) -> Iterator[str]:
    for device in listed:
        if device.is_virtual and device.answers:
            maker = "by Bluetooth or by a program" if _UHID in device.sysfs else "by a program"
            yield f"{device.sysfs}: {device.name}, made {maker}"


def _two_faced(machine: Machine) -> Iterator[str]:
    """Give what is a keyboard and carries files: the shape of a stick that types by itself."""
    functions = interfaces(machine)
    typing = {one.device for one in functions if one.types}
    for device in sorted(typing & {one.device for one in functions if one.carries_files}):
        yield f"/sys/bus/usb/devices/{device}: {product(machine, device)}, keyboard and storage in one"


def _new(listed: Iterable[InputDevice], known: frozenset[str] | None) -> Iterator[str]:
    if known is not None:
        yield from (
            f"/{LIST}: new: {_named(device)}" for device in listed if device.acts and device.identity not in known
        )


def _too_many(listed: tuple[InputDevice, ...]) -> tuple[str, ...]:
    pointing = {device.body for device in listed if device.points}
    bodies = {device.body for device in listed if device.types and not device.is_virtual}
    if max(len(bodies - pointing), len(bodies & pointing)) <= _MOST_KEYBOARDS:
        return ()
    return tuple(f"/{LIST}: keyboard: {_named(device)}" for device in listed if device.types)


def _named(device: InputDevice) -> str:
    return f"{device.name or '?'} ({device.ids}, {device.phys or device.sysfs})"


def _listed(machine: Machine) -> tuple[InputDevice, ...]:
    """Read the list, and hold it against /sys/class/input: a device's name cannot add or hide one.

    Where they differ they are read once more: something may just have been plugged in.
    """
    try:
        return _agreed(machine)
    except _Odd:
        return _agreed(machine)


def _agreed(machine: Machine) -> tuple[InputDevice, ...]:
    text = machine.text(LIST)
    if text is None:
        raise Unreadable(f"/{LIST}", "ENOENT")
    listed = tuple(_device(block.split("\n")) for block in text.split("\n\n") if block)
    named = {device.sysfs.rsplit("/", 1)[-1] for device in listed}
    known = {name for name in devices(machine, "input") if re.fullmatch(r"input[0-9]+", name)}
    if named != known or len(named) < len(listed):
        raise _Odd(f"not what /sys/class/input has: {', '.join(sorted(named ^ known)[:5]) or 'one twice'}")
    return listed


def _device(lines: list[str]) -> InputDevice:
    if not _ORDER.fullmatch("".join(line[:1] for line in lines)):
        raise _Odd(f"odd lines at {lines[0][:60]!r}")
    ids = _ID.fullmatch(lines[0])
    name, phys, sysfs = (_TEXT[kind].fullmatch(line) for kind, line in zip("NPS", lines[1:4], strict=True))
    bits = [_BITS.fullmatch(line) for line in lines[6:]]
    if ids is None or name is None or phys is None or sysfs is None:
        raise _Odd(f"odd lines at {lines[0][:60]!r}")
    low = {one[1]: int(one[2].split()[-1], 16) for one in bits if one and one[2].split()}
    return InputDevice(":".join(ids.groups()), name[1], phys[1], sysfs[1], low)
