"""Whether this PC is a virtual machine, by several signals with a score: none of them alone says so.

| signal | points |
|---|---|
| firmware strings (DMI) that only guests have | 3 |
| the processor says that a hypervisor runs below (cpuid, leaf 1, ECX bit 31) | 2 |
| devices on the virtio bus | 2 |
| PCI devices of a hypervisor's maker | 2 |
| disks that call themselves by a hypervisor's name | 2 |
| ACPI tables with a hypervisor's OEM id (readable by the superuser only) | 2 |
| the kernel names a hypervisor (/sys/hypervisor/type), and this is not its first machine | 2 |
| a file that only guests have | 2 |
| an ACPI table WAET, which emulated devices have | 1 |
| a real network card's address of a hypervisor's kind | 1 |

Five points are "found", one or none "clear", between them it could not be told: a PC whose maker wrote an odd string
is not accused, and a guest that hides one trait is not passed. A card without a device behind it (a bridge, a tunnel)
counts for nothing: a PC that *runs* guests has such. A site that uses cloud PCs on purpose says so in its policy.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from proctoring.checks.lists import Marks
from proctoring.checks.machine import Machine, Unreadable
from proctoring.checks.observation import Observation, clear, found, unknown
from proctoring.checks.situation import Situation

FOUND: Final = 5
CLEAR: Final = 1

_DMI: Final = "sys/class/dmi/id"
_FLAGS: Final = re.compile(r"^flags\s*:(.*)$", re.MULTILINE)
_OEM_AT: Final = slice(10, 16)  # ACPI 6.5, 5.2.6: System Description Table Header
_MOST: Final = 64

Signal = tuple[int, str]
"""Points, and what was seen."""


def virtual_machine(machine: Machine, situation: Situation) -> Observation:
    """Tell whether this PC is a virtual machine."""
    if situation.known is None:
        return unknown("virtual_machine", ("resources/checks: not loaded",))
    marks = situation.known.marks
    signals: list[Signal] = []
    problems: list[str] = []
    for look in _LOOKS:
        try:
            signals += list(look(machine, marks))[:1]  # one kind of signal counts once
        except Unreadable as problem:
            problems.append(": ".join(problem.args))
    signals.sort(key=lambda signal: -signal[0])
    score = sum(points for points, _ in signals)
    lines = [line for _, line in signals]
    if score >= FOUND:
        return found("virtual_machine", lines, score=score)
    if score > CLEAR or not _can_tell(machine):
        return unknown("virtual_machine", (*lines, *problems, f"score: {score}"), score=score)
    return clear("virtual_machine", (*lines, f"score: {score}"), score=score)


def _can_tell(machine: Machine) -> bool:
    """Tell whether there is anything to go by: without firmware strings and processor flags nothing would show."""
    try:
        return bool(machine.text("proc/cpuinfo", 65_536)) and (
            bool(machine.names(_DMI)) or bool(machine.names("sys/firmware/devicetree/base"))
        )
    except Unreadable:
        return False


def _dmi(machine: Machine, marks: Marks) -> Iterator[Signal]:
    texts = {mark.field: machine.text(f"{_DMI}/{mark.field}") or "" for mark in marks.dmi}
    for mark in marks.dmi:
        if texts[mark.field].startswith(mark.begins):
            yield 3, f"/{_DMI}/{mark.field}: {texts[mark.field]} ({mark.machine})"


def _processor(machine: Machine, _marks: Marks) -> Iterator[Signal]:
    flags = _FLAGS.search(machine.text("proc/cpuinfo", 65_536) or "")
    if flags and "hypervisor" in flags[1].split() and not _is_host(machine):
        yield 2, "/proc/cpuinfo: flag hypervisor"


def _virtio(machine: Machine, _marks: Marks) -> Iterator[Signal]:
    devices = machine.names("sys/bus/virtio/devices")
    if devices:
        yield 2, f"/sys/bus/virtio/devices: {', '.join(devices[:5])}"


def _pci(machine: Machine, marks: Marks) -> Iterator[Signal]:
    folder = "sys/bus/pci/devices"
    for name in (machine.names(folder) or ())[:_MOST]:
        vendor, device = (machine.text(f"{folder}/{name}/{part}", 64) or "" for part in ("vendor", "device"))
        for mark in marks.pci:
            if vendor == mark.vendor and mark.device in (None, device):
                yield 2, f"/{folder}/{name}: {vendor} {device} ({mark.machine})"


def _disks(machine: Machine, marks: Marks) -> Iterator[Signal]:
    for name in (machine.names("sys/block") or ())[:_MOST]:
        for part in ("vendor", "model"):
            text = machine.text(f"sys/block/{name}/device/{part}", 256) or ""
            if text.startswith(marks.disks):
                yield 2, f"/sys/block/{name}/device/{part}: {text}"
    for line in (machine.text("proc/scsi/scsi") or "").split("\n"):
        vendor = line.strip().removeprefix("Vendor:").strip()
        if vendor != line.strip() and vendor.startswith(marks.disks):
            yield 2, f"/proc/scsi/scsi: {vendor}"


def _acpi(machine: Machine, marks: Marks) -> Iterator[Signal]:
    folder = "sys/firmware/acpi/tables"
    names = machine.names(folder) or ()
    for name in ("DSDT", "FACP", "APIC"):
        try:
            oem = (machine.read(f"{folder}/{name}", 64) or b"")[_OEM_AT].decode("ascii", "replace")
        except Unreadable:
            break
        if oem.strip("\0 ").startswith(marks.oems):
            yield 2, f"/{folder}/{name}: {oem.strip()}"
    if "WAET" in names:
        yield 1, f"/{folder}: WAET"


def _hypervisor(machine: Machine, _marks: Marks) -> Iterator[Signal]:
    kind = machine.text("sys/hypervisor/type", 64)
    if kind and not _is_host(machine):
        yield 2, f"/sys/hypervisor/type: {kind}"


def _nodes(machine: Machine, marks: Marks) -> Iterator[Signal]:
    yield from ((2, f"{node}: there") for node in marks.nodes if machine.exists(node) and not _is_host(machine))


def _cards(machine: Machine, marks: Marks) -> Iterator[Signal]:
    folder = "sys/class/net"
    for name in (machine.names(folder) or ())[:_MOST]:
        if not machine.exists(f"{folder}/{name}/device"):
            continue
        address = (machine.text(f"{folder}/{name}/address", 64) or "").lower()
        for mark in marks.addresses:
            if address.startswith(mark.begins):
                yield 1, f"/{folder}/{name}/address: {mark.begins} ({mark.machine})"


def _is_host(machine: Machine) -> bool:
    """Tell whether this is Xen's first machine, which has a hypervisor below and is the PC all the same."""
    return "control_d" in (machine.text("proc/xen/capabilities", 64) or "")


_LOOKS: Final[tuple[Callable[[Machine, Marks], Iterator[Signal]], ...]] = (
    _dmi,
    _processor,
    _virtio,
    _pci,
    _disks,
    _acpi,
    _hypervisor,
    _nodes,
    _cards,
)
