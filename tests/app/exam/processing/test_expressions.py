"""Every expression, from the definitions in the QTI information models; NULL is an operand of its own."""

import math

import pytest

from app.exam.marking import BaseType, Cardinality, Node
from app.exam.processing.values import Container, Record, Single, kind_of
from tests.app.exam.processing.trees import (
    FALSE,
    NULL,
    TRUE,
    f,
    i,
    ident,
    multi,
    node,
    outcome,
    pair,
    point,
    response,
    row,
    s,
    said,
    seconds,
    value_of,
    var,
)

LOGIC = [
    (node("and", TRUE, TRUE), "true"),
    (node("and", TRUE, FALSE, NULL), "false"),
    (node("and", TRUE, NULL), "NULL"),
    (node("or", FALSE, TRUE, NULL), "true"),
    (node("or", FALSE, FALSE), "false"),
    (node("or", FALSE, NULL), "NULL"),
    (node("not", TRUE), "false"),
    (node("not", NULL), "NULL"),
    (node("any-n", TRUE, FALSE, FALSE, min="1", max="2"), "true"),
    (node("any-n", TRUE, TRUE, TRUE, min="1", max="2"), "false"),
    (node("any-n", FALSE, FALSE, NULL, min="2", max="3"), "false"),
    (node("any-n", TRUE, NULL, min="1", max="2"), "true"),
    (node("any-n", TRUE, NULL, min="2", max="2"), "NULL"),
    (node("any-n", TRUE, NULL, min="1", max="1"), "NULL"),
    (node("is-null", NULL), "true"),
    (node("is-null", s("")), "true"),
    (node("is-null", multi()), "true"),
    (node("is-null", i(0)), "false"),
]
CONTAINERS = [
    (multi(ident("A"), NULL, multi(ident("B"), ident("A"))), "A, B, A"),
    (multi(NULL), "NULL"),
    (row(i(1), row(i(2), i(3))), "1, 2, 3"),
    (node("container-size", multi(i(1), i(1))), "2"),
    (node("container-size", NULL), "0"),
    (node("index", row(i(4), i(5)), n="2"), "5"),
    (node("index", row(i(4), i(5)), n="3"), "NULL"),
    (node("index", row(i(4)), n="0"), "NULL"),
    (node("index", NULL, n="1"), "NULL"),
    (node("member", pair("B A"), multi(pair("A B"))), "true"),
    (node("member", ident("C"), multi(ident("A"))), "false"),
    (node("member", NULL, multi(ident("A"))), "NULL"),
    (node("member", ident("A"), NULL), "NULL"),
    (node("delete", i(1), row(i(1), i(2), i(1))), "2"),
    (node("delete", i(1), multi(i(1))), "NULL"),
    (node("delete", NULL, multi(i(1))), "NULL"),
    (node("contains", multi(i(1), i(2), i(3)), multi(i(3), i(1))), "true"),
    (node("contains", multi(i(1), i(2)), multi(i(1), i(1))), "false"),
    (node("contains", row(i(1), i(2), i(3)), row(i(2), i(3))), "true"),
    (node("contains", row(i(1), i(2), i(3)), row(i(1), i(3))), "false"),
    (node("contains", row(i(1)), NULL), "NULL"),
    (node("repeat", i(1), NULL, i(2), number_repeats="2"), "1, 2, 1, 2"),
    (node("repeat", i(1), number_repeats="0"), "NULL"),
    (node("repeat", NULL, number_repeats="3"), "NULL"),
]
TEXTS = [
    (node("string-match", s("York"), s("york"), case_sensitive="false"), "true"),
    (node("string-match", s("York"), s("york"), case_sensitive="true"), "false"),
    (node("string-match", s("New York"), s("York"), case_sensitive="true", substring="true"), "true"),
    (node("string-match", s("York"), NULL, case_sensitive="true"), "NULL"),
    (node("substring", s("york"), s("New York"), case_sensitive="false"), "true"),
    (node("substring", s("york"), s("New York")), "false"),
    (node("substring", s("New York"), s("York")), "false"),
    (node("substring", NULL, s("York")), "NULL"),
    (node("pattern-match", s("2026"), pattern="[0-9]{4}"), "true"),
    (node("pattern-match", s("x2026"), pattern="[0-9]{4}"), "false"),
    (node("pattern-match", NULL, pattern=".*"), "NULL"),
]
COMPARISONS = [
    (node("match", multi(i(1), i(2), i(2)), multi(i(2), i(1), i(2))), "true"),
    (node("match", multi(i(1), i(2)), multi(i(2), i(1), i(2))), "false"),
    (node("match", row(i(1), i(2)), row(i(2), i(1))), "false"),
    (node("match", pair("A B"), pair("B A")), "true"),
    (node("match", NULL, i(1)), "NULL"),
    (node("equal", i(2), f(2.0), tolerance_mode="exact"), "true"),
    (node("equal", f(0.7), f(0.8), tolerance_mode="absolute", tolerance="0.1"), "true"),
    (node("equal", f(10), f(9.8), tolerance_mode="absolute", tolerance="0.1 0.3"), "false"),
    (node("equal", f(10), f(10.3), tolerance_mode="absolute", tolerance="0.1 0.3"), "true"),
    (
        node("equal", f(10), f(10.3), tolerance_mode="absolute", tolerance="0.3", include_upper_bound="false"),
        "false",
    ),
    (node("equal", f(10), f(9.7), tolerance_mode="absolute", tolerance="0.3", include_lower_bound="false"), "false"),
    (node("equal", f(200), f(190), tolerance_mode="relative", tolerance="5"), "true"),
    (node("equal", f(200), f(211), tolerance_mode="relative", tolerance="5"), "false"),
    (node("equal", f(-200), f(-205), tolerance_mode="relative", tolerance="5"), "true"),
    (node("equal", NULL, f(1), tolerance_mode="exact"), "NULL"),
    (node("equal-rounded", f(3.175), f(3.183), rounding_mode="significantFigures", figures="3"), "true"),
    (node("equal-rounded", f(3.175), f(3.1749), rounding_mode="significantFigures", figures="3"), "false"),
    (node("equal-rounded", f(1.68572), f(1.69), rounding_mode="decimalPlaces", figures="2"), "true"),
    (node("equal-rounded", f(1), NULL, figures="2"), "NULL"),
    (node("equal-rounded", f(1), f(1), figures="0"), "NULL"),
    (node("inside", point("10 10"), shape="circle", coords="10,20,10"), "true"),
    (node("inside", point("10 9"), shape="circle", coords="10,20,10"), "false"),
    (node("inside", point("5 5"), shape="rect", coords="0,0,5,5"), "true"),
    (node("inside", point("6 5"), shape="rect", coords="0,0,5,5"), "false"),
    (node("inside", point("3 2"), shape="poly", coords="0,0,6,0,3,6"), "true"),
    (node("inside", point("0 6"), shape="poly", coords="0,0,6,0,3,6"), "false"),
    (node("inside", point("3 0"), shape="poly", coords="0,0,6,0,3,6"), "true"),
    (node("inside", point("14 5"), shape="ellipse", coords="10,5,4,2"), "true"),
    (node("inside", point("14 6"), shape="ellipse", coords="10,5,4,2"), "false"),
    (node("inside", point("1 1"), shape="default", coords=""), "true"),
    (node("inside", multi(point("99 99"), point("1 1")), shape="rect", coords="0,0,5,5"), "true"),
    (node("inside", NULL, shape="rect", coords="0,0,5,5"), "NULL"),
    (node("lt", i(1), f(1.5)), "true"),
    (node("lte", i(2), i(2)), "true"),
    (node("gt", i(2), i(2)), "false"),
    (node("gte", f(2), i(2)), "true"),
    (node("gt", NULL, i(2)), "NULL"),
    (node("duration-lt", seconds("5"), seconds("6")), "true"),
    (node("duration-gte", seconds("6"), seconds("6")), "true"),
    (node("duration-gte", NULL, seconds("6")), "NULL"),
]
NUMBERS = [
    (node("sum", i(1), multi(i(2), i(3))), "6"),
    (node("sum", i(1), NULL), "NULL"),
    (node("product", f(0.5), row(i(2), i(3))), "3"),
    (node("product", i(2**62), i(4)), "NULL"),
    (node("product", i(2**62), i(4), i(0)), "0"),
    (node("subtract", i(1), f(2.5)), "-1.5"),
    (node("subtract", NULL, i(2)), "NULL"),
    (node("divide", i(7), i(2)), "3.5"),
    (node("divide", i(7), i(0)), "NULL"),
    (node("divide", f(1e300), f(1e-300)), "NULL"),
    (node("power", i(2), i(-1)), "0.5"),
    (node("power", i(-1), f(0.5)), "NULL"),
    (node("power", i(10), i(400)), "NULL"),
    (node("power", i(0), i(-1)), "NULL"),
    (node("integer-divide", i(-7), i(2)), "-4"),
    (node("integer-divide", i(7), i(0)), "NULL"),
    (node("integer-modulus", i(-7), i(2)), "1"),
    (node("integer-modulus", i(7), i(-2)), "-1"),
    (node("integer-modulus", i(7), i(0)), "NULL"),
    (node("truncate", f(-6.9)), "-6"),
    (node("truncate", f("NaN")), "NULL"),
    (node("truncate", f("-INF")), "-INF"),
    (node("round", f(6.5)), "7"),
    (node("round", f(-6.5)), "-6"),
    (node("round", f(0.49999999999999994)), "0"),
    (node("round", f("NaN")), "NULL"),
    (node("round-to", f(1.2345), rounding_mode="decimalPlaces", figures="2"), "1.23"),
    (node("round-to", f(1.005), rounding_mode="decimalPlaces", figures="2"), "1.01"),
    (node("round-to", f(-1.5), rounding_mode="decimalPlaces", figures="0"), "-2"),
    (node("round-to", i(123456), rounding_mode="significantFigures", figures="2"), "120000"),
    (node("round-to", f(0.0001234), rounding_mode="significantFigures", figures="3"), "0.000123"),
    (node("round-to", f("INF"), figures="3"), "INF"),
    (node("round-to", f("NaN"), figures="3"), "NULL"),
    (node("round-to", f(1), rounding_mode="significantFigures", figures="0"), "NULL"),
    (node("max", i(1), multi(i(5), i(2))), "5"),
    (node("min", i(1), f(0.5)), "0.5"),
    (node("max", i(1), NULL), "NULL"),
    (node("gcd", i(12), multi(i(0), i(-18))), "6"),
    (node("gcd", i(0), i(0)), "0"),
    (node("gcd", i(0), NULL), "NULL"),
    (node("lcm", i(4), row(i(6), i(-10))), "60"),
    (node("lcm", i(4), i(0)), "0"),
    (node("lcm", NULL, i(0)), "NULL"),
    (node("integer-to-float", i(3)), "3"),
    (node("integer-to-float", NULL), "NULL"),
    (node("math-constant", name="pi"), repr(math.pi)),
    (node("math-constant", name="e"), repr(math.e)),
    (node("stats-operator", multi(i(1), i(2), i(3), i(4)), name="mean"), "2.5"),
    (node("stats-operator", multi(i(2), i(4)), name="sampleVariance"), "2"),
    (node("stats-operator", multi(i(2), i(4)), name="popVariance"), "1"),
    (node("stats-operator", multi(f(2), f(4)), name="popSD"), "1"),
    (node("stats-operator", multi(i(2), i(4)), name="sampleSD"), repr(math.sqrt(2))),
    (node("stats-operator", multi(i(2)), name="sampleSD"), "NULL"),
    (node("stats-operator", multi(i(2)), name="popSD"), "0"),
    (node("stats-operator", NULL, name="mean"), "NULL"),
]


@pytest.mark.parametrize(("expression", "value"), [*LOGIC, *CONTAINERS, *TEXTS, *COMPARISONS, *NUMBERS])
def test_an_expression_has_the_value_that_qti_defines(expression: Node, value: str) -> None:
    assert said(expression) == value


FUNCTIONS = [
    ("sin", 1.0, math.sin(1)),
    ("cos", 1.0, math.cos(1)),
    ("tan", 1.0, math.tan(1)),
    ("sec", 0.0, 1.0),
    ("csc", math.pi / 2, 1.0),
    ("cot", math.pi / 4, 1.0),
    ("asin", 1.0, math.pi / 2),
    ("acos", 1.0, 0.0),
    ("atan", 1.0, math.pi / 4),
    ("asec", 2.0, math.acos(0.5)),
    ("acsc", 2.0, math.asin(0.5)),
    ("acot", 0.0, math.pi / 2),
    ("sinh", 1.0, math.sinh(1)),
    ("cosh", 0.0, 1.0),
    ("tanh", 1.0, math.tanh(1)),
    ("sech", 0.0, 1.0),
    ("csch", 1.0, 1 / math.sinh(1)),
    ("coth", 1.0, 1 / math.tanh(1)),
    ("log", 1000.0, 3.0),
    ("ln", math.e, 1.0),
    ("exp", 1.0, math.e),
    ("exp", 1000.0, math.inf),
    ("sech", 1000.0, 0.0),
    ("abs", -2.5, 2.5),
    ("toDegrees", math.pi, 180.0),
    ("toRadians", 180.0, math.pi),
]


@pytest.mark.parametrize(("name", "x", "y"), FUNCTIONS)
def test_a_mathematical_function_gives_a_float(name: str, x: float, y: float) -> None:
    value = value_of(node("math-operator", f(x), name=name))
    assert isinstance(value, Single)
    assert value.base_type is BaseType.FLOAT
    assert value.value == pytest.approx(y)


@pytest.mark.parametrize(
    ("name", "x", "y"), [("signum", -2.5, -1), ("floor", -2.5, -3), ("ceil", -2.5, -2), ("signum", 0.0, 0)]
)
def test_signum_floor_and_ceil_give_an_integer(name: str, x: float, y: int) -> None:
    assert value_of(node("math-operator", f(x), name=name)) == Single(BaseType.INTEGER, y)


@pytest.mark.parametrize("name", ["log", "ln"])
def test_a_logarithm_of_zero_is_minus_infinity(name: str) -> None:
    assert value_of(node("math-operator", f(0), name=name)) == Single(BaseType.FLOAT, -math.inf)


@pytest.mark.parametrize(
    ("name", "x"),
    [
        *(("log", "-1"), ("ln", "-1"), ("asin", "2"), ("asec", "0.5"), ("csc", "0"), ("csch", "0"), ("coth", "0")),
        *(("cot", "0"), ("sin", "INF"), ("acos", "NaN"), ("abs", "NaN"), ("acsc", "0")),
    ],
)
def test_outside_its_domain_a_function_is_null(name: str, x: str) -> None:
    assert value_of(node("math-operator", f(x), name=name)) is None


def test_atan2_takes_two_numbers_and_null_takes_all() -> None:
    quarter = value_of(node("math-operator", f(1), f(1), name="atan2"))
    assert isinstance(quarter, Single)
    assert quarter.value == pytest.approx(math.pi / 4)
    assert value_of(node("math-operator", f(1), NULL, name="atan2")) is None


def test_sums_of_integers_are_integers_and_all_else_is_float() -> None:
    assert kind_of(value_of(node("sum", i(1), i(2)))).base_type is BaseType.INTEGER
    assert kind_of(value_of(node("sum", i(1), f(2)))).base_type is BaseType.FLOAT
    assert kind_of(value_of(node("divide", i(4), i(2)))).base_type is BaseType.FLOAT


def test_a_field_of_a_record_is_read_by_name() -> None:
    given = Record((("left", Single(BaseType.INTEGER, 3)),))
    field = node("field-value", var("R"), field_identifier="left")
    other = node("field-value", var("R"), field_identifier="right")
    declared = response("R", None, cardinality=Cardinality.RECORD)
    assert said(field, declared, R=given) == "3"
    assert said(other, declared, R=given) == "NULL"
    assert said(field, declared) == "NULL"


def test_correct_and_default_give_what_is_declared() -> None:
    asked = response("R", BaseType.IDENTIFIER, "B", "A", cardinality=Cardinality.ORDERED)
    assert said(node("correct", identifier="R"), asked) == "B, A"
    assert said(node("default", identifier="S"), outcome("S", BaseType.FLOAT, "2.5")) == "2.5"
    assert said(node("default", identifier="S"), outcome("S")) == "NULL"


def test_an_attribute_may_name_a_variable() -> None:
    place = outcome("N", BaseType.INTEGER, "2")
    assert said(node("index", row(i(4), i(5)), n="{N}"), place) == "5"
    assert said(node("index", row(i(4), i(5)), n="N"), place) == "5"
    wide = outcome("T", BaseType.FLOAT, "1.5")
    assert said(node("equal", f(1), f(2), tolerance_mode="absolute", tolerance="{T}"), wide) == "true"


def test_pairs_have_no_direction_but_directed_pairs_do() -> None:
    pairs = Container(Cardinality.MULTIPLE, BaseType.DIRECTED_PAIR, ())
    assert kind_of(pairs).base_type is BaseType.DIRECTED_PAIR
    directed = [node("base-value", text=text, base_type="directedPair") for text in ("A B", "B A")]
    assert said(node("match", *directed)) == "false"
    assert said(node("match", directed[0], directed[0])) == "true"
