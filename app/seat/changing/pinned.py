"""Whose word counts for programs on this PC: kept where only an administrator writes.

The seat's own folder belongs to the kiosk's user. If what is there decided alone, whoever got hold of that user could
bring trust of his own, and have an administrator install what he likes. So the first root's digest is kept apart.
"""

import hashlib
from typing import Final

from app.seat.changing.state import PackageState
from app.seat.home import SeatHome
from sync.faults import Refused
from sync.replica.durable import disk_faults, write_durably
from sync.trust.anchor import ROOT_FILE
from sync.trust.files import read_bounded
from sync.trust.roots import MAX_BYTES

_MODE: Final = 0o644


class UpdateNotPinned(Refused):
    """Nobody has said yet on this PC whose programs may be installed. Fact: `digest` of the root found."""

    code = "UPDATE_NOT_PINNED"


class UpdateOtherRoot(Refused):
    """The seat's folder hangs from another root than the one an administrator confirmed on this PC."""

    code = "UPDATE_OTHER_ROOT"


def root_digest(home: SeatHome) -> str:
    """Give the SHA-256 of the root this seat was enrolled with, in lower-case hex. Raises DiskFault."""
    with disk_faults(home.trust, needed=0):
        return hashlib.sha256(read_bounded(home.trust / ROOT_FILE, MAX_BYTES)).hexdigest()


def pin_root(digest: str, state: PackageState) -> None:
    """Keep whose programs may be installed; an administrator has said so. Raises DiskFull, DiskFault."""
    with disk_faults(state.root, needed=0):
        state.root.mkdir(parents=True, exist_ok=True)
    write_durably(state.pinned_root, f"{digest}\n".encode(), _MODE)


def require_pinned(digest: str, state: PackageState) -> None:
    """Refuse a root that no administrator has confirmed.

    Raises:
        UpdateNotPinned, UpdateOtherRoot: as they say.
        DiskFault: the disk refuses.
    """
    with disk_faults(state.root, needed=0):
        try:
            pinned = read_bounded(state.pinned_root, 100).decode("ascii", "replace").strip()
        except FileNotFoundError:
            raise UpdateNotPinned(digest=digest) from None
    if pinned != digest:
        raise UpdateOtherRoot
