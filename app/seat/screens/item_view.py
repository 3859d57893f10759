"""What the item screen is given: an item as its form arranged it, and as it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app.exam.interactions import Responses
from app.exam.item import Item
from app.exam.sitting import Notes
from app.ui.text import Text


@dataclass(frozen=True)
class ItemView:
    """An item as its form arranged it, and as it stands; `media` has the bytes of each medium by name.

    `notes` are the candidate's own marks, `section_title` names the section the item stands in, `plays` says by
    medium how often a clip was begun (for one of a stimulus: with any of the items that share it).
    """

    item: Item
    number: int
    marks_milli: int
    responses: Responses
    flagged: bool
    media: Mapping[str, bytes]
    notes: Notes = field(default_factory=Notes)
    section_title: Text | None = None
    plays: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


def marks_text(milli: int) -> str:
    """Write thousandths of a mark as a number: "1", "0.5"."""
    return f"{milli / 1000:.3f}".rstrip("0").rstrip(".")
