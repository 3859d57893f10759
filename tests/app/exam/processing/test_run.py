"""Rules, outcomes, scores and the most that can be had."""

from dataclasses import replace

import pytest

from app.exam.marking import (
    AreaEntry,
    AreaMapping,
    BaseType,
    Cardinality,
    Declaration,
    LookupEntry,
    LookupTable,
    MapEntry,
    Mapping,
    Marking,
    Node,
    match_correct,
)
from app.exam.processing.check import check_marking
from app.exam.processing.faults import ProcessingRefused, ResponseRefused
from app.exam.processing.lexical import shown
from app.exam.processing.run import fitting, score_item, typed_responses
from app.exam.processing.standard import MAP_RESPONSE, MAP_RESPONSE_POINT, standard
from app.exam.processing.values import Record, Single
from tests.app.exam.processing.trees import NULL, TRUE, f, i, ident, node, outcome, response, s, var

SCORE = outcome("SCORE")
GASES = Mapping((MapEntry("H", 1), MapEntry("O", 1), MapEntry("Cl", -1)), default=-2, lower=0, upper=2)


def sets(name: str, expression: Node) -> Node:
    return node("set-outcome-value", expression, identifier=name)


def rules(*children: Node) -> Node:
    return node("response-processing", *children)


def marking(*declarations: Declaration, response: Node | None = None) -> Marking:
    made = Marking("item", declarations, response)
    check_marking(made)
    return made


def outcomes(made: Marking, **given: tuple[str, ...]) -> dict[str, str]:
    return {name: shown(value) for name, value in score_item(made, given).outcomes.items()}


@pytest.mark.parametrize(("given", "score"), [(("A", "C"), 1), (("C", "A"), 1), (("A",), 0), ((), 0), (("A", "B"), 0)])
def test_match_correct_is_all_or_nothing(given: tuple[str, ...], score: float) -> None:
    result = score_item(match_correct("x", Cardinality.MULTIPLE, ("A", "C")), {"RESPONSE": given})
    assert (result.score, result.max_score) == (score, 1)


@pytest.mark.parametrize(
    ("given", "score"),
    [
        (("H", "O"), 2),
        (("H",), 1),
        (("H", "H"), 1),
        (("H", "Cl"), 0),
        (("H", "O", "Cl"), 1),
        ((), 0),
        (("X", "H", "O"), 0),
    ],
)
def test_a_mapping_sums_each_value_once_within_its_bounds(given: tuple[str, ...], score: float) -> None:
    asked = replace(response("RESPONSE", BaseType.IDENTIFIER, cardinality=Cardinality.MULTIPLE), mapping=GASES)
    result = score_item(marking(asked, SCORE, response=MAP_RESPONSE), {"RESPONSE": given})
    assert (result.score, result.max_score) == (score, 2)


@pytest.mark.parametrize(("given", "score"), [("York", 1), ("york", 0.5), ("YORK", 0.5), ("Leeds", 0.25)])
def test_a_mapping_may_heed_the_case(given: str, score: float) -> None:
    cities = Mapping((MapEntry("York", 1), MapEntry("york", 0.5, case_sensitive=False)), default=0.25)
    asked = replace(response("RESPONSE", BaseType.STRING), mapping=cities)
    assert score_item(marking(asked, SCORE, response=MAP_RESPONSE), {"RESPONSE": (given,)}).score == score


@pytest.mark.parametrize(
    ("given", "score"),
    [(("5 5",), 1), (("5 5", "6 6"), 1), (("5 5", "50 50"), 3), (("99 99",), 0), (("9 9", "99 99"), 1)],
)
def test_an_area_counts_once(given: tuple[str, ...], score: float) -> None:
    areas = AreaMapping((AreaEntry("rect", (0, 0, 10, 10), 1), AreaEntry("circle", (50, 50, 3), 2)))
    asked = replace(response("RESPONSE", BaseType.POINT, cardinality=Cardinality.MULTIPLE), areas=areas)
    result = score_item(marking(asked, SCORE, response=MAP_RESPONSE_POINT), {"RESPONSE": given})
    assert (result.score, result.max_score) == (score, 3)


@pytest.mark.parametrize(
    ("given", "score"),
    [(("5 5",), 3), (("20 5",), 1), (("5 5", "20 5"), 4), (("5 5", "6 6"), 3), (("5 5", "40 5"), 2.5)],
)
def test_where_areas_overlap_the_first_one_listed_counts(given: tuple[str, ...], score: float) -> None:
    areas = AreaMapping((AreaEntry("rect", (0, 0, 10, 10), 3), AreaEntry("rect", (0, 0, 30, 10), 1)), default=-0.5)
    asked = replace(response("RESPONSE", BaseType.POINT, cardinality=Cardinality.MULTIPLE), areas=areas)
    assert score_item(marking(asked, SCORE, response=MAP_RESPONSE_POINT), {"RESPONSE": given}).score == score


def test_one_point_earns_no_more_than_the_best_area() -> None:
    areas = AreaMapping((AreaEntry("rect", (0, 0, 10, 10), 3), AreaEntry("rect", (0, 0, 30, 10), 1)))
    asked = replace(response("RESPONSE", BaseType.POINT), areas=areas)
    result = score_item(marking(asked, SCORE, response=MAP_RESPONSE_POINT), {"RESPONSE": ("5 5",)})
    assert (result.score, result.max_score) == (3, 3)


def test_identifiers_that_differ_in_case_only_are_two() -> None:
    both = Mapping((MapEntry("a", 1, case_sensitive=False), MapEntry("A", 2, case_sensitive=False)))
    asked = replace(response("RESPONSE", BaseType.IDENTIFIER), mapping=both)
    assert score_item(marking(asked, SCORE, response=MAP_RESPONSE), {"RESPONSE": ("A",)}).score == 2


@pytest.mark.parametrize(
    ("typed", "places", "figures"),
    [
        ("1", 0, 1),
        ("1.23e2", 0, 3),
        ("1.23e-2", 4, 3),
        ("1.2e5", 0, 2),
        ("1200", 0, 4),
        ("0.0120", 4, 3),
        (".50", 2, 2),
        ("-7.", 0, 1),
        ("0", 0, 1),
    ],
)
def test_a_typed_number_has_its_places_and_its_figures(typed: str, places: int, figures: int) -> None:
    asked = response("R", None, cardinality=Cardinality.RECORD)
    (record,) = typed_responses(marking(asked), {"R": (typed,)}).values()
    assert isinstance(record, Record)
    assert (record.get("ndp"), record.get("nsf")) == (
        Single(BaseType.INTEGER, places),
        Single(BaseType.INTEGER, figures),
    )


def test_the_first_branch_that_holds_is_followed_and_null_does_not_hold() -> None:
    tree = rules(
        node(
            "response-condition",
            node("response-if", node("gt", var("N"), i(10)), sets("SCORE", f(3))),
            node("response-else-if", node("gt", var("N"), i(5)), sets("SCORE", f(2))),
            node("response-else-if", node("gt", var("N"), i(1)), sets("SCORE", f(1))),
            node("response-else", sets("SCORE", f(-1))),
        )
    )
    made = marking(response("N", BaseType.INTEGER), SCORE, response=tree)
    assert [score_item(made, {"N": (n,)}).score for n in ("11", "6", "2", "1")] == [3, 2, 1, -1]
    assert score_item(made, {}).score == -1


def test_exit_response_keeps_what_was_set_and_leaves_out_the_rest() -> None:
    leave = node("response-condition", node("response-if", TRUE, sets("SCORE", f(1)), node("exit-response")))
    made = marking(SCORE, response=rules(node("response-processing-fragment", leave), sets("SCORE", f(9))))
    assert score_item(made, {}).score == 1


def test_outcomes_begin_with_their_defaults_numbers_with_0_all_else_with_null() -> None:
    made = marking(
        SCORE,
        outcome("COUNT", BaseType.INTEGER),
        outcome("GRADE", BaseType.IDENTIFIER),
        outcome("NOTE", BaseType.STRING, "hello"),
        outcome("LIST", BaseType.FLOAT, cardinality=Cardinality.MULTIPLE),
    )
    assert outcomes(made) == {"SCORE": "0", "COUNT": "0", "GRADE": "NULL", "NOTE": "hello", "LIST": "NULL"}


@pytest.mark.parametrize(
    ("interpolates", "value", "grade"),
    [(False, "2", "two"), (False, "3", "none"), (True, "7.5", "good"), (True, "5", "fair"), (True, "1", "none")],
)
def test_a_lookup_table_matches_or_interpolates(*, interpolates: bool, value: str, grade: str) -> None:
    rows = (
        (LookupEntry(7, "good"), LookupEntry(5, "pass", included=False), LookupEntry(5, "fair"))
        if interpolates
        else (LookupEntry(1, "one"), LookupEntry(2, "two"))
    )
    table = replace(outcome("GRADE", BaseType.IDENTIFIER), lookup=LookupTable(rows, interpolates, "none"))
    tree = rules(node("lookup-outcome-value", var("N"), identifier="GRADE"))
    kind = BaseType.FLOAT if interpolates else BaseType.INTEGER
    assert outcomes(marking(response("N", kind), table, response=tree), N=(value,))["GRADE"] == grade


def test_an_integer_may_fill_a_float_and_a_whole_float_an_integer() -> None:
    whole = marking(outcome("SCORE", BaseType.INTEGER), response=rules(sets("SCORE", f(2))))
    assert outcomes(whole) == {"SCORE": "2"}
    assert score_item(marking(SCORE, response=rules(sets("SCORE", i(2)))), {}).score == 2


def test_the_built_in_variables_are_there() -> None:
    tree = rules(sets("SCORE", var("numAttempts")), sets("completionStatus", ident("completed")))
    late = node("duration-gte", var("duration"), node("base-value", text="60", base_type="duration"))
    tree = replace(tree, children=(*tree.children, sets("LATE", late)))
    result = score_item(marking(SCORE, outcome("LATE", BaseType.BOOLEAN), response=tree), {}, duration_s=61.5)
    assert {name: shown(value) for name, value in result.outcomes.items()} == {
        "SCORE": "1",
        "LATE": "true",
        "completionStatus": "completed",
    }


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"N": ("x",)}, "not an integer"),
        ({"N": ("1", "2")}, "2 values"),
        ({"OTHER": ("1",)}, "no response"),
        ({"SCORE": ("1",)}, "no response"),
    ],
)
def test_a_response_that_is_not_asked_for_or_of_another_type_is_refused(
    given: dict[str, tuple[str, ...]], reason: str
) -> None:
    made = marking(response("N", BaseType.INTEGER), SCORE)
    with pytest.raises(ResponseRefused, match=reason):
        score_item(made, given)


def test_what_a_candidate_typed_that_is_no_number_can_be_taken_for_no_response() -> None:
    made = marking(response("N", BaseType.INTEGER), response("T", BaseType.STRING), SCORE)
    assert fitting(made, {"N": ("seven",), "T": ("seven",)}) == {"T": ("seven",)}


def test_a_number_typed_into_a_record_is_taken_apart() -> None:
    fields = ("stringValue", "floatValue", "leftDigits", "rightDigits", "ndp", "nsf", "exponent")
    tree = rules(*(sets(name, node("field-value", var("R"), field_identifier=name)) for name in fields))
    kinds = {"stringValue": BaseType.STRING, "floatValue": BaseType.FLOAT}
    declared = [outcome(name, kinds.get(name, BaseType.INTEGER)) for name in fields]
    made = marking(response("R", None, cardinality=Cardinality.RECORD), *declared, response=tree)
    assert outcomes(made, R=("12.340e2",)) == {
        "stringValue": "12.340e2",
        "floatValue": "1234",
        "leftDigits": "2",
        "rightDigits": "3",
        "ndp": "1",
        "nsf": "5",
        "exponent": "2",
    }


def test_the_most_is_what_is_declared_then_mapped_then_what_the_key_earns() -> None:
    half = rules(
        node(
            "response-condition",
            node(
                "response-if",
                node("match", var("A"), node("correct", identifier="A")),
                sets("SCORE", f(2.5)),
            ),
        )
    )
    keyed = response("A", BaseType.IDENTIFIER, "X")
    assert score_item(marking(keyed, SCORE, response=half), {}).max_score == 2.5
    assert score_item(marking(response("A", BaseType.IDENTIFIER), SCORE, response=half), {}).max_score is None
    limited = replace(SCORE, normal_maximum=4.0)
    assert score_item(marking(keyed, limited, response=half), {}).max_score == 4
    declared = outcome("MAXSCORE", BaseType.FLOAT, "7")
    assert score_item(marking(keyed, limited, declared, response=half), {}).max_score == 7
    assert score_item(marking(keyed, SCORE), {}).score == 0


def test_an_item_without_a_numeric_score_has_none() -> None:
    assert (
        score_item(marking(outcome("GRADE", BaseType.STRING), response=rules(sets("GRADE", s("A")))), {}).score is None
    )
    assert score_item(marking(SCORE, response=rules(sets("SCORE", NULL))), {}).score is None


def test_common_cartridges_templates_also_set_feedback() -> None:
    asked = replace(
        response("RESPONSE", BaseType.IDENTIFIER, "A"), mapping=Mapping((MapEntry("A", 5), MapEntry("B", 2)))
    )
    feedback = [outcome(name, BaseType.IDENTIFIER) for name in ("FEEDBACK", "FEEDBACKBASIC")]
    declared = (asked, SCORE, outcome("MAXSCORE", BaseType.FLOAT, "5"), *feedback)
    basic = marking(*declared, response=standard("CC2_match_basic.xml", declared))
    mapped = marking(*declared, response=standard("http://x/CC2_map_response", declared))
    assert [outcomes(basic, RESPONSE=(one,))["FEEDBACKBASIC"] for one in "AB"] == ["correct", "incorrect"]
    assert [outcomes(basic, RESPONSE=(one,))["SCORE"] for one in "AB"] == ["5", "0"]
    assert [outcomes(mapped, RESPONSE=(one,))["FEEDBACK"] for one in "AB"] == ["correct", "incorrect"]
    assert [outcomes(mapped, RESPONSE=(one,))["SCORE"] for one in "AB"] == ["5", "2"]


@pytest.mark.parametrize("number", ["INF", "-INF", "NaN", "1e308"])
@pytest.mark.parametrize("name", ["SCORE", "MAXSCORE"])
def test_a_score_that_nobody_can_count_with_is_refused_and_other_outcomes_are_kept(number: str, name: str) -> None:
    big = node("product", f(number), f(10))
    made = marking(outcome("SCORE"), outcome("MAXSCORE"), outcome("X"), response=rules(sets(name, big)))
    with pytest.raises(ProcessingRefused, match=f"{name} comes to (INF|-INF|NaN)"):
        score_item(made, {})
    other = score_item(replace(made, response=rules(sets("X", big))), {})
    assert other.score == 0
    assert shown(other.outcomes["X"]) in {"INF", "-INF", "NaN"}


def test_infinity_may_be_compared_with() -> None:
    less = node("lt", node("sum", f("1e308"), f(1)), f("INF"))
    made = marking(SCORE, outcome("X", BaseType.BOOLEAN), response=rules(sets("X", less)))
    assert outcomes(made)["X"] == "true"
