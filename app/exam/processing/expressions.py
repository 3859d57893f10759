"""The interpreter of expressions: a tree and the variables to a value, in a bounded number of steps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from app.exam.marking import BaseType, Cardinality, Declaration, Node
from app.exam.processing.comparing import COMPARING
from app.exam.processing.containers import CONTAINERS, gathered
from app.exam.processing.drawing import Draws
from app.exam.processing.faults import UnfitError
from app.exam.processing.lexical import declared_value, read_scalar
from app.exam.processing.logic import LOGIC
from app.exam.processing.mappings import mapped, mapped_points
from app.exam.processing.maths import MATHS
from app.exam.processing.numbers import NUMBERS
from app.exam.processing.operands import Operation, real, reference, text, truth, whole
from app.exam.processing.patterns import MOST_WORK, compiled
from app.exam.processing.signatures import judged
from app.exam.processing.values import MOST_VALUES, Container, Value, boolean, kind_of, scalars, single

MOST_STEPS: Final = 300_000
"""The most expressions and rules that one run may follow."""

MOST_DEPTH: Final = 64
"""How deeply rules and expressions may be nested."""

OPERATIONS: Final[Mapping[str, Operation]] = {**LOGIC, **COMPARING, **CONTAINERS, **NUMBERS, **MATHS}

_TAKES_NULL: Final = frozenset({"and", "or", "any-n", "is-null", "container-size", "multiple", "ordered", "repeat"})
"""Expressions that have a meaning of their own for a NULL operand; of all others the value is NULL."""


@dataclass
class Scope:
    """What a run knows: declarations, the variables' values, where chance comes from, and steps left."""

    declarations: Mapping[str, Declaration]
    values: dict[str, Value]
    draws: Draws | None = None
    corrects: dict[str, Value] = field(default_factory=dict)
    defaults: dict[str, Value] = field(default_factory=dict)
    steps: int = 0
    work_left: int = MOST_WORK

    def step(self, node: Node, depth: int) -> None:
        """Count a step.

        Raises:
            UnfitError: there are too many, or they are nested too deeply.
        """
        self.spend(node, 1)
        if depth > MOST_DEPTH:
            raise UnfitError(f"nested more than {MOST_DEPTH} deep", node)

    def spend(self, node: Node, steps: int) -> None:
        """Count what takes longer than one step: values that are looked at.

        Raises:
            UnfitError: there are too many.
        """
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise UnfitError(f"more than {MOST_STEPS} steps", node)


def evaluated(node: Node, scope: Scope, depth: int = 0) -> Value:
    """Give the value of an expression.

    Raises:
        UnfitError: it cannot be followed.
    """
    scope.step(node, depth)
    if node.name == "repeat":
        return _repeated(node, scope, depth)
    values = tuple(evaluated(child, scope, depth + 1) for child in node.children)
    scope.spend(node, sum(len(scalars(value)) for value in values))
    judged(node, tuple(kind_of(value) for value in values), scope.declarations)
    if None in values and node.name not in _TAKES_NULL:
        return None
    try:
        operation = OPERATIONS.get(node.name)
        return operation(node, values, scope.values) if operation else _leaf(node, values, scope)
    except UnfitError as unfit:
        if unfit.node is None:
            raise UnfitError(unfit.reason, node, declared=unfit.declared, supported=unfit.supported) from None
        raise


def holds(node: Node, scope: Scope, depth: int = 0) -> bool:
    """Tell whether a condition is true; NULL is not.

    Raises:
        UnfitError: it cannot be followed, or is no boolean.
    """
    return truth(evaluated(node, scope, depth)) is True


def _repeated(node: Node, scope: Scope, depth: int) -> Value:
    times = whole(node, "number-repeats", scope.values)
    if times is None or times < 1:
        return None
    values: list[Value] = []
    for _ in range(times):
        round_values = [evaluated(child, scope, depth + 1) for child in node.children]
        values += [value for value in round_values if value is not None]
        if len(values) > MOST_VALUES:
            raise UnfitError(f"more than {MOST_VALUES} values in a container", node)
        if not any(round_values) and scope.draws is None:
            break  # nothing changes between the rounds
    judged(node, tuple({kind_of(value): None for value in values}) or (kind_of(None),), scope.declarations)
    return gathered(Cardinality.ORDERED, tuple(values))


def _leaf(node: Node, values: tuple[Value, ...], scope: Scope) -> Value:  # noqa: PLR0911 - a line for each
    identifier = node.get("identifier")
    match node.name:
        case "base-value":
            base_type = BaseType(node.get("base-type").strip())
            return single(base_type, read_scalar(base_type, node.text))
        case "variable":
            return scope.values.get(identifier)
        case "correct":
            if identifier in scope.corrects:
                return scope.corrects[identifier]
            return declared_value(scope.declarations[identifier], scope.declarations[identifier].correct)
        case "default":
            if identifier in scope.defaults:
                return scope.defaults[identifier]
            return declared_value(scope.declarations[identifier], scope.declarations[identifier].default)
        case "map-response" | "map-response-point":
            return _mapped(node, scope)
        case "pattern-match":
            return _pattern_match(node, values, scope)
    return _drawn(node, values, scope)


def _mapped(node: Node, scope: Scope) -> Value:
    declaration = scope.declarations[node.get("identifier")]
    value = scope.values.get(node.get("identifier"))
    looked_at = len(scalars(value)) or 1
    if node.name == "map-response":
        entries = declaration.mapping.entries if declaration.mapping else ()
        scope.spend(node, looked_at + len(entries))
        return single(BaseType.FLOAT, mapped(declaration, value))
    areas = declaration.areas.entries if declaration.areas else ()
    scope.spend(node, looked_at * sum(1 + len(area.coords) for area in areas))
    return single(BaseType.FLOAT, mapped_points(declaration, value))


def _pattern_match(node: Node, values: tuple[Value, ...], scope: Scope) -> Value:
    pattern = node.get("pattern")
    if pattern.startswith("{") and pattern.endswith("}") and reference(pattern) in scope.values:
        named = scope.values[reference(pattern)]
        if named is None:
            return None
        pattern = text(named)
    matched, work = compiled(pattern).matches(text(values[0]), scope.work_left)
    scope.work_left -= work
    return boolean(matched)


def _drawn(node: Node, values: tuple[Value, ...], scope: Scope) -> Value:
    if scope.draws is None:
        raise UnfitError("chance is for templates only", node)
    if node.name == "random":
        held = values[0]
        if not isinstance(held, Container):
            return None
        return single(held.base_type, held.values[scope.draws.below(node, len(held.values))])
    if node.name == "random-integer":
        low, high = whole(node, "min", scope.values, "0"), whole(node, "max", scope.values)
        step = whole(node, "step", scope.values, "1")
        if low is None or high is None or step is None:
            return None
        if step < 1 or high < low:
            raise UnfitError("there is nothing to draw from", node)
        return single(BaseType.INTEGER, low + step * scope.draws.below(node, (high - low) // step + 1))
    floor, ceiling = real(node, "min", scope.values, "0"), real(node, "max", scope.values)
    if floor is None or ceiling is None:
        return None
    if not floor <= ceiling:
        raise UnfitError("there is nothing to draw from", node)
    return single(BaseType.FLOAT, scope.draws.between(node, floor, ceiling))
