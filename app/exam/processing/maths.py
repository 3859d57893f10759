"""Mathematical functions, constants and statistics. Outside a function's domain the value is NULL."""

import math
import statistics
from collections.abc import Callable, Mapping
from typing import Final

from app.exam.marking import BaseType, Node
from app.exam.processing.numbers import finite, to_whole
from app.exam.processing.operands import Operation, all_numbers, number
from app.exam.processing.values import Value, single

Function = Callable[[float], float]


def _growing(function: Function) -> Function:
    """Let a function that leaves the doubles go to infinity, as IEEE 754 has it."""

    def grown(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return math.copysign(math.inf, x) if function is math.sinh else math.inf

    return grown


def _logarithm(function: Function) -> Function:
    """Let a logarithm of zero be minus infinity."""
    return lambda x: function(x) if x else -math.inf


_sinh, _cosh = _growing(math.sinh), _growing(math.cosh)

FUNCTIONS: Final[dict[str, Function]] = {
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "sec": lambda x: 1 / math.cos(x),
    "csc": lambda x: 1 / math.sin(x),
    "cot": lambda x: 1 / math.tan(x),
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
    "asec": lambda x: math.acos(1 / x),
    "acsc": lambda x: math.asin(1 / x),
    "acot": lambda x: math.atan(1 / x) if x else math.pi / 2,
    "sinh": _sinh,
    "cosh": _cosh,
    "tanh": math.tanh,
    "sech": lambda x: 1 / _cosh(x),
    "csch": lambda x: 1 / _sinh(x),
    "coth": lambda x: 1 / math.tanh(x),
    "log": _logarithm(math.log10),
    "ln": _logarithm(math.log),
    "exp": _growing(math.exp),
    "abs": abs,
    "toDegrees": math.degrees,
    "toRadians": math.radians,
}
WHOLE_FUNCTIONS: Final = frozenset({"signum", "floor", "ceil"})
CONSTANTS: Final = {"pi": math.pi, "e": math.e}


def _mean(numbers: list[float]) -> float:
    return statistics.mean(numbers)


STATISTICS: Final[dict[str, Callable[[list[float]], float]]] = {
    "mean": _mean,
    "sampleVariance": statistics.variance,
    "sampleSD": statistics.stdev,
    "popVariance": statistics.pvariance,
    "popSD": statistics.pstdev,
}


def _math_operator(node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    name = node.get("name")
    numbers = [float(number(value)) for value in values]
    if any(math.isnan(each) for each in numbers):
        return None
    if name in WHOLE_FUNCTIONS:
        return _whole(name, number(values[0]))
    try:
        result = math.atan2(numbers[0], numbers[1]) if name == "atan2" else FUNCTIONS[name](numbers[0])
    except (ValueError, ZeroDivisionError):
        return None
    return None if math.isnan(result) else single(BaseType.FLOAT, float(result))


def _whole(name: str, value: float) -> Value:
    if name == "signum":
        return single(BaseType.INTEGER, (value > 0) - (value < 0))
    return to_whole(value, math.floor if name == "floor" else math.ceil)


def _stats_operator(node: Node, values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    numbers = [float(each) for each in all_numbers(values)]
    name = node.get("name")
    if not all(map(math.isfinite, numbers)) or (name.startswith("sample") and len(numbers) == 1):
        return None
    try:
        return finite(float(STATISTICS[name](numbers)))
    except OverflowError:
        return None


def _math_constant(node: Node, _values: tuple[Value, ...], _variables: Mapping[str, Value]) -> Value:
    return single(BaseType.FLOAT, CONSTANTS[node.get("name")])


MATHS: Final[dict[str, Operation]] = {
    "math-operator": _math_operator,
    "stats-operator": _stats_operator,
    "math-constant": _math_constant,
}
