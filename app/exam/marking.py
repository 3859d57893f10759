"""What scoring needs of an item: its variables, its key and its rules, as QTI 3 declares them. Data only.

The rules are kept as the tree that QTI writes (`Node`), in QTI 3's names without the prefix `qti-`; what they mean is
in `app.exam.processing`. Source: 1EdTech QTI 3.0, Assessment, Section and Item information model.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class BaseType(StrEnum):
    """The types of a single value."""

    IDENTIFIER = "identifier"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    FLOAT = "float"
    STRING = "string"
    POINT = "point"
    PAIR = "pair"
    DIRECTED_PAIR = "directedPair"
    DURATION = "duration"
    FILE = "file"
    URI = "uri"


class Cardinality(StrEnum):
    """How many values a variable has, and whether their order counts."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    ORDERED = "ordered"
    RECORD = "record"


class Role(StrEnum):
    """Who sets a variable: the candidate, scoring, or the template."""

    RESPONSE = "response"
    OUTCOME = "outcome"
    TEMPLATE = "template"


@dataclass(frozen=True)
class Node:
    """One rule or expression: its name ("set-outcome-value"), its attributes ("base-type"), what it holds."""

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple["Node", ...] = ()
    text: str = ""

    def get(self, name: str, otherwise: str = "") -> str:
        """Give an attribute."""
        return next((value for key, value in self.attributes if key == name), otherwise)

    def walk(self) -> Iterator["Node"]:
        """Give this node and everything in it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Written:
    """A value as it is written; a record's values have a `field` and a type of their own."""

    text: str
    field: str = ""
    base_type: BaseType | None = None


@dataclass(frozen=True)
class MapEntry:
    """What one value earns."""

    key: str
    value: float
    case_sensitive: bool = True


@dataclass(frozen=True)
class Mapping:
    """From values to numbers, summed within bounds."""

    entries: tuple[MapEntry, ...]
    default: float = 0.0
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True)
class AreaEntry:
    """What a point within an area earns."""

    shape: str
    coords: tuple[float, ...]
    value: float


@dataclass(frozen=True)
class AreaMapping:
    """From points to numbers, summed within bounds; an area counts once."""

    entries: tuple[AreaEntry, ...]
    default: float = 0.0
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True)
class LookupEntry:
    """One row of a lookup table; `included`: the source value itself belongs to the row (interpolation tables)."""

    source: float
    target: str
    included: bool = True


@dataclass(frozen=True)
class LookupTable:
    """From a number to a value: by equality (`interpolates` false) or by the highest row not above."""

    entries: tuple[LookupEntry, ...]
    interpolates: bool
    default: str | None = None


@dataclass(frozen=True)
class Declaration:
    """A variable. A record has no base type."""

    role: Role
    identifier: str
    cardinality: Cardinality
    base_type: BaseType | None
    default: tuple[Written, ...] = ()
    correct: tuple[Written, ...] = ()
    mapping: Mapping | None = None
    areas: AreaMapping | None = None
    lookup: LookupTable | None = None
    normal_maximum: float | None = None
    normal_minimum: float | None = None
    mastery: float | None = None


@dataclass(frozen=True)
class Marking:
    """An item's marking. `response` is its response processing, `template` its template processing, if any.

    A standard template (`match_correct` …) stands here as the rules it means.
    """

    item: str
    declarations: tuple[Declaration, ...]
    response: Node | None = None
    template: Node | None = None

    def declaration(self, identifier: str) -> Declaration | None:
        """Give a variable's declaration."""
        return next((one for one in self.declarations if one.identifier == identifier), None)

    def correct(self, response: str = "RESPONSE") -> tuple[str, ...]:
        """Give the values that are declared correct for a response, as they are written."""
        found = self.declaration(response)
        return tuple(value.text for value in found.correct) if found else ()

    def has_key(self, declared: Declaration) -> bool:
        """Tell whether a response can earn anything: by a key of its own, or by rules that need none."""
        if declared.correct or declared.mapping or declared.areas:
            return True
        rules = [node for root in (self.response, self.template) if root for node in root.walk()]
        named = [node for node in rules if node.get("identifier") == declared.identifier]
        if any(node.name == "set-correct-response" for node in named):
            return True
        # rules of the item's own may compare with constants; those that need the missing key cannot work
        return any(node.name == "variable" for node in named) and not any(node.name in _KEYED for node in named)


_KEYED = frozenset({"correct", "map-response", "map-response-point"})

MATCH_CORRECT = Node(
    "response-processing",
    (),
    (
        Node(
            "response-condition",
            (),
            (
                Node(
                    "response-if",
                    (),
                    (
                        Node(
                            "match",
                            (),
                            (
                                Node("variable", (("identifier", "RESPONSE"),)),
                                Node("correct", (("identifier", "RESPONSE"),)),
                            ),
                        ),
                        Node(
                            "set-outcome-value",
                            (("identifier", "SCORE"),),
                            (Node("base-value", (("base-type", "float"),), (), "1"),),
                        ),
                    ),
                ),
                Node(
                    "response-else",
                    (),
                    (
                        Node(
                            "set-outcome-value",
                            (("identifier", "SCORE"),),
                            (Node("base-value", (("base-type", "float"),), (), "0"),),
                        ),
                    ),
                ),
            ),
        ),
    ),
)
"""QTI's standard template `match_correct`: 1 for exactly the correct response, else 0."""

SCORE = Declaration(Role.OUTCOME, "SCORE", Cardinality.SINGLE, BaseType.FLOAT, (Written("0"),))


def match_correct(item: str, cardinality: Cardinality, correct: tuple[str, ...]) -> Marking:
    """Make the marking of an item with one response of identifiers, right or wrong as a whole."""
    response = Declaration(
        Role.RESPONSE, "RESPONSE", cardinality, BaseType.IDENTIFIER, correct=tuple(Written(value) for value in correct)
    )
    return Marking(item, (response, SCORE), MATCH_CORRECT)
