from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from app.exam.assessment import Assessment, ItemRef, Section, TestPart, drawn


def refs(names: str, fixed: str = "", required: str = "") -> tuple[ItemRef, ...]:
    return tuple(ItemRef(name, href=name, fixed=name in fixed, required=name in required) for name in names)


def keys(*sections: Section, seed: int = 0) -> list[str]:
    return [one.key for one in drawn(Assessment("test", (TestPart("P", sections=sections),)), seed)]


def test_without_selection_or_ordering_everything_stands_as_declared() -> None:
    assert keys(Section("S", children=(*refs("ab"), Section("T", children=refs("cd")), *refs("e")))) == list("abcde")


@given(st.integers(0, 10_000))
def test_a_selection_takes_so_many_in_their_order_and_those_required(seed: int) -> None:
    taken = keys(Section("S", children=refs("abcdefgh", required="e"), select=3), seed=seed)
    assert len(taken) == len(set(taken)) == 3
    assert "e" in taken
    assert taken == sorted(taken)


@given(st.integers(0, 10_000))
def test_shuffling_keeps_fixed_items_in_their_places(seed: int) -> None:
    order = keys(Section("S", children=refs("abcdefgh", fixed="ah"), shuffle=True), seed=seed)
    assert (order[0], order[-1]) == ("a", "h")
    assert sorted(order) == list("abcdefgh")


def test_a_seed_always_gives_the_same_and_seeds_differ() -> None:
    section = Section("S", children=refs("abcdefgh"), shuffle=True)
    assert keys(section, seed=5) == keys(section, seed=5)
    assert len({tuple(keys(section, seed=seed)) for seed in range(30)}) > 25


def test_with_replacement_an_item_may_come_again_under_a_name_of_its_own() -> None:
    taken = keys(Section("S", children=refs("ab"), select=5, with_replacement=True), seed=1)
    assert len(taken) == len(set(taken)) == 5
    assert set(Counter(key.partition(".")[0] for key in taken)) <= {"a", "b"}
    assert any(key.endswith(".2") for key in taken)


def test_a_hidden_section_that_need_not_stay_together_mixes_with_what_is_around_it() -> None:
    inner = Section("T", children=refs("wxyz"), visible=False, keep_together=False)
    together = Section("T", children=refs("wxyz"))
    mixed = [keys(Section("S", children=(*refs("abcd"), inner), shuffle=True), seed=seed) for seed in range(20)]
    apart = [keys(Section("S", children=(*refs("abcd"), together), shuffle=True), seed=seed) for seed in range(20)]
    assert any("wxyz" not in "".join(order) for order in mixed)
    assert all("wxyz" in "".join(order) for order in apart)
