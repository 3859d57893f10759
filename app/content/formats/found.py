"""What every format reader gives: the items it found, what it refused and why, and what a keeper should know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from app.content.bank import BankRefused, Rejection
from app.exam.item import Item, Medium
from app.exam.marking import Marking

MAX_SOURCE_BYTES: Final = 128_000_000
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
    """A source after reading. `warnings` are English sentences that begin with a place."""

    items: tuple[Found, ...]
    rejected: tuple[Rejection, ...]
    warnings: tuple[str, ...]
    encoding: str = ""


@dataclass
class Collector:
    """Collects what a reader finds; what cannot be used is put aside and the reading goes on."""

    source: str
    items: list[Found] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _first: dict[str, Found] = field(default_factory=dict)

    def keep_titled(self, line: int, title: str, finish: Callable[[str], Found]) -> None:
        """Keep an item whose author gave a title and no identifier: titles may be the same, identifiers may not."""
        one = finish(title)
        first = self._first.setdefault(one.item.id, one)
        if (first.item, first.marking, first.media) != (one.item, one.marking, one.media):
            one = finish(f"{title} ")  # no identifier any more
            self.warn(line, f"{title[:80]!r} is the title of another item too; this one is {one.item.id}")
        self.items.append(one)

    def refuse(self, name: str, fault: BankRefused) -> None:
        """Put an item aside; `name` is what its author calls it."""
        self.rejected.append(Rejection(self.source, name, fault.detail, fault))

    def warn(self, line: int, words: str) -> None:
        """Note something that was left out or changed."""
        if len(self.warnings) < _MAX_WARNINGS:
            self.warnings.append(f"{self.source}:{line}: {words}" if line else f"{self.source}: {words}")

    @property
    def full(self) -> bool:
        """Whether there are as many items as a source may have."""
        return len(self.items) + len(self.rejected) >= MAX_SOURCE_ITEMS

    def reading(self, encoding: str = "") -> FormatReading:
        """Close the collection."""
        return FormatReading(tuple(self.items), tuple(self.rejected), tuple(self.warnings), encoding)
