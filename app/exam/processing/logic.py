"""Logic with three values: true, false and NULL (unknown)."""

from collections.abc import Mapping
from typing import Final

from app.exam.marking import BaseType, Node
from app.exam.processing.operands import Operation, truth, whole
from app.exam.processing.values import Single, Value, boolean, scalars, single

TRUE: Final = Single(BaseType.BOOLEAN, value=True)
FALSE: Final = Single(BaseType.BOOLEAN, value=False)


def _and(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    truths = [truth(value) for value in values]
    return FALSE if False in truths else None if None in truths else TRUE


def _or(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    truths = [truth(value) for value in values]
    return TRUE if True in truths else None if None in truths else FALSE


def _not(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    return boolean(not truth(values[0]))


def _any_n(node: Node, values: tuple[Value, ...], variables: Mapping[str, Value]) -> Value:
    truths = [truth(value) for value in values]
    least, most = whole(node, "min", variables), whole(node, "max", variables)
    if least is None or most is None:
        return None
    sure, possible = truths.count(True), truths.count(True) + truths.count(None)
    if possible < least or sure > most:
        return FALSE
    return TRUE if least <= sure and possible <= most else None


def _is_null(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    return boolean(values[0] is None)


def _container_size(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    return single(BaseType.INTEGER, len(scalars(values[0])))


def _null(_node: Node, _values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    return None


LOGIC: Final[dict[str, Operation]] = {
    "and": _and,
    "or": _or,
    "not": _not,
    "any-n": _any_n,
    "is-null": _is_null,
    "container-size": _container_size,
    "null": _null,
}
