"""Scoring: the whole of an item or none, and what the other policies give."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exam.form import Form, FormItem
from app.exam.interactions import Responses
from app.exam.marking import (
    MATCH_CORRECT,
    SCORE,
    BaseType,
    Cardinality,
    Declaration,
    MapEntry,
    Marking,
    Node,
    Role,
    Written,
    match_correct,
)
from app.exam.marking import Mapping as ItemMapping
from app.exam.processing.run import score_item
from app.exam.scoring import score_form
from sync.wire.plan import ItemKind, ScoringPolicy

OPTIONS = ("A", "B", "C", "D")
SETS = st.sets(st.sampled_from(OPTIONS), min_size=1).map(frozenset)
WHOLE = ScoringPolicy.ALL_OR_NOTHING


def form_of(marks: list[int], choices: int = len(OPTIONS)) -> Form:
    return Form(
        tuple(
            FormItem(number, f"i{number}", 0, ItemKind.MULTIPLE_CHOICE, mark * 1000, choices=choices)
            for number, mark in enumerate(marks, start=1)
        )
    )


def markings_of(keys: list[frozenset[str]]) -> Mapping[str, Marking]:
    return {
        f"i{number}": match_correct(f"i{number}", Cardinality.MULTIPLE, tuple(sorted(key)))
        for number, key in enumerate(keys, start=1)
    }


def chosen(*values: str) -> Responses:
    return {"RESPONSE": values}


CASES = st.lists(st.tuples(st.integers(1, 5), SETS, st.lists(st.sampled_from([*OPTIONS, "Z"]), max_size=6)), min_size=1)


@given(CASES, st.integers(0, 200))
def test_exactly_the_correct_options_earn_all_marks_and_anything_else_none(
    cases: list[tuple[int, frozenset[str], list[str]]], pass_mark: int
) -> None:
    form = form_of([mark for mark, _, _ in cases])
    responses = {f"i{number}": chosen(*given) for number, (_, _, given) in enumerate(cases, start=1)}
    score = score_form(form, markings_of([key for _, key, _ in cases]), responses, WHOLE, pass_mark)
    earned = [mark * 1000 if sorted(given) == sorted(key) else 0 for mark, key, given in cases]
    assert [outcome.score_milli for outcome in score.outcomes] == earned
    assert [outcome.max_milli for outcome in score.outcomes] == [mark * 1000 for mark, _, _ in cases]
    assert [outcome.item for outcome in score.outcomes] == [place.item for place in form.items]
    assert score.score_milli == sum(earned)
    assert score.max_milli == form.max_milli
    assert score.passed == (sum(earned) >= pass_mark * 1000)
    assert score.unmarked == ()


@given(st.lists(SETS, min_size=1, max_size=10), st.randoms(use_true_random=False))
def test_the_order_of_choices_does_not_matter(keys: list[frozenset[str]], random: Random) -> None:
    form, responses = form_of([1] * len(keys)), {}
    for number, key in enumerate(keys, start=1):
        given = sorted(key)
        random.shuffle(given)
        responses[f"i{number}"] = chosen(*given)
    assert score_form(form, markings_of(keys), responses, WHOLE, 0).score_milli == len(keys) * 1000


def test_the_order_of_an_ordered_response_does_matter() -> None:
    form, markings = form_of([1]), {"i1": match_correct("i1", Cardinality.ORDERED, ("B", "A", "C"))}
    assert score_form(form, markings, {"i1": chosen("B", "A", "C")}, WHOLE, 1).passed
    assert not score_form(form, markings, {"i1": chosen("A", "B", "C")}, WHOLE, 1).passed


def test_nothing_answered_scores_nothing_and_passes_only_a_pass_mark_of_nought() -> None:
    form, markings = form_of([1, 2]), markings_of([frozenset("A"), frozenset("BC")])
    assert score_form(form, markings, {}, WHOLE, 1).score_milli == 0
    assert not score_form(form, markings, {}, WHOLE, 1).passed
    assert score_form(form, markings, {}, WHOLE, 0).passed
    assert score_form(form, markings, {"i1": {}}, WHOLE, 1).score_milli == 0


def test_a_response_to_an_item_that_is_not_on_the_form_counts_nothing() -> None:
    form, markings = form_of([1]), markings_of([frozenset("A"), frozenset("B")])
    score = score_form(form, markings, {"i1": chosen("B"), "i2": chosen("B")}, WHOLE, 1)
    assert (score.score_milli, len(score.outcomes)) == (0, 1)


def test_the_pass_mark_itself_passes_and_one_mark_less_does_not() -> None:
    form = form_of([1] * 100)
    markings = markings_of([frozenset("A")] * 100)
    responses = {f"i{number}": chosen("A") for number in range(1, 81)}
    assert score_form(form, markings, responses, WHOLE, 80).passed
    del responses["i80"]
    assert not score_form(form, markings, responses, WHOLE, 80).passed


def test_a_form_without_its_markings_is_a_defect_not_a_score() -> None:
    with pytest.raises(KeyError):
        score_form(form_of([1, 1]), markings_of([frozenset("A")]), {}, WHOLE, 1)


def milli(policy: ScoringPolicy, key: str, given: str, *, marks: int = 1, choices: int = 4) -> int:
    """Score one item; key and response are options of one letter."""
    form, markings = form_of([marks], choices), markings_of([frozenset(key)])
    return score_form(form, markings, {"i1": chosen(*given)}, policy, 0).score_milli


@pytest.mark.parametrize(
    ("given", "expected"), [("AB", 1000), ("A", 500), ("AC", 0), ("ABC", 500), ("CD", 0), ("", 0), ("AZ", 0)]
)
def test_partial_with_penalty_takes_a_wrong_choice_off_a_right_one(given: str, expected: int) -> None:
    assert milli(ScoringPolicy.PARTIAL_PENALTY, "AB", given) == expected


@pytest.mark.parametrize(("given", "expected"), [("A", 333), ("AB", 667), ("ABC", 1000)])
def test_what_cannot_be_divided_is_rounded_to_thousandths(given: str, expected: int) -> None:
    assert milli(ScoringPolicy.PARTIAL_PENALTY, "ABC", given) == expected


@pytest.mark.parametrize(
    ("choices", "given", "expected"),
    [
        (2, "A", 0),  # one wrong of two
        (3, "A", 500),
        (3, "ABC", 500),
        (4, "AC", 0),  # two wrong of four
        (5, "AC", 250),
        (5, "ABCD", 250),
        (5, "ACD", 0),  # three wrong
        (5, "AB", 1000),
        (5, "", 0),  # two wrong decisions, but nothing was chosen
        (0, "A", 0),  # nobody knows how many options there are: all or nothing
        (0, "AB", 1000),
    ],
)
def test_halves_are_those_of_open_edx(choices: int, given: str, expected: int) -> None:
    assert milli(ScoringPolicy.HALVES, "AB", given, choices=choices) == expected


@given(
    st.sampled_from([Cardinality.SINGLE, Cardinality.MULTIPLE, Cardinality.ORDERED]),
    st.lists(st.sampled_from(OPTIONS), min_size=1, max_size=4),
    st.lists(st.sampled_from(OPTIONS), max_size=4),
)
def test_the_short_way_for_plain_items_says_what_their_rules_say(
    cardinality: Cardinality, key: list[str], given: list[str]
) -> None:
    key, given = (key[:1], given[:1]) if cardinality is Cardinality.SINGLE else (key, given)
    marking = match_correct("i1", cardinality, tuple(key))
    short = score_form(form_of([1]), {"i1": marking}, {"i1": chosen(*given)}, WHOLE, 1).passed
    assert short == (score_item(marking, chosen(*given)).score == 1)


def scored(marking: Marking, responses: Responses, policy: ScoringPolicy = ScoringPolicy.ITEM_RULES) -> int:
    """Score one item worth one mark, in thousandths."""
    return score_form(form_of([1]), {"i1": marking}, {"i1": responses}, policy, 0).score_milli


def response(base_type: BaseType, *correct: str, **more: Any) -> Declaration:  # noqa: ANN401 - a declaration's fields
    cardinality = Cardinality.MULTIPLE if more.pop("multiple", False) else Cardinality.SINGLE
    identifier = more.pop("identifier", "RESPONSE")
    written = tuple(Written(text) for text in correct)
    return Declaration(Role.RESPONSE, identifier, cardinality, base_type, correct=written, **more)


def score_is(expression: Node) -> Node:
    return Node("response-processing", (), (Node("set-outcome-value", (("identifier", "SCORE"),), (expression,)),))


def value(text: str) -> Node:
    return Node("base-value", (("base-type", "float"),), (), text)


ENTRIES = (MapEntry("A", 2.0), MapEntry("B", 1.0), MapEntry("C", -1.0))
MAPPED = Marking(
    "i1",
    (
        response(BaseType.IDENTIFIER, "A", "B", multiple=True, mapping=ItemMapping(ENTRIES, default=-2.0, lower=0.0)),
        SCORE,
    ),
    score_is(Node("map-response", (("identifier", "RESPONSE"),))),
)


@pytest.mark.parametrize(
    ("given", "proportion", "whole"),
    [("AB", 1000, 1000), ("A", 667, 0), ("B", 333, 0), ("ABC", 667, 0), ("AZ", 0, 0), ("", 0, 0)],
)
def test_the_items_own_rules_count_in_proportion_or_only_when_they_give_the_maximum(
    given: str, proportion: int, whole: int
) -> None:
    assert scored(MAPPED, chosen(*given)) == proportion
    assert scored(MAPPED, chosen(*given), WHOLE) == whole


@pytest.mark.parametrize(("given", "expected"), [("AB", 1000), ("A", 667), ("ABC", 667), ("AZ", 0), ("", 0)])
def test_mapping_goes_by_the_declared_mapping_whatever_the_rules_say(given: str, expected: int) -> None:
    other = Marking("i1", MAPPED.declarations, MATCH_CORRECT)
    assert scored(other, chosen(*given), ScoringPolicy.MAPPING) == expected
    assert scored(other, chosen(*given)) == (1000 if given == "AB" else 0)


def test_several_mapped_responses_are_added_up_before_they_are_compared_with_the_most() -> None:
    one = response(BaseType.IDENTIFIER, "A", identifier="R1", mapping=ItemMapping((MapEntry("A", 3.0),)))
    two = response(BaseType.STRING, "", identifier="R2", mapping=ItemMapping((MapEntry("fire", 1.0, False),)))
    marking = Marking("i1", (one, two, SCORE), score_is(value("0")))
    policy = ScoringPolicy.MAPPING
    assert scored(marking, {"R1": ("A",)}, policy) == 750
    assert scored(marking, {"R2": ("FIRE",)}, policy) == 250
    assert scored(marking, {"R1": ("A",), "R2": ("fire",)}, policy) == 1000


def test_a_policy_that_does_not_apply_to_an_item_leaves_it_all_or_nothing() -> None:
    single = match_correct("i1", Cardinality.SINGLE, ("A",))
    for policy in ScoringPolicy:
        assert scored(single, chosen("A"), policy) == 1000
        assert scored(single, chosen("B"), policy) == 0
    endless = response(BaseType.STRING, "", mapping=ItemMapping((MapEntry("x", 1.0),), default=1.0), multiple=True)
    marking = Marking("i1", (endless, SCORE), score_is(value("1")))
    assert scored(marking, chosen("y"), ScoringPolicy.MAPPING) == 1000


def test_a_sum_of_tenths_reaches_the_maximum_it_is_meant_to_reach() -> None:
    tenths = Node("sum", (), (value("0.1"),) * 10)
    assert sum([0.1] * 10) < 1, "in binary"
    most = replace(SCORE, normal_maximum=1.0)
    assert scored(Marking("i1", (response(BaseType.IDENTIFIER), most), score_is(tenths)), {}, WHOLE) == 1000


@pytest.mark.parametrize(
    ("score", "most", "expected"),
    [("1", 2.0, 500), ("3", 2.0, 1000), ("-1", 2.0, 0), ("0.0005", 1.0, 0), ("0.0015", 1.0, 2), ("0.0025", 1.0, 2)],
)
def test_what_rules_give_is_kept_within_nought_and_the_maximum_and_rounded_half_to_even(
    score: str, most: float, expected: int
) -> None:
    declared = (response(BaseType.IDENTIFIER), replace(SCORE, normal_maximum=most))
    assert scored(Marking("i1", declared, score_is(value(score))), {}) == expected


def test_letters_typed_for_a_number_are_no_response_and_no_failure() -> None:
    marking = Marking("i1", (response(BaseType.INTEGER, "42"), SCORE), MATCH_CORRECT)
    assert scored(marking, chosen("42")) == 1000
    assert scored(marking, chosen("042"), WHOLE) == 1000
    assert scored(marking, chosen("forty-two")) == 0
    assert scored(marking, {"OTHER": ("42",)}) == 0


def test_what_only_a_person_can_mark_earns_nothing_yet_and_is_named() -> None:
    essay = Marking("i1", (response(BaseType.STRING), SCORE))
    nothing = Marking("i2", (response(BaseType.STRING), replace(SCORE, default=())), score_is(Node("null")))
    plain = match_correct("i3", Cardinality.SINGLE, ("A",))
    score = score_form(
        form_of([5, 1, 1]),
        {"i1": essay, "i2": nothing, "i3": plain},
        {"i1": chosen("A long text"), "i2": chosen("x"), "i3": chosen("A")},
        WHOLE,
        1,
    )
    assert score.unmarked == ("i1", "i2")
    assert [outcome.score_milli for outcome in score.outcomes] == [0, 0, 1000]
    assert score.passed


@pytest.mark.parametrize("policy", [ScoringPolicy.ALL_OR_NOTHING, ScoringPolicy.ITEM_RULES, ScoringPolicy.MAPPING])
def test_a_score_beyond_all_numbers_earns_nothing_is_named_and_leaves_the_rest(policy: ScoringPolicy) -> None:
    names = ("R1", "R2")
    mapping = ItemMapping((MapEntry("A", 1.5e308),))
    declared = [
        Declaration(Role.RESPONSE, one, Cardinality.SINGLE, BaseType.IDENTIFIER, (), (), mapping) for one in names
    ]
    summed = Node("sum", (), tuple(Node("map-response", (("identifier", one),)) for one in names))
    rules = Node("response-processing", (), (Node("set-outcome-value", (("identifier", "SCORE"),), (summed,)),))
    marked = {**markings_of([frozenset("A")] * 2), "i1": Marking("i1", (*declared, SCORE), rules)}
    given: dict[str, Responses] = {"i1": {"R1": ("A",), "R2": ("A",)}, "i2": chosen("A")}
    score = score_form(form_of([1, 1]), marked, given, policy, 1)
    assert [one.score_milli for one in score.outcomes] == [0, 1000]
    assert score.unmarked == ("i1",)
