"""The item screen: one item, the answer card, the clock, and whether everything is saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Signal

from app.exam.item import Option, Wording
from app.seat.screens.screen import Screen
from app.ui.number_grid import GridCell
from app.ui.text import Text
from sync.faults import Fault
from sync.wire.plan import Bilingual, ItemKind


@dataclass(frozen=True)
class ItemHeader:
    """Who sits what, where."""

    exam_title: Bilingual
    candidate_name: str
    seat_number: int
    photo: bytes | None = None


@dataclass(frozen=True)
class ItemView:
    """An item as it stands. `options` in the order they are shown; `pictures` has the bytes of each medium by name."""

    item: str
    number: int
    kind: ItemKind
    marks: int
    stem: Wording
    options: tuple[Option, ...]
    choices: tuple[str, ...]
    flagged: bool
    pictures: Mapping[str, bytes]


class RecordingState(StrEnum):
    """What the recorder does."""

    RECORDING = "recording"
    INTERRUPTED = "interrupted"
    OFF = "off"


class ItemScreen(Screen):
    """Item, options, answer card, footer. A choice shows at once; what is recorded is the caller's business."""

    responded = Signal(str, object)  # item id, tuple[str, ...] of option ids in the order shown
    flag_toggled = Signal(str, bool)
    went_to = Signal(int)
    review_requested = Signal()

    def show_header(self, header: ItemHeader) -> None:
        """Show who sits what."""

    def show_cells(self, cells: tuple[GridCell, ...]) -> None:
        """Show the answer card."""

    def show_item(self, view: ItemView) -> None:
        """Show an item, from its top, with the focus on its options."""

    def set_remaining(self, remaining_ms: int) -> None:
        """Show the time left."""

    def set_warning(self, minutes: int | None) -> None:
        """Show the strip "n minutes left", or take it away."""

    def show_saved(self, at: str) -> None:
        """Say that everything is saved, and when ("10:42:07"); takes a "not saved" cover away."""

    def show_saving(self) -> None:
        """Say that the newest change is being saved."""

    def show_not_saved(self, fault: Fault) -> None:
        """Cover the item and say in words that the newest change is NOT saved, and what to do."""

    def set_recording(self, state: RecordingState, *, simulated: bool) -> None:
        """Say what the recorder does."""

    def set_paused(self, reason: Text | None) -> None:
        """Cover the item because the sitting is paused, or uncover it."""
