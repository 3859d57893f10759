"""Making containers and taking them apart."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from app.exam.marking import Cardinality, Node
from app.exam.processing.operands import Operation, scalar, whole
from app.exam.processing.values import (
    Container,
    Record,
    Single,
    Value,
    boolean,
    container,
    key,
    kind_of,
    scalars,
    single,
)


def gathered(cardinality: Cardinality, values: tuple[Value, ...]) -> Value:
    """Put values into one container, containers value by value; NULL is left out."""
    kept = [value for value in values if value is not None]
    base_type = kind_of(kept[0]).base_type if kept else None
    if base_type is None:
        return None
    return container(cardinality, base_type, (each for value in kept for each in scalars(value)))


def _multiple(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    return gathered(Cardinality.MULTIPLE, values)


def _ordered(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    return gathered(Cardinality.ORDERED, values)


def _index(node: Node, values: tuple[Value, ...], variables: Mapping[str, Value]) -> Value:
    place = whole(node, "n", variables)
    value = values[0]
    if not isinstance(value, Container) or place is None or not 1 <= place <= len(value.values):
        return None
    return single(value.base_type, value.values[place - 1])


def _field_value(node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    value = values[0]
    return value.get(node.get("field-identifier").strip()) if isinstance(value, Record) else None


def _member(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    base_type = kind_of(values[0]).base_type
    wanted = key(base_type, scalar(values[0]))
    return boolean(any(key(base_type, each) == wanted for each in scalars(values[1])))


def _delete(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    unwanted, held = values
    if not isinstance(unwanted, Single) or not isinstance(held, Container):
        return None
    without = key(held.base_type, unwanted.value)
    return container(
        held.cardinality, held.base_type, (each for each in held.values if key(held.base_type, each) != without)
    )


def _contains(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    kind = kind_of(values[0])
    whole_one, part = ([key(kind.base_type, each) for each in scalars(value)] for value in values)
    if kind.cardinality is Cardinality.MULTIPLE:
        return boolean(Counter(part) <= Counter(whole_one))
    places = range(len(whole_one) - len(part) + 1)
    return boolean(any(whole_one[at : at + len(part)] == part for at in places))


CONTAINERS: Final[dict[str, Operation]] = {
    "multiple": _multiple,
    "ordered": _ordered,
    "index": _index,
    "field-value": _field_value,
    "member": _member,
    "delete": _delete,
    "contains": _contains,
}
