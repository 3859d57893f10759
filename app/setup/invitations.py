"""A folder of invitations, one for each PC by its host name or serial number, and which of them is this PC's."""

import os
import platform
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sync.faults import EnvironmentFault
from sync.replica.durable import disk_faults
from sync.wire.enrolment import Invitation

_MOST_FILES: Final = 10_000
_MOST_SERIAL: Final = 200
_SERIALS: Final = ("product_serial", "board_serial", "chassis_serial")
_NO_SERIALS: Final = frozenset({"", "0", "none", "default string", "to be filled by o.e.m.", "system serial number"})
"""What makers leave where a serial number belongs."""


class InvitationMissing(EnvironmentFault):
    """No invitation in the folder is this PC's. Facts: `folder`, `names` (what was looked for)."""

    code = "INVITATION_MISSING"


class InvitationAmbiguous(EnvironmentFault):
    """Several invitations could be this PC's. Facts: `folder`, `files`."""

    code = "INVITATION_AMBIGUOUS"


class InvitationUnreadable(EnvironmentFault):
    """An invitation's file cannot be read. Fact: `file`."""

    code = "INVITATION_UNREADABLE"


def names_of_this_pc(root: Path = Path("/")) -> tuple[str, ...]:
    """Give what an invitation's file may be called: host name, its first part, serials (root alone sees them)."""
    host = platform.node()
    serials = (_serial(root / "sys/class/dmi/id" / name) for name in _SERIALS)
    found = (host, host.partition(".")[0], *serials)
    return tuple(dict.fromkeys(name for name in found if name.strip().casefold() not in _NO_SERIALS))


def invitation_for(folder: Path, names: Iterable[str]) -> Path:
    """Give the one file in `folder` that is called like this PC, whatever its ending and its capitals.

    Raises:
        InvitationMissing, InvitationAmbiguous: there is none, or more than one.
        DiskFault: the folder cannot be read.
    """
    named = tuple(names)
    wanted = {name.casefold() for name in named}
    with disk_faults(folder, needed=0), os.scandir(folder) as entries:
        listed = [Path(entry.path) for entry, _ in zip(entries, range(_MOST_FILES), strict=False) if entry.is_file()]
    found = sorted(file for file in listed if wanted & {file.name.casefold(), file.stem.casefold()})
    match found:
        case [one]:
            return one
        case []:
            raise InvitationMissing(folder=str(folder), names=" · ".join(named))
        case _:
            raise InvitationAmbiguous(folder=str(folder), files=" · ".join(file.name for file in found))


def read_invitation(file: Path) -> Invitation:
    """Read an invitation.

    Raises:
        InvitationUnreadable: it cannot be read.
        DocumentRefused: it is none.
    """
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as opened:
            return Invitation.parse(opened.read(Invitation.MAX_BYTES + 1))
    except OSError as error:
        raise InvitationUnreadable(error.strerror or "", file=str(file)) from None


def _serial(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_MOST_SERIAL).strip()
    except OSError:
        return ""
