"""A bank (题库) after reading: every item, its key, its pictures, and the blueprint if it brings one."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.exam.item import Item, Marking
from sync.faults import Refused
from sync.wire.plan import Bilingual, Blueprint


class BankRefused(Refused):
    """A bank cannot be used as it is; the facts are `file`, `line` (0: the file as a whole) and `reason`."""

    code = "BANK_REFUSED"

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}", file=file, line=line, reason=reason)


@dataclass(frozen=True)
class Note:
    """Something a bank's keeper should know although the bank can be used."""

    file: str
    item: str
    text: str


@dataclass(frozen=True)
class Bank:
    """A bank, its items in the order of their ids.

    `markings` is by item id, `media` by item id and medium name.
    """

    id: str
    title: Bilingual
    items: tuple[Item, ...]
    markings: Mapping[str, Marking]
    media: Mapping[tuple[str, str], bytes]
    blueprint: Blueprint | None = None
    notes: tuple[Note, ...] = ()
