"""Scoring: the whole of an item or none, and what the other policies give."""

from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exam.form import Form, FormItem
from app.exam.interactions import Responses
from app.exam.marking import Cardinality, Marking, match_correct
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
