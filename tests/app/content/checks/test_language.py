from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.content.checks.finding import Code
from app.content.checks.language import is_balanced
from app.exam.prose import Picture, Wording
from tests.app.content.banks import png
from tests.app.content.checks.small import STEMS, WORDS, bank, codes, right, single, stem, the, with_picture


def asked(zh: str, en: str = STEMS[0][1]) -> list[Code]:
    return codes(bank((single("a", (zh, en)), right("a", "A"))))


def test_items_in_one_language_are_counted_in_one_note() -> None:
    chinese = [
        single(name, (text, text), [(zh, zh) for zh, _en in WORDS])
        for name, text in (("a", "电焊前查什么？"), ("b", "谁来监护动火？"))
    ]
    of = bank(*((one, right(one.id, "A")) for one in chinese))
    note = the(of, Code.ONLY_CHINESE)
    assert (note.items, note.facts["count"]) == (("a", "b"), 2)
    english = single("a", ("Who watches?", "Who watches?"), [(en, en) for _zh, en in WORDS])
    assert codes(bank((english, right("a", "A")))) == [Code.ONLY_ENGLISH]


def test_an_option_left_in_the_other_language_is_found() -> None:
    chinese = single("a", STEMS[0], (("通风情况", "通风情况"), *WORDS[1:]))
    assert the(bank((chinese, right("a", "A"))), Code.UNTRANSLATED).facts["text"] == "通风情况"
    english = single("a", STEMS[0], (("check the vents first", "check the vents first"), *WORDS[1:]))
    assert Code.UNTRANSLATED in codes(bank((english, right("a", "A"))))
    number = single("a", STEMS[0], (("10 m", "10 m"), *WORDS[1:]))
    assert codes(bank((number, right("a", "A")))) == []


@pytest.mark.parametrize(
    ("zh", "en", "expected"),
    [
        ("电焊前,应检查什么？", "What?", [Code.HALF_WIDTH]),
        ("电焊前应检查什么？", "What is checked？", [Code.FULL_WIDTH]),
        ("电压为 3.5 V，比例 1:100？", "A ratio of 1:100?", []),
        ("电焊（气割前应检查什么？", "What?", [Code.BRACKETS]),
        ("《安全生产法规定了什么？", "What?", [Code.BRACKETS]),
        ("a) 电压；b) 电流（V）？", "Pick a) or b)?", []),
        ("待补充", "Who?", [Code.PLACEHOLDER]),
        ("谁负责监护工作？", "TODO", [Code.PLACEHOLDER]),
        ("如图所示，这是什么？", "What is this?", [Code.PICTURE_SPOKEN_OF]),
        ("下图中的设备叫什么？", "What is it?", [Code.PICTURE_SPOKEN_OF]),
        ("这是什么？", "What does the figure below show?", [Code.PICTURE_SPOKEN_OF]),
        ("动火前应当查看见图纸吗？", "Are the drawings needed?", []),
    ],
)
def test_what_is_untidy_or_unfinished_is_told(zh: str, en: str, expected: list[Code]) -> None:
    assert asked(zh, en) == expected


def test_a_picture_that_is_there_may_be_spoken_of() -> None:
    one = with_picture(single("a", ("如图所示，这是什么？", "What?")), (Picture("1.png", "一只表"),), "1.png")
    assert codes(bank((one, right("a", "A")), media={("a", "1.png"): png(300, 200)})) == []


@given(
    st.recursive(
        st.just("字"),
        lambda inner: st.tuples(st.sampled_from(["（）", "()", "【】", "《》", "“”"]), inner).map(
            lambda pair: f"{pair[0][0]}{pair[1]}字{pair[0][1]}"
        ),
    )
)
def test_brackets_within_brackets_are_balanced_and_without_the_last_they_are_not(text: str) -> None:
    assert is_balanced(text)
    assert text == "字" or not is_balanced(text[:-1])


@given(st.text(max_size=60))
def test_any_text_can_be_looked_through(text: str) -> None:
    both = Wording(stem(text, text).zh, stem(text, "Which?").en)
    assert Code.REJECTED not in codes(bank((replace(single("a"), stem=both), right("a", "A"))))


def test_intervals_close_with_either_bracket() -> None:
    assert is_balanced("x ∈ [0, 5)")
    assert is_balanced("区间（0，5］")
    assert not is_balanced("（甲]")


@pytest.mark.parametrize("text", ["a" * 100_000, "(" * 100_000, "字" * 100_000, "x x" * 30_000, "?" * 100_000])
def test_a_text_made_to_be_slow_is_looked_through_all_the_same(text: str) -> None:
    assert Code.SCROLLS in asked(text, text)
