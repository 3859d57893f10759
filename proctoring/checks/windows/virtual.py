r"""Whether this PC is a virtual machine, by several signals with a score, as on Linux and with the same lists.

| signal | points |
|---|---|
| a firmware string that only guests have, in the registry or in the firmware's own table (SMBIOS) | 3 |
| a PCI device of a hypervisor's maker | 2 |
| a disk that calls itself by a hypervisor's name | 2 |

Five points are "found", one or none "clear". That a hypervisor runs says nothing here: Windows 11 itself runs on one.
Sources: Microsoft Learn, `GetSystemFirmwareTable`; the registry's HARDWARE\DESCRIPTION\System\BIOS and Enum.
"""

import ctypes
from collections.abc import Iterator
from typing import Final

from proctoring.checks.lists import Marks
from proctoring.checks.observation import Observation, clear, found, unknown
from proctoring.checks.situation import Situation
from proctoring.win32 import prototypes as p
from proctoring.win32.door import Win32, WindowsRefused
from proctoring.win32.registry import Registry, Value

FOUND: Final = 5
CLEAR: Final = 1
_BIOS: Final = r"HKEY_LOCAL_MACHINE\HARDWARE\DESCRIPTION\System\BIOS"
_ENUM: Final = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Enum"
_FIELDS: Final = {
    "sys_vendor": "SystemManufacturer",
    "product_name": "SystemProductName",
    "product_version": "SystemVersion",
    "bios_vendor": "BIOSVendor",
    "board_vendor": "BaseBoardManufacturer",
    "board_name": "BaseBoardProduct",
}
_SMBIOS: Final = int.from_bytes(b"RSMB", "big")
_HEADER: Final = 8
_MOST: Final = 256 * 1024


def virtual_machine(win32: Win32, situation: Situation) -> Observation:
    """Tell whether this PC is a virtual machine."""
    if situation.known is None:
        return unknown("virtual_machine", ("resources/checks: not loaded",))
    marks, registry = situation.known.marks, Registry(win32)
    table = _firmware(win32)
    looks = (_strings(registry, marks, table), _pci(registry, marks), _disks(registry, marks))
    signals = [signal for look in looks for signal in list(look)[:1]]  # one kind of signal counts once
    score = sum(points for points, _ in signals)
    lines = (*(line for _, line in signals), f"score: {score}")
    if score >= FOUND:
        return found("virtual_machine", lines, score=score)
    if score > CLEAR or not (registry.exists(_BIOS) or table):
        return unknown("virtual_machine", lines, score=score)
    return clear("virtual_machine", lines, score=score)


def _strings(registry: Registry, marks: Marks, table: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    for mark in marks.dmi:
        name = _FIELDS.get(mark.field)
        text = _text(registry.get(_BIOS, name)) if name else ""
        if text.startswith(mark.begins):
            yield 3, f"{_BIOS}: {name}: {text} ({mark.machine})"
        for line in table:
            if line.startswith(mark.begins):
                yield 3, f"SMBIOS: {line} ({mark.machine})"


def _pci(registry: Registry, marks: Marks) -> Iterator[tuple[int, str]]:
    for name in registry.children(rf"{_ENUM}\PCI") or ():
        for mark in marks.pci:
            device = f"&dev_{mark.device[2:]}" if mark.device else ""
            if name.lower().startswith(f"ven_{mark.vendor[2:]}{device}"):
                yield 2, rf"{_ENUM}\PCI\{name} ({mark.machine})"


def _disks(registry: Registry, marks: Marks) -> Iterator[tuple[int, str]]:
    for bus, begin in (("SCSI", "disk&ven_"), ("IDE", "disk")):
        for name in registry.children(rf"{_ENUM}\{bus}") or ():
            if any(name.lower().startswith(begin + maker.lower()) for maker in marks.disks):
                yield 2, rf"{_ENUM}\{bus}\{name}"


def _firmware(win32: Win32) -> tuple[str, ...]:
    """Give the strings of the firmware's own table: another witness than the registry, which can be written."""
    try:
        size = min(win32.must(p.FIRMWARE_TABLE, _SMBIOS, 0, None, 0), _MOST)
        room = bytearray(size)
        buffer = (ctypes.c_uint8 * size).from_buffer(room)
        win32.must(p.FIRMWARE_TABLE, _SMBIOS, 0, buffer, size)
    except WindowsRefused:
        return ()
    return tuple(piece.decode("latin-1") for piece in bytes(room)[_HEADER:].split(b"\0") if piece)


def _text(value: Value | None) -> str:
    return value.data.decode("utf-16-le", "replace").rstrip("\0") if value else ""
