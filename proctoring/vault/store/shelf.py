"""What every place that keeps recordings can do: a folder or a bucket, by names, never over what is there already."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from sync.faults import EnvironmentFault, Refused

_PART: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]{0,99}")
MOST_PARTS: Final = 8

Pace = Callable[[int], None]
"""Called with a number of bytes whenever that many have gone: to wait, to tell progress, or to raise and break off."""


class ShelfNameRefused(Refused):
    """A name that no shelf has: it would leave the shelf, or holds characters that mean something elsewhere."""

    code = "SHELF_NAME_REFUSED"


class ShelfNameMissing(EnvironmentFault):
    """Nothing lies under this name. Fact: `name`."""

    code = "SHELF_NAME_MISSING"


class ShelfConflict(Refused):
    """Other bytes lie under this name; they stay. Fact: `name`."""

    code = "SHELF_CONFLICT"


class ShelfBusy(EnvironmentFault):
    """Somebody else is putting this very thing there at this moment. Fact: `name`."""

    code = "SHELF_BUSY"


class ShelfDamaged(Refused):
    """The shelf does not give back what was put there: something is cut, changed, or is no plain file. Fact: `name`."""

    code = "SHELF_DAMAGED"


class ShelfAway(EnvironmentFault):
    """The place is away at this moment: not mounted, or its share or disk does not answer. Fact: `place`."""

    code = "SHELF_AWAY"


class ShelfAddressRefused(Refused):
    """This is not the address of a shelf. Fact: `address`, without anything secret."""

    code = "SHELF_ADDRESS_REFUSED"


@dataclass(frozen=True)
class Lock:
    """How a place keeps something by itself: until when (ms since 1970, UTC; None: it may go), and if it is held."""

    until_ms: int | None
    held: bool


class Shelf(Protocol):
    """A place for recordings. Names are parts joined by "/", as `checked_name` has them.

    Every method may raise `ShelfNameRefused`, and what the place itself says: `ShelfAway`, `DiskFull`, `DiskFault` and
    their like of a folder, `StorageFault`s of a bucket.
    """

    def names(self, prefix: str = "") -> Iterator[str]:
        """Give all names that begin with `prefix`, in the order of their characters.

        Others may have put something there that is no name (`is_name`); it is given too, so that it can be stated.
        """

    def folders(self, place: str) -> Iterator[str]:
        """Give the parts that come next in the names under `place` and go on, each once, in their order."""

    def sizes(self, prefix: str) -> Mapping[str, int]:
        """Give all names that begin with `prefix`, with the bytes that lie under each."""

    def size(self, name: str) -> int | None:
        """Give the bytes that lie under a name, or None."""

    def read(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        """Read from byte `start` on, at most `length` bytes.

        Raises:
            ShelfNameMissing: nothing lies there.
            ShelfDamaged: what lies there cannot be given whole.
        """

    def put(
        self, name: str, source: Path | bytes, retain_until_ms: int | None = None, pace: Pace | None = None
    ) -> None:
        """Put a file or bytes there, durably; equal bytes again change nothing. A broken one goes on where it stopped.

        `retain_until_ms`: until when the place itself has to refuse to let it go, if it can (wall clock, UTC).

        Raises:
            ShelfConflict: other bytes lie there; they stay.
            ShelfBusy: somebody is putting the same thing there now.
        """

    def adopt(self, source: str, target: str) -> None:
        """Let what lies under `source` lie under `target` (also), without its bytes going anywhere; again is nothing.

        Raises:
            ShelfNameMissing: nothing lies under either name.
            ShelfConflict: other bytes lie under `target`.
        """

    def keep(self, name: str, sha256: str, until_ms: int | None) -> None:
        """Read every byte that lies there, and let the place itself keep exactly that, if it can.

        Raises:
            ShelfNameMissing: nothing lies there.
            ShelfConflict: its SHA-256 (hexadecimal) is another, or something else lies there by now.
        """

    def lock(self, name: str) -> "Lock | None":
        """Give how the place itself keeps something; None if it can keep nothing. Raises ShelfNameMissing."""

    def set_hold(self, name: str, on: bool) -> None:  # noqa: FBT001 - on or off is what there is to say
        """Let the place itself hold something, or let it go again, if it can. Raises ShelfNameMissing."""

    def extend(self, name: str, until_ms: int) -> None:
        """Let the place itself keep something longer, if it can; an earlier end changes nothing. ShelfNameMissing."""

    def free_bytes(self) -> int | None:
        """Give the bytes there is room for; None where nobody can tell."""

    def local_folder(self, prefix: str) -> Path | None:
        """Give the folder on this machine in which the names under `prefix` are plain files, or None."""


def checked_name(name: str) -> str:
    """Give a name back if it is one.

    Parts of ASCII letters, digits, ".", "_" and "-" that begin with a letter or digit, at most 100 characters each and
    8 of them, joined by "/".

    Raises:
        ShelfNameRefused: it is not.
    """
    parts = name.split("/")
    if len(parts) > MOST_PARTS or not all(is_part(part) for part in parts):
        raise ShelfNameRefused(f"not a name: {name[:120]!a}")
    return name


def is_part(part: str) -> bool:
    """Tell whether `part` can be a part of a name."""
    return _PART.fullmatch(part) is not None


def is_name(name: str) -> bool:
    """Tell whether `name` can be a name on a shelf."""
    try:
        checked_name(name)
    except ShelfNameRefused:
        return False
    return True


def checked_prefix(prefix: str) -> str:
    """Give back the beginning of names: nothing, or a name, or a name and "/". Raises ShelfNameRefused."""
    if prefix:
        checked_name(prefix.removesuffix("/"))
    return prefix
