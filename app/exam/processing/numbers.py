"""Arithmetic: sums to rounding. NULL operands were dealt with before; what has no value is NULL."""

import math
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

from app.exam.marking import BaseType, Node
from app.exam.processing.operands import Operation, all_numbers, number, whole
from app.exam.processing.values import Container, Single, Value, container, kind_of, scalars, single

MOST_FIGURES: Final = 340
"""More figures than a double has; rounding to more changes nothing."""

_WIDE: Final = Context(prec=1_100)


def total(values: tuple[Value, ...], result: float) -> Value:
    """Give a result as an integer if every operand is one, else as a float."""
    whole_ones = all(kind_of(value).base_type is BaseType.INTEGER for value in values)
    return single(BaseType.INTEGER, result) if whole_ones else single(BaseType.FLOAT, float(result))


def finite(result: float, *operands: float) -> Value:
    """Give a float; NULL if it is not a number, or grew out of all bounds from numbers that were within."""
    if math.isnan(result) or (math.isinf(result) and not any(math.isinf(each) for each in operands)):
        return None
    return single(BaseType.FLOAT, result)


def rounded(value: float, mode: str, figures: int | None) -> Decimal | None:
    """Round half away from zero, as the number is written in decimal; `None` if the figures are none.

    `mode` is `decimalPlaces` or `significantFigures`; the value is finite.
    """
    if figures is None or figures < (0 if mode == "decimalPlaces" else 1):
        return None
    exact = Decimal(repr(value))
    places = figures if mode == "decimalPlaces" else figures - 1 - exact.adjusted()
    if exact == 0 or min(figures, places) > MOST_FIGURES:
        return exact
    return exact.quantize(Decimal(1).scaleb(-min(places, MOST_FIGURES * 2)), ROUND_HALF_UP, _WIDE)


def _sum(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    return total(values, sum(all_numbers(values)))


def _product(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    result: int | float = 1
    for each in all_numbers(values):
        result *= each
        if isinstance(result, int) and abs(result) >= 2**64 and 0 not in all_numbers(values):
            result = float(result)
    if isinstance(result, float) and all(kind_of(value).base_type is BaseType.INTEGER for value in values):
        return None
    return total(values, result)


def _subtract(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    return total(values, number(values[0]) - number(values[1]))


def _divide(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    one, other = number(values[0]), number(values[1])
    return None if other == 0 else finite(one / other, one, other)


def _power(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    one, other = float(number(values[0])), float(number(values[1]))
    try:
        return finite(math.pow(one, other), one, other)
    except (ValueError, OverflowError):
        return None


def _whole_pair(values: tuple[Value, ...]) -> tuple[int, int] | None:
    one, other = number(values[0]), number(values[1])
    return (one, other) if isinstance(one, int) and isinstance(other, int) and other != 0 else None


def _integer_divide(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    pair = _whole_pair(values)
    return single(BaseType.INTEGER, pair[0] // pair[1]) if pair else None


def _integer_modulus(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    pair = _whole_pair(values)
    return single(BaseType.INTEGER, pair[0] % pair[1]) if pair else None


def to_whole(value: float, rule: Callable[[Decimal], int]) -> Value:
    """Make an integer by a rule; NaN has none, and the infinite stays what it is."""
    if math.isnan(value):
        return None
    return single(BaseType.INTEGER, value if math.isinf(value) else rule(Decimal(value)))


def _truncate(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    return to_whole(number(values[0]), int)


def _round(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    return to_whole(number(values[0]), lambda exact: math.floor(_WIDE.add(exact, Decimal("0.5"))))


def _round_to(node: Node, values: tuple[Value, ...], variables: Mapping[str, Value]) -> Value:
    value = float(number(values[0]))
    if math.isnan(value):
        return None
    if math.isinf(value):
        return single(BaseType.FLOAT, value)
    made = rounded(value, rounding_mode(node), whole(node, "figures", variables))
    return None if made is None else finite(float(made))


def rounding_mode(node: Node) -> str:
    """Give how an expression rounds."""
    return node.get("rounding-mode").strip() or "significantFigures"


def _max(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    return _extreme(values, max)


def _min(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    return _extreme(values, min)


def _extreme(values: tuple[Value, ...], choose: Callable[[list[int | float]], int | float]) -> Value:
    numbers = all_numbers(values)
    return None if any(math.isnan(each) for each in numbers) else total(values, choose(numbers))


def _gcd(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    numbers = all_numbers(values)
    kept = [each for each in numbers if isinstance(each, int)]
    return single(BaseType.INTEGER, math.gcd(*kept)) if len(kept) == len(numbers) else None


def _lcm(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    result = 1
    for each in all_numbers(values):
        if not isinstance(each, int):
            return None
        result = math.lcm(result, each)
        if result >= 2**63:
            return single(BaseType.INTEGER, 0) if 0 in all_numbers(values) else None
    return single(BaseType.INTEGER, result)


def _integer_to_float(_node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    value = values[0]
    if isinstance(value, Single):
        return single(BaseType.FLOAT, float(number(value)))
    made = [float(each) for each in scalars(value) if isinstance(each, int | float)]
    return container(value.cardinality, BaseType.FLOAT, made) if isinstance(value, Container) else None


NUMBERS: Final[dict[str, Operation]] = {
    "sum": _sum,
    "product": _product,
    "subtract": _subtract,
    "divide": _divide,
    "power": _power,
    "integer-divide": _integer_divide,
    "integer-modulus": _integer_modulus,
    "truncate": _truncate,
    "round": _round,
    "round-to": _round_to,
    "max": _max,
    "min": _min,
    "gcd": _gcd,
    "lcm": _lcm,
    "integer-to-float": _integer_to_float,
}
