"""A shelf that is a folder: of the site's server, or a share that is mounted.

A file is written under a name of its own, `.NAME.DIGEST.new` (the first 16 digits of its SHA-256, so that the next try
finds it and goes on), synced, given its name, and its folder is synced. No link is followed anywhere below the root.
A folder cannot refuse its owner; holds and ends of retention are kept in the custody entries (`retention`).

A share can drop at any moment, and then its mount point is an empty folder of the machine's own disk. So the folder is
known again by its device and inode, or by the store's own paper in it, before anything is read from it or written into
it: what is not that folder is away (`ShelfAway`), never empty. And what lies there anybody who has the share may have
put there: nothing is walked deeper, longer, or fuller than names on a shelf can be.
"""

import errno
import fcntl
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO, Final, Self

from proctoring.vault.store.naming import NO_LINKS, take_name
from proctoring.vault.store.share import identity, paper, shelf_faults
from proctoring.vault.store.shelf import (
    MOST_PARTS,
    Lock,
    Pace,
    ShelfAway,
    ShelfBusy,
    ShelfConflict,
    ShelfDamaged,
    ShelfNameMissing,
    checked_name,
    checked_prefix,
    is_name,
)
from proctoring.vault.store.source import Source
from proctoring.vault.store.walking import MOST_ENTRIES, entries, walk
from sync.replica.durable import (
    FolderMissing,
    NoFolder,
    private_folder,
    require_space,
    sweep_leftovers,
)

_CHUNK: Final = 1 << 20
_STEP: Final = 1 << 16  # what is told to a pace at once, and what of an unfinished file is lost at most
_READ_ONLY: Final = 0o400
_NOT_PLAIN: Final = frozenset({errno.ELOOP, errno.ENOTDIR, errno.EISDIR, errno.ENXIO})


class FolderShelf:
    """Names are files below `root` (0400 in folders of 0700).

    `root` has to be there: a share that is not mounted must not become a folder on the machine's own disk.

    Raises:
        FolderMissing, NoFolder: there is no folder.
        ShelfAway: there is one, and it does not answer.
    """

    def __init__(self, root: Path) -> None:
        with shelf_faults(root, needed=0):
            self.root: Final = root.resolve()
            handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
            try:
                self._is = identity(handle)
                self._paper = paper(handle)
            finally:
                os.close(handle)

    @classmethod
    def create(cls, root: Path) -> Self:
        """Make the folder, if it is not there, and give its shelf. Raises DiskFault."""
        return cls(private_folder(root))

    def names(self, prefix: str = "") -> Iterator[str]:
        """Give the names of plain files; links and unfinished files do not count.

        What nobody can have put there as a name is given so that it can be stated, and is no name (`is_name`): written
        out in ASCII, with "/" at its end if it is a folder nobody looks into, because it is called so, lies too deep,
        holds too much, or is none; and with "|" if it is a pipe or the like.
        """
        checked_prefix(prefix)
        above = prefix.rpartition("/")[0]
        under = f"{above}/" if above else ""
        with ExitStack() as stack:
            try:
                folder, _ = stack.enter_context(self._folder_of(f"{under}x", make=False, missing_ok=True))
            except ShelfDamaged:
                yield under
                return
            if folder < 0:
                return
            with self._faults():
                for name in walk(folder, under):
                    if name.startswith(prefix):
                        yield name

    def folders(self, place: str) -> Iterator[str]:
        """Give the names of the folders in a folder; links do not count."""
        with self._folder_of(f"{checked_name(place)}/x", make=False, missing_ok=True) as (folder, _):
            if folder >= 0:
                with self._faults():
                    found = entries(folder)
                if found is None:
                    raise ShelfDamaged(f"more than {MOST_ENTRIES} names", name=place)
                yield from (one.removesuffix("/") for one in found if one.endswith("/"))

    def sizes(self, prefix: str) -> Mapping[str, int]:
        """Give the names with their files' lengths in bytes."""
        return {name: (self.size(name) or 0) if is_name(name) else 0 for name in self.names(prefix)}

    def size(self, name: str) -> int | None:
        """Give the file's length in bytes, or None."""
        try:
            with self._opened(name) as file, self._faults():
                return os.fstat(file.fileno()).st_size
        except ShelfNameMissing:
            return None

    def read(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        """Read from the file."""
        with self._opened(name) as file, self._faults():
            file.seek(start)
            return file.read(-1 if length is None else length)

    def put(
        self, name: str, source: Path | bytes, retain_until_ms: int | None = None, pace: Pace | None = None
    ) -> None:
        """Put a file there; an interrupted one goes on at the byte where it stopped."""
        del retain_until_ms  # the custody entries keep it
        with ExitStack() as stack:
            data = stack.enter_context(Source.of(source))
            folder, last = stack.enter_context(self._folder_of(name, make=True))
            sibling = f".{last}.{data.sha256[:16]}.new"
            if not self._there(folder, last):
                with self._faults(data.size):
                    file = stack.enter_context(_unfinished(sibling, folder, name))
                    have = _common(file, data)
                    require_space(self.root, data.size - have)
                    _write_on(file, data, have, pace)
                    os.fsync(file.fileno())
                    if take_name(sibling, last, folder):
                        os.fchmod(file.fileno(), _READ_ONLY)
                        os.fsync(folder)
                        return
            self._refuse_other(name, data)
            with self._faults(), suppress(FileNotFoundError):
                os.unlink(sibling, dir_fd=folder)  # a second name of the same file, left by a kill
                os.fsync(folder)

    def adopt(self, source: str, target: str) -> None:
        """Give the file a second name (or, where a disk knows no such thing, make a copy)."""
        with ExitStack() as stack:
            old, old_last = stack.enter_context(self._folder_of(source, make=False, missing_ok=True))
            new, new_last = stack.enter_context(self._folder_of(target, make=True))
            if self._there(new, new_last):
                if old >= 0 and self._there(old, old_last):
                    self._refuse_other(target, source)
                return
            if old < 0 or not self._there(old, old_last):
                raise ShelfNameMissing(source, name=source)
            with self._faults():
                try:
                    os.link(old_last, new_last, src_dir_fd=old, dst_dir_fd=new, follow_symlinks=False)
                    os.fsync(new)
                except OSError as error:
                    if error.errno not in NO_LINKS:
                        raise
                    self.put(target, self.root / source)  # a disk that knows no second names

    def keep(self, name: str, sha256: str, until_ms: int | None) -> None:
        """Read the file; until when it is kept, the custody entries say."""
        del until_ms
        with self._opened(name) as file, self._faults():
            if file_digest(file, "sha256").hexdigest() != sha256:  # type: ignore[arg-type]  # a real file has readinto
                raise ShelfConflict(name, name=name)

    def lock(self, name: str) -> Lock | None:
        """A folder keeps nothing by itself."""
        self._require(name)
        return None

    def set_hold(self, name: str, on: bool) -> None:  # noqa: FBT001 - as `Shelf` has it
        """A folder cannot hold anything by itself; only that it is there is made sure of."""
        del on
        self._require(name)

    def extend(self, name: str, until_ms: int) -> None:
        """A folder keeps no ends by itself; only that it is there is made sure of."""
        del until_ms
        self._require(name)

    def free_bytes(self) -> int | None:
        """Give what an ordinary user may still write here."""
        with self._opened_root() as root, self._faults():
            figures = os.fstatvfs(root)
        return figures.f_bavail * figures.f_frsize

    def local_folder(self, prefix: str) -> Path | None:
        """Give the folder itself. Raises ShelfAway: nobody can look into it now."""
        with self._opened_root():
            return self.root / checked_name(prefix.removesuffix("/"))

    def erase(self, name: str, *, overwrite: bool = False) -> None:
        """Remove a file for good. Nobody calls this but `erasing`, which knows whether it may go.

        `overwrite`: with zeros first, as keys are, for what little that does on a disk of today.
        """
        with self._folder_of(name, make=False, missing_ok=True) as (folder, last):
            if folder < 0:
                return
            with self._faults(), suppress(FileNotFoundError):
                for unfinished in _siblings(last, folder):
                    os.unlink(unfinished, dir_fd=folder)
                if self._there(folder, last):
                    if overwrite:
                        _overwrite(last, folder)
                    os.unlink(last, dir_fd=folder)
                os.fsync(folder)

    def erase_folders(self, prefix: str) -> None:
        """Remove the folder of a prefix and those in it as far as they are empty. Only `erasing` calls this."""
        with self._folder_of(prefix.removesuffix("/"), make=False, missing_ok=True) as (folder, last):
            if folder >= 0:
                with self._faults():
                    _remove_empty(folder, last, prefix.count("/") + 1)

    def erase_unfinished(self, prefix: str) -> None:
        """Remove unfinished files from the folder of a prefix. Only `erasing` calls this."""
        with self._opened_root(), self._faults():
            sweep_leftovers(self.root, [checked_name(prefix.removesuffix("/"))])

    # inside

    def _faults(self, needed: int = 0) -> AbstractContextManager[None]:
        return shelf_faults(self.root, needed)

    @contextmanager
    def _opened_root(self) -> Iterator[int]:
        """Open the folder, and make sure that it is the one it was. Raises ShelfAway."""
        try:
            with self._faults():
                handle = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        except (FolderMissing, NoFolder) as fault:
            raise ShelfAway(fault.code, place=str(self.root)) from None
        try:
            with self._faults():
                self._require_same(handle)
            yield handle
        finally:
            os.close(handle)

    def _require_same(self, handle: int) -> None:
        found = identity(handle)
        if found == self._is:
            return
        shown = paper(handle)
        if shown is None or shown != self._paper:
            raise ShelfAway("another folder, or an empty one", place=str(self.root))
        self._is = found  # the same store, mounted again

    def _require(self, name: str) -> None:
        if self.size(name) is None:
            raise ShelfNameMissing(name, name=name)

    def _refuse_other(self, name: str, wanted: Source | str) -> None:
        with ExitStack() as stack:
            data = stack.enter_context(self._opened(wanted)) if isinstance(wanted, str) else wanted.at()
            there = stack.enter_context(self._opened(name))
            with self._faults():
                while True:
                    one, other = data.read(_CHUNK), there.read(_CHUNK)
                    if one != other:
                        raise ShelfConflict(name, name=name)
                    if not one:
                        return

    def _there(self, folder: int, last: str) -> bool:
        with self._faults():
            try:
                found = os.lstat(last, dir_fd=folder)
            except FileNotFoundError:
                return False
        if not stat.S_ISREG(found.st_mode):
            raise ShelfDamaged("not a plain file", name=last)
        return True

    @contextmanager
    def _opened(self, name: str) -> Iterator[BinaryIO]:
        with self._folder_of(name, make=False, missing_ok=True) as (folder, last):
            if folder < 0 or not self._there(folder, last):
                raise ShelfNameMissing(name, name=name)
            with self._faults():
                handle = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
            with os.fdopen(handle, "rb") as file:
                yield file

    @contextmanager
    def _folder_of(self, name: str, *, make: bool, missing_ok: bool = False) -> Iterator[tuple[int, str]]:
        """Open the folder a name lies in, without following a link; -1 if it is missing and may be."""
        *above, last = checked_name(name).split("/")
        with self._opened_root() as root, self._faults():
            handle = os.dup(root)
            try:
                for part in above:
                    inner = _inner(handle, part, make=make)
                    os.close(handle)
                    handle = inner
            except FileNotFoundError:
                os.close(handle)
                handle = -1
                if not missing_ok:
                    raise ShelfNameMissing(name, name=name) from None
            except BaseException:
                os.close(handle)
                raise
        try:
            yield handle, last
        finally:
            if handle >= 0:
                os.close(handle)


def _inner(folder: int, part: str, *, make: bool) -> int:
    if make:
        with suppress(FileExistsError):
            os.mkdir(part, 0o700, dir_fd=folder)
            os.fsync(folder)
    try:
        return os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
    except OSError as error:
        if error.errno in _NOT_PLAIN:
            raise ShelfDamaged("not a plain folder", name=part) from None
        raise


@contextmanager
def _unfinished(sibling: str, folder: int, name: str) -> Iterator[BinaryIO]:
    """Open the unfinished file of an earlier try, or a new one; for one at a time."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
    with os.fdopen(os.open(sibling, flags, 0o600, dir_fd=folder), "r+b", buffering=0) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ShelfBusy(name, name=name) from None
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ShelfDamaged("not a plain file", name=name)
        yield file


def _common(file: BinaryIO, data: Source) -> int:
    """Keep what an earlier try wrote as far as it is right, and give how much that is."""
    source, kept = data.at(), 0
    file.seek(0)
    while (have := file.read(_STEP)) and have == source.read(len(have)):
        kept += len(have)
    file.truncate(kept)
    return kept


def _write_on(file: BinaryIO, data: Source, start: int, pace: Pace | None) -> None:
    source = data.at(start)
    file.seek(start)
    while piece := source.read(_CHUNK if pace is None else _STEP):
        if pace:
            pace(len(piece))
        view = memoryview(piece)
        while view:
            view = view[file.write(view) :]


def _siblings(name: str, folder: int) -> list[str]:
    """Give what kills left of this name."""
    form = re.compile(rf"\.{re.escape(name)}\.[0-9a-f]{{16}}\.new")
    with os.scandir(folder) as found:
        return [entry.name for entry in found if form.fullmatch(entry.name)]


def _overwrite(name: str, folder: int) -> None:
    os.chmod(name, 0o600, dir_fd=folder)
    with os.fdopen(os.open(name, os.O_WRONLY | os.O_NOFOLLOW, dir_fd=folder), "wb", buffering=0) as file:
        file.write(bytes(os.fstat(file.fileno()).st_size))
        os.fsync(file.fileno())


def _remove_empty(folder: int, name: str, depth: int) -> None:
    """Remove a folder and those in it as far as they are empty, and no deeper than names go."""
    with suppress(OSError):  # not there, or not empty: something nobody listed lies there, and stays
        inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
        try:
            for one in entries(inner) or ():
                if one.endswith("/") and depth < MOST_PARTS:
                    _remove_empty(inner, one.removesuffix("/"), depth + 1)
        finally:
            os.close(inner)
        os.rmdir(name, dir_fd=folder)
