"""Which widget shows which interaction, and a pool that keeps them from item to item."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from PySide6.QtWidgets import QWidget

from app.exam.interactions import (
    Associate,
    Choice,
    ExtendedText,
    GapMatch,
    GraphicGapMatch,
    Hotspot,
    Hottext,
    InlineChoice,
    Interaction,
    Match,
    Order,
    Slider,
    TextEntry,
)
from app.ui.interactions.associate import AssociateView
from app.ui.interactions.base import InteractionView
from app.ui.interactions.choice import ChoiceView
from app.ui.interactions.extended_text import ExtendedTextView
from app.ui.interactions.gap_match import GapMatchView
from app.ui.interactions.graphic_gap import GraphicGapView
from app.ui.interactions.hotspot import HotspotView
from app.ui.interactions.hottext import HottextView
from app.ui.interactions.inline_choice import InlineChoiceView
from app.ui.interactions.match import MatchView
from app.ui.interactions.order import OrderView
from app.ui.interactions.slider import SliderView
from app.ui.interactions.text_entry import TextEntryView

VIEWS: Final[Mapping[type, Callable[[QWidget], InteractionView]]] = MappingProxyType(
    {
        Choice: ChoiceView,
        InlineChoice: InlineChoiceView,
        TextEntry: TextEntryView,
        ExtendedText: ExtendedTextView,
        Order: OrderView,
        Match: MatchView,
        Associate: AssociateView,
        GapMatch: GapMatchView,
        Hottext: HottextView,
        Hotspot: HotspotView,
        GraphicGapMatch: GraphicGapView,
        Slider: SliderView,
    }
)


def is_inline(interaction: Interaction) -> bool:
    """Tell whether an interaction stands within a line, as a word does."""
    return isinstance(interaction, InlineChoice | TextEntry)


class ViewPool:
    """Views by the kind of what they show; the same item gets the same views again."""

    def __init__(self, parent: QWidget, connect: Callable[[InteractionView], None]) -> None:
        self._parent, self._connect = parent, connect
        self._all: dict[type, list[InteractionView]] = {}
        self._used: dict[type, int] = {}

    def put_back(self) -> None:
        """Let every view be taken again."""
        self._used = {}

    def take(self, interaction: Interaction) -> InteractionView:
        """Give the next view for an interaction of this kind."""
        kind = type(interaction)
        views, used = self._all.setdefault(kind, []), self._used.get(kind, 0)
        if used == len(views):
            view = VIEWS[kind](self._parent)
            self._connect(view)
            views.append(view)
        self._used[kind] = used + 1
        return views[used]

    def hide_rest(self) -> None:
        """Hide what nothing is shown in."""
        for kind, views in self._all.items():
            for view in views[self._used.get(kind, 0) :]:
                view.hide()
