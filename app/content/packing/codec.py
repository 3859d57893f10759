"""Our frozen dataclasses as JSON and back: tagged with their class, and taken only if every field is what it says.

A dataclass is an object with its class name under "_" and every field that is not at its default; a tuple or a set is a
list, a set's in order; an enum is its value. Reading needs no schema beside the classes themselves: their annotations
are the schema.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

_TAG = "_"
_PLAIN = (str, int, float, bool)


class CodecError(ValueError):
    """The JSON is not what the class says; the text says where."""


def encode(value: Any) -> Any:  # noqa: ANN401 - any field of a dataclass, to JSON
    """Give a dataclass as JSON."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, tuple):
        return [encode(one) for one in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, frozenset):
        return sorted(encode(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        made = {_TAG: type(value).__name__}
        for name, default in _defaults(type(value)):
            found = getattr(value, name)
            if default is MISSING or found != default:
                made[name] = encode(found)
        return made
    return value


def decode(expected: type[T], value: Any) -> T:  # noqa: ANN401 - any JSON
    """Read a dataclass of the type `expected`.

    Raises:
        CodecError: a class, a field or a value that does not belong there.
    """
    found: T = _decode(expected, value, expected.__name__)
    return found


def _decode(expected: Any, value: Any, place: str) -> Any:  # noqa: ANN401 - what an annotation says
    origin = get_origin(expected)
    if origin in (Union, UnionType):
        return _decode_union(get_args(expected), value, place)
    if origin in (tuple, frozenset):
        return _decode_many(origin, get_args(expected), value, place)
    if is_dataclass(expected) and isinstance(expected, type):
        return _decode_dataclass(expected, value, place)
    if isinstance(expected, type) and issubclass(expected, StrEnum):
        return _decode_enum(expected, value, place)
    if expected is float and type(value) is int:
        return float(value)
    if expected in _PLAIN and type(value) is expected:
        return value
    raise CodecError(f"{place}: not {expected}")


def _decode_union(kinds: tuple[Any, ...], value: Any, place: str) -> Any:  # noqa: ANN401 - see above
    if value is None and type(None) in kinds:
        return None
    tag = value.get(_TAG) if isinstance(value, dict) else None
    for kind in kinds:
        if (tag is None and not is_dataclass(kind)) or (is_dataclass(kind) and getattr(kind, "__name__", "") == tag):
            return _decode(kind, value, place)
    raise CodecError(f"{place}: none of what may stand there")


def _decode_many(origin: Any, kinds: tuple[Any, ...], value: Any, place: str) -> Any:  # noqa: ANN401 - see above
    if not isinstance(value, list):
        raise CodecError(f"{place}: no list")
    if origin is tuple and kinds[-1] is not Ellipsis:
        if len(value) != len(kinds):
            raise CodecError(f"{place}: {len(value)} values")
        return tuple(_decode(kind, one, place) for kind, one in zip(kinds, value, strict=True))
    return origin(_decode(kinds[0], one, f"{place}[{at}]") for at, one in enumerate(value))


def _decode_dataclass(expected: Any, value: Any, place: str) -> Any:  # noqa: ANN401 - see above
    if not isinstance(value, dict) or value.get(_TAG) != expected.__name__:
        raise CodecError(f"{place}: no {expected.__name__}")
    hints, needed = _shape(expected)
    given = {key: one for key, one in value.items() if key != _TAG}
    if not needed <= given.keys() <= hints.keys():
        raise CodecError(f"{place}: fields {sorted(given)}")
    return expected(**{key: _decode(hints[key], one, f"{place}.{key}") for key, one in given.items()})


def _decode_enum(expected: type[StrEnum], value: Any, place: str) -> StrEnum:  # noqa: ANN401 - see above
    if not isinstance(value, str) or value not in {one.value for one in expected}:
        raise CodecError(f"{place}: no {expected.__name__}")
    return expected(value)


@cache
def _defaults(kind: type) -> tuple[tuple[str, Any], ...]:
    return tuple((one.name, one.default) for one in fields(kind))


@cache
def _shape(kind: type) -> tuple[Mapping[str, Any], frozenset[str]]:
    """Give the fields of a dataclass with their types, and which of them have no default."""
    needed = frozenset(name for name, default in _defaults(kind) if default is MISSING)
    return get_type_hints(kind), needed
