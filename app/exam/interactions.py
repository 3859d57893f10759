"""What a candidate can do with an item: the interactions of QTI 3 that we show, each answering to one response.

`response` is the response variable. A limit of 0 on choices, associations or strings means as many as wanted.
Values are QTI's lexical forms: an option's id, a pair "A B" (for a directed pair: source first, gap or column second),
a number, a text. A response is the tuple of its values; none means no response.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from app.exam.prose import Condition, Wording


@dataclass(frozen=True)
class Option:
    """Something that can be chosen, ordered, paired or put into a gap.

    `fixed`: it keeps its place when the others are shuffled. `match_min` and `match_max`: how often it may be used
    in pairs or gaps. `only_if`: a template item has it only then (see `app.exam.template`).
    """

    id: str
    wording: Wording
    fixed: bool = False
    match_max: int = 1
    match_min: int = 0
    only_if: Condition | None = None


class Shape(StrEnum):
    """The shapes of an area (HTML's image maps, and QTI's ellipse)."""

    RECT = "rect"
    CIRCLE = "circle"
    POLY = "poly"
    ELLIPSE = "ellipse"
    DEFAULT = "default"


@dataclass(frozen=True)
class Area:
    """An area of a picture, `coords` in the picture's own pixels as HTML's image maps give them."""

    id: str
    shape: Shape
    coords: tuple[int, ...]
    label: str = ""
    match_max: int = 1
    match_min: int = 0


@dataclass(frozen=True)
class Canvas:
    """The picture that areas lie on; sides in pixels, as the areas' coordinates count."""

    media: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True)
class Choice:
    """Choose options."""

    response: str
    prompt: Wording | None
    options: tuple[Option, ...]
    min_choices: int = 0
    max_choices: int = 1
    shuffle: bool = False


@dataclass(frozen=True)
class InlineChoice:
    """Choose one option from a list within a line."""

    response: str
    options: tuple[Option, ...]
    required: bool = False
    shuffle: bool = False


@dataclass(frozen=True)
class TextEntry:
    """Type a word or a number within a line; `pattern` is an XML Schema regular expression or empty."""

    response: str
    expected_length: int = 0
    pattern: str = ""
    hint: str = ""


@dataclass(frozen=True)
class ExtendedText:
    """Type some lines."""

    response: str
    prompt: Wording | None
    expected_lines: int = 0
    expected_length: int = 0
    pattern: str = ""
    hint: str = ""
    min_strings: int = 0
    max_strings: int = 1


@dataclass(frozen=True)
class Order:
    """Bring options into an order; with limits, choose and order some of them."""

    response: str
    prompt: Wording | None
    options: tuple[Option, ...]
    min_choices: int = 0
    max_choices: int = 0
    shuffle: bool = False


@dataclass(frozen=True)
class Match:
    """Pair rows with columns; a value is "row column"."""

    response: str
    prompt: Wording | None
    rows: tuple[Option, ...]
    columns: tuple[Option, ...]
    min_associations: int = 0
    max_associations: int = 1
    shuffle: bool = False


@dataclass(frozen=True)
class Associate:
    """Pair options with each other; a value is "A B" and means the same as "B A"."""

    response: str
    prompt: Wording | None
    options: tuple[Option, ...]
    min_associations: int = 0
    max_associations: int = 1
    shuffle: bool = False


@dataclass(frozen=True)
class GapMatch:
    """Put options into the gaps (`Gap`) of a text; a value is "option gap"."""

    response: str
    prompt: Wording | None
    options: tuple[Option, ...]
    text: Wording
    min_associations: int = 0
    max_associations: int = 0
    shuffle: bool = False


@dataclass(frozen=True)
class Hottext:
    """Choose stretches (`Hot`) of a text."""

    response: str
    prompt: Wording | None
    text: Wording
    min_choices: int = 0
    max_choices: int = 1


@dataclass(frozen=True)
class Hotspot:
    """Choose areas of a picture."""

    response: str
    prompt: Wording | None
    canvas: Canvas
    areas: tuple[Area, ...]
    min_choices: int = 0
    max_choices: int = 1


@dataclass(frozen=True)
class GraphicGapMatch:
    """Put options onto areas of a picture; a value is "option area"."""

    response: str
    prompt: Wording | None
    canvas: Canvas
    options: tuple[Option, ...]
    areas: tuple[Area, ...]
    min_associations: int = 0
    max_associations: int = 0
    shuffle: bool = False


@dataclass(frozen=True)
class Slider:
    """Choose a number on a scale; a bound is what QTI gives, so 0.1 stays 0.1."""

    response: str
    prompt: Wording | None
    lower: str
    upper: str
    step: str = ""
    step_label: bool = False
    vertical: bool = False
    reverse: bool = False
    whole: bool = True


Interaction = (
    Choice
    | InlineChoice
    | TextEntry
    | ExtendedText
    | Order
    | Match
    | Associate
    | GapMatch
    | Hottext
    | Hotspot
    | GraphicGapMatch
    | Slider
)

Responses = dict[str, tuple[str, ...]]
"""A candidate's response to one item: response variable → values. A response without values is not in it."""


@dataclass(frozen=True)
class ShuffleSet:
    """Options that a form may shuffle: `name` says which ("RESPONSE", or "RESPONSE#2" for a match's columns)."""

    name: str
    options: tuple[str, ...]
    fixed: frozenset[str]


def shuffle_sets(interaction: Interaction) -> Iterator[ShuffleSet]:
    """Give the sets of an interaction that are shuffled, none if it keeps its order."""
    match interaction:
        case Match(shuffle=True):
            yield _set(interaction.response, interaction.rows)
            yield _set(f"{interaction.response}#2", interaction.columns)
        case (
            Choice(shuffle=True)
            | InlineChoice(shuffle=True)
            | Order(shuffle=True)
            | Associate(shuffle=True)
            | GapMatch(shuffle=True)
            | GraphicGapMatch(shuffle=True)
        ):
            yield _set(interaction.response, interaction.options)
        case _:
            pass


def arranged(interaction: Interaction, orders: dict[str, tuple[str, ...]]) -> Interaction:
    """Give an interaction with its options in the orders drawn for its shuffle sets (by their names)."""
    match interaction:
        case Match():
            return replace(
                interaction,
                rows=_in_order(interaction.rows, orders.get(interaction.response)),
                columns=_in_order(interaction.columns, orders.get(f"{interaction.response}#2")),
            )
        case Choice() | InlineChoice() | Order() | Associate() | GapMatch() | GraphicGapMatch():
            return replace(interaction, options=_in_order(interaction.options, orders.get(interaction.response)))
        case _:
            return interaction


def _set(name: str, options: tuple[Option, ...]) -> ShuffleSet:
    return ShuffleSet(
        name, tuple(option.id for option in options), frozenset(option.id for option in options if option.fixed)
    )


def _in_order(options: tuple[Option, ...], order: tuple[str, ...] | None) -> tuple[Option, ...]:
    if order is None:
        return options
    by_id = {option.id: option for option in options}
    return tuple(by_id[name] for name in order)
