"""The newer program that the background laid ready, verified again by whoever is going to install it."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar, Final

from app.seat.changing.owner import as_owner
from app.seat.home import SeatHome
from app.seat.updating import installed
from app.seat.workplace import Workplace
from sync.client.content import open_channel
from sync.client.software_update import SEAT, Release, newer_release
from sync.faults import EnvironmentFault, Refused
from sync.replica.durable import disk_faults, require_space, sync_folder

_PIECE_BYTES: Final = 1_048_576


class NothingKnown(EnvironmentFault):
    """The background has not seen the list of programs yet, or what it saw does not hold any more."""

    code: ClassVar[str] = "UPDATE_NOTHING_KNOWN"


class _NoSource:
    """A source that is silent: what was kept whole, and still holds, has to do."""

    may_lag: Final = True
    silences: Final = (NothingKnown,)

    def metadata(self, name: str, most: int) -> bytes:
        """See `Source.metadata`."""
        raise NothingKnown(f"{name}: at most {most}")

    def target(self, path: str, file: BinaryIO, length: int) -> None:
        """See `Source.target`."""
        raise NothingKnown(f"{path}: {length} to {file.name}")


class ProgramNotWhole(Refused):
    """What lies ready is not the file that the signed list has."""

    code = "PROGRAM_NOT_WHOLE"


@dataclass(frozen=True)
class Ready:
    """A newer program: what the signed list says of it, and the file (`None`: it has not come yet)."""

    release: Release
    file: Path | None


def find_ready(home: SeatHome) -> Ready | None:
    """Give the newest program that the signed list has, if it is newer than the one that runs; no network is used.

    Works as the folder's owner.

    Raises:
        NothingKnown: there is no list that still holds.
        What `Workplace.open`, `Channel.refresh_or_kept` and `newer_release` raise.
    """
    with as_owner(home.root):
        workplace = Workplace.open(home, reading=True)
        try:
            channel = open_channel(_NoSource(), home.tuf, workplace.trust)
            channel.refresh_or_kept(workplace.now_ms())
            release = newer_release(channel, SEAT, installed())
        finally:
            workplace.close()
        if release is None:
            return None
        file = home.updates / release.product / release.version / release.file
        return Ready(release, file if file.is_file() and not file.is_symlink() else None)


def take_ready(home: SeatHome, ready: Ready, into: Path) -> Path:
    """Copy a program into the folder `into`, where only this user writes, and believe the copy; give it.

    Raises:
        ProgramNotWhole: it is not what the signed list has; nothing is left.
        DiskFull, DiskFault: it could not be kept.
    """
    facts, copy = ready.release.facts, into / "new.deb"
    if ready.file is None:
        raise ProgramNotWhole("it has not come yet")
    with disk_faults(into, needed=facts.length):
        require_space(into, facts.length)
        with as_owner(home.root):  # what only root may read is not reached by a link
            source = os.open(ready.file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(source, "rb") as file, copy.open("wb") as kept:
            digest, left = hashlib.sha256(), facts.length + 1
            while left > 0 and (piece := file.read(min(left, _PIECE_BYTES))):
                left -= len(piece)
                digest.update(piece)
                kept.write(piece)
            kept.flush()
            os.fsync(kept.fileno())
        if left != 1 or digest.hexdigest() != facts.sha256:
            copy.unlink()
            raise ProgramNotWhole(ready.release.file)
        sync_folder(into)
    return copy
