"""Which medium is it? The disk under a mounted folder, and its serial number as the disk's own electronics tell it.

udev (systemd) reads the serial from the device when it is plugged in: `ID_SERIAL_SHORT` of the disk. A label, a file
system's UUID or a volume name can be copied to another stick in a second; this cannot be done by copying files.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyudev

from sync.faults import EnvironmentFault, Refused

_MOUNTS: Final = Path("/proc/self/mountinfo")
_SERIAL: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:\-]{2,99}")
_ESCAPED: Final = re.compile(r"\\([0-7]{3})")
_DEEPEST: Final = 8  # encryption over a volume over a partition …
_SECTOR: Final = 512  # bytes; what sysfs counts a disk's size in, whatever its own sectors are


class NoMedium(EnvironmentFault):
    """No disk lies under this folder: it is not there, or of the network, or of memory. Fact: `place`."""

    code = "NO_MEDIUM"


class MediumNameless(Refused):
    """The disk tells no serial number of its own, or several disks make one file system. Fact: `device`."""

    code = "MEDIUM_NAMELESS"


@dataclass(frozen=True)
class FoundMedium:
    """A medium that is plugged in and mounted.

    `mount` is where its file system begins, `device` the disk's name, `capacity_bytes` of the whole disk.
    """

    mount: Path
    device: str
    serial: str
    model: str
    capacity_bytes: int
    file_system: str
    read_only: bool


@dataclass(frozen=True)
class _Mount:
    point: Path
    number: str
    kind: str
    source: str
    read_only: bool


def medium_at(place: Path) -> FoundMedium:
    """Find the medium that `place` lies on.

    Raises:
        NoMedium: there is no such folder, or no disk under it.
        MediumNameless: the disk has no serial number, or there are several under one file system.
    """
    mount = _mount_of(place)
    disk = _disk_under(_device_of(mount, place), place)
    serial = str(disk.properties.get("ID_SERIAL_SHORT", ""))
    if not _SERIAL.fullmatch(serial):
        raise MediumNameless(f"serial {serial[:40]!a}", device=disk.sys_name)
    return FoundMedium(
        mount.point,
        disk.sys_name,
        serial,
        str(disk.properties.get("ID_MODEL", "")).replace("_", " ").strip() or disk.sys_name,
        _capacity(disk),
        mount.kind,
        mount.read_only,
    )


def _mount_of(place: Path) -> _Mount:
    try:
        real = place.resolve(strict=True)
        device = real.stat().st_dev
        lines = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except (OSError, ValueError) as error:
        raise NoMedium(type(error).__name__, place=str(place)) from None
    number = f"{os.major(device)}:{os.minor(device)}"
    mounts = [_parsed(line) for line in lines]
    # what was mounted later over the same place hides what was there before
    over = [one for one in reversed(mounts) if one.point == real or one.point in real.parents]
    found = max(over, key=lambda one: len(one.point.parts), default=None)
    if found is None:
        raise NoMedium(f"nothing is mounted over {number}", place=str(place))
    return found


def _parsed(line: str) -> _Mount:
    """Read a line of mountinfo (proc(5)): the fields after the dash tell kind, source and the file system's options."""
    front, _, back = line.partition(" - ")
    fields, (kind, source, options) = front.split(), back.split()[:3]
    read_only = "ro" in fields[5].split(",") or "ro" in options.split(",")
    return _Mount(Path(_plain(fields[4])), fields[2], kind, _plain(source), read_only)


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 8)), text)


def _device_of(mount: _Mount, place: Path) -> pyudev.Device:
    context = pyudev.Context()
    major, _, minor = mount.number.partition(":")
    try:
        if int(major):
            return pyudev.Devices.from_device_number(context, "block", os.makedev(int(major), int(minor)))
        # some file systems (btrfs) have a number of their own; where they are mounted from names the device
        return pyudev.Devices.from_device_file(context, mount.source)
    except (pyudev.DeviceNotFoundError, OSError, ValueError) as error:
        raise NoMedium(f"{mount.kind} from {mount.source}: {type(error).__name__}", place=str(place)) from None


def _disk_under(device: pyudev.Device, place: Path) -> pyudev.Device:
    """Go from a partition to its disk, and from an encrypted or logical volume to what it lies on."""
    for _ in range(_DEEPEST):
        if device.subsystem != "block":
            break
        if device.device_type == "partition":
            parent = device.find_parent("block", "disk")
            if parent is None:
                break
            device = parent
        below = list(_slaves(device))
        if not below:
            return device
        if len(below) > 1:
            raise MediumNameless("several disks under one file system", device=device.sys_name)
        device = below[0]
    raise NoMedium("no disk under it", place=str(place))


def _slaves(device: pyudev.Device) -> Iterator[pyudev.Device]:
    folder = Path(device.sys_path) / "slaves"
    if folder.is_dir():
        for below in sorted(folder.iterdir()):
            yield pyudev.Devices.from_name(device.context, "block", below.name)


def _capacity(disk: pyudev.Device) -> int:
    try:
        return int(disk.attributes.asint("size")) * _SECTOR
    except (KeyError, ValueError, UnicodeDecodeError):
        raise MediumNameless("a disk without a size", device=disk.sys_name) from None
