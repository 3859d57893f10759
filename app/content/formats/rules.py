"""Markings of the older formats, written as QTI 3 declarations and rules (`app.exam.marking`).

Every item of these formats earns a fraction of 1 for each response; SCORE is 1 at most. A response of several values
never earns less than 0; one of a single value (an option, a typed text) may, where its format says so, as in Moodle.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal
from typing import Final

from app.exam.marking import (
    SCORE,
    BaseType,
    Cardinality,
    Declaration,
    MapEntry,
    Mapping,
    Marking,
    Node,
    Role,
    Written,
)

RESPONSE: Final = "RESPONSE"
OF_ONE: Final = replace(SCORE, normal_maximum=1.0)
"""SCORE where its rules do not show by themselves what the most is."""
_PLACES: Final = Decimal("1e-9")
_WILD: Final = re.compile(r"(?<!\\)\*")


@dataclass(frozen=True)
class Accepted:
    """A text that earns `fraction`; `wild`: each `*` in it stands for any text, unless a backslash is before it."""

    text: str
    fraction: Decimal
    case_sensitive: bool = False
    wild: bool = False


@dataclass(frozen=True)
class Between:
    """Numbers from `low` to `high`, both included, that earn `fraction`; `shown` is the one to print as the key."""

    low: Decimal
    high: Decimal
    fraction: Decimal
    shown: Decimal


Rule = Accepted | Between


def accepted(text: str, fraction: Decimal, *, exact: bool = False) -> Accepted:
    r"""Make the rule of a text as Moodle reads it, in all its formats: `*` is a wildcard, `\*` the character."""
    wild = bool(_WILD.search(text))
    return Accepted(text if wild else text.replace("\\*", "*"), fraction, case_sensitive=exact, wild=wild)


def that_count(rules: Sequence[Rule]) -> list[Rule]:
    """Leave out what earns nothing behind the last that earns; before it, such a rule keeps others from fitting."""
    kept = list(rules)
    while kept and not kept[-1].fraction:
        kept.pop()
    return kept


def share(count: int) -> Decimal:
    """Give one part of `count` equal ones; all of them together make at least 1, so that the upper bound tells."""
    return (Decimal(1) / count).quantize(_PLACES, ROUND_CEILING)


def in_parts(fraction: Decimal) -> Decimal:
    """Give back a third that was written as 33.33333 % (formats write few decimals) as a whole part again."""
    for parts in range(1, 21):
        times = (fraction * parts).quantize(Decimal(1), ROUND_HALF_EVEN)
        if times and abs(fraction * parts - times) < Decimal("0.0005") and fraction * parts != times:
            return (times / parts).quantize(_PLACES, ROUND_CEILING)
    return fraction


def mapped(
    identifier: str, cardinality: Cardinality, base: BaseType, correct: Sequence[str], entries: Sequence[MapEntry]
) -> Declaration:
    """Declare a response whose values earn by a mapping."""
    many = cardinality is not Cardinality.SINGLE
    return Declaration(
        Role.RESPONSE,
        identifier,
        cardinality,
        base,
        correct=tuple(Written(value) for value in correct),
        mapping=Mapping(tuple(entries), 0.0, 0.0 if many else None, 1.0 if many else None),
    )


def by_mapping(item: str, response: Declaration) -> Marking:
    """Make the marking of an item whose one response earns by its mapping."""
    return Marking(item, (response, OF_ONE), processing(set_outcome("SCORE", map_response(response.identifier))))


def by_rules(item: str, identifier: str, rules: Sequence[Rule]) -> Marking:
    """Make the marking of an item whose one typed response earns by the first rule that fits."""
    declaration, chain = typed(identifier, "SCORE", rules)
    return Marking(item, (declaration, OF_ONE), processing(chain))


def unmarked(item: str, response: Declaration) -> Marking:
    """Make the marking of an item that a person marks."""
    return Marking(item, (response, OF_ONE))


def typed(identifier: str, outcome: str, rules: Sequence[Rule]) -> tuple[Declaration, Node]:
    """Declare a typed response and the rule that sets `outcome` to what it earns."""
    number = all(isinstance(rule, Between) for rule in rules)
    best = max(rules, key=lambda rule: rule.fraction)
    shown = plain(best.shown) if isinstance(best, Between) else _without_wildcards(best)
    declaration = Declaration(
        Role.RESPONSE,
        identifier,
        Cardinality.SINGLE,
        BaseType.FLOAT if number else BaseType.STRING,
        correct=(Written(shown),),
    )
    if number or any(isinstance(rule, Accepted) and rule.wild for rule in rules):
        return declaration, first_that_fits(identifier, outcome, rules)
    entries: dict[str, MapEntry] = {}
    for rule in rules:
        if isinstance(rule, Accepted):
            text = rule.text if rule.case_sensitive else rule.text.lower()
            entries.setdefault(text, MapEntry(rule.text, float(rule.fraction), rule.case_sensitive))
    declaration = mapped(identifier, Cardinality.SINGLE, BaseType.STRING, (shown,), tuple(entries.values()))
    return declaration, set_outcome(outcome, map_response(identifier))


def several(item: str, parts: Sequence[tuple[Declaration, Node, str, int]]) -> Marking:
    """Make the marking of an item of several responses: the weighted mean of what each earns.

    A part is its declaration, the rule that sets its outcome, that outcome's name, and its weight.
    """
    outcomes = tuple(
        Declaration(Role.OUTCOME, name, Cardinality.SINGLE, BaseType.FLOAT, (Written("0"),)) for _, _, name, _ in parts
    )
    total = sum(weight for *_, weight in parts)
    weighed = tuple(
        variable(name) if weight == 1 else node("product", (variable(name), number(weight)))
        for _, _, name, weight in parts
    )
    mean = node("divide", (node("sum", weighed), number(total)))
    return Marking(
        item,
        (*(declaration for declaration, *_ in parts), OF_ONE, *outcomes),
        processing(*(rule for _, rule, _, _ in parts), set_outcome("SCORE", mean)),
    )


def matched(identifier: str, outcome: str) -> Node:
    """Set `outcome` to 1 for exactly the correct response, else to 0."""
    test = node("match", (variable(identifier), node("correct", (), identifier=identifier)))
    return condition((test, set_outcome(outcome, number(1))), otherwise=set_outcome(outcome, number(0)))


def places_in_order(identifier: str, outcome: str, correct: Sequence[str]) -> Node:
    """Set `outcome` to the share of options that stand at their own places of an order."""
    rules = [
        condition(
            (
                node(
                    "match",
                    (
                        node("index", (variable(identifier),), n=str(at)),
                        Node("base-value", (("base-type", "identifier"),), (), value),
                    ),
                ),
                set_outcome(outcome, node("sum", (variable(outcome), number(1)))),
            )
        )
        for at, value in enumerate(correct, start=1)
    ]
    return node(
        "response-processing-fragment",
        (*rules, set_outcome(outcome, node("divide", (variable(outcome), number(len(correct)))))),
    )


def first_that_fits(identifier: str, outcome: str, rules: Sequence[Rule]) -> Node:
    """Set `outcome` by the first rule that fits the response, to 0 if none does."""
    branches = [(_test(identifier, rule), set_outcome(outcome, number(rule.fraction))) for rule in rules]
    return condition(*branches, otherwise=set_outcome(outcome, number(0)))


def processing(*rules: Node) -> Node:
    """Make response processing; a fragment's rules are put in its place."""
    flat: list[Node] = []
    for rule in rules:
        flat += rule.children if rule.name == "response-processing-fragment" else (rule,)
    return Node("response-processing", (), tuple(flat))


def condition(*branches: tuple[Node, Node], otherwise: Node | None = None) -> Node:
    """Make a response condition of tests and what is done where each holds."""
    names = ("response-if", *("response-else-if" for _ in branches[1:]))
    children = [node(name, branch) for name, branch in zip(names, branches, strict=True)]
    if otherwise is not None:
        children.append(node("response-else", (otherwise,)))
    return node("response-condition", tuple(children))


def node(name: str, children: Sequence[Node] = (), **attributes: str) -> Node:
    """Make a node; `_` in an attribute's name stands for `-`."""
    return Node(name, tuple((key.replace("_", "-"), value) for key, value in attributes.items()), tuple(children))


def variable(identifier: str) -> Node:
    """Make the expression for a variable's value."""
    return node("variable", (), identifier=identifier)


def map_response(identifier: str) -> Node:
    """Make the expression for what a response's mapping gives."""
    return node("map-response", (), identifier=identifier)


def set_outcome(identifier: str, value: Node) -> Node:
    """Make the rule that sets an outcome."""
    return node("set-outcome-value", (value,), identifier=identifier)


def number(value: Decimal | int) -> Node:
    """Make the expression for a number."""
    return Node("base-value", (("base-type", "float"),), (), plain(Decimal(value)))


def plain(value: Decimal) -> str:
    """Write a number without exponent and without needless zeros."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def _test(identifier: str, rule: Rule) -> Node:
    given = variable(identifier)
    if isinstance(rule, Between):
        if rule.low == rule.high:
            return node("equal", (given, number(rule.low)), tolerance_mode="exact")
        # bounds and not a tolerance: 0.8 ± 0.1 must hold 0.7, and in binary fractions 0.8 - 0.1 is above it
        return node("and", (node("gte", (given, number(rule.low))), node("lte", (given, number(rule.high)))))
    if rule.wild:
        return node("pattern-match", (given,), pattern=_pattern(rule))
    return node(
        "string-match",
        (given, Node("base-value", (("base-type", "string"),), (), rule.text)),
        case_sensitive="true" if rule.case_sensitive else "false",
    )


def _pieces(text: str) -> list[str]:
    """Split at the wildcards."""
    return [piece.replace("\0", "*") for piece in text.replace("\\*", "\0").split("*")]


def _without_wildcards(rule: Accepted) -> str:
    return "".join(_pieces(rule.text)) if rule.wild else rule.text


def _pattern(rule: Accepted) -> str:
    """Write a text with wildcards as an XML Schema regular expression, which is always about the whole text."""
    return "[\\s\\S]*".join("".join(_character(char, rule) for char in piece) for piece in _pieces(rule.text))


def _character(char: str, rule: Accepted) -> str:
    lower, upper = char.lower(), char.upper()
    if not rule.case_sensitive and lower != upper and len(lower) == len(upper) == 1:
        return f"[{lower}{upper}]"
    return f"\\{char}" if char in r"\.^$?*+{}()|[]-" else char
