"""A recording as a folder of this machine, whatever its shelf is: for verifying, playing and exporting."""

import os
from pathlib import Path

from proctoring.vault.retention.faults import RecordingUnknown
from proctoring.vault.retention.papers import recording_prefix
from proctoring.vault.store.shelf import Shelf
from sync.replica.durable import disk_faults, private_folder, require_space

_CHUNK = 4 << 20


def local_copy(shelf: Shelf, cache: Path, recording: str) -> Path:
    """Give the shelf's own folder, or copy the recording below `cache`: whole files only, each by its length.

    Raises:
        RecordingUnknown: nothing lies there.
        DiskFull, DiskFault: the copy has no room.
    """
    prefix = recording_prefix(recording)
    own = shelf.local_folder(prefix)
    if own is not None:
        if not own.is_dir():
            raise RecordingUnknown(recording=recording)
        return own
    sizes = {name: shelf.size(name) or 0 for name in shelf.names(prefix)}
    if not sizes:
        raise RecordingUnknown(recording=recording)
    folder = private_folder(cache / recording)
    missing = {name: size for name, size in sizes.items() if not _is_whole(folder / name.removeprefix(prefix), size)}
    require_space(folder, sum(missing.values()))
    for name, size in missing.items():
        _fetch(shelf, name, size, folder / name.removeprefix(prefix))
    return folder


def _is_whole(file: Path, size: int) -> bool:
    return file.is_file() and file.stat().st_size == size


def _fetch(shelf: Shelf, name: str, size: int, target: Path) -> None:
    part = target.with_name(f".{target.name}.part")
    with disk_faults(target.parent, needed=size):
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for start in range(0, size, _CHUNK):
                file.write(shelf.read(name, start, min(_CHUNK, size - start)))
        part.replace(target)
