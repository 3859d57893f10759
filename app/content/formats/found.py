"""What every format reader gives: the items it found, what it refused and why, and what a keeper should know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from app.content.bank import BankRefused, Rejection
from app.content.formats.warning import SourceWarning, WarningKind
from app.exam.item import Item, Medium
from app.exam.marking import Marking

MAX_SOURCE_BYTES: Final = 64_000_000
MAX_TEXT_BYTES: Final = 32_000_000  # of a source that is text: it is decoded whole, which takes several times its size
MAX_SOURCE_ITEMS: Final = 50_000
_MAX_WARNINGS: Final = 1_000


@dataclass(frozen=True)
class Media:
    """What an item shows; `data` is by medium name."""

    media: tuple[Medium, ...] = ()
    data: Mapping[str, bytes] = field(default_factory=dict)


NO_MEDIA: Final = Media()


@dataclass(frozen=True)
class Found:
    """One item of a source; `media` is by medium name, `place` says where it stood ("bank.txt:12")."""

    item: Item
    marking: Marking
    media: Mapping[str, bytes]
    place: str


@dataclass(frozen=True)
class FormatReading:
    """A source after reading."""

    items: tuple[Found, ...]
    rejected: tuple[Rejection, ...]
    warnings: tuple[SourceWarning, ...]
    encoding: str = ""


@dataclass
class Collector:
    """Collects what a reader finds; what cannot be used is put aside and the reading goes on."""

    source: str
    items: list[Found] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    warnings: list[SourceWarning] = field(default_factory=list)

    def refuse(self, name: str, fault: BankRefused) -> None:
        """Put an item aside; `name` is what its author calls it."""
        self.rejected.append(Rejection(self.source, name, fault.detail, fault))

    def warn(self, line: int, kind: WarningKind, **facts: str | int) -> None:
        """Note something that was left out or changed; `line` 0: of the source as a whole."""
        if len(self.warnings) < _MAX_WARNINGS:
            place = f"{self.source}:{line}" if line else self.source
            self.warnings.append(SourceWarning(kind, place, facts))

    @property
    def full(self) -> bool:
        """Whether there are as many items as a source may have."""
        return len(self.items) + len(self.rejected) >= MAX_SOURCE_ITEMS

    def reading(self, encoding: str = "") -> FormatReading:
        """Close the collection."""
        return FormatReading(tuple(self.items), tuple(self.rejected), tuple(self.warnings), encoding)
