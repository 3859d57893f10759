"""Parallel forms: equally hard, as different as asked for, and drawable as they are."""

import builtins
from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from app.content.forms.difficulty import DifficultyRefused, difficulty_of, read_difficulties
from app.content.forms.facts import BankFacts
from app.content.forms.optimiser import OptimiserMissing
from app.content.forms.parallel import ParallelForms, ParallelUnmet, make_parallel
from app.exam.form import BlueprintUnmet, draw_form
from app.exam.pools import ExposureUnmet
from sync.wire.package import ItemFacts
from sync.wire.plan import Blueprint, Difficulty, ItemKind, SetRule
from tests.app.exam.forms import KINDS, LEVELS, PACKAGE, SEED, SUBJECTS, packed, section

RULE = Blueprint(sections=(section(8, ItemKind.TRUE_FALSE), section(4, ItemKind.SINGLE_CHOICE, milli=2500)))


def bank(*items: ItemFacts) -> BankFacts:
    return BankFacts("bank", items, PACKAGE)


def plain(count: int) -> tuple[ItemFacts, ...]:
    random = Random(7)
    return tuple(
        packed(f"i{n:03}", KINDS[n % 3], SUBJECTS[n % 2], difficulty=LEVELS[random.randrange(3)]) for n in range(count)
    )


def p_values(items: tuple[ItemFacts, ...]) -> dict[str, int]:
    random = Random(8)
    return {item.item: random.randrange(150, 980) for item in items}


def sums(made: ParallelForms, values: Mapping[str, int]) -> list[list[int]]:
    return [[sum(values[name] for name in names) for names in form] for form in made.blueprint.forms]


def times(made: ParallelForms) -> Counter[str]:
    return Counter(name for form in made.blueprint.forms for names in form for name in names)


def test_forms_have_no_item_in_common_and_every_section_is_equally_hard() -> None:
    items = plain(300)
    values = p_values(items)
    made = make_parallel(bank(*items), RULE, SEED, forms=4, measured=values)
    assert times(made).most_common(1)[0][1] == 1
    found = sums(made, values)
    for index, one in enumerate(RULE.sections):
        widest = max(form[index] for form in found) - min(form[index] for form in found)
        assert made.section_spreads[index] == -(-widest * one.milli_each // 1000)
    assert made.spread <= 20, "0.02 marks of 18"
    taken = [values[item.item] for item in items if item.kind is ItemKind.TRUE_FALSE]
    assert abs(found[0][0] - 8 * sum(taken) / len(taken)) < 20, "as hard as the bank"
    for number in range(20):
        drawn = draw_form(items, PACKAGE, made.blueprint, f"{number:064x}")
        assert sorted(place.item for place in drawn.items) in [
            sorted(name for names in form for name in names) for form in made.blueprint.forms
        ]


def test_without_measured_values_the_banks_words_count() -> None:
    items = plain(300)
    made = make_parallel(bank(*items), RULE, SEED, forms=5)
    values = {item.item: difficulty_of(item, {}) for item in items}
    assert (made.spread, made.section_spreads) == (0, (0, 0))
    assert len({tuple(form) for form in sums(made, values)}) == 1


def test_equal_input_gives_equal_forms_and_another_seed_others() -> None:
    items = plain(200)
    first = make_parallel(bank(*items), RULE, SEED, forms=3)
    assert make_parallel(bank(*reversed(items)), RULE, SEED, forms=3) == first
    assert make_parallel(bank(*items), RULE, "ab" * 32, forms=3).blueprint.forms != first.blueprint.forms


def test_the_last_form_is_as_good_as_the_first_though_nothing_is_left_over() -> None:
    """Twelve items, three forms of four: easy first come, easy first served would leave the hard ones for the last."""
    items = tuple(packed(f"i{n:02}", difficulty=LEVELS[n % 3]) for n in range(12))
    made = make_parallel(bank(*items), Blueprint(sections=(section(4),)), SEED, forms=3)
    assert times(made) == dict.fromkeys((item.item for item in items), 1)
    assert made.spread <= 650, "4 easy, 4 medium and 4 hard ones cannot be dealt out more evenly"


def test_an_item_may_be_on_more_forms_if_that_is_said_and_exposure_allows_it() -> None:
    items = tuple(packed(f"i{n:02}", difficulty=LEVELS[n % 3]) for n in range(9))
    rule = Blueprint(sections=(section(4),))
    with pytest.raises(ParallelUnmet) as caught:
        make_parallel(bank(*items), rule, SEED, forms=4)
    assert caught.value.facts == {"forms": 4}
    made = make_parallel(bank(*items), rule, SEED, forms=4, reuse=2)
    assert max(times(made).values()) == 2
    assert all(len(set(form[0])) == 4 for form in made.blueprint.forms)
    with pytest.raises(ParallelUnmet):
        make_parallel(bank(*items), rule.model_copy(update={"exposure_permille": 250}), SEED, forms=4, reuse=4)
    with pytest.raises(ExposureUnmet) as caught_exposure:
        make_parallel(bank(*items), rule.model_copy(update={"exposure_permille": 200}), SEED, forms=4, reuse=4)
    assert caught_exposure.value.facts == {"section": 1, "needed": 5, "found": 4}


@pytest.mark.parametrize("sets", SetRule)
def test_cases_enemies_and_required_items_are_respected(sets: SetRule) -> None:
    random = Random(9)
    items = tuple(
        packed(
            f"i{n:03}",
            KINDS[n % 2],
            difficulty=LEVELS[random.randrange(3)],
            stimulus=f"case-{n // 6}-{n % 2}" if n % 6 < 4 and n < 60 else None,
            enemies=(f"e{n % 4}",) if n % 10 == 5 else (),
        )
        for n in range(150)
    )
    rule = Blueprint(
        sections=(section(7, ItemKind.TRUE_FALSE, required=("i000",)), section(6, ItemKind.SINGLE_CHOICE)), sets=sets
    )
    made = make_parallel(bank(*items), rule, SEED, forms=4)
    assert made.spread <= 100
    counted = times(made)
    with_it = {"i000", "i002"} if sets is SetRule.TOGETHER else {"i000"}
    assert {name for name, number in counted.items() if number > 1} == with_it
    assert all(counted[name] == 4 for name in with_it)
    for number in range(8):  # drawing checks sets and enemies of every form, whichever it takes
        assert len(draw_form(items, PACKAGE, made.blueprint, f"{number:064x}").items) == 13


def test_a_bank_that_cannot_give_one_form_is_refused_before_anything_is_solved() -> None:
    with pytest.raises(BlueprintUnmet):
        make_parallel(bank(*plain(9)), RULE, SEED, forms=2)


def test_without_the_optimiser_a_person_is_told_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:  # noqa: ANN401 - the import itself
        if name.startswith("scipy"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(OptimiserMissing):
        make_parallel(bank(*plain(300)), RULE, SEED, forms=2)


def test_measured_difficulties_are_read_from_csv_and_go_before_the_banks_words() -> None:
    raw = '\ufeffnote,p,item\r\nx,0.8125,i1\r\n,.3,"i2"\r\n,1,i3\r\n'.encode()
    measured = read_difficulties(raw)
    assert measured == {"i1": 812, "i2": 300, "i3": 1000}
    assert difficulty_of(packed("i1"), measured) == 812
    assert [difficulty_of(packed("other", difficulty=level), measured) for level in Difficulty] == [850, 550, 200]


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"\xff", 1),
        (b"", 1),
        (b"item,q\ni1,0.5\n", 1),
        (b"item,p\ni1,0.5\ni1,0.5\n", 3),
        (b"item,p\ni1,1.5\n", 2),
        (b"item,p\ni1,nan\n", 2),
        (b"item,p\ni1,\n", 2),
        (b"item,p\n,0.5\n", 2),
        (b'item,p\ni1,0.5\n"i2,0.5\n', 2),  # the end of the file is met after the last line that was whole
    ],
)
def test_a_file_of_difficulties_that_cannot_be_used_is_refused_with_the_line(raw: bytes, line: int) -> None:
    with pytest.raises(DifficultyRefused) as caught:
        read_difficulties(raw)
    assert caught.value.facts == {"place": line}
