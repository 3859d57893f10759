"""How single values are written in QTI: XML Schema's forms, pairs "A B", points "10 20", durations in seconds."""

import re
from collections.abc import Callable, Iterable
from typing import Final

from app.exam.marking import BaseType, Cardinality, Declaration, Written
from app.exam.processing.faults import UnfitError
from app.exam.processing.values import (
    INTEGER_LIMIT,
    MOST_VALUES,
    Pair,
    Point,
    Record,
    Scalar,
    Single,
    Value,
    container,
    kind_of,
    scalars,
    single,
)

MOST_TEXT: Final = 100_000
"""The longest text of a value, in characters."""

_SPACE: Final = " \t\r\n"
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,40}")
_FLOAT: Final = re.compile(r"[+-]?([0-9]{1,400}(\.[0-9]{0,400})?|\.[0-9]{1,400})([eE][+-]?[0-9]{1,9})?")
_SPECIAL: Final = {"INF": float("inf"), "+INF": float("inf"), "-INF": float("-inf"), "NaN": float("nan")}
_TRUTH: Final = {"true": True, "1": True, "false": False, "0": False}


def read_scalar(base_type: BaseType, text: str) -> Scalar:
    """Read one value; an empty string stands for NULL and is only possible where texts are.

    Raises:
        ValueError: the text is not of the type; the message says why.
    """
    if len(text) > MOST_TEXT:
        raise ValueError(f"longer than {MOST_TEXT} characters")
    if base_type is BaseType.STRING:
        return _unwrapped(text)
    return _READERS[base_type](text.strip(_SPACE))


def read_integer(token: str) -> int:
    """Read XML Schema's integer, of at most 64 bits.

    Raises:
        ValueError: it is none.
    """
    if not _INTEGER.fullmatch(token):
        raise ValueError(f"not an integer: {_shown(token)}")
    value = int(token)
    if not -INTEGER_LIMIT <= value < INTEGER_LIMIT:
        raise ValueError(f"an integer beyond 64 bits: {_shown(token)}")
    return value


def read_float(token: str) -> float:
    """Read XML Schema's double.

    Raises:
        ValueError: it is none.
    """
    if token in _SPECIAL:
        return _SPECIAL[token]
    if not _FLOAT.fullmatch(token):
        raise ValueError(f"not a number: {_shown(token)}")
    return float(token)


def write_scalar(value: Scalar) -> str:
    """Write one value so that `read_scalar` gives it back."""
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return write_float(value)
        case Point() | Pair():
            return f"{value[0]} {value[1]}"
    return str(value)


def write_float(value: float) -> str:
    """Write XML Schema's double; a whole number without a point."""
    if value != value:  # noqa: PLR0124 - NaN alone differs from itself
        return "NaN"
    if value in {float("inf"), float("-inf")}:
        return "INF" if value > 0 else "-INF"
    return str(int(value)) if value.is_integer() and abs(value) < 10**15 and str(value) != "-0.0" else repr(value)


def read_value(cardinality: Cardinality, base_type: BaseType | None, written: Iterable[Written]) -> Value:
    """Read a value of a declaration or a response.

    Raises:
        ValueError: several values for one, or a value that is not of its type.
    """
    kept = tuple(written)
    if len(kept) > MOST_VALUES:
        raise ValueError(f"more than {MOST_VALUES} values")
    if cardinality is Cardinality.RECORD:
        return _read_record(kept)
    if base_type is None:
        raise ValueError("no base type")
    read = tuple(read_scalar(each.base_type or base_type, each.text) for each in kept)
    if cardinality is not Cardinality.SINGLE:
        return container(cardinality, base_type, read)
    if len(read) > 1:
        raise ValueError(f"{len(read)} values for a single variable")
    return single(base_type, read[0]) if read else None


def declared_value(declaration: Declaration, written: tuple[Written, ...]) -> Value:
    """Read a default or correct value of a declaration.

    Raises:
        UnfitError: it is not of the declared kind.
    """
    try:
        return read_value(declaration.cardinality, declaration.base_type, written)
    except ValueError as error:
        raise UnfitError(f"{declaration.identifier}: {error}", declared=declaration.identifier) from None


def write_value(value: Value) -> tuple[Written, ...]:
    """Write a value as a declaration holds it."""
    if isinstance(value, Record):
        return tuple(Written(write_scalar(one.value), name, one.base_type) for name, one in value.fields)
    return tuple(Written(write_scalar(each)) for each in scalars(value))


def shown(value: Value) -> str:
    """Give a value in one line, for a person."""
    if isinstance(value, Record):
        return ", ".join(f"{name}: {write_scalar(one.value)}" for name, one in value.fields)
    return ", ".join(write_scalar(each) for each in scalars(value)) if kind_of(value).cardinality else "NULL"


def _read_record(written: tuple[Written, ...]) -> Value:
    fields: dict[str, Single] = {}
    for each in written:
        if not each.field or each.base_type is None:
            raise ValueError("a record's value needs a field and a base type")
        if each.field in fields:
            raise ValueError(f"the field {each.field} stands twice")
        one = single(each.base_type, read_scalar(each.base_type, each.text))
        if isinstance(one, Single):
            fields[each.field] = one
    return Record(tuple(fields.items())) if fields else None


def _two(token: str, what: str) -> tuple[str, str]:
    parts = token.split()
    if len(parts) != 2:  # noqa: PLR2004 - two is what a pair has
        raise ValueError(f"not {what}: {_shown(token)}")
    return parts[0], parts[1]


def _unwrapped(text: str) -> str:
    """Take off the line breaks and margins that an editor puts around a text; spaces in a line stay."""
    bare = text.strip(_SPACE)
    return bare if "\n" in text[: len(text) - len(text.lstrip(_SPACE))] or not bare else text


def _shown(token: str) -> str:
    return repr(token if len(token) <= 40 else f"{token[:40]}…")  # noqa: PLR2004 - a line's worth


def _read_duration(token: str) -> Scalar:
    seconds = read_float(token)
    if not 0 <= seconds < float("inf"):
        raise ValueError(f"not a duration: {_shown(token)}")
    return seconds


def _read_boolean(token: str) -> Scalar:
    if token not in _TRUTH:
        raise ValueError(f"not a boolean: {_shown(token)}")
    return _TRUTH[token]


def _read_point(token: str) -> Scalar:
    return Point(*(read_integer(part) for part in _two(token, "a point")))


def _read_pair(token: str) -> Scalar:
    return Pair(*_two(token, "a pair"))


def _read_identifier(token: str) -> Scalar:
    if not token or any(char.isspace() for char in token):
        raise ValueError(f"not an identifier: {_shown(token)}")
    return token


_READERS: Final[dict[BaseType, Callable[[str], Scalar]]] = {
    BaseType.INTEGER: read_integer,
    BaseType.FLOAT: read_float,
    BaseType.DURATION: _read_duration,
    BaseType.BOOLEAN: _read_boolean,
    BaseType.POINT: _read_point,
    BaseType.PAIR: _read_pair,
    BaseType.DIRECTED_PAIR: _read_pair,
    BaseType.IDENTIFIER: _read_identifier,
    BaseType.FILE: str,
    BaseType.URI: str,
}
