from dataclasses import replace

import pytest

from app.content.checks.duplicates import MAX_LISTED, difference
from app.content.checks.finding import Code
from app.exam.item import Stimulus
from app.exam.prose import Picture
from tests.app.content.banks import png
from tests.app.content.checks.small import (
    STEMS,
    WORDS,
    bank,
    codes,
    found,
    judged,
    right,
    single,
    the,
    with_picture,
    wording,
)


def test_the_same_item_twice_is_found_whatever_its_punctuation_width_and_order() -> None:
    other = single("b", ("电焊作业前，应首先检查什么?", STEMS[0][1]), tuple(reversed(WORDS)))
    of = bank((single("a"), right("a", "A")), (other, right("b", "D")))
    assert the(of, Code.DUPLICATE).items == ("a", "b")
    assert codes(of) == [Code.DUPLICATE, Code.HALF_WIDTH]


def test_the_same_item_with_another_key_is_an_error_that_shows_both_keys() -> None:
    of = bank((single("a"), right("a", "A")), (single("b"), right("b", "D")))
    finding = the(of, Code.CONTRADICTING_KEYS)
    assert finding.items == ("a", "b")
    assert dict(finding.facts) == {"first": "通风情况", "second": "作业票证"}
    assert codes(of) == [Code.CONTRADICTING_KEYS]


def test_a_statement_that_is_true_and_false_contradicts_itself() -> None:
    one, other = (judged(name, "氧气瓶可以沾油。", "Oxygen bottles may be oily.") for name in "ab")
    of = bank((one, right("a", "true")), (other, right("b", "false")))
    assert codes(of) == [Code.CONTRADICTING_KEYS]


def test_an_option_right_in_one_item_and_wrong_in_another_of_the_same_stem_is_named() -> None:
    other = single("b", STEMS[0], (WORDS[0], ("灭火器", "x"), ("逃生路线", "y"), ("安全帽带", "z")))
    of = bank((single("a"), right("a", "A")), (other, right("b", "B")))
    assert the(of, Code.RIGHT_AND_WRONG).facts["option"] == "通风情况"


@pytest.mark.parametrize(("was", "now", "shown"), [("10", "15", "10 → 15"), ("大于", "小于", "大 → 小")])
def test_items_that_differ_in_a_number_or_a_word_are_near_and_the_difference_is_shown(
    was: str, now: str, shown: str
) -> None:
    one, other = (judged(name, f"高处作业的坠落半径应当{what} m。", what) for name, what in (("a", was), ("b", now)))
    of = bank((one, right("a", "true")), (other, right("b", "false")))
    finding = the(of, Code.NEAR_DUPLICATE)
    assert finding.items == ("a", "b")
    assert finding.facts["difference"] == shown
    assert int(finding.facts["alike"]) >= 80


def test_opposite_statements_with_one_key_are_suspected() -> None:
    one = judged("a", "在有限空间内作业时不得使用明火照明。", "It is forbidden.")
    other = judged("b", "在有限空间内作业时可以使用明火照明。", "It is allowed.")
    of = bank((one, right("a", "true")), (other, right("b", "true")))
    assert the(of, Code.OPPOSITES_SAME_KEY).facts["difference"] == "不得 → 可以"
    other_way = bank((one, right("a", "true")), (other, right("b", "false")))
    assert codes(other_way) == [Code.NEAR_DUPLICATE]


def test_enemies_are_not_compared_because_no_form_holds_both() -> None:
    one, other = (replace(single(name), enemies=("g",)) for name in "ab")
    changed = replace(other, stem=single("b", ("电焊作业前应首先检验什么？", "x")).stem)
    assert codes(bank((one, right("a", "A")), (changed, right("b", "A")))) == []


def test_items_of_different_stimuli_or_with_different_pictures_are_not_the_same() -> None:
    told = [Stimulus(name, wording(zh, zh)) for name, zh in (("s1", "甲厂发生火灾。"), ("s2", "乙厂发生爆炸。"))]
    apart = [replace(single(name), stimulus=one) for name, one in zip("ab", told, strict=True)]
    assert Code.DUPLICATE not in codes(bank((apart[0], right("a", "A")), (apart[1], right("b", "A"))))
    shown = [with_picture(single(name), (Picture("1.png", "一个标志"),), "1.png") for name in "ab"]
    media = {("a", "1.png"): png(200, 200), ("b", "1.png"): png(200, 201)}
    of = bank((shown[0], right("a", "A")), (shown[1], right("b", "D")), media=media)
    finding = the(of, Code.NEAR_DUPLICATE)
    assert (finding.facts["alike"], finding.facts["difference"]) == (100, "–")


def test_pairs_beyond_the_list_are_counted() -> None:
    many = [
        (judged(f"i{n:03}", f"第{n}号设备每年应当全面检验一次", "x"), right(f"i{n:03}", "true")) for n in range(120)
    ]
    findings = found(bank(*many))
    near = [one for one in findings if one.code is Code.NEAR_DUPLICATE]
    assert len(near) == MAX_LISTED
    (unlisted,) = [one for one in findings if one.code is Code.NEAR_UNLISTED]
    assert int(unlisted.facts["count"]) > 0


def test_a_difference_is_told_piece_by_piece() -> None:
    assert difference("甲乙丙丁", "甲丙丁戊") == [("乙", ""), ("", "戊")]
    assert difference(("10", "m"), ("15", "m")) == [("10", "15")]
