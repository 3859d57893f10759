"""Sets, enemies, exposure, required items and prepared forms; and the second implementation that must agree."""

import hashlib
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exam.form import BlueprintUnmet, Form, draw_form
from app.exam.pools import ExposureUnmet, PreparedUnmet, RequiredUnmet, RulesUnmet
from sync.wire.package import PackedItem, PackedOptions
from sync.wire.plan import Blueprint, BlueprintSection, ItemKind, SetRule
from tests.app.exam.forms import BANK, KINDS, LEVELS, PACKAGE, SEED, SUBJECTS, packed, section
from tests.app.exam.rebuild import digest, rebuild

SEEDS = st.binary(min_size=32, max_size=32).map(bytes.hex)
SETS = st.sampled_from(SetRule)


@st.composite
def banks(draw: st.DrawFn) -> tuple[PackedItem, ...]:
    """Draw a small bank with cases, enemies, fixed options and two subjects."""
    count = draw(st.integers(4, 14))
    return tuple(
        packed(
            f"i{number:02}",
            draw(st.sampled_from(KINDS)),
            draw(st.sampled_from(SUBJECTS)),
            difficulty=draw(st.sampled_from(LEVELS)),
            shuffles=draw(
                st.sampled_from(
                    [None, (), (PackedOptions(name="RESPONSE", options=("A", "B", "C", "D"), fixed=("C",)),)]
                )
            ),
            stimulus=draw(st.sampled_from([None, None, "case-1", "case-2", "case-3"])),
            enemies=draw(st.sampled_from([(), (), ("e1",), ("e2",), ("e1", "e2")])),
        )
        for number in range(count)
    )


@st.composite
def rules(draw: st.DrawFn, items: tuple[PackedItem, ...]) -> Blueprint:
    """Draw a blueprint of the bank: filters, pools by name in any order, required items."""
    names = [item.item for item in items]

    def a_section() -> BlueprintSection:
        pool = draw(st.just(()) | st.permutations(names).map(tuple))
        return section(
            draw(st.integers(1, 5)),
            subject=draw(st.sampled_from([None, None, *SUBJECTS])),
            items=pool[: draw(st.integers(5, 14))],
            required=tuple(draw(st.sets(st.sampled_from(names), max_size=1))),
            shuffle=draw(st.booleans()),
        )

    sections = tuple(a_section() for _ in range(draw(st.integers(1, 3))))
    return Blueprint(sections=sections, sets=draw(SETS), shuffle_options=draw(st.booleans()))


@st.composite
def cases(draw: st.DrawFn) -> tuple[tuple[PackedItem, ...], Blueprint]:
    items = draw(banks())
    return items, draw(rules(items))


def form_or_fault(items: tuple[PackedItem, ...], blueprint: Blueprint, seed: str) -> Form | BlueprintUnmet:
    try:
        return draw_form(items, PACKAGE, blueprint, seed)
    except BlueprintUnmet as fault:
        return fault


def stimuli(items: tuple[PackedItem, ...]) -> dict[str, str]:
    return {item.item: item.stimulus for item in items if item.stimulus}


def enemies_met(form: Form, items: tuple[PackedItem, ...]) -> int:
    by_id = {item.item: item for item in items}
    return max(Counter(name for place in form.items for name in by_id[place.item].enemies).values(), default=0)


@settings(max_examples=200)
@given(cases(), SEEDS)
def test_whatever_is_drawn_keeps_to_the_rules_and_is_what_the_second_implementation_draws(
    case: tuple[tuple[PackedItem, ...], Blueprint], seed: str
) -> None:
    items, blueprint = case
    as_json = [item.model_dump(mode="json") for item in items]
    form = form_or_fault(items, blueprint, seed)
    if isinstance(form, RequiredUnmet | ExposureUnmet):
        return
    if isinstance(form, BlueprintUnmet):
        assert rebuild(as_json, PACKAGE, blueprint.model_dump(mode="json"), seed) is None
        assert set(form.facts) == {"section", "needed", "found"}
        assert int(form.facts["found"]) < int(form.facts["needed"])
        return
    rebuilt = rebuild(as_json, PACKAGE, blueprint.model_dump(mode="json"), seed)
    assert rebuilt is not None
    assert [place["item"] for place in rebuilt] == [place.item for place in form.items]
    assert digest(rebuilt) == form.sha256
    assert enemies_met(form, items) <= 1
    assert Counter(place.section for place in form.items) == {
        index: one.count for index, one in enumerate(blueprint.sections)
    }
    for index, one in enumerate(blueprint.sections):
        assert set(one.required) <= {place.item for place in form.items if place.section == index}
    if blueprint.sets is SetRule.APART:
        case_of = stimuli(items)
        assert max(Counter(case_of[p.item] for p in form.items if p.item in case_of).values(), default=0) <= 1


@settings(max_examples=200)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=7), st.integers(1, 12), SEEDS)
def test_sets_are_whole_adjacent_and_in_the_order_of_ids_and_found_wherever_sizes_allow_it(
    sizes: list[int], count: int, seed: str
) -> None:
    items = tuple(
        packed(f"i{number}{member}", stimulus=f"case-{number}" if size > 1 else None)
        for number, size in enumerate(sizes)
        for member in range(size)
    )
    blueprint = Blueprint(sections=(section(count),))
    possible = any(sum(some) == count for most in range(len(sizes) + 1) for some in combinations(sizes, most))
    if not possible:
        with pytest.raises(BlueprintUnmet):
            draw_form(items, PACKAGE, blueprint, seed)
        return
    drawn = [place.item for place in draw_form(items, PACKAGE, blueprint, seed).items]
    for number, size in enumerate(sizes):
        members = [f"i{number}{member}" for member in range(size)]
        if drawn_of := [name for name in drawn if name in members]:
            at = drawn.index(members[0])
            assert drawn_of == members == drawn[at : at + size]


def test_a_case_with_items_of_several_kinds_is_drawn_where_all_of_them_fit_and_nowhere_else() -> None:
    items = (
        *(packed(f"s{number}", ItemKind.SINGLE_CHOICE, stimulus="case") for number in range(3)),
        *(packed(f"m{number}", ItemKind.MULTIPLE_CHOICE, stimulus="case") for number in range(2)),
    )
    form = draw_form(items, PACKAGE, Blueprint(sections=(section(5),)), SEED)
    assert [place.item for place in form.items] == ["m0", "m1", "s0", "s1", "s2"]
    by_kind = (section(3, ItemKind.SINGLE_CHOICE), section(2, ItemKind.MULTIPLE_CHOICE))
    with pytest.raises(BlueprintUnmet) as caught:
        draw_form(items, PACKAGE, Blueprint(sections=by_kind), SEED)
    assert caught.value.facts == {"section": 1, "needed": 3, "found": 0}
    by_itself = Blueprint(sections=(section(1, ItemKind.SINGLE_CHOICE),), sets=SetRule.APART)
    assert len(draw_form(items, PACKAGE, by_itself, SEED).items) == 1


def test_what_only_a_person_can_mark_is_on_no_form() -> None:
    items = tuple(packed(f"i{number}").model_copy(update={"by_person": number == 1}) for number in range(3))
    assert {place.item for place in draw_form(items, PACKAGE, Blueprint(sections=(section(2),)), SEED).items} == {
        "i0",
        "i2",
    }
    with pytest.raises(BlueprintUnmet):
        draw_form(items, PACKAGE, Blueprint(sections=(section(3),)), SEED)


def test_enemies_never_meet_though_most_draws_would_bring_them_together() -> None:
    loners = tuple(packed(f"a{number}") for number in range(3))
    pairs = tuple(packed(f"b{number}", enemies=("one-of-these",)) for number in range(20))
    form_of = Blueprint(sections=(section(4),))
    for number in range(50):
        drawn = {place.item for place in draw_form(loners + pairs, PACKAGE, form_of, f"{number:064x}").items}
        assert drawn >= {"a0", "a1", "a2"}
        assert len(drawn) == 4
    with pytest.raises(RulesUnmet) as caught:
        draw_form(loners + pairs, PACKAGE, Blueprint(sections=(section(5),)), SEED)
    assert caught.value.facts == {"section": 1, "needed": 5, "found": 4}


def test_a_greedy_draw_that_runs_into_a_wall_is_tried_again_with_the_numbers_that_follow() -> None:
    """One item excludes all six others: whoever draws it first is stuck."""
    hub = packed("hub", enemies=tuple(f"e{number}" for number in range(6)))
    spokes = tuple(packed(f"s{number}", enemies=(f"e{number}",)) for number in range(6))
    blueprint = Blueprint(sections=(section(2),))
    for number in range(50):
        drawn = draw_form((hub, *spokes), PACKAGE, blueprint, f"{number:064x}")
        assert all(place.item != "hub" for place in drawn.items)


def test_enemies_are_kept_apart_across_sections_too() -> None:
    items = (
        packed("s0", ItemKind.SINGLE_CHOICE, enemies=("x",)),
        packed("s1", ItemKind.SINGLE_CHOICE),
        packed("m0", ItemKind.MULTIPLE_CHOICE, enemies=("x",)),
    )
    blueprint = Blueprint(sections=(section(1, ItemKind.SINGLE_CHOICE), section(1, ItemKind.MULTIPLE_CHOICE)))
    for number in range(20):
        drawn = draw_form(items, PACKAGE, blueprint, f"{number:064x}")
        assert [place.item for place in drawn.items] == ["s1", "m0"]


def test_a_case_whose_own_items_are_enemies_is_never_drawn() -> None:
    items = (packed("c0", stimulus="c", enemies=("x",)), packed("c1", stimulus="c", enemies=("x",)), packed("d"))
    with pytest.raises(BlueprintUnmet) as caught:
        draw_form(items, PACKAGE, Blueprint(sections=(section(2),)), SEED)
    assert caught.value.facts == {"section": 1, "needed": 2, "found": 1}
    assert draw_form(items, PACKAGE, Blueprint(sections=(section(1),)), SEED).items[0].item == "d"


def test_a_required_item_is_always_in_and_brings_its_case_along() -> None:
    items = (*(packed(f"c{number}", stimulus="case") for number in range(3)), *(packed(f"d{n}") for n in range(9)))
    blueprint = Blueprint(sections=(section(5, required=("c1",)),))
    for number in range(20):
        drawn = [place.item for place in draw_form(items, PACKAGE, blueprint, f"{number:064x}").items]
        at = drawn.index("c0")
        assert drawn[at : at + 3] == ["c0", "c1", "c2"]


def test_what_another_section_requires_is_left_to_it() -> None:
    blueprint = Blueprint(sections=(section(11, ItemKind.SINGLE_CHOICE), section(1, required=("si05",))))
    form = draw_form(BANK, PACKAGE, blueprint, SEED)
    assert form.items[-1].item == "si05"
    assert "si05" not in {place.item for place in form.items[:-1]}


@pytest.mark.parametrize(
    ("sections", "item"),
    [
        ((section(2, required=("nobody",)),), "nobody"),
        ((section(2, ItemKind.TRUE_FALSE, required=("si00",)),), "si00"),
        ((section(2, required=("si00",)), section(2, required=("si00",))), "si00"),
        ((section(1, required=("si00", "si01")),), "si00"),
    ],
)
def test_a_required_item_that_cannot_be_in_is_named(sections: tuple[BlueprintSection, ...], item: str) -> None:
    with pytest.raises(RequiredUnmet) as caught:
        draw_form(BANK, PACKAGE, Blueprint(sections=sections), SEED)
    assert caught.value.facts["item"] == item


def test_a_pool_too_small_for_the_exposure_limit_is_refused_with_what_it_would_need() -> None:
    asked = (section(4, ItemKind.SINGLE_CHOICE),)
    assert draw_form(BANK, PACKAGE, Blueprint(sections=asked, exposure_permille=334), SEED).items
    with pytest.raises(ExposureUnmet) as caught:
        draw_form(BANK, PACKAGE, Blueprint(sections=asked, exposure_permille=333), SEED)
    assert caught.value.facts == {"section": 1, "needed": 13, "found": 12}


FORMS = (
    (("si00", "si01", "si02"), ("tr00", "tr01")),
    (("si03", "si04", "si05"), ("tr02", "tr03")),
    (("si06", "si07", "si00"), ("tr04", "tr05")),
)
SECTIONS = (section(3, ItemKind.SINGLE_CHOICE), section(2, ItemKind.TRUE_FALSE, shuffle=False))


def test_the_seed_chooses_one_of_the_prepared_forms_and_still_shuffles_it() -> None:
    blueprint = Blueprint(sections=SECTIONS, forms=FORMS)
    as_json = ([item.model_dump(mode="json") for item in BANK], PACKAGE, blueprint.model_dump(mode="json"))
    seen, orders = Counter[int](), set()
    for number in range(300):
        form = draw_form(BANK, PACKAGE, blueprint, f"{number:064x}")
        parts = [[place.item for place in form.items if place.section == index] for index in (0, 1)]
        (which,) = [
            index
            for index, prepared in enumerate(FORMS)
            if set(prepared[0]) == set(parts[0]) and prepared[1] == tuple(parts[1])
        ]
        seen[which] += 1
        orders.add(tuple(parts[0]))
        rebuilt = rebuild(*as_json, f"{number:064x}")
        assert rebuilt is not None
        assert digest(rebuilt) == form.sha256
    assert all(70 < seen[which] < 130 for which in range(3)), "300 forms, three to choose from: 100 each"
    assert len(orders) == 18, "three forms, six orders each"


@pytest.mark.parametrize(
    ("form", "index"),
    [
        ((("si00", "si01"), ("tr00", "tr01")), 1),  # too few
        ((("si00", "si01", "si01"), ("tr00", "tr01")), 1),  # one twice
        ((("si00", "si01", "mu02"), ("tr00", "tr01")), 1),  # of another kind
        ((("si00", "si01", "si02"), ("tr00", "nobody")), 2),  # not in the package
        ((("si00", "si01", "si02"),), 1),  # a section is missing
    ],
)
def test_a_prepared_form_that_does_not_fit_is_refused_whichever_the_seed_chooses(
    form: tuple[tuple[str, ...], ...], index: int
) -> None:
    for number in range(5):
        with pytest.raises(PreparedUnmet) as caught:
            draw_form(BANK, PACKAGE, Blueprint(sections=SECTIONS, forms=(FORMS[0], form)), f"{number:064x}")
        assert caught.value.facts == {"form": 2, "section": index}


def test_a_prepared_form_keeps_sets_whole_enemies_apart_and_required_items_in() -> None:
    items = (
        packed("a", stimulus="case"),
        packed("b", stimulus="case"),
        packed("c", enemies=("x",)),
        packed("d", enemies=("x",)),
        packed("e"),
    )

    def drawn(form: tuple[str, ...], **changed: object) -> list[str]:
        asked = Blueprint(sections=(section(2, required=("e",) if "required" in changed else ()),), forms=((form,),))
        return sorted(place.item for place in draw_form(items, PACKAGE, asked, SEED).items)

    assert drawn(("b", "a")) == ["a", "b"]
    assert drawn(("c", "e")) == ["c", "e"]
    for form in (("a", "e"), ("c", "d")):
        with pytest.raises(PreparedUnmet):
            drawn(form)
    with pytest.raises(PreparedUnmet):
        drawn(("a", "b"), required=True)


def test_an_item_on_too_many_prepared_forms_is_refused() -> None:
    blueprint = Blueprint(sections=SECTIONS, forms=FORMS, exposure_permille=400)
    with pytest.raises(ExposureUnmet):
        draw_form(BANK, PACKAGE, blueprint, SEED)
    assert draw_form(BANK, PACKAGE, blueprint.model_copy(update={"exposure_permille": 667}), SEED).items


def test_forms_drawn_before_can_still_be_rebuilt() -> None:
    """Digests written down when the algorithm was: who changes it changes `LABEL` too, and these."""
    cases_bank = tuple(
        packed(
            f"v{number:03}",
            KINDS[number % 3],
            SUBJECTS[number % 2],
            difficulty=LEVELS[number % 5 % 3],
            stimulus=f"case-{number // 4}" if number % 11 < 4 else None,
            enemies=(f"e{number % 7}",) if number % 6 == 0 else (),
        )
        for number in range(200)
    )
    plain = Blueprint(sections=(section(20, ItemKind.TRUE_FALSE), section(10, ItemKind.SINGLE_CHOICE)))
    rich = Blueprint(
        sections=(
            section(15, milli=1500, required=("v004",)),
            section(6, subject="law", difficulty=LEVELS[1]),
            section(3, items=("v150", "v149", "v003", "v111", "v110"), shuffle=False),
        ),
        exposure_permille=900,
    )
    apart = rich.model_copy(update={"sets": SetRule.APART, "shuffle_options": False})
    seeds = (SEED, hashlib.sha256("2026 冬".encode()).hexdigest())
    drawn = [draw_form(cases_bank, PACKAGE, rule, seed).sha256[:16] for rule in (plain, rich, apart) for seed in seeds]
    assert drawn == FROZEN


FROZEN = [
    "2374607ac9bc8935",
    "759228563611b9c2",
    "933512acd1bb4c4c",
    "475e82fc564b668c",
    "70991629eb51f4cc",
    "dc89ec594b3ce7e6",
]
