"""Typed values of QTI: single, container, record; NULL is `None`. An empty container or text is NULL."""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from app.exam.marking import BaseType, Cardinality
from app.exam.processing.faults import UnfitError

MOST_VALUES: Final = 2_000
"""The most values a container may hold."""

INTEGER_LIMIT: Final = 2**63
"""Integers are of 64 bits; what an expression makes beyond is NULL."""


class Point(NamedTuple):
    """A point of a picture, in its pixels."""

    x: int
    y: int


class Pair(NamedTuple):
    """Two identifiers; their order counts in a directed pair only."""

    first: str
    second: str


Scalar = str | bool | int | float | Point | Pair
"""What carries one value: text for identifier, string, file and uri; seconds for a duration."""


@dataclass(frozen=True)
class Single:
    """One value."""

    base_type: BaseType
    value: Scalar


@dataclass(frozen=True)
class Container:
    """Several values of one type, `multiple` or `ordered`; never empty."""

    cardinality: Cardinality
    base_type: BaseType
    values: tuple[Scalar, ...]


@dataclass(frozen=True)
class Record:
    """Named values, each of its own type; a field that is NULL is not in it."""

    fields: tuple[tuple[str, Single], ...]

    def get(self, name: str) -> Single | None:
        """Give a field's value."""
        return next((value for key, value in self.fields if key == name), None)


Value = Single | Container | Record | None

NUMERIC: Final = frozenset({BaseType.INTEGER, BaseType.FLOAT})


class Kind(NamedTuple):
    """A value's cardinality and base type, `None` where it cannot be known (of NULL, or before running)."""

    cardinality: Cardinality | None = None
    base_type: BaseType | None = None


def kind_of(value: Value) -> Kind:
    """Tell a value's kind."""
    match value:
        case Single():
            return Kind(Cardinality.SINGLE, value.base_type)
        case Container():
            return Kind(value.cardinality, value.base_type)
        case Record():
            return Kind(Cardinality.RECORD)
    return Kind()


def single(base_type: BaseType, value: Scalar) -> Value:
    """Make a single value; an empty text is NULL, as is an integer beyond 64 bits."""
    if value == "" or (isinstance(value, int) and not -INTEGER_LIMIT <= value < INTEGER_LIMIT):
        return None
    return Single(base_type, value)


def boolean(truth: bool) -> Value:  # noqa: FBT001 - a boolean is what it is about
    """Make a single boolean."""
    return Single(BaseType.BOOLEAN, truth)


def container(cardinality: Cardinality, base_type: BaseType, values: Iterable[Scalar]) -> Value:
    """Make a container; NULL if there is nothing in it.

    Raises:
        UnfitError: more values than `MOST_VALUES`.
    """
    kept = tuple(value for value in values if value != "")
    if len(kept) > MOST_VALUES:
        raise UnfitError(f"more than {MOST_VALUES} values in a container")
    return Container(cardinality, base_type, kept) if kept else None


def scalars(value: Value) -> tuple[Scalar, ...]:
    """Give the values of a single or a container, in order; nothing of NULL or a record."""
    match value:
        case Single():
            return (value.value,)
        case Container():
            return value.values
    return ()


def key(base_type: BaseType | None, value: Scalar) -> Hashable:
    """Give what two equal values of a type have in common: a pair has no direction."""
    if base_type is BaseType.PAIR and isinstance(value, Pair):
        return tuple(sorted(value))
    return value


def same(one: Value, other: Value) -> bool:
    """Tell whether two values of one type are equal: order counts in ordered containers only."""
    if isinstance(one, Record) and isinstance(other, Record):
        return dict(one.fields).keys() == dict(other.fields).keys() and all(
            same(value, other.get(name)) for name, value in one.fields
        )
    kind = kind_of(one)
    if kind != kind_of(other):
        return False
    ours, theirs = ([key(kind.base_type, each) for each in scalars(side)] for side in (one, other))
    return Counter(ours) == Counter(theirs) if kind.cardinality is Cardinality.MULTIPLE else ours == theirs


def as_declared(value: Value, cardinality: Cardinality, base_type: BaseType | None) -> Value:
    """Give a value as a variable of a kind holds it: an integer may become a float, a whole float an integer.

    Raises:
        UnfitError: it is of another kind, or a float that is not whole for an integer.
    """
    if value is None:
        return None
    kind = kind_of(value)
    if kind.cardinality is not cardinality:
        raise UnfitError(f"a {kind.cardinality} value for a {cardinality} variable")
    if isinstance(value, Record) or kind.base_type is base_type:
        return value
    if base_type is None or kind.base_type not in NUMERIC or base_type not in NUMERIC:
        raise UnfitError(f"a value of type {kind.base_type} for a variable of type {base_type}")
    changed = tuple(_converted(base_type, each) for each in scalars(value))
    return Single(base_type, changed[0]) if isinstance(value, Single) else container(cardinality, base_type, changed)


def _converted(base_type: BaseType, value: Scalar) -> Scalar:
    if not isinstance(value, int | float):
        raise UnfitError(f"not a number: {value}")
    if base_type is BaseType.FLOAT:
        return float(value)
    if isinstance(value, float) and not value.is_integer():
        raise UnfitError(f"{value} for a variable of type integer")
    return int(value)
