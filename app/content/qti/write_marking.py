"""A marking to QTI 3: declarations and rules as they were read."""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from app.content.qti.write_body import element
from app.exam.marking import (
    MATCH_CORRECT,
    AreaMapping,
    Declaration,
    LookupTable,
    Mapping,
    Marking,
    Node,
    Written,
)
from app.exam.processing.lexical import write_float
from app.exam.processing.standard import MAP_RESPONSE, MAP_RESPONSE_POINT

_TEMPLATES: Final = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/"
_STANDARD: Final = (
    (MATCH_CORRECT, "match_correct"),
    (MAP_RESPONSE, "map_response"),
    (MAP_RESPONSE_POINT, "map_response_point"),
)


def declarations(marking: Marking) -> Iterator[etree._Element]:
    """Write every variable's declaration, in order."""
    for declaration in marking.declarations:
        yield _declaration(declaration)


def rules(root: Node) -> etree._Element:
    """Write response or template processing; a standard template by its address."""
    for node, name in _STANDARD:
        if node == root:
            return element("qti-response-processing", template=f"{_TEMPLATES}{name}.xml")
    return _node(root)


def _node(node: Node) -> etree._Element:
    made = element(f"qti-{node.name}")
    for key, value in node.attributes:
        made.set(key, value)
    made.text = node.text or None
    for child in node.children:
        made.append(_node(child))
    return made


def _declaration(one: Declaration) -> etree._Element:
    made = element(
        f"qti-{one.role.value}-declaration",
        identifier=one.identifier,
        cardinality=one.cardinality.value,
        base_type=one.base_type.value if one.base_type else "",
        normal_maximum=_float(one.normal_maximum),
        normal_minimum=_float(one.normal_minimum),
        mastery_value=_float(one.mastery),
    )
    for name, values in (("qti-default-value", one.default), ("qti-correct-response", one.correct)):
        if values:
            made.append(_values(name, values))
    if one.mapping:
        made.append(_mapping(one.mapping))
    if one.areas:
        made.append(_areas(one.areas))
    if one.lookup:
        made.append(_table(one.lookup))
    return made


def _values(name: str, values: tuple[Written, ...]) -> etree._Element:
    made = element(name)
    for value in values:
        one = element(
            "qti-value",
            field_identifier=value.field,
            base_type=value.base_type.value if value.base_type else "",
        )
        one.text = value.text or None
        made.append(one)
    return made


def _bounds(mapping: Mapping | AreaMapping) -> dict[str, str]:
    return {
        "default_value": _float(mapping.default),
        "lower_bound": _float(mapping.lower),
        "upper_bound": _float(mapping.upper),
    }


def _mapping(mapping: Mapping) -> etree._Element:
    made = element("qti-mapping", **_bounds(mapping))
    for entry in mapping.entries:
        one = element("qti-map-entry")
        one.set("map-key", entry.key)
        one.set("mapped-value", _float(entry.value))
        one.set("case-sensitive", "true" if entry.case_sensitive else "false")  # QTI's versions differ in silence
        made.append(one)
    return made


def _areas(mapping: AreaMapping) -> etree._Element:
    made = element("qti-area-mapping", **_bounds(mapping))
    for entry in mapping.entries:
        one = element("qti-area-map-entry", shape=entry.shape, coords=",".join(f"{one:.17g}" for one in entry.coords))
        one.set("mapped-value", _float(entry.value))
        made.append(one)
    return made


def _table(table: LookupTable) -> etree._Element:
    name = "qti-interpolation-table" if table.interpolates else "qti-match-table"
    made = element(name)
    if table.default is not None:
        made.set("default-value", table.default)
    for entry in table.entries:
        one = element(f"{name}-entry")
        one.set("source-value", _float(entry.source))
        one.set("target-value", entry.target)
        if not entry.included:
            one.set("include-boundary", "false")
        made.append(one)
    return made


def _float(value: float | None) -> str:
    return "" if value is None else write_float(value)
