"""From a shelf to a folder of this machine: to verify, play and export what lies in a bucket."""

import os
from pathlib import Path
from typing import Final

from proctoring.vault.store.shelf import Pace, Shelf, ShelfDamaged
from sync.replica.durable import disk_faults, private_folder, require_space, sync_folder

PART: Final = ".part"
"""What an unfinished file is called: `.NAME.part`."""
_CHUNK: Final = 8 << 20


def fetch(shelf: Shelf, prefix: str, folder: Path, pace: Pace | None = None) -> Path:
    """Copy what lies directly under `prefix` ("recordings/<id>") into `folder`, as far as it is not there yet.

    A broken one goes on where it stopped. What lies in `folder` is a copy like any other: verify it.

    Raises:
        DiskFull, DiskFault: this machine's disk; and whatever the shelf raises.
    """
    private_folder(folder)
    for name in shelf.names(f"{prefix}/"):
        last = name.removeprefix(f"{prefix}/")
        if "/" not in last:
            _fetch_one(shelf, name, folder / last, pace)
    with disk_faults(folder, needed=0):
        sync_folder(folder)
    return folder


def _fetch_one(shelf: Shelf, name: str, file: Path, pace: Pace | None) -> None:
    size = shelf.size(name) or 0
    part = file.with_name(f".{file.name}{PART}")
    with disk_faults(file.parent, needed=size):
        if file.is_file() and file.stat().st_size == size:
            return
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        with os.fdopen(os.open(part, flags, 0o600), "r+b", buffering=0) as partial:
            have = os.fstat(partial.fileno()).st_size
            if have > size:
                partial.truncate(have := 0)
            require_space(file.parent, size - have)
            partial.seek(have)
            while have < size:
                piece = shelf.read(name, have, min(_CHUNK, size - have))
                if not piece:
                    raise ShelfDamaged("shorter than it says", name=name)
                if pace:
                    pace(len(piece))
                partial.write(piece)
                have += len(piece)
            os.fsync(partial.fileno())
        part.replace(file)
