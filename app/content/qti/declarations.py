"""Reading declarations of variables: values, mappings, areas, lookup tables.

What something earns, and what bounds it, is a number: INF and NaN are for expressions.
"""

from math import isfinite
from typing import Final

from lxml import etree

from app.content.bank import BankRefused, BankTooLarge, MarkupRefused
from app.content.xml import check_attributes, check_no_text, line_of, name_of, refuse_element
from app.exam.marking import (
    AreaEntry,
    AreaMapping,
    BaseType,
    Cardinality,
    Declaration,
    LookupEntry,
    LookupTable,
    MapEntry,
    Mapping,
    Role,
    Written,
)
from app.exam.processing.faults import UnfitError
from app.exam.processing.lexical import read_float
from app.exam.processing.shapes import read_coords
from app.exam.processing.values import MOST_VALUES

_ALLOWED: Final = frozenset({"identifier", "cardinality", "base-type"})
_ALSO: Final = {
    Role.RESPONSE: frozenset[str](),
    Role.OUTCOME: frozenset(
        {"view", "interpretation", "long-interpretation", "normal-maximum", "normal-minimum", "mastery-value"}
        | {"external-scored", "variable-identifier-ref"}
    ),
    Role.TEMPLATE: frozenset({"param-variable", "math-variable"}),
}
_PARTS: Final = {
    Role.RESPONSE: {"qti-default-value", "qti-correct-response", "qti-mapping", "qti-area-mapping"},
    Role.OUTCOME: {"qti-default-value", "qti-match-table", "qti-interpolation-table"},
    Role.TEMPLATE: {"qti-default-value"},
}
_MAPPING: Final = frozenset({"default-value", "lower-bound", "upper-bound"})


def read_declaration(element: etree._Element, file: str) -> Declaration:
    """Read `qti-response-declaration`, `qti-outcome-declaration`, `qti-template-declaration` or that of a context.

    Raises:
        BankRefused: a name, cardinality or type is missing or none, or a part stands twice.
        MarkupRefused: an element or attribute that is not followed.
    """
    named = name_of(element).removeprefix("qti-").removesuffix("-declaration")
    role = Role.TEMPLATE if named == "context" else Role(named)  # both are constants while responses are processed
    check_attributes(element, file, _ALLOWED | _ALSO[role])
    check_no_text(element, file)
    parts: dict[str, etree._Element] = {}
    for child in element:
        name = name_of(child)
        if name not in _PARTS[role]:
            raise refuse_element(child, file)
        if name in parts:
            raise BankRefused(file, line_of(child), f"{name} stands twice")
        parts[name] = child
    table = parts.get("qti-match-table", parts.get("qti-interpolation-table"))
    mapping, areas = parts.get("qti-mapping"), parts.get("qti-area-mapping")
    return Declaration(
        role,
        _needed(element, "identifier", file),
        _cardinality(element, file),
        _base_type(element, file),
        _values(parts.get("qti-default-value"), file),
        _values(parts.get("qti-correct-response"), file),
        None if mapping is None else _mapping(mapping, file),
        None if areas is None else _areas(areas, file),
        None if table is None else _table(table, file),
        _optional(element, "normal-maximum", file),
        _optional(element, "normal-minimum", file),
        _optional(element, "mastery-value", file),
    )


def _needed(element: etree._Element, name: str, file: str) -> str:
    given = str(element.get(name, "")).strip()
    if not given:
        raise BankRefused(file, line_of(element), f"{name_of(element)} needs {name}")
    return given


def _cardinality(element: etree._Element, file: str) -> Cardinality:
    given = _needed(element, "cardinality", file)
    try:
        return Cardinality(given)
    except ValueError:
        raise BankRefused(file, line_of(element), f"the cardinality {given[:40]!r}") from None


def _base_type(element: etree._Element, file: str) -> BaseType | None:
    given = str(element.get("base-type", "")).strip()
    try:
        return BaseType(given) if given else None
    except ValueError:
        raise BankRefused(file, line_of(element), f"the base type {given[:40]!r}") from None


def _optional(element: etree._Element, name: str, file: str) -> float | None:
    return _number(element, name, file) if element.get(name) is not None else None


def _number(element: etree._Element, name: str, file: str) -> float:
    number = _any_number(element, name, file)
    if not isfinite(number):
        raise BankRefused(file, line_of(element), f"{name}: not a finite number: {element.get(name, '')[:40]!r}")
    return number


def _any_number(element: etree._Element, name: str, file: str) -> float:
    try:
        return read_float(_needed(element, name, file))
    except ValueError as error:
        raise BankRefused(file, line_of(element), f"{name}: {error}") from None


def _truth(element: etree._Element, name: str, file: str, otherwise: str = "true") -> bool:
    given = str(element.get(name, otherwise)).strip()
    if given not in {"true", "false", "1", "0"}:
        raise BankRefused(file, line_of(element), f"{name} is not a boolean")
    return given in {"true", "1"}


def _entries(element: etree._Element, name: str, file: str) -> list[etree._Element]:
    check_no_text(element, file)
    if len(element) > MOST_VALUES:
        raise BankTooLarge(file, line_of(element), f"{len(element)} entries", limit=MOST_VALUES)
    for child in element:
        if name_of(child) != name:
            raise refuse_element(child, file)
    return list(element)


def _values(element: etree._Element | None, file: str) -> tuple[Written, ...]:
    if element is None:
        return ()
    check_attributes(element, file, frozenset({"interpretation"}))
    found = []
    for value in _entries(element, "qti-value", file):
        check_attributes(value, file, frozenset({"field-identifier", "base-type"}))
        if len(value):
            raise MarkupRefused(file, line_of(value), "elements in a value", name="<qti-value>")
        field = str(value.get("field-identifier", "")).strip()
        found.append(Written(value.text or "", field, _base_type(value, file)))
    return tuple(found)


def _mapping(element: etree._Element, file: str) -> Mapping:
    check_attributes(element, file, _MAPPING)
    entries = []
    for entry in _entries(element, "qti-map-entry", file):
        check_attributes(entry, file, frozenset({"map-key", "mapped-value", "case-sensitive"}))
        if entry.get("map-key") is None:
            raise BankRefused(file, line_of(entry), "qti-map-entry needs map-key")
        key = str(entry.get("map-key"))
        case_sensitive = _truth(entry, "case-sensitive", file, "false")  # QTI 3; of 2.x, see `upgrade`
        entries.append(MapEntry(key, _number(entry, "mapped-value", file), case_sensitive))
    return Mapping(
        tuple(entries),
        _optional(element, "default-value", file) or 0.0,
        _optional(element, "lower-bound", file),
        _optional(element, "upper-bound", file),
    )


def _areas(element: etree._Element, file: str) -> AreaMapping:
    check_attributes(element, file, _MAPPING)
    entries = []
    for entry in _entries(element, "qti-area-map-entry", file):
        check_attributes(entry, file, frozenset({"shape", "coords", "mapped-value"}))
        shape = _needed(entry, "shape", file)
        try:
            coords = read_coords(shape, str(entry.get("coords", "")))
        except UnfitError as unfit:
            raise BankRefused(file, line_of(entry), unfit.reason) from None
        entries.append(AreaEntry(shape, coords, _number(entry, "mapped-value", file)))
    return AreaMapping(
        tuple(entries),
        _optional(element, "default-value", file) or 0.0,
        _optional(element, "lower-bound", file),
        _optional(element, "upper-bound", file),
    )


def _table(element: etree._Element, file: str) -> LookupTable:
    interpolates = name_of(element) == "qti-interpolation-table"
    check_attributes(element, file, frozenset({"default-value"}))
    entries = []
    for entry in _entries(element, f"{name_of(element)}-entry", file):
        check_attributes(entry, file, frozenset({"source-value", "target-value", "include-boundary"}))
        if entry.get("target-value") is None:
            raise BankRefused(file, line_of(entry), f"{name_of(entry)} needs target-value")
        included = _truth(entry, "include-boundary", file)
        entries.append(LookupEntry(_any_number(entry, "source-value", file), str(entry.get("target-value")), included))
    default = element.get("default-value")
    return LookupTable(tuple(entries), interpolates, None if default is None else str(default))
