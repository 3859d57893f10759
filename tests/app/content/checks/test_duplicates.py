from dataclasses import replace

import pytest

from app.content.checks.duplicates import MAX_LISTED, difference
from app.content.checks.finding import Code
from app.exam.interactions import InlineChoice, Match, Order
from app.exam.item import Item, Stimulus
from app.exam.marking import MATCH_CORRECT, SCORE, BaseType, Cardinality, Declaration, Marking, Node, Role, Written
from app.exam.prose import Picture
from sync.wire.plan import ItemKind
from tests.app.content.banks import png
from tests.app.content.checks.small import (
    STEMS,
    WORDS,
    bank,
    codes,
    found,
    item,
    judged,
    options,
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


def test_options_that_are_signs_are_told_apart() -> None:
    one = single("a", STEMS[0], (("→", "→"), ("←", "←")))
    other = single("b", STEMS[0], (("↑", "↑"), ("↓", "↓")))
    assert Code.DUPLICATE not in codes(bank((one, right("a", "A")), (other, right("b", "A"))))


def matched(name: str, rows: str, key: tuple[str, ...]) -> tuple[Item, Marking]:
    """A match whose rows are called differently and say the same."""
    board = Match(
        "RESPONSE",
        None,
        tuple(replace(one, id=row) for one, row in zip(options(*WORDS[:2]), rows, strict=True)),
        tuple(replace(one, id=one.id.lower()) for one in options(*WORDS[2:])),
        max_associations=2,
    )
    written = tuple(Written(pair) for pair in key)
    declared = Declaration(Role.RESPONSE, "RESPONSE", Cardinality.MULTIPLE, BaseType.DIRECTED_PAIR, correct=written)
    return item(name, ItemKind.MATCH, STEMS[0], board), Marking(name, (declared, SCORE), MATCH_CORRECT)


def test_pairs_are_compared_by_what_they_say() -> None:
    same = bank(matched("a", "AB", ("A a", "B b")), matched("b", "XY", ("Y b", "X a")))
    assert codes(same) == [Code.DUPLICATE]
    crossed = bank(matched("a", "AB", ("A a", "B b")), matched("b", "XY", ("X b", "Y a")))
    assert codes(crossed) == [Code.CONTRADICTING_KEYS]


def test_two_orders_of_the_same_options_contradict_each_other() -> None:
    def ordered(name: str, key: str) -> tuple[Item, Marking]:
        written = tuple(Written(one) for one in key)
        declared = Declaration(Role.RESPONSE, "RESPONSE", Cardinality.ORDERED, BaseType.IDENTIFIER, correct=written)
        board = Order("RESPONSE", None, options(*WORDS[:3]))
        return item(name, ItemKind.ORDER, STEMS[0], board), Marking(name, (declared, SCORE), MATCH_CORRECT)

    assert codes(bank(ordered("a", "ABC"), ordered("b", "CAB"))) == [Code.CONTRADICTING_KEYS]
    assert codes(bank(ordered("a", "ABC"), ordered("b", "ABC"))) == [Code.DUPLICATE]


def test_one_list_of_options_used_twice_in_an_item_contradicts_nothing() -> None:
    def twofold(name: str) -> tuple[Item, Marking]:
        lists = [InlineChoice(response, options(*WORDS)) for response in ("R1", "R2")]
        keys = [
            Declaration(Role.RESPONSE, name, Cardinality.SINGLE, BaseType.IDENTIFIER, correct=(Written(key),))
            for name, key in (("R1", "A"), ("R2", "B"))
        ]
        rules = tuple(
            Node("match", (), tuple(Node(what, (("identifier", response),)) for what in ("variable", "correct")))
            for response in ("R1", "R2")
        )
        one = Node(
            "set-outcome-value", (("identifier", "SCORE"),), (Node("base-value", (("base-type", "float"),), (), "1"),)
        )
        when = Node("response-condition", (), (Node("response-if", (), (Node("and", (), rules), one)),))
        return (
            item(name, ItemKind.COMPOSITE, STEMS[0], *lists),
            Marking(name, (*keys, SCORE), Node("response-processing", (), (when,))),
        )

    assert codes(bank(twofold("a"), twofold("b"))) == [Code.DUPLICATE]
