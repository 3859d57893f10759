"""Files, links and folders: what stands at a path, and putting something else there and back, whole or not at all.

The door for files of the operating system: unlike `sync.replica.durable` it keeps owners, modes, times and extended
attributes. The sibling that a kill may leave has a name that is known, and goes with the undoing.
"""

import base64
import os
import shutil
import stat
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints

from proctoring.lockdown.faults import LockdownPathTaken
from proctoring.lockdown.steps import Place, Step, system_faults
from proctoring.lockdown.undo import EDITED
from sync.replica.durable import sync_folder
from sync.trust.files import read_bounded
from sync.wire.document import Part

MOST_BYTES: Final = 1_000_000
"""No file that we replace is larger."""

_MOST_KEPT: Final = 100
"""So many editions of one file are kept."""

PathBelow = Annotated[str, StringConstraints(pattern=r"^[^/\x00][^\x00]{0,1000}$")]


class EntryKind(StrEnum):
    """What can stand at a path."""

    ABSENT = "absent"
    FILE = "file"
    LINK = "link"
    FOLDER = "folder"


class Entry(Part):
    """What stands at a path. `data`: a file's bytes in base64; `times_ns`: access and change; `extended`: xattrs."""

    kind: EntryKind
    data: str = ""
    target: str = ""
    mode: int = 0o644
    owner: tuple[int, int] = (0, 0)
    times_ns: tuple[int, int] | None = None
    extended: dict[str, str] = Field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """Give a file's bytes."""
        return base64.b64decode(self.data)


ABSENT: Final = Entry(kind=EntryKind.ABSENT)


def a_file(content: str, mode: int = 0o644, owner: tuple[int, int] = (0, 0)) -> Entry:
    """Give a file as we want it."""
    return Entry(kind=EntryKind.FILE, data=base64.b64encode(content.encode()).decode(), mode=mode, owner=owner)


def a_link(target: str) -> Entry:
    """Give a symbolic link as we want it."""
    return Entry(kind=EntryKind.LINK, target=target)


def a_folder(mode: int = 0o755, owner: tuple[int, int] = (0, 0)) -> Entry:
    """Give a folder as we want it."""
    return Entry(kind=EntryKind.FOLDER, mode=mode, owner=owner)


class EntryStep(Step):
    """Put a file, link or folder at `path`. `whole`: a folder that is ours with all that comes to lie in it.

    A folder that is there already is left as it is; something else where a folder has to be, or the other way round,
    is refused.
    """

    kind: Literal["entry"] = "entry"
    path: PathBelow
    wanted: Entry
    whole: bool = False
    before: Entry | None = None

    def looked(self, place: Place) -> Self:
        """See `Step.looked`."""
        path = place.at(self.path)
        with system_faults(self.path):
            before = read_entry(path, self.path)
        folder = EntryKind.FOLDER
        if before.kind is not EntryKind.ABSENT and (before.kind is folder) != (self.wanted.kind is folder):
            raise LockdownPathTaken(before.kind.value, path=f"/{self.path}")
        return self.model_copy(update={"before": before})

    def apply(self, place: Place) -> None:
        """See `Step.apply`."""
        path = place.at(self.path)
        with system_faults(self.path, len(self.wanted.data)):
            if self.wanted.kind is not EntryKind.FOLDER:
                put_entry(path, self.wanted)
            elif not path.is_dir():
                os.mkdir(path, self.wanted.mode)  # noqa: PTH102 - the kill tests count what goes through `os`
                _own(path, self.wanted)
                os.chmod(path, self.wanted.mode)  # noqa: PTH101
                sync_folder(path.parent)

    def undo(self, place: Place) -> None:
        """See `Step.undo`. A folder of ours that others put something in stays; a file that was edited is kept."""
        path, before = place.at(self.path), self.before
        if before is None or before.kind is EntryKind.FOLDER:
            return
        with system_faults(self.path, len(before.data)):
            if not path.parent.is_dir():
                return
            _unlink(sibling(path))
            if self.wanted.kind is not EntryKind.FOLDER:
                self._keep_edited(place, path, before)
            if before.kind is not EntryKind.ABSENT:
                if not _same(read_entry(path, self.path), before, times=True):
                    put_entry(path, before)
            elif self.wanted.kind is EntryKind.FOLDER:
                _remove_folder(path, whole=self.whole)
            else:
                _unlink(path)
            sync_folder(path.parent)

    def _keep_edited(self, place: Place, path: Path, before: Entry) -> None:
        """Keep what somebody made of our file, before what was there before comes back; see `undo.EDITED`."""
        there = read_entry(path, self.path)
        if there.kind in {EntryKind.ABSENT, EntryKind.FOLDER}:
            return
        if any(_says_the_same(there, known) for known in (self.wanted, before)):
            return
        below = f"{EDITED}/{self.path}"
        _private_folders(place, below)
        first = place.at(below)
        for kept in (first, *(first.with_name(f"{first.name}.{number}") for number in range(2, _MOST_KEPT))):
            earlier = read_entry(kept, below)
            if earlier.kind is EntryKind.ABSENT:
                put_entry(kept, there)
                return
            if _says_the_same(earlier, there):
                return
        raise LockdownPathTaken("too many are kept", path=f"/{below}")

    def difference(self, place: Place) -> str:
        """See `Step.difference`."""
        with system_faults(self.path):
            there = read_entry(place.at(self.path), self.path)
        if there.kind is EntryKind.ABSENT:
            return "missing"
        if there.kind is not self.wanted.kind:
            return there.kind.value
        if self.wanted.kind is EntryKind.FOLDER:
            return ""
        if not _says_the_same(there, self.wanted):
            return "content"
        if self.wanted.kind is EntryKind.FILE and there.mode != self.wanted.mode:
            return "mode"
        return "owner" if os.geteuid() == 0 and there.owner != self.wanted.owner else ""


def read_entry(path: Path, shown: str) -> Entry:
    """Give what stands at a path.

    Raises:
        LockdownPathTaken: a device, pipe or socket, or a file larger than any we replace.
        OSError: it cannot be read.
    """
    try:
        found = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return ABSENT
    owner, mode = (found.st_uid, found.st_gid), stat.S_IMODE(found.st_mode)
    times = (found.st_atime_ns, found.st_mtime_ns)
    if stat.S_ISLNK(found.st_mode):
        target = os.readlink(path)  # noqa: PTH115 - as it stands, not made a path of
        return Entry(kind=EntryKind.LINK, target=target, mode=mode, owner=owner, times_ns=times)
    if stat.S_ISDIR(found.st_mode):
        return Entry(kind=EntryKind.FOLDER, mode=mode, owner=owner)
    if not stat.S_ISREG(found.st_mode) or found.st_size > MOST_BYTES:
        raise LockdownPathTaken("no plain file, or a very large one", path=f"/{shown}")
    data = base64.b64encode(read_bounded(path, MOST_BYTES)).decode()
    extended = _extended(path)
    return Entry(kind=EntryKind.FILE, data=data, mode=mode, owner=owner, times_ns=times, extended=extended)


def put_entry(path: Path, entry: Entry) -> None:
    """Put a file or link at a path, over a file or link that is there. Raises OSError, and then nothing is changed."""
    fresh = sibling(path)
    _unlink(fresh)
    try:
        if entry.kind is EntryKind.LINK:
            os.symlink(entry.target, fresh)  # noqa: PTH211
            _own(fresh, entry)
        else:
            _write(fresh, entry)
        if entry.times_ns is not None:
            os.utime(fresh, ns=entry.times_ns, follow_symlinks=False)
        os.replace(fresh, path)  # noqa: PTH105
    except OSError:
        with suppress(OSError):
            _unlink(fresh)
        raise
    sync_folder(path.parent)


def _write(path: Path, entry: Entry) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        _own(path, entry)
        file.write(entry.content)
        file.flush()
        for name, value in entry.extended.items():
            os.setxattr(path, name, base64.b64decode(value), follow_symlinks=False)
        os.fchmod(file.fileno(), entry.mode)
        os.fsync(file.fileno())


def _own(path: Path, entry: Entry) -> None:
    """Give a new file to its owner; who is not root tries things out below a folder of their own."""
    if os.geteuid() == 0:
        os.chown(path, *entry.owner, follow_symlinks=False)


def _same(one: Entry, other: Entry, *, times: bool) -> bool:
    """Tell whether two are the same but for when they were last read."""
    ours, theirs = (
        (entry.kind, entry.data, entry.target, entry.mode, entry.owner, entry.extended) for entry in (one, other)
    )
    changed = tuple(entry.times_ns and entry.times_ns[1] for entry in (one, other))
    return ours == theirs and (not times or changed[0] == changed[1])


def _says_the_same(one: Entry, other: Entry) -> bool:
    return (one.kind, one.data, one.target) == (other.kind, other.data, other.target)


def _private_folders(place: Place, path: str) -> None:
    """Make what is missing of the folders above a path that is kept, closed to everybody else."""
    for folder in reversed([str(folder) for folder in Path(path).parents if str(folder).startswith(EDITED)]):
        with suppress(FileExistsError):
            os.mkdir(place.at(folder), 0o700)  # noqa: PTH102
            sync_folder(place.at(folder).parent)


def _extended(path: Path) -> dict[str, str]:
    try:
        names = os.listxattr(path, follow_symlinks=False)
        return {name: base64.b64encode(os.getxattr(path, name, follow_symlinks=False)).decode() for name in names}
    except OSError:  # a file system that has none
        return {}


def _remove_folder(path: Path, *, whole: bool) -> None:
    with suppress(FileNotFoundError):
        if path.is_symlink() or not path.is_dir():
            return
        if whole:
            shutil.rmtree(path)  # follows no link, and stays on what it opened
        elif not any(path.iterdir()):
            os.rmdir(path)  # noqa: PTH106


def sibling(path: Path) -> Path:
    """Give where a file is written before it takes its name."""
    return path.with_name(f".{path.name}.examroom-new")


def _unlink(path: Path) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)  # noqa: PTH108
