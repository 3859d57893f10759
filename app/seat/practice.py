"""The practice items (练习题): three harmless ones that come with the program. Nothing done with them is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from app.exam.item import Item
from app.exam.marking import Marking
from app.resources import resource_folder


@dataclass(frozen=True)
class PracticeItem:
    """An item with its media, by name, and its key, which a rehearsal scores with; no screen is told that."""

    item: Item
    marking: Marking
    media: Mapping[str, bytes]


@cache
def practice_items() -> tuple[PracticeItem, ...]:
    """Give the practice items in their order.

    Raises:
        BankRefused, DiskFault: the program's own files are damaged.
    """
    from app.content.qti.reading import read_item_file  # noqa: PLC0415 - brings the XML parser; few ask for practice

    read = (read_item_file(file) for file in sorted((resource_folder() / "practice").glob("*.xml")))
    return tuple(PracticeItem(one.item, one.marking, one.media) for one in read)
