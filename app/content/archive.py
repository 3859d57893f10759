"""The files of a bank, from a folder or a zip: the one door, and it lets out nothing from beside the bank.

A name is a path inside the bank, with `/` between its parts. Every reading is bounded by the bytes that
really come out, never by what a zip's directory claims, and all readings together have a bound too.
"""

import io
import os
import posixpath
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Protocol
from urllib.parse import unquote, urlsplit

from app.content.bank import BankRefused, BankTooLarge, BankUnsafe, FileMissing
from app.content.packing.package import MAX_PACKAGE_BYTES
from sync.faults import EnvironmentFault

MAX_FILES: Final = 200_000
MAX_PATH: Final = 400  # characters
_MAX_ZIP_DIRECTORY: Final = 32_000_000  # bytes: the zip's list of files, which is held in memory
_ZIP_START: Final = b"PK"
_ZIP_END: Final = b"PK\x05\x06"  # end of central directory record (APPNOTE 4.3.16)
_ZIP_END_BYTES: Final = 22
_ZIP_COMMENT_BYTES: Final = 65_535
_ENCRYPTED: Final = 0x1
# What `zipfile` raises for damaged archives, beside its own BadZipFile.
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, RuntimeError)


class BankUnreadable(EnvironmentFault):
    """The bank's file or folder is not there or cannot be read."""

    code = "BANK_UNREADABLE"


class Source(Protocol):
    """Where a bank's files come from: each by its name, None if there is none."""

    def open(self, name: str) -> BinaryIO | None:
        """Open a file."""

    def names(self) -> Iterator[str]:
        """Give the names of all plain files."""


class Archive:
    """The files of one bank. `read` raises what its docstring says; `below` gives a part of them."""

    def __init__(self, source: "Source") -> None:
        self._source = source
        self._left = MAX_PACKAGE_BYTES

    def read(self, name: str, max_bytes: int, *, wanted_by: str = "", line: int = 0) -> bytes:
        """Read one file; `wanted_by` and `line` are named if it cannot be had.

        Raises:
            FileMissing: no such file.
            BankRefused: it is damaged.
            BankTooLarge: it has more than `max_bytes`, or the bank as a whole more than a package may have.
            BankUnsafe: it is a link, a device, or an encrypted or oddly packed zip member.
        """
        bound = min(max_bytes, self._left)
        stream = self._source.open(name)
        if stream is None:
            raise FileMissing(wanted_by or name, line, f"there is no file {name}", name=name)
        try:
            with stream:
                data = stream.read(bound + 1)
        except _DAMAGED as error:
            raise BankRefused(name, 0, f"cannot be read: {type(error).__name__}") from None
        if len(data) > bound:
            raise BankTooLarge(name, 0, f"more than {bound} bytes", limit=f"{bound} B")
        self._left -= len(data)
        return data

    def names(self) -> tuple[str, ...]:
        """Give the names of all plain files, in order.

        Raises:
            BankTooLarge: more than `MAX_FILES`.
        """
        return tuple(sorted(self._source.names()))

    def below(self, folder: str) -> "Archive":
        """Give the part that lies below a folder, with what is left of this archive's bounds."""
        part = Archive(_Below(self._source, f"{folder}/"))
        part._left = self._left
        return part


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open a bank's folder or zip.

    Raises:
        BankUnreadable: nothing is there, it may not be read, or it is neither a folder nor a plain file.
        BankRefused: a file that is no zip.
        BankTooLarge, BankUnsafe: a zip beyond its bounds, or with an unsafe name in it.
    """
    descriptor = _open_bank(path)
    kind = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(kind):
        os.close(descriptor)
        if not stat.S_ISDIR(kind):  # a device would be read without end
            raise BankUnreadable("neither a folder nor a plain file", path=str(path))
        yield Archive(_Folder(path))
        return
    with os.fdopen(descriptor, "rb") as file:
        _check_zip_end(file, path.name)
        try:
            archive = zipfile.ZipFile(file)
        except _DAMAGED:
            raise BankRefused(path.name, 0, "neither a folder nor a zip") from None
        with archive:
            yield Archive(_Zip(archive))


def _open_bank(path: Path) -> int:
    try:
        # O_NONBLOCK: opening a named pipe must not wait for its other end
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = error.strerror if isinstance(error, OSError) else None
        raise BankUnreadable(reason or type(error).__name__, path=str(path)) from None


def resolve(href: str, beside: str, line: int) -> str:
    """Give the name of the file that `href`, standing in the file `beside`, means.

    Raises:
        BankUnsafe: an address, an absolute path, or a path that leaves the bank.
    """
    try:
        parts = urlsplit(href)
    except ValueError:
        raise BankUnsafe(beside, line, "an address that is none") from None
    path = unquote(parts.path)
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(beside), path))
    if parts.scheme or parts.netloc or parts.query or parts.fragment or not path or not _is_inside(joined):
        raise BankUnsafe(beside, line, f"{href[:100]!r} is not a file of the bank")
    return joined


def _is_inside(name: str) -> bool:
    plain = len(name) <= MAX_PATH and name.isprintable() and "\\" not in name and ":" not in name
    return plain and not name.startswith("/") and all(part not in {"", ".", ".."} for part in name.split("/"))


def is_zip(path: Path) -> bool:
    """Tell whether a bank is packed: a plain file that begins as a zip does.

    Raises:
        BankUnreadable: nothing is there, it may not be read, or it is neither a folder nor a plain file.
    """
    descriptor = _open_bank(path)
    try:
        kind = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(kind):
            return False
        if not stat.S_ISREG(kind):
            raise BankUnreadable("neither a folder nor a plain file", path=str(path))
        return os.read(descriptor, len(_ZIP_START)) == _ZIP_START
    finally:
        os.close(descriptor)


@contextmanager
def open_beside(path: Path) -> Iterator[tuple[Archive, str]]:
    """Open the folder that a lone file lies in, and give the file's name there.

    Raises:
        BankUnsafe: a name that no file of a bank can have.
    """
    if not _is_inside(path.name):
        raise BankUnsafe(ascii(path.name[:100]), 0, "a name that no file of a bank can have")
    yield Archive(_Folder(path.parent)), path.name


@dataclass(frozen=True)
class Unwritten:
    """Files by name that are not on any disk yet, to be read as a bank's."""

    files: Mapping[str, bytes]

    def names(self) -> Iterator[str]:
        """Give the names of all files."""
        yield from self.files

    def open(self, name: str) -> BinaryIO | None:
        """Open a file."""
        data = self.files.get(name)
        return None if data is None else io.BytesIO(data)


@dataclass(frozen=True)
class _Below:
    source: Source
    prefix: str

    def names(self) -> Iterator[str]:
        """Give the names below the folder."""
        return (name.removeprefix(self.prefix) for name in self.source.names() if name.startswith(self.prefix))

    def open(self, name: str) -> BinaryIO | None:
        """Open a file below the folder."""
        return self.source.open(self.prefix + name)


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self) -> Iterator[str]:
        """Give the plain files below the folder; links are passed over."""
        count = 0
        for folder, below, files in os.walk(self._root, followlinks=False):
            below.sort()
            count += len(files) + len(below)
            if count > MAX_FILES:
                raise BankTooLarge(self._root.name, 0, "too many files", limit=MAX_FILES)
            here = Path(folder).relative_to(self._root)
            names = ((here / name).as_posix() for name in files if not (Path(folder) / name).is_symlink())
            yield from (name for name in names if _is_inside(name))

    def open(self, name: str) -> BinaryIO | None:
        """Open a regular file without following a link anywhere below the bank's folder."""
        try:
            folder = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise BankUnreadable(error.strerror or type(error).__name__, path=str(self._root)) from None
        try:
            *folders, last = name.split("/")
            for part in folders:
                below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
                os.close(folder)
                folder = below
            # O_NONBLOCK: opening a named pipe must not wait for its other end
            file = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
        except FileNotFoundError:
            return None
        except OSError:
            raise BankUnsafe(name, 0, "a link, or no plain file") from None
        finally:
            os.close(folder)
        if not stat.S_ISREG(os.fstat(file).st_mode):
            os.close(file)
            raise BankUnsafe(name, 0, "no plain file")
        return os.fdopen(file, "rb")


class _Zip:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members: dict[str, zipfile.ZipInfo] = {}
        members = archive.infolist()
        if len(members) > MAX_FILES:
            raise BankTooLarge("zip", 0, f"{len(members)} files", limit=MAX_FILES)
        for member in members:
            self._admit(member)

    def _admit(self, member: zipfile.ZipInfo) -> None:
        name = member.filename
        if not _is_inside(member.orig_filename.replace("\\", "/").rstrip("/")):
            raise BankUnsafe(ascii(name[:100]), 0, "a path that leaves the bank")
        if "\\" in member.orig_filename:  # APPNOTE 4.4.17.1: all slashes must be forward slashes
            raise BankRefused(
                ascii(name[:100]), 0, "folders divided by backslashes: pack the bank with another program"
            )
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in {0, stat.S_IFREG, stat.S_IFDIR} or member.flag_bits & _ENCRYPTED:
            raise BankUnsafe(name, 0, "a link, a device or an encrypted file")
        if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise BankUnsafe(name, 0, "packed in a way that QTI does not use")
        if name in self._members:
            raise BankUnsafe(name, 0, "stands twice in the zip")
        self._members[name] = member

    def names(self) -> Iterator[str]:
        return (name for name, member in self._members.items() if not member.is_dir())

    def open(self, name: str) -> BinaryIO | None:
        member = self._members.get(name)
        if member is None or member.is_dir():
            return None
        try:
            return self._archive.open(member)  # type: ignore[return-value]  # IO[bytes] is all we need
        except _DAMAGED:
            raise BankRefused(name, 0, "damaged in the zip") from None


def _check_zip_end(file: BinaryIO, name: str) -> None:
    """Bound the zip's list of files before `zipfile` reads it whole into memory."""
    size = file.seek(0, os.SEEK_END)
    if size > MAX_PACKAGE_BYTES:
        raise BankTooLarge(name, 0, f"{size} bytes", limit=f"{MAX_PACKAGE_BYTES} B")
    file.seek(max(0, size - _ZIP_END_BYTES - _ZIP_COMMENT_BYTES))
    tail = file.read(_ZIP_END_BYTES + _ZIP_COMMENT_BYTES)
    at = tail.rfind(_ZIP_END)
    if at < 0 or at + _ZIP_END_BYTES > len(tail):
        raise BankRefused(name, 0, "neither a folder nor a zip")
    directory_bytes = int.from_bytes(tail[at + 12 : at + 16], "little")
    if directory_bytes > _MAX_ZIP_DIRECTORY:
        raise BankTooLarge(name, 0, "too many files in the zip", limit=MAX_FILES)
    file.seek(0)
