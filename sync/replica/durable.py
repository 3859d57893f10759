"""The one door for files that must survive a power cut.

Order of writes: a sibling is written, flushed and fsynced, then takes the name by `os.replace`, then the folder is
fsynced. Only after that may anybody be told "saved". What a kill leaves behind is `.<name>.<16 hex digits>.new`.
"""

import errno
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from sync.faults import EnvironmentFault

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_NO_FOLDER = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EEXIST})
_MB = 1_000_000
_AT_ONCE = 16  # files on their way to the disk
_LEFTOVER: Final = re.compile(r"\..+\.[0-9a-f]{16}\.new")


class DiskFull(EnvironmentFault):
    """There is no room. Facts: `needed_mb`, `free_mb`."""

    code = "DISK_FULL"


class DiskFault(EnvironmentFault):
    """The disk refused for another reason than room."""

    code = "DISK_FAULT"


class FolderMissing(DiskFault):
    """The folder to write into is not there. Fact: `folder`."""

    code = "FOLDER_MISSING"


class NoFolder(DiskFault):
    """Where a folder has to be, there is a file, or a link that is not followed. Fact: `folder`."""

    code = "NO_FOLDER"


class FileTooLong(DiskFault):
    """There may be room, but this program may not write so long a file (`ulimit -f`, or the file system's own bound).

    Fact: `needed_mb`.
    """

    code = "FILE_TOO_LONG"


def write_durably(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace the file at `path` by `data`, whole or not at all.

    Raises:
        DiskFull: no room; the old file is untouched.
        DiskFault: any other refusal by the operating system.
    """
    sibling = path.with_name(_sibling(path.name))
    with disk_faults(path.parent, needed=len(data)):
        try:
            _write_synced(sibling, data, mode)
            sibling.replace(path)
        except OSError:
            with suppress(OSError):
                sibling.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def write_all_durably(folder: Path, files: Mapping[str, bytes], mode: int = 0o600) -> None:
    """Replace many files, each whole or not at all and in no particular order, in much less time than one by one.

    `files` are by name, as seen from `folder`: "a.xml", or "items/a.xml" with a folder between, which is made if it is
    not there. No link below `folder` is followed. The disk is told of all of them at once, so that it may carry them
    out together.

    Raises:
        DiskFull, DiskFault: as `write_durably`; some of the files may be replaced already.
        NoFolder: a link, or something else that is no folder, stands where a folder has to be.
    """
    with ExitStack() as stack, disk_faults(folder, needed=sum(map(len, files.values()))):
        below = {name: stack.enter_context(_below(folder, name)) for name in {_parts(file)[0] for file in files}}
        writes = [(*_parts(file), data) for file, data in files.items()]
        siblings = [_sibling(name) for _, name, _ in writes]
        try:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                waiting = [
                    pool.submit(_write_synced, sibling, data, mode, below[place])
                    for sibling, (place, _, data) in zip(siblings, writes, strict=True)
                ]
                for one in waiting:
                    one.result()
            for sibling, (place, name, _) in zip(siblings, writes, strict=True):
                os.replace(sibling, name, src_dir_fd=below[place], dst_dir_fd=below[place])
        except OSError:
            for sibling, (place, _, _) in zip(siblings, writes, strict=True):
                with suppress(OSError):
                    os.unlink(sibling, dir_fd=below[place])
            raise
        for handle in below.values():
            os.fsync(handle)
        os.fsync(stack.enter_context(_below(folder, "")))  # a folder between may be new


def remove_all_durably(folder: Path, files: Iterable[str]) -> None:
    """Remove files by their names, as `write_all_durably` has them; one that is not there is none to remove.

    Raises:
        DiskFault: the disk refuses; some of the files may be gone already.
        NoFolder: a link, or something else that is no folder, stands where a folder has to be.
    """
    names: dict[str, list[str]] = {}
    for file in files:
        place, name = _parts(file)
        names.setdefault(place, []).append(name)
    with disk_faults(folder, needed=0):
        for place, below in names.items():
            with _below(folder, place) as handle:
                for name in below:
                    with suppress(FileNotFoundError):
                        os.unlink(name, dir_fd=handle)
                os.fsync(handle)


def sweep_leftovers(folder: Path, places: Iterable[str]) -> None:
    """Remove what a kill left of files that were being written; nobody may be writing there now.

    `places` are folders as seen from `folder` ("" is itself); what is not there, or is no folder, is passed over.

    Raises:
        DiskFault: the disk refuses.
    """
    with disk_faults(folder, needed=0):
        for place in places:
            here = folder / place
            if place and (here.is_symlink() or not here.is_dir()):
                continue
            with _below(folder, place) as handle, os.scandir(handle) as found:
                for one in found:
                    if _LEFTOVER.fullmatch(one.name) and one.is_file(follow_symlinks=False):
                        os.unlink(one.name, dir_fd=handle)


def _parts(file: str) -> tuple[str, str]:
    place, _, name = file.rpartition("/")
    return place, name


def _sibling(name: str) -> str:
    return f".{name}.{secrets.token_hex(8)}.new"


@contextmanager
def _below(folder: Path, place: str) -> Iterator[int]:
    """Open a folder in `folder`, made if it is not there, without following a link; "" is `folder` itself."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in filter(None, place.split("/")):
            with suppress(FileExistsError):
                os.mkdir(part, dir_fd=handle)
            try:
                inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=handle)
            except OSError as error:
                if error.errno in {errno.ENOTDIR, errno.ELOOP}:
                    raise NoFolder(folder=str(folder / place)) from None
                raise
            os.close(handle)
            handle = inner
        yield handle
    finally:
        os.close(handle)


def _write_synced(path: Path | str, data: bytes, mode: int, folder: int | None = None) -> None:
    """Write a new file; `folder`: the open folder that its name is seen from."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode, dir_fd=folder), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the folder's names themselves durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def private_folder(path: Path) -> Path:
    """Make `path` a folder only this user can enter (0700), with its parents; give it back."""
    with disk_faults(path, needed=0):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
    return path


def free_bytes(path: Path) -> int:
    """Give the bytes an ordinary user may still write where `path` (or its nearest existing parent) lies.

    Raises:
        DiskFault: nobody can tell, as of a share that has dropped.
    """
    with disk_faults(path, needed=0):
        existing = next(place for place in (path, *path.parents) if place.exists())
        figures = os.statvfs(existing)
    return figures.f_bavail * figures.f_frsize


def require_space(path: Path, needed: int) -> None:
    """Refuse now what would not fit later.

    Raises:
        DiskFull: fewer than `needed` bytes are free.
    """
    free = free_bytes(path)
    if free < needed:
        raise _full(needed, free)


@contextmanager
def disk_faults(place: Path, needed: int) -> Iterator[None]:
    """Turn the operating system's refusals within the block into faults a person can read; `place` is a folder."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise _full(needed, free_bytes(place)) from error
        if error.errno == errno.EFBIG:
            raise FileTooLong(f"{needed} bytes needed", needed_mb=-(-needed // _MB)) from error
        if error.errno in _NO_FOLDER:
            _refuse_folder(place)
        raise DiskFault(f"{errno.errorcode.get(error.errno or 0, 'error')} at {place.name}") from error


def _refuse_folder(place: Path) -> None:
    """Say that a folder is not there, or is none, if that is the reason why nothing could be written into it."""
    there = next((one for one in (place, *place.parents) if os.path.lexists(one)), None)
    if there is not None and not there.is_dir():
        raise NoFolder(folder=str(there)) from None
    if there != place:
        raise FolderMissing(folder=str(place)) from None


def _full(needed: int, free: int) -> DiskFull:
    return DiskFull(f"{needed} bytes needed, {free} free", needed_mb=-(-needed // _MB), free_mb=free // _MB)
