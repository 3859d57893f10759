"""QTI's standard response processing templates, as the rules they mean.

Source: the templates published with QTI 2.1 to 3.0 (`rptemplates/match_correct.xml` and so on). Those of Common
Cartridge (`CC2_…`) also set feedback; where an item does not declare what they set, that rule is left out, and
without MAXSCORE a match earns 1.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from app.exam.marking import MATCH_CORRECT, BaseType, Cardinality, Declaration, Node, Role


def _named(name: str, identifier: str, *children: Node) -> Node:
    return Node(name, (("identifier", identifier),), children)


def _value(base_type: BaseType, text: str) -> Node:
    return Node("base-value", (("base-type", base_type.value),), (), text)


def _either(condition: Node, then: tuple[Node, ...], otherwise: tuple[Node, ...]) -> Node:
    branches = (Node("response-if", (), (condition, *then)), Node("response-else", (), otherwise))
    return Node("response-condition", (), tuple(branch for branch in branches if branch.children))


def _mapped(expression: str) -> Node:
    nothing = Node("is-null", (), (_named("variable", "RESPONSE"),))
    zero = _named("set-outcome-value", "SCORE", _value(BaseType.FLOAT, "0"))
    earned = _named("set-outcome-value", "SCORE", _named(expression, "RESPONSE"))
    return Node("response-processing", (), (_either(nothing, (zero,), (earned,)),))


MAP_RESPONSE: Final = _mapped("map-response")
"""`map_response`: what the mapping gives, 0 without a response."""

MAP_RESPONSE_POINT: Final = _mapped("map-response-point")
"""`map_response_point`: what the area mapping gives, 0 without a response."""


def standard(address: str, declarations: Iterable[Declaration]) -> Node | None:
    """Give the rules of a standard template by its address, however that is spelt; `None` if it is none of them."""
    name = address.strip().rstrip("/").replace("\\", "/").rpartition("/")[2].partition("?")[0]
    known = {each.identifier: each for each in declarations}
    made = _TEMPLATES.get(name.removesuffix(".xml").lower())
    return made(known) if made else None


def _match_basic(known: dict[str, Declaration]) -> Node:
    earned = _named("variable", "MAXSCORE") if "MAXSCORE" in known else _value(BaseType.FLOAT, "1")
    right, wrong = _feedback(known, "FEEDBACKBASIC")
    match = Node("match", (), (_named("variable", "RESPONSE"), _named("correct", "RESPONSE")))
    rule = _either(match, (_named("set-outcome-value", "SCORE", earned), *right), wrong)
    return Node("response-processing", (), (rule,))


def _map_with_feedback(known: dict[str, Declaration]) -> Node:
    right, wrong = _feedback(known, "FEEDBACK")
    if not right or "MAXSCORE" not in known:
        return MAP_RESPONSE
    full = Node("equal", (("tolerance-mode", "exact"),), (_named("variable", "MAXSCORE"), _named("variable", "SCORE")))
    return Node("response-processing", (), (*MAP_RESPONSE.children, _either(full, right, wrong)))


def _feedback(known: dict[str, Declaration], name: str) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    declared = known.get(name)
    if (
        declared is None
        or declared.role is not Role.OUTCOME
        or declared.cardinality is not Cardinality.SINGLE
        or declared.base_type is not BaseType.IDENTIFIER
    ):
        return (), ()
    right, wrong = (
        _named("set-outcome-value", name, _value(BaseType.IDENTIFIER, said)) for said in ("correct", "incorrect")
    )
    return (right,), (wrong,)


def _match(known: dict[str, Declaration]) -> Node:
    """Common Cartridge's match gives MAXSCORE where there is one."""
    return _match_basic({"MAXSCORE": known["MAXSCORE"]}) if "MAXSCORE" in known else MATCH_CORRECT


_TEMPLATES: Final[Mapping[str, Callable[[dict[str, Declaration]], Node]]] = {
    "match_correct": lambda _known: MATCH_CORRECT,
    "map_response": lambda _known: MAP_RESPONSE,
    "map_response_point": lambda _known: MAP_RESPONSE_POINT,
    "cc2_match": _match,
    "cc2_match_basic": _match_basic,
    "cc2_map_response": _map_with_feedback,
}
