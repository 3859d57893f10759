from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.content.checks.likeness import ALIKE_PERMILLE, MAX_ALIKE, alike, likeness
from app.content.checks.said import tokens

TEXTS = st.text("甲乙丙丁不得", max_size=12)


def slow_common(one: str, other: str) -> int:
    """The textbook's table for the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for a in one:
        before = row[:]
        for place, b in enumerate(other, start=1):
            row[place] = before[place - 1] + 1 if a == b else max(before[place], row[place - 1])
    return row[-1]


@given(TEXTS, TEXTS)
def test_likeness_is_what_the_textbook_says(one: str, other: str) -> None:
    expected = 2000 * slow_common(one, other) // (len(one) + len(other)) if one and other else 0
    assert likeness(one, other) == expected == likeness(other, one)


@given(st.lists(TEXTS, max_size=8, unique=True))
def test_no_pair_is_told_that_is_not_alike_and_none_twice(texts: list[str]) -> None:
    pairs = list(alike(texts))
    assert len({(one.first, one.second) for one in pairs}) == len(pairs)
    for pair in pairs:
        assert pair.first < pair.second
        assert likeness(texts[pair.first], texts[pair.second]) == pair.permille >= ALIKE_PERMILLE


@given(st.text("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉", min_size=12, max_size=40), st.data())
def test_one_changed_character_in_twelve_or_more_is_found(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    changed = text[:at] + "变" + text[at + 1 :]
    others = ["完全无关的另外一句话在这里", "还有一句也没有任何关系"]
    found = {(one.first, one.second) for one in alike([text, *others, changed])}
    repeated = len(set(pairwise(text))) < len(text) - 1
    assert (0, 3) in found or repeated


def test_many_texts_that_are_all_alike_stay_bounded() -> None:
    texts = [tokens(f"第{number}题求这台设备在满负荷条件下的额定功率是多少") for number in range(2000)]
    pairs = list(alike(texts))
    assert 2000 - 1 <= len(pairs) <= 2000 * MAX_ALIKE


def test_width_case_and_commas_do_not_count_but_numbers_and_signs_do() -> None:
    assert tokens("ＡＢ，１２") == tokens("ab 12")
    assert tokens("1.5 m ≥ 15m") == ("1.5", "m", "≥", "15", "m")
    assert tokens("don't re-use") == ("don't", "re-use")


def test_the_same_texts_give_the_same_pairs_every_time() -> None:
    texts = ["甲乙丙丁戊己庚辛", "甲乙丙丁戊己庚壬", "甲乙丙丁戊己庚癸"]
    assert list(alike(texts)) == list(alike(texts))
    assert {(one.first, one.second) for one in alike(texts)} == set(combinations(range(3), 2))
