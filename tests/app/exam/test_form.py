import hashlib
import json
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.exam.form import BlueprintUnmet, draw_form
from sync.wire.package import Blob, PackedItem
from sync.wire.plan import Bilingual, Blueprint, BlueprintSection, ItemKind

BLOB = Blob(offset=0, length=28, sha256="0" * 64)
TITLE = Bilingual(zh="部分", en="Section")
PACKAGE = "ab" * 32
SEED = "0123456789abcdef" * 4
OPTIONS = {
    ItemKind.TRUE_FALSE: ("true", "false"),
    ItemKind.SINGLE_CHOICE: ("A", "B", "C", "D"),
    ItemKind.MULTIPLE_CHOICE: ("A", "B", "C", "D", "E"),
}
SUBJECTS = ("fire", "law")


def packed(name: str, kind: ItemKind, subject: str = "fire", *, keep_order: bool = False) -> PackedItem:
    return PackedItem(
        item=name,
        kind=kind,
        subject=subject,
        difficulty="easy",
        options=OPTIONS[kind],
        content=BLOB,
        marking=BLOB,
        keep_order=keep_order,
    )


def section(kind: ItemKind, count: int, subject: str | None = None, marks: int = 1) -> BlueprintSection:
    return BlueprintSection(title=TITLE, kind=kind, count=count, marks_each=marks, subject=subject)


BANK = tuple(
    packed(f"{kind.value[:2]}{number:02}", kind, SUBJECTS[number % 2]) for kind in ItemKind for number in range(12)
)
SEEDS = st.binary(min_size=32, max_size=32).map(bytes.hex)
SECTIONS = st.lists(
    st.builds(
        section,
        st.sampled_from(ItemKind),
        st.integers(1, 3),
        st.sampled_from([None, *SUBJECTS]),
        st.integers(1, 4),
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
    wanted = Counter[ItemKind]()
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
            assert place.max_milli == one.marks_each * 1000
    assert form.max_milli == sum(one.count * one.marks_each * 1000 for one in blueprint.sections)


@given(blueprints(), SEEDS)
def test_options_are_a_permutation_and_true_false_keeps_its_place(blueprint: Blueprint, seed: str) -> None:
    assume(drawable(blueprint))
    for place in draw_form(BANK, PACKAGE, blueprint, seed).items:
        assert sorted(place.options) == sorted(OPTIONS[place.kind])
        if place.kind is ItemKind.TRUE_FALSE or not blueprint.shuffle_options:
            assert place.options == OPTIONS[place.kind]


@given(st.permutations(BANK), SEEDS)
def test_a_form_depends_on_nothing_but_package_blueprint_and_seed(order: list[PackedItem], seed: str) -> None:
    blueprint = Blueprint(sections=(section(ItemKind.SINGLE_CHOICE, 5), section(ItemKind.TRUE_FALSE, 5)))
    form = draw_form(BANK, PACKAGE, blueprint, seed)
    assert draw_form(order, PACKAGE, blueprint, seed) == form
    assert draw_form(tuple(order), PACKAGE, blueprint, seed).sha256 == form.sha256


@given(SEEDS, SEEDS)
def test_another_seed_package_or_blueprint_gives_another_form(seed: str, other: str) -> None:
    assume(seed != other)
    blueprint = Blueprint(sections=(section(ItemKind.SINGLE_CHOICE, 10), section(ItemKind.MULTIPLE_CHOICE, 10)))
    heavier = Blueprint(sections=(section(ItemKind.SINGLE_CHOICE, 10, marks=2), blueprint.sections[1]))
    form = draw_form(BANK, PACKAGE, blueprint, seed)
    assert draw_form(BANK, PACKAGE, blueprint, other).sha256 != form.sha256
    assert draw_form(BANK, other, blueprint, seed).sha256 != form.sha256
    shown = [(place.item, place.options) for place in form.items]
    assert [(place.item, place.options) for place in draw_form(BANK, PACKAGE, heavier, seed).items] != shown


def test_every_item_and_every_order_of_options_comes_up() -> None:
    blueprint = Blueprint(sections=(section(ItemKind.SINGLE_CHOICE, 4),))
    items, orders = Counter[str](), Counter[tuple[str, ...]]()
    for number in range(600):
        form = draw_form(BANK, PACKAGE, blueprint, f"{number:064x}")
        items.update(place.item for place in form.items)
        orders.update(place.options for place in form.items)
    assert len(items) == 12
    assert len(orders) == 24
    assert all(120 < count < 280 for count in items.values()), "2400 places, 12 items: 200 each"
    assert all(50 < count < 155 for count in orders.values()), "2400 places, 24 orders: 100 each"


def test_an_item_that_keeps_its_order_is_never_shuffled_and_takes_no_number_from_the_stream() -> None:
    blueprint = Blueprint(sections=(section(ItemKind.SINGLE_CHOICE, 3),))
    kept = tuple(packed(f"k{number}", ItemKind.SINGLE_CHOICE, keep_order=True) for number in range(3))
    for number in range(50):
        form = draw_form(kept, PACKAGE, blueprint, f"{number:064x}")
        assert {place.options for place in form.items} == {OPTIONS[ItemKind.SINGLE_CHOICE]}


def test_a_blueprint_that_the_package_cannot_meet_is_refused_with_figures() -> None:
    blueprint = Blueprint(sections=(section(ItemKind.TRUE_FALSE, 10), section(ItemKind.TRUE_FALSE, 3, subject=None)))
    with pytest.raises(BlueprintUnmet) as caught:
        draw_form(BANK, PACKAGE, blueprint, SEED)
    assert caught.value.facts == {"needed": 3, "found": 2}


def test_the_form_is_the_one_the_description_gives() -> None:
    """Follow the words of `app.exam.form`'s docstring by hand, sharing nothing with its code."""
    blueprint = Blueprint(sections=(section(ItemKind.TRUE_FALSE, 3), section(ItemKind.SINGLE_CHOICE, 2, "law", 2)))
    rule = (
        '{"sections":['
        '{"count":3,"kind":"true_false","marks_each":1,"subject":null,"title":{"en":"Section","zh":"部分"}},'
        '{"count":2,"kind":"single_choice","marks_each":2,"subject":"law","title":{"en":"Section","zh":"部分"}}'
        '],"shuffle_options":true}'
    )
    prefix = b"examroom-form-v1" + bytes.fromhex(SEED + PACKAGE) + hashlib.sha256(rule.encode()).digest()
    numbers: list[int] = []
    for block in range(20):
        digest = hashlib.sha256(prefix + block.to_bytes(8, "big")).digest()
        numbers += [int.from_bytes(digest[8 * part : 8 * part + 8], "big") for part in range(4)]

    def shuffle(things: list[str]) -> list[str]:
        for place in reversed(range(1, len(things))):
            number = numbers.pop(0)
            while number >= 2**64 // (place + 1) * (place + 1):
                number = numbers.pop(0)
            other = number % (place + 1)
            things[place], things[other] = things[other], things[place]
        return things

    judged = shuffle([f"tr{number:02}" for number in range(12)])[:3]
    chosen = shuffle([f"si{number:02}" for number in range(1, 12, 2)])[:2]
    expected = [(name, 0, "true_false", 1000, ["true", "false"]) for name in judged]
    expected += [(name, 1, "single_choice", 2000, shuffle(["A", "B", "C", "D"])) for name in chosen]

    form = draw_form(BANK, PACKAGE, blueprint, SEED)
    drawn = [(p.item, p.section, p.kind.value, p.max_milli, list(p.options)) for p in form.items]
    assert drawn == expected
    as_json = [
        {"item": name, "kind": kind, "max_milli": milli, "number": number, "options": options, "section": part}
        for number, (name, part, kind, milli, options) in enumerate(expected, start=1)
    ]
    text = json.dumps(as_json, separators=(",", ":"))
    assert form.sha256 == hashlib.sha256(text.encode()).hexdigest()
