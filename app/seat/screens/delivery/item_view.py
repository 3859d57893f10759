"""What the item screen is given: an item as its form arranged it, and as it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app.exam.interactions import Responses
from app.exam.item import Item
from app.exam.sitting import Notes
from app.ui.text import Text
from app.words import Words
from sync.wire.plan import MINUTE_MS

_STEP_MS = 10_000


@dataclass(frozen=True)
class ItemView:
    """An item as its form arranged it, and as it stands; `media` has the bytes of each medium by name.

    `marks_milli` in thousandths of a mark, None for practice, which has none.
    `notes` are the candidate's own marks, `section_title` names the section the item stands in, `plays` says by
    medium how often a clip was begun (for one of a stimulus: with any of the items that share it).
    """

    item: Item
    number: int
    marks_milli: int | None
    responses: Responses
    flagged: bool
    media: Mapping[str, bytes]
    notes: Notes = field(default_factory=Notes)
    section_title: Text | None = None
    plays: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


def kind_text(view: ItemView, section: str, words: Words) -> str:
    """Name an item's kind and marks; a kind that the section's title says already is not said again."""
    kind = words(f"screen.item.kind_{view.item.kind.value}")
    if view.marks_milli is None:
        return kind
    marks = marks_text(view.marks_milli)
    if kind.casefold() == section.casefold():
        return words("screen.item.marks", marks=marks)
    return words("screen.item.kind", kind=kind, marks=marks)


def section_text(title: str, remaining_ms: int, words: Words) -> str:
    """Name a section and say what is left of its time: by minutes, by ten seconds in the last one.

    So it changes seldom: nothing ticks before the eyes, and a screen reader is not kept speaking.
    """
    if remaining_ms > MINUTE_MS:
        return words("screen.item_view.section_minutes", title=title, minutes=-(-remaining_ms // MINUTE_MS))
    seconds = -(-max(0, remaining_ms) // _STEP_MS) * _STEP_MS // 1000
    return words("screen.item_view.section_seconds", title=title, seconds=seconds)


def marks_text(milli: int) -> str:
    """Write thousandths of a mark as a number: "1", "0.5"."""
    return f"{milli / 1000:.3f}".rstrip("0").rstrip(".")
