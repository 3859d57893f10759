"""Whether a response could have been given on a seat: the registry asks it of every packet."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from app.exam.interactions import (
    Area,
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
    Option,
    Order,
    Responses,
    Slider,
    TextEntry,
)
from app.exam.item import Item
from app.exam.prose import Gap, Hot, Wording, walk

_UNSAID = Wording((), ())
MAX_TEXT = 20_000
"""Characters of one text that a candidate may type."""


def can_be_given(item: Item, responses: Responses) -> bool:
    """Tell whether a candidate at a seat could have given these responses to an item; too few is never wrong."""
    asked = {interaction.response: interaction for interaction in item.interactions}
    return responses.keys() <= asked.keys() and all(
        bool(values) and _fits(asked[response], values) for response, values in responses.items()
    )


def _fits(interaction: Interaction, values: Sequence[str]) -> bool:  # noqa: C901, PLR0911 - a line for each interaction
    match interaction:
        case Choice() | Order():
            return _chosen(values, _ids(interaction.options), interaction.max_choices)
        case InlineChoice():
            return _chosen(values, _ids(interaction.options), 1)
        case Hottext():
            return _chosen(values, _in_text(interaction.text, Hot), interaction.max_choices)
        case Hotspot():
            return _chosen(values, _ids(interaction.areas), interaction.max_choices)
        case TextEntry():
            return len(values) == 1 and len(values[0]) <= MAX_TEXT
        case ExtendedText():
            most = interaction.max_strings or len(values)
            return len(values) <= most and all(len(value) <= MAX_TEXT for value in values)
        case Match():
            return _paired(values, interaction.rows, interaction.columns, interaction.max_associations)
        case Associate():
            return _associated(values, interaction)
        case GapMatch():
            gaps = tuple(Option(gap, _UNSAID) for gap in _in_text(interaction.text, Gap))
            return _paired(values, interaction.options, gaps, interaction.max_associations)
        case GraphicGapMatch():
            return _paired(values, interaction.options, interaction.areas, interaction.max_associations)
        case Slider():
            return len(values) == 1 and _on_scale(values[0], interaction)


def _chosen(values: Sequence[str], there: set[str], most: int) -> bool:
    return len(set(values)) == len(values) and set(values) <= there and (not most or len(values) <= most)


def _paired(values: Sequence[str], sources: Sequence[Option], targets: Sequence[Option | Area], most: int) -> bool:
    pairs = [tuple(value.split(" ")) for value in values]
    if len(set(pairs)) != len(pairs) or any(len(pair) != 2 for pair in pairs) or (most and len(pairs) > most):  # noqa: PLR2004 - a pair
        return False
    return _within(Counter(pair[0] for pair in pairs), sources) and _within(Counter(pair[1] for pair in pairs), targets)


def _associated(values: Sequence[str], interaction: Associate) -> bool:
    pairs = [tuple(sorted(value.split(" "))) for value in values]
    most = interaction.max_associations
    if len(set(pairs)) != len(pairs) or any(len(pair) != 2 for pair in pairs) or (most and len(pairs) > most):  # noqa: PLR2004 - a pair
        return False
    return _within(Counter(one for pair in pairs for one in pair), interaction.options)


def _within(used: Counter[str], things: Iterable[Option | Area]) -> bool:
    """Tell whether nothing is used that is not there, or more often than it may be (0: as often as wanted)."""
    most = {thing.id: thing.match_max for thing in things}
    return all(name in most and (not most[name] or times <= most[name]) for name, times in used.items())


def _ids(things: Iterable[Option | Area]) -> set[str]:
    return {thing.id for thing in things}


def _in_text(text: Wording, kind: type[Gap] | type[Hot]) -> set[str]:
    return {piece.id for body in text.bodies() for piece in walk(body) if isinstance(piece, kind)}


def _on_scale(value: str, slider: Slider) -> bool:
    read: Callable[[str], float] = int if slider.whole else float
    try:
        return float(slider.lower) <= read(value) <= float(slider.upper)
    except ValueError:
        return False
