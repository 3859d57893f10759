"""How a simulated person gives a response: one small player for each interaction.

A player does one thing towards the response that is wanted, and says whether there was anything to do. It goes by
what is seen, so it can be asked again and again, and goes on where another left off.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from app.demo.hands import Hands
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

Values = tuple[str, ...]


def play(view: InteractionView, wanted: Values, hands: Hands) -> bool:
    """Do one thing towards `wanted`; False when the response is there."""
    return PLAYERS[type(view)](view, wanted, hands)


def _choice(view: ChoiceView, wanted: Values, hands: Hands) -> bool:
    wrong = [row for row in view.rows if row.isChecked() != (row.option in wanted)]
    if not view.several:
        wrong = [row for row in wrong if row.option in wanted]  # the other gives way
    for row in sorted(wrong, key=lambda row: row.option in wanted):  # take back first: there may be a limit
        hands.press(row)
        return True
    return False


def _hottext(view: HottextView, wanted: Values, hands: Hands) -> bool:
    names = {button: button.objectName().removeprefix("hot_") for button in view.buttons}
    wrong = [button for button, name in names.items() if button.isChecked() != (name in wanted)]
    for button in sorted(wrong, key=lambda button: names[button] in wanted):
        hands.press(button)
        return True
    return False


def _hotspot(view: HotspotView, wanted: Values, hands: Hands) -> bool:
    wrong = [button for button in view.canvas.buttons if button.isChecked() != (button.area in wanted)]
    for button in sorted(wrong, key=lambda button: button.area not in wanted):
        hands.press(button)
        return True
    return False


def _inline_choice(view: InlineChoiceView, wanted: Values, hands: Hands) -> bool:
    if view.drop_list is not None:
        hands.pick(view.drop_list, wanted[0])
        return True
    if view.chosen != wanted[0]:
        hands.press(view.box)
    return view.chosen != wanted[0]


def _text_entry(view: TextEntryView, wanted: Values, hands: Hands) -> bool:
    if view.blank.text() == wanted[0]:
        return False
    hands.write(view.blank, wanted[0])
    return True


def _extended_text(view: ExtendedTextView, wanted: Values, hands: Hands) -> bool:
    for editor, text in zip(view.editors, wanted, strict=False):
        if editor.toPlainText() != text:
            hands.write(editor, text)
            return True
    return False


def _order(view: OrderView, wanted: Values, hands: Hands) -> bool:
    if view.values == wanted:
        return False
    rows, some = view.rows, len(wanted) < len(view.rows)
    placed = view.values if some else tuple(row.option for row in rows)
    for at, option in enumerate(wanted):
        if placed[at : at + 1] != (option,):
            row = next(row for row in rows if row.option == option)
            if some:
                hands.press(row)
            else:
                hands.bring(row, rows[at])
            return True
    hands.press(view.keep)
    return True


def _match(view: MatchView, wanted: Values, hands: Hands) -> bool:
    wrong = [cell for cell in view.cells if cell.isChecked() != (f"{cell.row} {cell.column}" in wanted)]
    for cell in sorted(wrong, key=lambda cell: f"{cell.row} {cell.column}" in wanted):
        hands.press(cell)
        return True
    return False


def _associate(view: AssociateView, wanted: Values, hands: Hands) -> bool:
    made = {frozenset(value.split(" ")) for value in view.values}
    chips = {chip.option: chip for chip in view.chips}
    for value in wanted:
        if frozenset(value.split(" ")) not in made:
            one, other = value.split(" ")
            hands.bring(chips[one], chips[other])
            return True
    return False


def _gap_match(view: GapMatchView, wanted: Values, hands: Hands) -> bool:
    chips = {chip.option: chip for chip in view.chips}
    gaps = {gap.gap: gap for gap in view.gaps}
    for value in wanted:
        option, gap = value.split(" ")
        if gaps[gap].option != option:
            hands.bring(chips[option], gaps[gap])
            return True
    return False


def _graphic_gap(view: GraphicGapView, wanted: Values, hands: Hands) -> bool:
    chips = {chip.option: chip for chip in view.chips}
    areas = {button.area: button for button in view.canvas.buttons}
    for value in wanted:
        if value not in view.values:
            option, area = value.split(" ")
            hands.bring(chips[option], areas[area])
            return True
    return False


def _slider(view: SliderView, wanted: Values, hands: Hands) -> bool:
    if view.scale is None or view.values == wanted:
        return False
    now = view.scale.position(view.values[0]) if view.values else None
    hands.slide(view.track, view.scale.position(wanted[0]), now)
    return True


PLAYERS: Final[Mapping[type, Callable[[Any, Values, Hands], bool]]] = MappingProxyType(
    {
        AssociateView: _associate,
        ChoiceView: _choice,
        ExtendedTextView: _extended_text,
        GapMatchView: _gap_match,
        GraphicGapView: _graphic_gap,
        HotspotView: _hotspot,
        HottextView: _hottext,
        InlineChoiceView: _inline_choice,
        MatchView: _match,
        OrderView: _order,
        SliderView: _slider,
        TextEntryView: _text_entry,
    }
)
