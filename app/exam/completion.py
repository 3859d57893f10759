"""Whether an interaction is answered to its end: what the answer card counts as answered. It never hinders handing in.

An author's own least number counts (QTI's min-choices, min-associations, min-strings); where there is none, whatever
the page shows to be filled: every row, every gap, every option of an order. Never more than can be given.
"""

from collections.abc import Sequence

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
    Slider,
    TextEntry,
)
from app.exam.prose import Gap, Wording, walk


def is_finished(interaction: Interaction, values: Sequence[str]) -> bool:  # noqa: PLR0911 - a line for each kind
    """Tell whether the response to an interaction is whole."""
    match interaction:
        case Choice() | Hottext() | Hotspot():
            return len(values) >= max(1, interaction.min_choices)
        case Order():
            return len(values) >= _ordered(interaction)
        case Match():
            return len(values) >= _matched(interaction)
        case Associate():
            return len(values) >= _associated(interaction)
        case GapMatch():
            return _filled(values) >= _fillable(interaction, len(_gaps(interaction.text)))
        case GraphicGapMatch():
            return _filled(values) >= _fillable(interaction, len(interaction.areas))
        case TextEntry():
            return _texts(values) >= 1
        case ExtendedText():
            return _texts(values) >= max(1, interaction.min_strings)
        case InlineChoice() | Slider():
            return bool(values)


def _ordered(order: Order) -> int:
    """Give how many options are to be placed: all, or with limits as many as the author wants at least."""
    every = len(order.options)
    some = bool(order.min_choices) or 0 < order.max_choices < every
    return min(every, max(1, order.min_choices)) if some else every


def _matched(match: Match) -> int:
    """Give how many pairs a table takes: one for each row, unless the author sets another number."""
    least, most = match.min_associations, match.max_associations
    if least and not most:
        return least
    pairs = min(len(match.rows), _capacity(match.columns, len(match.rows)))
    return max(1, least, min(pairs, most) if most else pairs)


def _associated(associate: Associate) -> int:
    """Give how many pairs are to be made: the author's most, else every option is in one."""
    count = len(associate.options)
    possible = min(_capacity(associate.options, count - 1), count * (count - 1)) // 2
    wanted = min(associate.max_associations, possible) if associate.max_associations else count // 2
    return max(1, associate.min_associations, wanted)


def _fillable(gaps: GapMatch | GraphicGapMatch, there: int) -> int:
    """Give how many of the gaps there are can be filled."""
    can = min(there, _capacity(gaps.options, there))
    return max(1, min(can, gaps.max_associations) if gaps.max_associations else can)


def _capacity(things: Sequence[Option | Area], most: int) -> int:
    """Give how many pairs these can be in, one of them in `most` at the most (0 uses: as often as wanted)."""
    return sum(min(thing.match_max, most) if thing.match_max else most for thing in things)


def _filled(pairs: Sequence[str]) -> int:
    """Count the gaps that have something in them; one with two options is one."""
    return len({pair.partition(" ")[2] for pair in pairs})


def _gaps(text: Wording) -> set[str]:
    return {piece.id for body in text.bodies() for piece in walk(body) if isinstance(piece, Gap)}


def _texts(values: Sequence[str]) -> int:
    return sum(bool(value.strip()) for value in values)
