"""Outcome processing: from the results of a test's items to the outcomes of the test, and its feedback.

What the rules ask of items (`test-variables`, `number-correct` …) does not change while they run; so it is worked
out first and stands in the rules as constants. Source: QTI 3.0.1, "Outcome processing".
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from app.exam.assessment import Assessment, Common, Placed, TestFeedback, drawn
from app.exam.marking import BaseType, Cardinality, Declaration, Marking, Node, Role
from app.exam.processing.check import BUILT_IN, check_declaration, check_expression, check_rules, variables
from app.exam.processing.expressions import Scope, holds
from app.exam.processing.faults import UnfitError
from app.exam.processing.lexical import declared_value, write_scalar
from app.exam.processing.rules import LeftError, follow
from app.exam.processing.run import MAXSCORE, SCORE, ItemResult, as_number, initial, score_values
from app.exam.processing.templates import cloned
from app.exam.processing.values import Container, Single, Value, kind_of, same, scalars

EXITS: Final = frozenset({"EXIT_TEST", "EXIT_TESTPART", "EXIT_SECTION"})
_COUNTS: Final = frozenset(
    {"number-correct", "number-incorrect", "number-presented", "number-responded", "number-selected"}
)
_LIMITS: Final = {"outcome-minimum": "normal_minimum", "outcome-maximum": "normal_maximum"}


@dataclass(frozen=True)
class Attempt:
    """What a candidate gave to one item of a test."""

    responses: Mapping[str, Value]
    seed: int = 0
    duration_s: float = 0.0


@dataclass(frozen=True)
class Taken:
    """One item of a drawn test, and what became of it; without an attempt its outcomes are the defaults."""

    placed: Placed
    marking: Marking
    attempt: Attempt | None
    result: ItemResult

    def value(self, name: str) -> Value:
        """Give the item's variable that the test calls `name`."""
        known = self.placed.ref.variable(name)
        if known in self.result.outcomes:
            return self.result.outcomes[known]
        return self.attempt.responses.get(known) if self.attempt else None

    def declaration(self, name: str) -> Declaration | None:
        """Give that variable's declaration."""
        return self.marking.declaration(self.placed.ref.variable(name))


@dataclass(frozen=True)
class AssessmentResult:
    """What a test came to; `max_score` is `None` where it cannot be known. `feedback` is what would be shown."""

    outcomes: Mapping[str, Value]
    items: Mapping[str, ItemResult]
    score: float | None
    max_score: float | None
    feedback: tuple[TestFeedback, ...]


def score_assessment(
    assessment: Assessment, markings: Mapping[str, Marking], attempts: Mapping[str, Attempt], seed: int = 0
) -> AssessmentResult:
    """Score a test: `markings` by item reference, `attempts` by the key of a drawn item (see `Placed`).

    Conditions and branches are followed in linear parts; an item that they leave out has not been presented.

    Raises:
        ProcessingRefused: the rules of the test or of an item cannot be followed.
        ResponseRefused: a response is not of its variable's type.
    """
    try:
        for declaration in assessment.declarations:
            check_declaration(declaration)
        run = _Run(assessment, markings, attempts, drawn(assessment, seed))
        run.take()
        outcomes = run.outcomes()
        most = _most(assessment, outcomes, run)
        shown = tuple(each for each in assessment.feedback if _is_shown(each, outcomes))
        items = {key: taken.result for key, taken in run.taken.items()}
        return AssessmentResult(outcomes, items, as_number(outcomes.get(SCORE)), most, shown)
    except UnfitError as unfit:
        raise unfit.refusal(assessment.identifier) from None


class _Run:
    """One sitting of a test, item by item."""

    def __init__(
        self,
        assessment: Assessment,
        markings: Mapping[str, Marking],
        attempts: Mapping[str, Attempt],
        places: tuple[Placed, ...],
    ) -> None:
        self._assessment = assessment
        self._attempts = attempts
        self._places = places
        self.taken = {one.key: _untaken(one, markings[one.ref.identifier]) for one in places}

    def take(self) -> None:
        at = 0
        refused: set[str] = set()
        while at < len(self._places):
            place = self._places[at]
            if not place.part.linear:
                self._attempt(place)
                at += 1
                continue
            around = (place.part, *place.sections, place.ref)
            entered = [each for each in around if at == 0 or each not in _around(self._places[at - 1])]
            refused |= {each.identifier for each in entered if not self._all_hold(each)}
            if not refused.isdisjoint(each.identifier for each in around):
                at += 1
                continue
            self._attempt(place)
            at = self._next(at)

    def _attempt(self, place: Placed) -> None:
        attempt = self._attempts.get(place.key)
        if attempt is not None:
            marking = self.taken[place.key].marking
            result = score_values(marking, attempt.responses, seed=attempt.seed, duration_s=attempt.duration_s)
            self.taken[place.key] = Taken(place, cloned(marking, attempt.seed), attempt, result)

    def _all_hold(self, common: Common) -> bool:
        return all(self._holds(condition) for condition in common.conditions)

    def _holds(self, condition: Node) -> bool:
        outcomes = self.outcomes()
        scope = self._scope(outcomes)
        made = _constant(condition, self.taken)
        check_expression(made, scope.declarations, "outcome", 1)
        return holds(made, scope)

    def _next(self, at: int) -> int:
        """Go to the item after this one, or where the branches of what ends here lead."""
        place = self._places[at]
        after = self._places[at + 1] if at + 1 < len(self._places) else None
        ended = [each for each in reversed(_around(place)) if after is None or each not in _around(after)]
        for each in (place.ref, *(one for one in ended if one is not place.ref)):
            for branch in each.branches:
                if self._holds(branch.condition):
                    return self._found(branch.target, at)
        return at + 1

    def _found(self, target: str, at: int) -> int:
        place = self._places[at]
        for later in range(at + 1, len(self._places)):
            other = self._places[later]
            if target == "EXIT_SECTION" and place.sections[-1] not in other.sections:
                return later
            if target == "EXIT_TESTPART" and other.part is not place.part:
                return later
            if target not in EXITS and target in {each.identifier for each in _around(other)}:
                return later
        if target in EXITS:
            return len(self._places)
        raise UnfitError(f"a branch leads to {target[:80]!r}, which does not follow")

    def outcomes(self, change: Callable[[Taken], Taken] | None = None) -> dict[str, Value]:
        """Follow the outcome rules over what has been taken so far; `change` what it is first, if wanted."""
        taken = {key: change(one) for key, one in self.taken.items()} if change else self.taken
        scope = self._scope({each.identifier: initial(each) for each in self._assessment.declarations}, taken)
        rules = tuple(_constant(rule, taken) for rule in _rules(self._assessment))
        check_rules(rules, scope.declarations, "outcome")
        with suppress(LeftError):
            follow(rules, scope)
        declared = [each.identifier for each in self._assessment.declarations if each.role is Role.OUTCOME]
        return {name: scope.values[name] for name in declared}

    def _scope(self, values: Mapping[str, Value], taken: Mapping[str, Taken] | None = None) -> Scope:
        known = variables(self._assessment.declarations)
        held = {name: initial(declaration) for name, declaration in known.items()} | dict(values)
        for name, declaration, value in _item_variables(self.taken if taken is None else taken):
            known[name], held[name] = declaration, value
        return Scope(known, held)


def _untaken(place: Placed, marking: Marking) -> Taken:
    outcomes = {each.identifier: initial(each) for each in marking.declarations if each.role is Role.OUTCOME}
    return Taken(place, marking, None, ItemResult(outcomes, as_number(outcomes.get(SCORE)), None))


def _around(place: Placed) -> tuple[Common, ...]:
    return (place.part, *place.sections, place.ref)


def _rules(assessment: Assessment) -> tuple[Node, ...]:
    return assessment.processing.children if assessment.processing else ()


def _item_variables(taken: Mapping[str, Taken]) -> Iterator[tuple[str, Declaration, Value]]:
    """Give every item's variables as the test names them ("Q1.SCORE"), each also with each of its weights."""
    for key, one in taken.items():
        ref = one.placed.ref
        for known, value in _built_in(one):
            yield f"{key}.{known.identifier}", known, value
        names = [each.identifier for each in one.marking.declarations] + [name for name, _ in ref.mappings]
        for name in names:
            declaration = one.declaration(name)
            if declaration is None:
                continue
            yield f"{key}.{name}", replace(declaration, identifier=f"{key}.{name}"), one.value(name)
            for weight, factor in ref.weights.items():
                weighed = _weighed(one.value(name), factor)
                numeric = declaration.base_type in {BaseType.INTEGER, BaseType.FLOAT}
                named = f"{key}.{name}*{weight}"
                base_type = BaseType.FLOAT if numeric else declaration.base_type
                yield named, replace(declaration, identifier=named, base_type=base_type), weighed


def _built_in(one: Taken) -> Iterator[tuple[Declaration, Value]]:
    """Give the variables that every item has; one that was attempted once is completed (QTI, "completionStatus")."""
    attempt = one.attempt
    held: dict[str, Value] = {
        "numAttempts": Single(BaseType.INTEGER, 1 if attempt else 0),
        "duration": Single(BaseType.DURATION, attempt.duration_s if attempt else 0.0),
        "completionStatus": one.result.outcomes.get("completionStatus")
        or Single(BaseType.IDENTIFIER, "completed" if attempt else "not_attempted"),
    }
    for declaration in BUILT_IN:
        if declaration.identifier in held and one.declaration(declaration.identifier) is None:
            yield declaration, held[declaration.identifier]


def _weighed(value: Value, factor: float) -> Value:
    number = as_number(value)
    if number is not None:
        return Single(BaseType.FLOAT, number * factor)
    if isinstance(value, Container) and value.base_type in {BaseType.INTEGER, BaseType.FLOAT}:
        made = tuple(each * factor for each in value.values if isinstance(each, int | float))
        return Container(value.cardinality, BaseType.FLOAT, made)
    return value


def _constant(node: Node, taken: Mapping[str, Taken]) -> Node:
    """Put what the rules ask of items into them as constants."""
    if node.name in _COUNTS:
        return _value(Single(BaseType.INTEGER, sum(_counted(node.name, one) for one in _subset(node, taken))))
    if node.name == "test-variables":
        return _test_variables(node, taken)
    if node.name in _LIMITS:
        return _limits(node, taken)
    weight = node.get("weight-identifier")
    if node.name == "variable" and weight:
        weighed = f"{node.get('identifier')}*{weight}"
        known = any(weighed == name for name, _, _ in _item_variables(taken))
        return Node("variable", (("identifier", weighed if known else node.get("identifier")),))
    children = tuple(_constant(child, taken) for child in node.children)
    changed = any(one is not other for one, other in zip(children, node.children, strict=True))
    return replace(node, children=children) if changed else node  # the same node: its line is known


def _subset(node: Node, taken: Mapping[str, Taken]) -> list[Taken]:
    section = node.get("section-identifier").strip()
    wanted, unwanted = (frozenset(node.get(name).split()) for name in ("include-category", "exclude-category"))
    return [
        one
        for one in taken.values()
        if (not section or section in {each.identifier for each in one.placed.sections})
        and (not wanted or wanted & one.placed.ref.categories)
        and not unwanted & one.placed.ref.categories
    ]


def _counted(name: str, one: Taken) -> bool:
    if name == "number-selected":
        return True
    if one.attempt is None:
        return False
    given = one.attempt.responses
    if name == "number-responded":
        return any(value is not None for value in given.values())
    if name == "number-presented":
        return True
    asked = [each for each in one.marking.declarations if each.role is Role.RESPONSE]
    if not asked or not all(each.correct for each in asked):
        return False
    right = all(same(given.get(each.identifier), declared_value(each, each.correct)) for each in asked)
    return right is (name == "number-correct")


def _value(value: Value) -> Node:
    base_type = kind_of(value).base_type
    if base_type is None:
        return Node("null")
    made = tuple(Node("base-value", (("base-type", base_type.value),), (), write_scalar(one)) for one in scalars(value))
    return made[0] if isinstance(value, Single) else Node("multiple", (), made)


def _test_variables(node: Node, taken: Mapping[str, Taken]) -> Node:
    name, weight = node.get("variable-identifier").strip(), node.get("weight-identifier").strip()
    wanted = node.get("base-type").strip()
    found: list[Node] = []
    for one in _subset(node, taken):
        declaration = one.declaration(name)
        if declaration is None or declaration.cardinality is not Cardinality.SINGLE:
            continue
        value = one.value(name)
        if weight:
            value = _weighed(value, one.placed.ref.weights.get(weight, 1.0))
        kind = kind_of(value).base_type
        number = as_number(value)
        if kind is BaseType.INTEGER and (wanted == "float" or (weight and not wanted)) and number is not None:
            value, kind = Single(BaseType.FLOAT, number), BaseType.FLOAT
        if kind is not None and (not wanted or kind.value == wanted):
            found.append(_value(value))
    types = {each.get("base-type") for each in found}
    if types == {"integer", "float"}:
        found = [replace(each, attributes=(("base-type", "float"),)) for each in found]
    return Node("multiple", (), tuple(found))


def _limits(node: Node, taken: Mapping[str, Taken]) -> Node:
    name, weight = node.get("outcome-identifier").strip(), node.get("weight-identifier").strip()
    limits = []
    for one in _subset(node, taken):
        declaration = one.declaration(name)
        limit = getattr(declaration, _LIMITS[node.name]) if declaration else None
        if limit is None and node.name == "outcome-maximum":
            return Node("null")
        if limit is not None:
            limits.append(limit * (one.placed.ref.weights.get(weight, 1.0) if weight else 1.0))
    return Node("multiple", (), tuple(_value(Single(BaseType.FLOAT, float(limit))) for limit in limits))


def _most(assessment: Assessment, outcomes: Mapping[str, Value], run: _Run) -> float | None:
    """Give the most a test can come to: as declared, else what the rules make of every item's own most."""
    declared = as_number(outcomes.get(MAXSCORE))
    score = next((each for each in assessment.declarations if each.identifier == SCORE), None)
    if declared or score is None:
        return declared
    if score.normal_maximum is not None:
        return score.normal_maximum
    asked = [node for rule in _rules(assessment) for node in rule.walk()]
    if not asked or any(node.name in _COUNTS or node.name in _LIMITS or node.name.startswith("exit") for node in asked):
        return None
    bests = {key: _best(one) for key, one in run.taken.items()}
    if None in bests.values():
        return None
    return as_number(run.outcomes(lambda one: _with_score(one, bests[one.placed.key]))[SCORE])


def _best(one: Taken) -> float | None:
    if one.attempt is not None:
        return one.result.max_score
    return score_values(one.marking, {}).max_score


def _with_score(one: Taken, best: float | None) -> Taken:
    if best is None:
        return one
    outcomes = {**one.result.outcomes, SCORE: Single(BaseType.FLOAT, best)}
    return replace(one, result=replace(one.result, outcomes=outcomes))


def _is_shown(feedback: TestFeedback, outcomes: Mapping[str, Value]) -> bool:
    held = {write_scalar(each) for each in scalars(outcomes.get(feedback.outcome))}
    return (feedback.identifier in held) is feedback.shown_if
