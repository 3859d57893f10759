from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exam.form import Form, FormItem
from app.exam.item import Marking
from app.exam.scoring import score_form
from sync.wire.plan import ItemKind

OPTIONS = ("A", "B", "C", "D")
SETS = st.sets(st.sampled_from(OPTIONS), min_size=1).map(frozenset)


def form_of(marks: list[int]) -> Form:
    return Form(
        tuple(
            FormItem(number, f"i{number}", 0, ItemKind.MULTIPLE_CHOICE, mark * 1000, OPTIONS)
            for number, mark in enumerate(marks, start=1)
        )
    )


def markings_of(keys: list[frozenset[str]]) -> Mapping[str, Marking]:
    return {f"i{number}": Marking(f"i{number}", key) for number, key in enumerate(keys, start=1)}


CASES = st.lists(st.tuples(st.integers(1, 5), SETS, st.lists(st.sampled_from([*OPTIONS, "Z"]), max_size=6)), min_size=1)


@given(CASES, st.integers(0, 200))
def test_exactly_the_correct_options_earn_all_marks_and_anything_else_none(
    cases: list[tuple[int, frozenset[str], list[str]]], pass_mark: int
) -> None:
    form = form_of([mark for mark, _, _ in cases])
    responses = {f"i{number}": tuple(given) for number, (_, _, given) in enumerate(cases, start=1)}
    score = score_form(form, markings_of([key for _, key, _ in cases]), responses, pass_mark)
    earned = [mark * 1000 if sorted(given) == sorted(key) else 0 for mark, key, given in cases]
    assert [outcome.score_milli for outcome in score.outcomes] == earned
    assert [outcome.max_milli for outcome in score.outcomes] == [mark * 1000 for mark, _, _ in cases]
    assert [outcome.item for outcome in score.outcomes] == [place.item for place in form.items]
    assert score.score_milli == sum(earned)
    assert score.max_milli == form.max_milli
    assert score.passed == (sum(earned) >= pass_mark * 1000)


@given(st.lists(SETS, min_size=1, max_size=10), st.randoms(use_true_random=False))
def test_the_order_of_choices_does_not_matter(keys: list[frozenset[str]], random: Random) -> None:
    form, responses = form_of([1] * len(keys)), {}
    for number, key in enumerate(keys, start=1):
        given = sorted(key)
        random.shuffle(given)
        responses[f"i{number}"] = tuple(given)
    assert score_form(form, markings_of(keys), responses, 0).score_milli == len(keys) * 1000


def test_nothing_answered_scores_nothing_and_passes_only_a_pass_mark_of_nought() -> None:
    form, markings = form_of([1, 2]), markings_of([frozenset("A"), frozenset("BC")])
    assert score_form(form, markings, {}, 1).score_milli == 0
    assert not score_form(form, markings, {}, 1).passed
    assert score_form(form, markings, {}, 0).passed
    assert score_form(form, markings, {"i1": ()}, 1).score_milli == 0


def test_a_response_to_an_item_that_is_not_on_the_form_counts_nothing() -> None:
    form, markings = form_of([1]), markings_of([frozenset("A"), frozenset("B")])
    score = score_form(form, markings, {"i1": ("B",), "i2": ("B",)}, 1)
    assert (score.score_milli, len(score.outcomes)) == (0, 1)


def test_the_pass_mark_itself_passes_and_one_mark_less_does_not() -> None:
    form = form_of([1] * 100)
    markings = markings_of([frozenset("A")] * 100)
    responses = {f"i{number}": ("A",) for number in range(1, 81)}
    assert score_form(form, markings, responses, 80).passed
    del responses["i80"]
    assert not score_form(form, markings, responses, 80).passed


def test_a_form_without_its_markings_is_a_defect_not_a_score() -> None:
    with pytest.raises(KeyError):
        score_form(form_of([1, 1]), markings_of([frozenset("A")]), {}, 1)
