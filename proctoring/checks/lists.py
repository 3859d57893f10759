"""What the checks know of the world, read from `resources/checks/*.toml`; each line there says where it comes from."""

import json
import tomllib
from pathlib import Path
from typing import Annotated, Self, TypeVar

from pydantic import Field, StringConstraints, ValidationError

from proctoring.checks.device_lists import DeviceMarks
from sync.faults import EnvironmentFault
from sync.trust.files import read_bounded
from sync.wire.document import Part
from sync.wire.ids import Name

_MOST_BYTES = 200_000

Word = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Words = Annotated[tuple[Word, ...], Field(max_length=80)]
Ports = Annotated[tuple[Annotated[int, Field(ge=1, le=65_535)], ...], Field(max_length=80)]


class CheckListsUnreadable(EnvironmentFault):
    """The lists that the checks compare with are missing or damaged. Fact: `file`."""

    code = "CHECK_LISTS_UNREADABLE"


class Tool(Part):
    """One program, or several of a kind, and how it shows; `resources/checks/remote.toml` says what each field is."""

    name: Name
    source: Name
    programs: Words
    units: Words = ()
    folders: Words = ()
    ports: Ports = ()
    sockets: Words = ()
    libraries: Words = ()
    arguments: Words = ()
    needs_port: bool = False


class Tools(Part):
    """Programs of one kind."""

    tools: Annotated[tuple[Tool, ...], Field(max_length=200)]


class DmiMark(Part):
    """A firmware string that only virtual machines have: the file in /sys/class/dmi/id, and how its text begins."""

    field: Word
    begins: Word
    machine: Name
    source: Name


class PciMark(Part):
    """A PCI vendor that only virtual machines have; `device` (None: any) by its number, as in sysfs ("0x1af4")."""

    vendor: Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]{4}$")]
    machine: Name
    source: Name
    device: Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]{4}$")] | None = None


class AddressMark(Part):
    """The first three bytes of the hardware addresses that a kind of virtual machine gives its network cards."""

    begins: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2}:){2}[0-9a-f]{2}$")]
    machine: Name
    source: Name


class Marks(Part):
    """What virtual machines show. `disks`: beginnings of vendor or model; `oems`: of the OEM id in ACPI tables."""

    dmi: Annotated[tuple[DmiMark, ...], Field(max_length=100)]
    pci: Annotated[tuple[PciMark, ...], Field(max_length=50)]
    addresses: Annotated[tuple[AddressMark, ...], Field(max_length=50)]
    disks: Words
    oems: Words
    nodes: Words


class ExpectedPort(Part):
    """A port that an ordinary PC listens on."""

    protocol: Annotated[str, StringConstraints(pattern=r"^(tcp|udp)$")]
    port: Annotated[int, Field(ge=1, le=65_535)]
    source: Name


class Expected(Part):
    """What an ordinary PC, and one that is shut down to the exam, runs and listens on."""

    ports: Annotated[tuple[ExpectedPort, ...], Field(max_length=100)]
    folders: Words
    programs: Annotated[tuple[Word, ...], Field(max_length=400)]
    assistive: Words


P = TypeVar("P", bound=Part)


class Known(Part):
    """All lists."""

    remote: Tools
    capture: Tools
    marks: Marks
    expected: Expected
    devices: DeviceMarks

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the lists from `resources/checks`.

        Raises:
            CheckListsUnreadable: a file is missing, or not what it has to be.
        """
        return cls(
            remote=_read(folder / "remote.toml", Tools),
            capture=_read(folder / "capture.toml", Tools),
            marks=_read(folder / "machines.toml", Marks),
            expected=_read(folder / "expected.toml", Expected),
            devices=_read(folder / "devices.toml", DeviceMarks),
        )


def _read(file: Path, kind: type[P]) -> P:
    try:
        return kind.model_validate_json(json.dumps(tomllib.loads(read_bounded(file, _MOST_BYTES).decode())))
    except OSError as error:
        raise CheckListsUnreadable(error.strerror or "", file=file.name) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise CheckListsUnreadable(type(error).__name__, file=file.name) from None
