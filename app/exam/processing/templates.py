"""Template processing: from a template item's marking and a seed to the marking of one clone.

A constraint that does not hold starts everything again with new draws, up to 100 times; then the declared defaults
stand (QTI 3.0.1, "templateConstraint").
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from app.exam.marking import Declaration, Marking, Node, Role
from app.exam.processing.drawing import Draws
from app.exam.processing.expressions import Scope, evaluated, holds
from app.exam.processing.faults import UnfitError
from app.exam.processing.lexical import declared_value, write_value
from app.exam.processing.rules import EXITS, LeftError, branch, operand, put
from app.exam.processing.values import Value, as_declared

MOST_TRIES: Final = 100


class _AgainError(Exception):
    """A constraint does not hold."""


def cloned(marking: Marking, seed: int) -> Marking:
    """Give the marking of the clone that a seed makes: template variables have their values as defaults.

    A marking without template processing keeps what it declares.

    Raises:
        ProcessingRefused: a rule cannot be followed.
    """
    if marking.template is None:
        return marking
    try:
        return _cloned(marking, marking.template, seed)
    except UnfitError as unfit:
        raise unfit.refusal(marking.item) from None


def _cloned(marking: Marking, template: Node, seed: int) -> Marking:
    draws = Draws(template, seed)
    steps = 0
    for _ in range(MOST_TRIES):
        scope = _begin(marking, draws, steps)
        try:
            _follow(template.children, scope)
        except LeftError:
            break
        except _AgainError:
            steps = scope.steps
            continue
        break
    else:
        scope = _begin(marking, draws, 0)
    return replace(marking, declarations=tuple(_declared(each, scope) for each in marking.declarations), template=None)


def _begin(marking: Marking, draws: Draws, steps: int) -> Scope:
    variables = {each.identifier: each for each in marking.declarations}
    values = {each.identifier: declared_value(each, each.default) for each in marking.declarations}
    return Scope(variables, values, draws, steps=steps)


def _follow(rules: Iterable[Node], scope: Scope, depth: int = 1) -> None:
    for rule in rules:
        scope.step(rule, depth)
        if rule.name == "template-condition":
            _follow(branch(rule, scope, depth), scope, depth + 2)
        elif rule.name == "template-constraint":
            if not holds(operand(rule), scope, depth + 1):
                raise _AgainError
        elif rule.name in EXITS:
            raise LeftError
        elif rule.name == "set-template-value":
            put(rule, scope, evaluated(operand(rule), scope, depth + 1), Role.TEMPLATE)
        elif rule.name == "set-correct-response":
            identifier, value = _set(rule, scope, evaluated(operand(rule), scope, depth + 1))
            scope.corrects[identifier] = value
        elif rule.name == "set-default-value":
            identifier, value = _set(rule, scope, evaluated(operand(rule), scope, depth + 1))
            scope.defaults[identifier] = value
        else:
            raise UnfitError("no rule that is followed here", rule)


def _set(rule: Node, scope: Scope, value: Value) -> tuple[str, Value]:
    declaration = scope.declarations.get(rule.get("identifier"))
    if declaration is None:
        raise UnfitError(f"{rule.get('identifier')[:80]!r} is not declared", rule)
    try:
        return declaration.identifier, as_declared(value, declaration.cardinality, declaration.base_type)
    except UnfitError as unfit:
        raise UnfitError(unfit.reason, rule) from None


def _declared(declaration: Declaration, scope: Scope) -> Declaration:
    name = declaration.identifier
    if declaration.role is Role.TEMPLATE:
        return replace(declaration, default=write_value(scope.values[name]))
    if name in scope.corrects:
        declaration = replace(declaration, correct=write_value(scope.corrects[name]))
    if name in scope.defaults:
        declaration = replace(declaration, default=write_value(scope.defaults[name]))
    return declaration
