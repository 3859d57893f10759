"""Comparing values: match, texts, numbers with tolerances, durations, areas. NULL was dealt with before."""

import math
import operator
from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from typing import Final

from app.exam.marking import Node
from app.exam.processing.numbers import rounded, rounding_mode
from app.exam.processing.operands import Operation, flag, number, real, text, whole
from app.exam.processing.shapes import inside, read_coords
from app.exam.processing.values import Point, Value, boolean, same, scalars

_EXACT: Final = Context(prec=1_100)


def _match(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    return boolean(same(values[0], values[1]))


def _texts(node: Node, values: tuple[Value, ...], *, otherwise: bool) -> tuple[str, str]:
    one, other = text(values[0]), text(values[1])
    return (one, other) if flag(node, "case-sensitive", otherwise=otherwise) else (one.casefold(), other.casefold())


def _string_match(node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    one, other = _texts(node, values, otherwise=True)
    return boolean(other in one if flag(node, "substring", otherwise=False) else one == other)


def _substring(node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    one, other = _texts(node, values, otherwise=True)
    return boolean(one in other)


def _equal(node: Node, values: tuple[Value, ...], variables: Mapping[str, Value]) -> Value:
    one, other = number(values[0]), number(values[1])
    mode = node.get("tolerance-mode").strip() or "exact"
    if mode == "exact" or not (math.isfinite(one) and math.isfinite(other)):
        return boolean(one == other)
    tolerances = _tolerances(node, variables)
    if tolerances is None:
        return None
    x, y = Decimal(repr(one)), Decimal(repr(other))
    below, above = tolerances
    if mode == "relative":
        below, above = (_EXACT.divide(_EXACT.multiply(x, each), Decimal(100)) for each in (below, above))
    ends = _EXACT.subtract(x, below), _EXACT.add(x, above)
    lower, upper = min(ends), max(ends)  # of a negative number the percentage turns them round
    low = lower <= y if flag(node, "include-lower-bound", otherwise=True) else lower < y
    high = y <= upper if flag(node, "include-upper-bound", otherwise=True) else y < upper
    return boolean(low and high)


def _tolerances(node: Node, variables: Mapping[str, Value]) -> tuple[Decimal, Decimal] | None:
    named = node.get("tolerance").split()
    read = [real(Node("", (("tolerance", each),)), "tolerance", variables) for each in named[:2]]
    kept = [Decimal(repr(each)) for each in read if each is not None and math.isfinite(each) and each >= 0]
    return (kept[0], kept[-1]) if kept and len(kept) == len(read) else None


def _equal_rounded(node: Node, values: tuple[Value, ...], variables: Mapping[str, Value]) -> Value:
    one, other = float(number(values[0])), float(number(values[1]))
    if not (math.isfinite(one) and math.isfinite(other)):
        return None if math.isnan(one) or math.isnan(other) else boolean(one == other)
    figures = whole(node, "figures", variables)
    ours, theirs = (rounded(each, rounding_mode(node), figures) for each in (one, other))
    return None if ours is None or theirs is None else boolean(ours == theirs)


def _inside(node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    shape = node.get("shape").strip()
    coords = read_coords(shape, node.get("coords"))
    points = [each for each in scalars(values[0]) if isinstance(each, Point)]
    return boolean(any(inside(shape, coords, point) for point in points))


def _ordering(compare: Callable[[float, float], bool]) -> Operation:
    def ordered(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
        return boolean(compare(number(values[0]), number(values[1])))

    return ordered


COMPARING: Final[dict[str, Operation]] = {
    "match": _match,
    "string-match": _string_match,
    "substring": _substring,
    "equal": _equal,
    "equal-rounded": _equal_rounded,
    "inside": _inside,
    "lt": _ordering(operator.lt),
    "lte": _ordering(operator.le),
    "gt": _ordering(operator.gt),
    "gte": _ordering(operator.ge),
    "duration-lt": _ordering(operator.lt),
    "duration-gte": _ordering(operator.ge),
}
