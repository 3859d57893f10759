"""Response processing: conditions, setting outcomes, looking them up, leaving early."""

from collections.abc import Iterable
from typing import Final

from app.exam.marking import Node, Role
from app.exam.processing.expressions import Scope, evaluated, holds
from app.exam.processing.faults import UnfitError
from app.exam.processing.mappings import looked_up
from app.exam.processing.values import Value, as_declared

CONDITIONS: Final = {
    "response-condition": ("response-if", "response-else-if", "response-else"),
    "template-condition": ("template-if", "template-else-if", "template-else"),
    "outcome-condition": ("outcome-if", "outcome-else-if", "outcome-else"),
}
"""A condition's branches: the first, the others, and the last without an expression."""

FRAGMENTS: Final = frozenset({"response-processing-fragment", "outcome-processing-fragment"})
EXITS: Final = frozenset({"exit-response", "exit-template", "exit-test"})


class LeftError(Exception):
    """A rule ended processing: nothing after it counts, what was set before stays."""


def follow(rules: Iterable[Node], scope: Scope, depth: int = 1) -> None:
    """Follow response rules.

    Raises:
        LeftError: at an exit.
        UnfitError: a rule cannot be followed.
    """
    for rule in rules:
        scope.step(rule, depth)
        if rule.name in CONDITIONS:
            follow(branch(rule, scope, depth), scope, depth + 2)
        elif rule.name in FRAGMENTS:
            follow(rule.children, scope, depth + 1)
        elif rule.name in EXITS:
            raise LeftError
        elif rule.name == "set-outcome-value":
            put(rule, scope, evaluated(operand(rule), scope, depth + 1), Role.OUTCOME)
        elif rule.name == "lookup-outcome-value":
            _look_up(rule, scope, evaluated(operand(rule), scope, depth + 1))
        else:
            raise UnfitError("no rule that is followed here", rule)


def branch(condition: Node, scope: Scope, depth: int) -> tuple[Node, ...]:
    """Give the rules of the first branch of a condition that holds, none if none does."""
    for each in condition.children:
        if each.name == CONDITIONS[condition.name][2]:
            return each.children
        if not each.children:
            raise UnfitError("it needs an expression", each)
        if holds(each.children[0], scope, depth + 1):
            return each.children[1:]
    return ()


def operand(rule: Node) -> Node:
    """Give the one expression of a rule.

    Raises:
        UnfitError: there is none, or more than one.
    """
    if len(rule.children) != 1:
        raise UnfitError(f"{len(rule.children)} expressions for one", rule)
    return rule.children[0]


def put(rule: Node, scope: Scope, value: Value, role: Role) -> None:
    """Set the variable that a rule names.

    Raises:
        UnfitError: it is not declared, not of this role, or of another kind.
    """
    identifier = rule.get("identifier")
    declaration = scope.declarations.get(identifier)
    if declaration is None or declaration.role is not role:
        raise UnfitError(f"{identifier[:80]!r} is not a declared {role} variable", rule)
    try:
        scope.values[identifier] = as_declared(value, declaration.cardinality, declaration.base_type)
    except UnfitError as unfit:
        raise UnfitError(unfit.reason, rule) from None


def _look_up(rule: Node, scope: Scope, value: Value) -> None:
    declaration = scope.declarations.get(rule.get("identifier"))
    if declaration is None or declaration.lookup is None or declaration.base_type is None:
        raise UnfitError(f"{rule.get('identifier')[:80]!r} has no lookup table", rule)
    try:
        put(rule, scope, looked_up(declaration.lookup, declaration.base_type, value), Role.OUTCOME)
    except UnfitError as unfit:
        raise UnfitError(unfit.reason, rule) from None
