"""Drawing: what the blueprint asks for, the same for everybody, and by the words of `app.exam.form`."""

from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.exam.form import BlueprintUnmet, draw_form
from sync.wire.package import PackedItem, PackedOptions
from sync.wire.plan import Blueprint, ItemKind
from tests.app.exam.forms import BANK, KINDS, LEVELS, OPTIONS, PACKAGE, SEED, SUBJECTS, packed, section

SEEDS = st.binary(min_size=32, max_size=32).map(bytes.hex)
SECTIONS = st.lists(
    st.builds(
        section,
        st.integers(1, 3),
        st.sampled_from(KINDS),
        st.sampled_from([None, *SUBJECTS]),
        milli=st.integers(1, 4000),
        shuffle=st.booleans(),
    ),
    min_size=1,
    max_size=3,
)


@st.composite
def blueprints(draw: st.DrawFn) -> Blueprint:
    """Draw one to three sections; the bank has twelve items of each kind, six of each of their subjects."""
    return Blueprint(sections=tuple(draw(SECTIONS)), shuffle_options=draw(st.booleans()))


def drawable(blueprint: Blueprint) -> bool:
    """Tell whether, whatever earlier sections took, six of a kind and subject are enough."""
    wanted = Counter[ItemKind | None]()
    for one in blueprint.sections:
        wanted[one.kind] += one.count
    return max(wanted.values()) <= 6


@given(blueprints(), SEEDS)
def test_a_form_has_what_the_blueprint_asks_for_and_no_item_twice(blueprint: Blueprint, seed: str) -> None:
    assume(drawable(blueprint))
    form = draw_form(BANK, PACKAGE, blueprint, seed)
    by_id = {item.item: item for item in BANK}
    assert [place.number for place in form.items] == list(range(1, len(form.items) + 1))
    assert len({place.item for place in form.items}) == len(form.items)
    for index, one in enumerate(blueprint.sections):
        places = [place for place in form.items if place.section == index]
        assert len(places) == one.count
        for place in places:
            assert place.kind is by_id[place.item].kind is one.kind
            assert one.subject in (None, by_id[place.item].subject)
            assert place.max_milli == one.milli_each
        if not one.shuffle:
            assert [place.item for place in places] == sorted(place.item for place in places)
    assert form.max_milli == sum(one.count * one.milli_each for one in blueprint.sections)


@given(blueprints(), SEEDS)
def test_options_are_a_permutation_and_only_of_what_may_be_shuffled(blueprint: Blueprint, seed: str) -> None:
    assume(drawable(blueprint))
    for place in draw_form(BANK, PACKAGE, blueprint, seed).items:
        names = ["RESPONSE"] if OPTIONS[place.kind] and blueprint.shuffle_options else []
        assert list(place.orders_by_name) == names
        for order in place.orders_by_name.values():
            assert sorted(order) == sorted(OPTIONS[place.kind])


@given(st.permutations(BANK), SEEDS)
def test_a_form_depends_on_nothing_but_package_blueprint_and_seed(order: list[PackedItem], seed: str) -> None:
    blueprint = Blueprint(sections=(section(5, ItemKind.SINGLE_CHOICE), section(5, ItemKind.TRUE_FALSE)))
    form = draw_form(BANK, PACKAGE, blueprint, seed)
    assert draw_form(order, PACKAGE, blueprint, seed) == form
    assert draw_form(tuple(order), PACKAGE, blueprint, seed).sha256 == form.sha256


@given(SEEDS, SEEDS)
def test_another_seed_package_or_blueprint_gives_another_form(seed: str, other: str) -> None:
    assume(seed != other)
    blueprint = Blueprint(sections=(section(10, ItemKind.SINGLE_CHOICE), section(10, ItemKind.MULTIPLE_CHOICE)))
    heavier = Blueprint(sections=(section(10, ItemKind.SINGLE_CHOICE, milli=2000), blueprint.sections[1]))
    form = draw_form(BANK, PACKAGE, blueprint, seed)
    assert draw_form(BANK, PACKAGE, blueprint, other).sha256 != form.sha256
    assert draw_form(BANK, other, blueprint, seed).sha256 != form.sha256
    shown = [(place.item, place.orders) for place in form.items]
    assert [(place.item, place.orders) for place in draw_form(BANK, PACKAGE, heavier, seed).items] != shown


def test_every_item_and_every_order_of_options_comes_up() -> None:
    blueprint = Blueprint(sections=(section(4, ItemKind.SINGLE_CHOICE),))
    items, orders, firsts = Counter[str](), Counter[tuple[str, ...]](), Counter[str]()
    for number in range(600):
        form = draw_form(BANK, PACKAGE, blueprint, f"{number:064x}")
        firsts[form.items[0].item] += 1
        items.update(place.item for place in form.items)
        orders.update(place.orders_by_name["RESPONSE"] for place in form.items)
    assert len(items) == len(firsts) == 12
    assert len(orders) == 24
    assert all(120 < count < 280 for count in items.values()), "2400 places, 12 items: 200 each"
    assert all(20 < count < 85 for count in firsts.values()), "600 forms, 12 items: 50 each"
    assert all(50 < count < 155 for count in orders.values()), "2400 places, 24 orders: 100 each"


@given(st.sets(st.sampled_from("ABCDEF")), SEEDS)
def test_a_fixed_option_keeps_its_place_and_the_others_move_around_it(fixed: set[str], seed: str) -> None:
    options = tuple("ABCDEF")
    sets = (
        PackedOptions(name="RESPONSE", options=options, fixed=tuple(sorted(fixed))),
        PackedOptions(name="RESPONSE#2", options=("X", "Y", "Z")),
    )
    items = tuple(packed(f"m{number}", ItemKind.MATCH, shuffles=sets) for number in range(4))
    form = draw_form(items, PACKAGE, Blueprint(sections=(section(4),)), seed)
    for place in form.items:
        rows, columns = place.orders_by_name["RESPONSE"], place.orders_by_name["RESPONSE#2"]
        assert all(rows[options.index(name)] == name for name in fixed)
        assert (sorted(rows), sorted(columns)) == (list(options), ["X", "Y", "Z"])
    if len(fixed) <= 3:
        seen = {
            place.orders_by_name["RESPONSE"]
            for number in range(20)
            for place in draw_form(items, PACKAGE, Blueprint(sections=(section(4),)), f"{number:064x}").items
        }
        assert len(seen) > 1, "three options that may move do move"


def test_a_blueprint_that_the_package_cannot_meet_is_refused_with_figures() -> None:
    blueprint = Blueprint(sections=(section(10, ItemKind.TRUE_FALSE), section(3, ItemKind.TRUE_FALSE)))
    with pytest.raises(BlueprintUnmet) as caught:
        draw_form(BANK, PACKAGE, blueprint, SEED)
    assert caught.value.facts == {"section": 2, "needed": 3, "found": 2}


def test_difficulty_and_a_pool_by_name_narrow_a_section() -> None:
    pool = ("si11", "si03", "si05", "si07", "tr00")
    hard = section(4, ItemKind.SINGLE_CHOICE, difficulty=LEVELS[2])
    named = section(3, ItemKind.SINGLE_CHOICE, items=pool, shuffle=False)
    for number in range(20):
        seed = f"{number:064x}"
        form = draw_form(BANK, PACKAGE, Blueprint(sections=(hard,)), seed)
        assert {place.item for place in form.items} == {"si02", "si05", "si08", "si11"}
        drawn = [place.item for place in draw_form(BANK, PACKAGE, Blueprint(sections=(named,)), seed).items]
        assert drawn == [name for name in pool if name in drawn], "in the pool's order"
        assert "tr00" not in drawn


def test_a_section_that_shares_its_pool_with_a_narrower_one_leaves_it_what_it_needs() -> None:
    wide, narrow = section(8, ItemKind.SINGLE_CHOICE), section(4, ItemKind.SINGLE_CHOICE, difficulty=LEVELS[0])
    form = draw_form(BANK, PACKAGE, Blueprint(sections=(wide, narrow)), SEED)
    assert {place.item for place in form.items if place.section == 1} == {"si00", "si03", "si06", "si09"}
    assert len({place.item for place in form.items}) == 12
