"""A medium carried by hand (a USB stick): the same bytes that the network carries, as files in `MEDIUM/examroom/`.

| file | what |
|---|---|
| `trust/bundle.json` | the registry's public keys and directory (`TrustBundle`) |
| `tuf/metadata/…`, `tuf/targets/…` | a mirror of the content repository |
| `plans/<device>/<session>.sealed` | a session plan, sealed to one seat |
| `packets/<device>/<sha256>.json` | a score packet's signed bytes |
| `receipts/<sha256>.receipt.json`, `receipts/<sha256>.proof.json` | what the registry answered for a packet |

Whoever had the medium may have put anything on it: nothing on it is believed for where it lies. Reading follows no
link, waits for no pipe, stops at a bound, and passes over odd names; `Medium.odd` says what was passed over.
"""

import errno
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final

from sync.faults import EnvironmentFault
from sync.replica.durable import DiskFault, DiskFull, NoFolder, sweep_leftovers, write_all_durably
from sync.wire.ids import is_id

FOLDER: Final = "examroom"
MOST_ENTRIES: Final = 50_000
"""Names that are looked at in one folder, and files of one kind; what comes after them is said to be too many."""
MOST_ODD: Final = 100
"""Oddities that are named; more are only counted."""

_LEFTOVER: Final = re.compile(r"\..+\.[0-9a-f]{16}\.new")  # of a write that was cut: ours, and nothing odd
_PART: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,199}")


class MediumUnreadable(EnvironmentFault):
    """The folder of the medium is not there, or cannot be read. Fact: `place`."""

    code = "MEDIUM_UNREADABLE"


class MediumUnwritable(EnvironmentFault):
    """The medium cannot be written: it is write-protected, broken, or was pulled out. Fact: `place`."""

    code = "MEDIUM_UNWRITABLE"


class Kind(StrEnum):
    """What a folder of the medium holds; the value is the folder's name."""

    PLANS = "plans"
    PACKETS = "packets"
    RECEIPTS = "receipts"


_SUFFIX: Final[Mapping[Kind, str]] = {
    Kind.PLANS: ".sealed",
    Kind.PACKETS: ".json",
    Kind.RECEIPTS: ".receipt.json",
}
_IGNORED: Final[Mapping[Kind, str]] = {Kind.RECEIPTS: ".proof.json"}
BUNDLE: Final = "trust/bundle.json"
METADATA: Final = "tuf/metadata"
TARGETS: Final = "tuf/targets"


def plan_file(device: str, session: str) -> str:
    """Give where a seat's sealed plan lies."""
    return f"{Kind.PLANS}/{device}/{session}.sealed"


def packet_file(device: str, sha256: str) -> str:
    """Give where a packet lies."""
    return f"{Kind.PACKETS}/{device}/{sha256}.json"


def receipt_file(sha256: str) -> str:
    """Give where the receipt of a packet lies."""
    return f"{Kind.RECEIPTS}/{sha256}.receipt.json"


def proof_file(sha256: str) -> str:
    """Give where the proof for a packet lies."""
    return f"{Kind.RECEIPTS}/{sha256}.proof.json"


class Why(StrEnum):
    """Why something on the medium was passed over."""

    NAME = "name"
    LINK = "link"
    NO_FILE = "no_file"
    NO_FOLDER = "no_folder"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    UNREADABLE = "unreadable"
    NOT_BELIEVED = "not_believed"


@dataclass(frozen=True)
class Odd:
    """Something that was passed over: its place as seen from `examroom/`, as it is written there, and why."""

    place: str
    why: Why


@dataclass(frozen=True)
class Entry:
    """A file whose name is as it should be: `name` is its id or digest, `device` whose folder it lies in."""

    place: str
    device: str
    name: str


class Medium:
    """The medium that is mounted at `root`.

    `odd` has what was passed over so far, at most `MOST_ODD` of them; `odd_count` counts them all.
    """

    def __init__(self, root: Path) -> None:
        self.root: Final = root
        self.odd: tuple[Odd, ...] = ()
        self.odd_count = 0

    @property
    def mirror(self) -> Path:
        """The folder that has `metadata/` and `targets/`; hostile, like everything here."""
        return self.root / FOLDER / "tuf"

    def entries(self, kind: Kind) -> Iterator[Entry]:
        """Give the files of a kind by their names, one at a time; nothing of them has been read.

        Raises:
            MediumUnreadable: the medium is not there, or breaks while it is read.
        """
        self._require_root()
        for number, entry in enumerate(self._all(kind)):
            if number == MOST_ENTRIES:
                self.pass_over(kind.value, Why.TOO_MANY)
                return
            yield entry

    def read(self, place: str, max_bytes: int) -> bytes | None:
        """Give a file's bytes; None if it is not there, or was passed over (then `odd` says why).

        Raises:
            MediumUnreadable: the medium is not there, or breaks while it is read.
        """
        self._require_root()
        try:
            with self.opened(place) as file:
                raw = file.read(max_bytes + 1)
        except FileNotFoundError:
            return None
        except _PassedOver as odd:
            self.pass_over(place, odd.why)
            return None
        except OSError as error:
            raise self._unreadable(error) from None
        if len(raw) > max_bytes:
            self.pass_over(place, Why.TOO_LARGE)
            return None
        return raw

    @contextmanager
    def opened(self, place: str) -> Iterator[BinaryIO]:
        """Open a plain file for reading, following no link on the way; for what is too large to hold.

        Raises:
            OSError: as opening does, FileNotFoundError too; something that is no plain file is an OSError as well.
        """
        *folders, name = _parts(place)
        with self._folder(folders) as folder:
            handle = _open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY, folder)
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                os.close(handle)
                raise _PassedOver(Why.NO_FILE)
            with os.fdopen(handle, "rb") as file:
                yield file

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write files by their places, each whole or not at all, on the disk when this returns.

        Raises:
            DiskFull: there is no room; some may be written.
            MediumUnwritable: write-protected, broken, pulled out, or a link stands where a folder has to be.
        """
        wanted = {f"{FOLDER}/{'/'.join(_parts(place))}": data for place, data in files.items()}
        try:
            sweep_leftovers(self.root, sorted({name.rpartition("/")[0] for name in wanted}))
            write_all_durably(self.root, wanted)
        except DiskFull:
            raise
        except NoFolder as fault:
            raise MediumUnwritable("no folder of its own", place=str(fault.facts["folder"])) from None
        except (DiskFault, OSError) as fault:
            raise MediumUnwritable(str(fault), place=str(self.root)) from None

    def _all(self, kind: Kind) -> Iterator[Entry]:
        if kind is Kind.RECEIPTS:
            yield from self._files(kind, kind.value, "")
            return
        for device in self._names(kind.value):
            if is_id(device):
                yield from self._files(kind, f"{kind}/{device}", device)
            else:
                self.pass_over(f"{kind}/{device}", Why.NAME)

    def _files(self, kind: Kind, folder: str, device: str) -> Iterator[Entry]:
        for name in self._names(folder):
            if kind in _IGNORED and name.endswith(_IGNORED[kind]):
                continue
            stem = name.removesuffix(_SUFFIX[kind])
            if stem == name or not _is_stem(kind, stem):
                self.pass_over(f"{folder}/{name}", Why.NAME)
                continue
            yield Entry(place=f"{folder}/{name}", device=device, name=stem)

    def _names(self, place: str) -> list[str]:
        """Give the names in a folder, in order; none if it is not there."""
        names: list[str] = []
        try:
            with self._folder(_parts(place)) as folder, os.scandir(folder) as found:
                for one in found:
                    if len(names) == MOST_ENTRIES:
                        self.pass_over(place, Why.TOO_MANY)
                        break
                    names.append(one.name)
        except FileNotFoundError:
            return []
        except _PassedOver as odd:
            self.pass_over(place, odd.why)
            return []
        except OSError as error:
            raise self._unreadable(error) from None
        return sorted(name for name in names if not _LEFTOVER.fullmatch(name))

    @contextmanager
    def _folder(self, parts: list[str]) -> Iterator[int]:
        flags = os.O_RDONLY | os.O_DIRECTORY
        handle = os.open(self.root, flags | os.O_CLOEXEC)
        try:
            for part in (FOLDER, *parts):
                inner = _open(part, flags, handle)
                os.close(handle)
                handle = inner
            yield handle
        finally:
            os.close(handle)

    def _require_root(self) -> None:
        try:
            found = self.root.is_dir()
        except (OSError, ValueError):
            found = False
        if not found:
            raise MediumUnreadable("no folder", place=str(self.root))

    def pass_over(self, place: str, why: Why) -> None:
        """Note what was passed over, and why."""
        self.odd_count += 1
        if len(self.odd) < MOST_ODD:
            self.odd += (Odd(place.encode(errors="replace").decode(), why),)

    def _unreadable(self, error: OSError) -> MediumUnreadable:
        return MediumUnreadable(error.strerror or type(error).__name__, place=str(self.root))


class _PassedOver(OSError):  # noqa: N818 - an answer, not an error
    """This is nothing that is read from a medium."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


def _is_stem(kind: Kind, stem: str) -> bool:
    return is_id(stem) if kind is Kind.PLANS else re.fullmatch(r"[0-9a-f]{64}", stem) is not None


def _parts(place: str) -> list[str]:
    """Take a place apart. Our own places only get here, or those that signed metadata names."""
    parts = place.split("/")
    if not all(_PART.fullmatch(part) for part in parts):
        raise _PassedOver(Why.NAME)
    return parts


def _open(name: str, flags: int, folder: int) -> int:
    try:
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    except OSError as error:
        if error.errno == errno.ELOOP or (error.errno == errno.ENOTDIR and _is_link(name, folder)):
            raise _PassedOver(Why.LINK) from None
        if error.errno == errno.ENOTDIR:
            raise _PassedOver(Why.NO_FOLDER) from None
        if error.errno == errno.ENXIO:  # a socket, or a pipe nobody writes
            raise _PassedOver(Why.NO_FILE) from None
        if error.errno in {errno.EACCES, errno.EPERM}:
            raise _PassedOver(Why.UNREADABLE) from None
        raise


def _is_link(name: str, folder: int) -> bool:
    with suppress(OSError):
        return stat.S_ISLNK(os.lstat(name, dir_fd=folder).st_mode)
    return False
