import pytest

from app.exam.marking import BaseType, Cardinality, Declaration, Marking, Node
from app.exam.processing.check import check_marking
from app.exam.processing.expressions import MOST_STEPS
from app.exam.processing.faults import ProcessingNotSupported, ProcessingRefused
from app.exam.processing.run import score_item
from tests.app.exam.processing.trees import (
    FALSE,
    TRUE,
    f,
    i,
    ident,
    multi,
    node,
    outcome,
    pair,
    response,
    row,
    s,
    seconds,
    template,
    var,
)

DECLARED = (
    response("R", BaseType.IDENTIFIER, "A"),
    response("M", BaseType.IDENTIFIER, cardinality=Cardinality.MULTIPLE),
    outcome("SCORE"),
    outcome("GRADE", BaseType.IDENTIFIER),
    template("T"),
)


def with_rules(*rules: Node, kind: str = "response") -> Marking:
    tree = node(f"{kind}-processing", *rules)
    return Marking("item", DECLARED, tree if kind == "response" else None, tree if kind == "template" else None)


def sets(expression: Node, name: str = "SCORE") -> Node:
    return node("set-outcome-value", expression, identifier=name)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        (var("NOPE"), "not declared"),
        (s("x"), "type string"),
        (var("M"), "multiple value"),
        (node("frobnicate"), "no expression"),
        (node("sum"), "0 operands"),
        (node("subtract", i(1)), "1 operands"),
        (node("sum", TRUE), "type boolean"),
        (node("sum", s("1")), "type string"),
        (node("integer-divide", f(1), i(2)), "type float"),
        (node("container-size", i(1)), "cardinality single"),
        (node("index", multi(i(1)), n="1"), "cardinality multiple"),
        (node("index", row(i(1)), n="x"), "not declared"),
        (node("index", row(i(1)), n="1.5"), "not an integer"),
        (node("index", row(i(1))), "needs n"),
        (node("map-response", identifier="R"), "no mapping"),
        (node("map-response-point", identifier="R"), "no area mapping"),
        (node("correct", identifier="SCORE"), "not a response"),
        (node("math-operator", f(1), name="cube"), "the function"),
        (node("math-operator", f(1), name="atan2"), "1 operands"),
        (node("math-operator", f(1), f(2), name="sin"), "2 operands"),
        (node("stats-operator", multi(i(1)), name="mode"), "name is"),
        (node("math-constant", name="tau"), "name is"),
        (node("round-to", f(1), rounding_mode="up", figures="1"), "rounding-mode"),
        (node("random-integer", min="1", max="2"), "chance"),
        (node("base-value", text="x", base_type="integer"), "not an integer"),
        (node("base-value", text="1", base_type="number"), "base-type"),
        (node("multiple", i(1), s("a")), "different types"),
    ],
)
def test_an_expression_that_cannot_be_followed_is_refused_before_it_runs(expression: Node, reason: str) -> None:
    with pytest.raises(ProcessingRefused, match=reason) as refused:
        check_marking(with_rules(sets(expression)))
    assert refused.value.rule is not None


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (i(1), "boolean"),
        (node("match", ident("A"), s("A")), "different types"),
        (node("match", ident("A"), multi(ident("A"))), "different cardinalities"),
        (node("match", seconds("1"), seconds("1")), "durations"),
        (node("member", multi(i(1)), multi(i(1))), "cardinality multiple"),
        (node("contains", multi(i(1)), row(i(1))), "different cardinalities"),
        (node("and", TRUE, i(1)), "type integer"),
        (node("any-n", TRUE, min="1"), "needs max"),
        (node("equal", f(1), f(2), tolerance_mode="absolute"), "needs tolerance"),
        (node("equal", f(1), f(2), tolerance_mode="about"), "tolerance-mode"),
        (node("equal", pair("A B"), f(2)), "type pair"),
        (node("pattern-match", s("x"), pattern="("), "pattern"),
        (node("inside", ident("A"), shape="rect", coords="0,0,1,1"), "type identifier"),
        (node("inside", node("null"), shape="rect", coords="0,0,1"), "coordinates"),
        (node("inside", node("null"), shape="star", coords="0"), "shape"),
        (node("string-match", s("a"), ident("a"), case_sensitive="true"), "type identifier"),
        (node("string-match", s("a"), s("a"), case_sensitive="maybe"), "case-sensitive"),
        (node("duration-lt", i(1), seconds("1")), "type integer"),
    ],
)
def test_a_condition_that_cannot_be_followed_is_refused(condition: Node, reason: str) -> None:
    with pytest.raises(ProcessingRefused, match=reason):
        check_marking(with_rules(node("response-condition", node("response-if", condition, sets(f(1))))))


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (sets(ident("A"), "R"), "is a response variable"),
        (sets(i(1), "T"), "is a template variable"),
        (sets(i(1), "NOPE"), "not declared"),
        (node("set-outcome-value", identifier="SCORE"), "0 expressions"),
        (node("set-template-value", i(1), identifier="T"), "no rule of response"),
        (node("lookup-outcome-value", i(1), identifier="GRADE"), "no lookup table"),
        (node("response-condition"), "branches"),
        (node("response-condition", node("response-else")), "branches"),
        (node("response-condition", node("response-if")), "needs an expression"),
        (node("exit-template"), "no rule"),
        (node("exit-response", TRUE), "nothing may be in it"),
        (node("set-outcome-value", f(1), i(1), identifier="SCORE"), "2 expressions"),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused(rule: Node, reason: str) -> None:
    with pytest.raises(ProcessingRefused, match=reason):
        check_marking(with_rules(rule))


@pytest.mark.parametrize(
    "rule",
    [
        node("set-template-value", s("x"), identifier="T"),
        node("set-correct-response", ident("A"), identifier="SCORE"),
        node("set-default-value", i(1), identifier="T"),
        node("template-constraint", i(1)),
        node("set-outcome-value", f(1), identifier="SCORE"),
    ],
)
def test_a_template_rule_that_cannot_be_followed_is_refused(rule: Node) -> None:
    with pytest.raises(ProcessingRefused):
        check_marking(with_rules(rule, kind="template"))


def test_a_custom_operator_is_refused_by_name() -> None:
    with pytest.raises(ProcessingNotSupported, match="custom-operator"):
        check_marking(with_rules(sets(node("custom-operator", i(1)))))


@pytest.mark.parametrize(
    ("declarations", "reason"),
    [
        ((outcome("X"), outcome("X")), "declared twice"),
        ((outcome("X", BaseType.INTEGER, "one"),), "not an integer"),
        ((outcome("X", BaseType.INTEGER, "1", "2"),), "2 values"),
        ((response("R", BaseType.PAIR, "A"),), "not a pair"),
        ((response("R", None),), "base type"),
        ((response("R", BaseType.STRING, cardinality=Cardinality.RECORD),), "base type"),
    ],
)
def test_a_declaration_that_does_not_hold_together_is_refused(
    declarations: tuple[Declaration, ...], reason: str
) -> None:
    with pytest.raises(ProcessingRefused, match=reason):
        check_marking(Marking("item", declarations))


def test_rules_nested_without_end_are_refused() -> None:
    deep = TRUE
    for _ in range(500):
        deep = node("not", deep)
    made = with_rules(node("response-condition", node("response-if", deep)))
    with pytest.raises(ProcessingRefused, match="deep"):
        check_marking(made)
    with pytest.raises(ProcessingRefused, match="deep"):
        score_item(made, {})


def test_a_repetition_without_end_is_stopped() -> None:
    endless = node("repeat", FALSE, number_repeats=str(10**18))
    for _ in range(3):
        endless = node("repeat", endless, number_repeats="9000")
    made = with_rules(node("response-condition", node("response-if", node("is-null", endless))))
    check_marking(made)
    with pytest.raises(ProcessingRefused, match=f"more than ({MOST_STEPS} steps|2000 values)"):
        score_item(made, {})


def test_a_float_that_is_not_whole_does_not_become_an_integer_unseen() -> None:
    made = Marking("item", (outcome("N", BaseType.INTEGER),), node("response-processing", sets(f(2.5), "N")))
    check_marking(made)
    with pytest.raises(ProcessingRefused, match=r"2\.5"):
        score_item(made, {})
