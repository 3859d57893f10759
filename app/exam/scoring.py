"""Scoring: what is made of responses. One function for the seat and for the registry, so that they agree.

Marks are whole thousandths, so that no rounding differs between machines. An item's own rules (its response
processing) give a score and a maximum in the item's own measure; the plan's policy makes marks of them, up to what the
form says the item is worth. Scores are taken to nine decimals, since sums of binary 0.1 are not exact, and from then on
are fractions; what is left over is rounded half to even, to thousandths of a mark.

`all-or-nothing@1`: all marks if the item's rules give at least its maximum, else none.
`item-rules@1`: the rules' score within 0 and the maximum, in proportion (QTI 3, SCORE and `normal-maximum`).
`partial-penalty@1`: one multiple response of identifiers with a declared key: what is chosen rightly less what is
    chosen wrongly, divided by the number of keys, never below 0 (QTI's `map_response` with +1 and -1, lower bound 0).
`mapping@1`: responses that all have a declared mapping or area mapping: the sum of what they map to, within 0 and the
    most it can be (QTI 3's standard templates `map_response`, `map_response_point`).
`halves@1`: one choice of several options with a declared key. A wrong decision is an option wrongly chosen or wrongly
    left: none earns all marks, one a half if there are three options at least, two a quarter if there are five at
    least, more nothing; choosing nothing earns nothing (Open edX, multi-select problems, `partial_credit="halves"`).

Where a policy does not apply to an item, all-or-nothing does.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from app.exam.form import Form, FormItem
from app.exam.interactions import Responses
from app.exam.marking import MATCH_CORRECT, SCORE, BaseType, Cardinality, Declaration, Marking, Node, Role
from app.exam.processing.faults import ProcessingRefused
from app.exam.processing.mappings import best
from app.exam.processing.run import fitting, score_item
from sync.wire.packet import ItemOutcome
from sync.wire.plan import ScoringPolicy

SCORER: Final = "examroom-qti@1"
"""Name and version of this implementation, for packets and results."""

DECIMALS: Final = 9

_NOTHING: Final[Responses] = {}


@dataclass(frozen=True)
class Score:
    """What a form came to. `unmarked`: items without rules, or whose rules give no number; they earn nothing here."""

    outcomes: tuple[ItemOutcome, ...]
    score_milli: int
    max_milli: int
    passed: bool
    unmarked: tuple[str, ...] = ()

    def voided(self) -> "Score":
        """Give it as it stands for a sitting that was declared void: what was earned, and not passed."""
        return replace(self, passed=False)


def score_form(
    form: Form,
    markings: Mapping[str, Marking],
    responses: Mapping[str, Responses],
    policy: ScoringPolicy,
    pass_mark: int,
) -> Score:
    """Score the responses (item id → response variable → values) to a form; `pass_mark` is in whole marks.

    An item without a response earns what its rules give for that. A response to an item that is not on the form is
    not counted.

    Raises:
        KeyError: `markings` lacks an item of the form (a defect of the caller, who opens them from the package).
    """
    outcomes = []
    unmarked = []
    for place in form.items:
        share = _share(policy, place, markings[place.item], responses.get(place.item, _NOTHING))
        if share is None:
            unmarked.append(place.item)
        milli = round((share or Fraction(0)) * place.max_milli)  # a Fraction is rounded half to even
        outcomes.append(ItemOutcome(item=place.item, score_milli=milli, max_milli=place.max_milli))
    total = sum(outcome.score_milli for outcome in outcomes)
    return Score(tuple(outcomes), total, form.max_milli, total >= pass_mark * 1000, tuple(unmarked))


def _share(policy: ScoringPolicy, place: FormItem, marking: Marking, given: Responses) -> Fraction | None:
    """Give what part of an item's marks is earned, 0 to 1; none if its rules say nothing."""
    match policy:
        case ScoringPolicy.ITEM_RULES:
            return _by_rules(marking, given)
        case ScoringPolicy.PARTIAL_PENALTY if key := _key(marking):
            right, wrong = _decisions(key, given)
            return max(Fraction(right - wrong, len(_keys(key))), Fraction(0))
        case ScoringPolicy.HALVES if place.choices and (key := _key(marking)):
            return _halved(key, given, place.choices)
        case ScoringPolicy.MAPPING if mapped := _mapped(marking):
            return _by_rules(mapped[0], given, mapped[1])
        case _:
            share = _by_rules(marking, given)
            return share if share is None else Fraction(int(share))


def _key(marking: Marking) -> Declaration | None:
    """Give the declaration of an item's only response, if that is several identifiers and has a key."""
    declared = [one for one in marking.declarations if one.role is Role.RESPONSE]
    match declared:
        case [Declaration(cardinality=Cardinality.MULTIPLE, base_type=BaseType.IDENTIFIER, correct=correct)] if correct:
            return declared[0]
        case _:
            return None


def _decisions(key: Declaration, given: Responses) -> tuple[int, int]:
    """Count what was chosen rightly and wrongly; an option counts once."""
    chosen = set(given.get(key.identifier, ()))
    return len(chosen & _keys(key)), len(chosen - _keys(key))


def _keys(key: Declaration) -> set[str]:
    return {value.text for value in key.correct}


def _halved(key: Declaration, given: Responses, options: int) -> Fraction:
    right, wrong = _decisions(key, given)
    if not right + wrong:
        return Fraction(0)
    match len(_keys(key)) - right + wrong:
        case 0:
            return Fraction(1)
        case 1 if options >= 3:  # noqa: PLR2004 - Open edX's figures, as the next
            return Fraction(1, 2)
        case 2 if options >= 5:  # noqa: PLR2004
            return Fraction(1, 4)
        case _:
            return Fraction(0)


def _mapped(marking: Marking) -> tuple[Marking, Fraction] | None:
    """Give an item's marking by its declared mappings alone, and the most they give, if every response has one."""
    declared = [one for one in marking.declarations if one.role is Role.RESPONSE]
    if not declared or not all(one.mapping or one.areas for one in declared):
        return None
    bests = [best(one) for one in declared]
    total = sum(one for one in bests if one is not None)
    if None in bests or not 0 < total < math.inf or not (most := _exact(total)):
        return None
    terms = tuple(
        Node("map-response" if one.mapping else "map-response-point", (("identifier", one.identifier),))
        for one in declared
    )
    rule = Node("set-outcome-value", (("identifier", SCORE.identifier),), (Node("sum", (), terms),))
    rules = Node("response-processing", (), (rule,))
    return Marking(marking.item, (*declared, SCORE), rules), most


def _by_rules(marking: Marking, given: Responses, most: Fraction | None = None) -> Fraction | None:
    """Give what part of its maximum an item's rules give, within 0 and 1; none if there are none, or they no number.

    `most` is the maximum if it is not the item's own; an item that tells none has 1.
    What was typed and is not of its variable's type, letters for a number, is no response.
    """
    key = _plain_key(marking)
    if key:
        return Fraction(_matches(key, given.get(key.identifier, ())))
    if marking.response is None:
        return None
    try:
        result = score_item(marking, fitting(marking, given))
    except ProcessingRefused:
        return None  # rules that fail on one response must not keep the sitting's other items from being scored
    if result.score is None or not math.isfinite(result.score):
        return None
    whole = most or (_exact(result.max_score) if result.max_score and result.max_score > 0 else Fraction(1))
    return min(max(_exact(result.score) / whole, Fraction(0)), Fraction(1))


def _plain_key(marking: Marking) -> Declaration | None:
    """Give the key of an item with one response of identifiers that is right or wrong as a whole.

    Most items of an exam are such; what their rules come to needs no engine.
    """
    if marking.response is not MATCH_CORRECT and marking.response != MATCH_CORRECT:
        return None
    match marking.declarations:
        case (
            Declaration(role=Role.RESPONSE, identifier="RESPONSE", base_type=BaseType.IDENTIFIER) as key,
            outcome,
        ) if outcome == SCORE and key.correct:
            return key
        case _:
            return None


def _matches(key: Declaration, values: tuple[str, ...]) -> bool:
    right = tuple(value.text for value in key.correct)
    return sorted(values) == sorted(right) if key.cardinality is Cardinality.MULTIPLE else values == right


def _exact(number: float) -> Fraction:
    return Fraction(f"{number:.{DECIMALS}f}")
