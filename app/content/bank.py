"""A bank (题库) after reading: every item, its key, its pictures, and the blueprint if it brings one."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from app.exam.item import Item
from app.exam.marking import Marking
from sync.faults import Refused
from sync.wire.plan import Bilingual, Blueprint


class BankRefused(Refused):
    """A bank cannot be used as it is. This class: it is no QTI 3 content package that we can read.

    `file` is a path in the bank and `line` a line in it (0: the file as a whole); the fact `place` is both,
    for a person. `reason` says why, in English; `detail` is both, for the log.
    """

    code: ClassVar[str] = "BANK_REFUSED"

    def __init__(self, file: str, line: int, reason: str, **facts: str | int) -> None:
        place = f"{file}:{line}" if line else file
        super().__init__(f"{place}: {reason}", place=place, **facts)
        self.file = file
        self.line = line
        self.reason = reason


class BankUnsafe(BankRefused):
    """Something no honest bank needs: a path that leaves it, a link, an entity, an encrypted file."""

    code = "BANK_UNSAFE"


class BankTooLarge(BankRefused):
    """A file, a text or a number of things is beyond its bound; the fact `limit` says which bound."""

    code = "BANK_TOO_LARGE"


class FileMissing(BankRefused):
    """A file that the manifest or an item names is not there; the fact `name` is its path."""

    code = "BANK_FILE_MISSING"


class MarkupRefused(BankRefused):
    """An element or attribute that we would not show or follow fully; the fact `name` is its name."""

    code = "BANK_MARKUP"


class KeyRefused(BankRefused):
    """An item's key is missing, doubled, or names no option."""

    code = "BANK_KEY"


class PictureRefused(BankRefused):
    """A picture is no PNG or JPEG, too large, or without a description; the fact `name` is its path."""

    code = "BANK_PICTURE"


class TwiceRefused(BankRefused):
    """Two things have one identifier; the fact `name` is it."""

    code = "BANK_TWICE"


class ItemStands(TwiceRefused):
    """The bank has the item already, and it says something else there; the fact `name` is its id."""

    code = "BANK_ITEM_STANDS"


class ItemGone(FileMissing):
    """The manifest lists an item whose file is not there; the fact `name` is its id."""

    code = "BANK_ITEM_GONE"


class ItemUnknown(BankRefused):
    """No such items are in the bank; the fact `name` is their ids."""

    code = "BANK_ITEM_UNKNOWN"


class BankEmptied(BankRefused):
    """A bank of no items is none: the last of them cannot be removed."""

    code = "BANK_EMPTIED"


class BankUnfinished(FileMissing):
    """There are items and no manifest: an import was cut off before its end."""

    code = "BANK_UNFINISHED"


class RulesRefused(BankRefused):
    """An item's variables or rules cannot be followed; the fact `name` says which and why, in English."""

    code = "BANK_RULES"


class BlueprintRefused(BankRefused):
    """The assessment test asks for something that a blueprint cannot say."""

    code = "BANK_BLUEPRINT"


class NoteKind(StrEnum):
    """What a bank's keeper should know although the bank can be used; words under `[bank_note]`."""

    ONLY_CHINESE = "only_chinese"
    ONLY_ENGLISH = "only_english"
    OTHER_LANGUAGE = "other_language"
    FEEDBACK_LEFT_OUT = "feedback_left_out"
    RUBRIC_LEFT_OUT = "rubric_left_out"
    STYLES_LEFT_OUT = "styles_left_out"
    SUPPORT_LEFT_OUT = "support_left_out"
    NO_DESCRIPTION = "no_description"
    RENAMED = "renamed"
    HUMAN_MARKED = "human_marked"
    NO_RULES = "no_rules"
    UNSORTED = "unsorted"
    NO_MANIFEST = "no_manifest"
    BLUEPRINT_LEFT_OUT = "blueprint_left_out"


@dataclass(frozen=True)
class Note:
    """One such thing; `item` is empty if it is about the bank as a whole, `detail` says what or how many."""

    kind: NoteKind
    item: str
    detail: str = ""


@dataclass(frozen=True)
class Rejection:
    """An item that is not taken in, while the rest of its source is: the file it stands in, its name, and why.

    `reason` is one English line, `fault` the same with a code and words in both languages.
    """

    source: str
    item: str
    reason: str
    fault: BankRefused


@dataclass(frozen=True)
class Bank:
    """A bank, its items in the order of their ids.

    `markings` is by item id, `media` by item id and medium name. `blueprint`, `duration_ms` and `pass_mark`
    (whole marks) are what its assessment test says, if it has one.
    """

    id: str
    title: Bilingual
    items: tuple[Item, ...]
    markings: Mapping[str, Marking]
    media: Mapping[tuple[str, str], bytes]
    blueprint: Blueprint | None = None
    duration_ms: int | None = None
    pass_mark: int | None = None
    notes: tuple[Note, ...] = ()
