"""Scoring one item: from the responses of one attempt to its outcomes."""

import contextlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.exam.marking import BaseType, Cardinality, Declaration, Marking, Node, Role, Written
from app.exam.processing.check import variables
from app.exam.processing.expressions import Scope
from app.exam.processing.faults import ResponseRefused, UnfitError
from app.exam.processing.lexical import declared_value, read_float, read_value, write_float
from app.exam.processing.mappings import best
from app.exam.processing.rules import LeftError, follow
from app.exam.processing.templates import cloned
from app.exam.processing.values import NUMERIC, Record, Single, Value, as_declared, same, single

SCORE: Final = "SCORE"
MAXSCORE: Final = "MAXSCORE"

_MAPPED_ONLY: Final = frozenset(
    {
        *("response-processing", "response-processing-fragment", "response-condition", "response-if", "response-else"),
        *("set-outcome-value", "is-null", "variable", "sum", "map-response", "map-response-point", "base-value"),
    }
)
"""What rules consist of that only add up mapped responses."""


@dataclass(frozen=True)
class ItemResult:
    """What an attempt came to. `outcomes` has every declared outcome; `score` is SCORE if that is a number.

    `max_score` is `None` where it cannot be known.
    """

    outcomes: Mapping[str, Value]
    score: float | None
    max_score: float | None


def score_item(
    marking: Marking, responses: Mapping[str, Sequence[str]], *, seed: int = 0, duration_s: float = 0.0
) -> ItemResult:
    """Score the responses to an item; a response that is not there or is empty is NULL.

    `marking` was checked (`check_marking`); a template item's is instantiated with `seed` first. `duration_s` is the
    built-in variable `duration`, in seconds.

    Raises:
        ResponseRefused: a value that is not of its variable's type, several for a single one, or a variable that is
            not a declared response.
        ProcessingRefused: the rules cannot be followed, are beyond a bound, or make of SCORE, or of the most it can be,
            what nobody can count with: INF or NaN.
    """
    return score_values(marking, typed_responses(marking, responses), seed=seed, duration_s=duration_s)


def score_values(
    marking: Marking, responses: Mapping[str, Value], *, seed: int = 0, duration_s: float = 0.0
) -> ItemResult:
    """Score typed responses, as `score_item` does."""
    marking = cloned(marking, seed)
    try:
        for name, value in responses.items():
            declaration = _declared_response(marking, name)
            _as_response(declaration, value)
        values = _followed(marking, responses, duration_s)
        outcomes = {each.identifier: values[each.identifier] for each in _outcomes(marking)}
        if values["completionStatus"] != _INITIAL:
            outcomes["completionStatus"] = values["completionStatus"]
        return ItemResult(outcomes, countable(outcomes.get(SCORE)), _finite(_max_score(marking, outcomes), MAXSCORE))
    except UnfitError as unfit:
        raise unfit.refusal(marking.item) from None


def typed_responses(marking: Marking, responses: Mapping[str, Sequence[str]]) -> dict[str, Value]:
    """Read responses as their variables' types.

    A response to a record is one number as it was typed, as a text entry gives it (QTI, "textEntryInteraction").

    Raises:
        ResponseRefused: see `score_item`.
    """
    typed: dict[str, Value] = {}
    for name, texts in responses.items():
        declaration = _declared_response(marking, name)
        written = tuple(Written(text) for text in texts if text != "")
        try:
            if declaration.cardinality is Cardinality.RECORD:
                typed[name] = _number_record(written[0].text) if written else None
            else:
                typed[name] = read_value(declaration.cardinality, declaration.base_type, written)
        except ValueError as error:
            raise ResponseRefused(name, str(error)) from None
        except UnfitError as unfit:
            raise ResponseRefused(name, unfit.reason) from None
    return typed


def fitting(marking: Marking, responses: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Give the responses that are of their variables' types: what a person typed that is no number is no response."""
    kept = {}
    for name, texts in responses.items():
        try:
            typed_responses(marking, {name: texts})
        except ResponseRefused:
            continue
        kept[name] = texts
    return kept


def as_number(value: Value) -> float | None:
    """Give a single number, `None` for everything else."""
    if isinstance(value, Single) and value.base_type in NUMERIC and isinstance(value.value, int | float):
        return float(value.value)
    return None


def countable(value: Value) -> float | None:
    """Give a SCORE, `None` if it is no single number; any other outcome may be INF or NaN.

    Raises:
        UnfitError: it is INF or NaN.
    """
    return _finite(as_number(value), SCORE)


def _finite(number: float | None, name: str) -> float | None:
    if number is not None and not math.isfinite(number):
        raise UnfitError(f"{name} comes to {write_float(number)}", declared=name)
    return number


def initial(declaration: Declaration) -> Value:
    """Give the value a variable begins with: its default, else 0 for a single numeric outcome, else NULL."""
    if declaration.role is Role.RESPONSE:
        return None
    value = declared_value(declaration, declaration.default)
    numeric = declaration.base_type in NUMERIC and declaration.cardinality is Cardinality.SINGLE
    if value is None and declaration.role is Role.OUTCOME and numeric:
        return Single(declaration.base_type or BaseType.FLOAT, 0 if declaration.base_type is BaseType.INTEGER else 0.0)
    return value


_INITIAL: Final = Single(BaseType.IDENTIFIER, "unknown")


def _outcomes(marking: Marking) -> list[Declaration]:
    return [each for each in marking.declarations if each.role is Role.OUTCOME]


def _followed(marking: Marking, responses: Mapping[str, Value], duration_s: float) -> dict[str, Value]:
    known = variables(marking.declarations)
    values = {name: initial(declaration) for name, declaration in known.items()}
    built_in: dict[str, Value] = {
        "numAttempts": single(BaseType.INTEGER, 1),
        "duration": single(BaseType.DURATION, duration_s),
        "completionStatus": _INITIAL,
    }
    values.update({name: value for name, value in built_in.items() if values[name] is None})
    values.update(responses)
    scope = Scope(known, values)
    with contextlib.suppress(LeftError):
        follow(marking.response.children if marking.response else (), scope)
    return scope.values


def _declared_response(marking: Marking, name: str) -> Declaration:
    declaration = marking.declaration(name)
    if declaration is None or declaration.role is not Role.RESPONSE:
        raise ResponseRefused(name[:80], "no response of this item")
    return declaration


def _as_response(declaration: Declaration, value: Value) -> None:
    try:
        if not same(as_declared(value, declaration.cardinality, declaration.base_type), value):
            raise UnfitError("a value of another type")  # noqa: TRY301
    except UnfitError as unfit:
        raise ResponseRefused(declaration.identifier, unfit.reason) from None


def _max_score(marking: Marking, outcomes: Mapping[str, Value]) -> float | None:
    """Give the most an item can earn: as declared, as its mappings allow, or as the correct responses earn."""
    declared_max = as_number(outcomes.get(MAXSCORE))
    score = marking.declaration(SCORE)
    if declared_max is not None and (declared_max or marking.declaration(MAXSCORE) is None):
        return declared_max
    if score is None or score.role is not Role.OUTCOME or marking.response is None:
        return None
    if score.normal_maximum is not None:
        return score.normal_maximum
    if _only_maps(marking.response):
        return _best_mapped(marking, marking.response)
    return _when_correct(marking)


def _only_maps(root: Node) -> bool:
    nodes = list(root.walk())
    return (
        all(node.name in _MAPPED_ONLY for node in nodes)
        and any(node.name.startswith("map-response") for node in nodes)
        and all(node.get("identifier") == SCORE for node in nodes if node.name == "set-outcome-value")
        and all(node.text.strip() in {"0", "0.0"} for node in nodes if node.name == "base-value")
    )


def _best_mapped(marking: Marking, root: Node) -> float | None:
    names = dict.fromkeys(node.get("identifier") for node in root.walk() if node.name.startswith("map-response"))
    found = [best(declaration) for declaration in map(marking.declaration, names) if declaration is not None]
    known = [each for each in found if each is not None]
    return sum(known) if len(known) == len(found) else None


def _when_correct(marking: Marking) -> float | None:
    asked = [each for each in marking.declarations if each.role is Role.RESPONSE]
    correct = {each.identifier: declared_value(each, each.correct) for each in asked}
    if not asked or None in correct.values():
        return None
    return as_number(_followed(marking, correct, 0.0)[SCORE])


def _number_record(text: str) -> Value:
    """Make the record of a number that was typed: its text, value, digits and exponent.

    Decimal places are those of the number written out; every digit counts as significant that is no leading zero, so
    that 1200 has four and 1.2e3 two (QTI, "stringInteraction").
    """
    fields: dict[str, Value] = {"stringValue": single(BaseType.STRING, text)}
    token = text.strip()
    try:
        value = read_float(token)
    except ValueError:
        pass
    else:
        fields["floatValue"] = single(BaseType.FLOAT, value)
        mantissa, _, exponent = token.lower().partition("e")
        left, point, right = mantissa.lstrip("+-").partition(".")
        if left.isdigit() or right.isdigit():
            if not point and not exponent:
                fields["integerValue"] = single(BaseType.INTEGER, int(token))
            fields["leftDigits"] = single(BaseType.INTEGER, len(left))
            fields["rightDigits"] = single(BaseType.INTEGER, len(right))
            fields["ndp"] = single(BaseType.INTEGER, max(len(right) - int(exponent or 0), 0))
            fields["nsf"] = single(BaseType.INTEGER, len((left + right).lstrip("0")) or 1)
            if exponent:
                fields["exponent"] = single(BaseType.INTEGER, int(exponent))
    return Record(tuple((name, one) for name, one in fields.items() if isinstance(one, Single)))
