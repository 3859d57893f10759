import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exam.processing.faults import UnfitError
from app.exam.processing.patterns import matches
from tests.spent import spent_s


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [
        ("abc", "xabc", False),
        ("a|bc", "bc", True),
        ("(a|b)*c", "ababc", True),
        ("a{2,3}", "aaaa", False),
        ("a{2,}", "aaaa", True),
        ("a{0}b", "b", True),
        (r"\d+(\.\d+)?", "3.14", True),
        (r"[+\-]?[0-9]+", "-5", True),
        ("[a-z-[aeiou]]+", "xyz", True),
        ("[a-z-[aeiou]]+", "xaz", False),
        ("[^0-9]+", "a1", False),
        ("[a-]+", "a-a", True),
        (r"\p{Lu}\p{Ll}+", "York", True),
        (r"\P{L}", "1", True),
        (r"\p{IsCJKUnifiedIdeographs}{2}", "北京", True),
        (r"\i\c*", "x-1", True),
        (r"\w+", "北京a1", True),
        (r"\w+", "a b", False),
        (r"\s\S", " x", True),
        (".", "\n", False),
        ("", "", True),
        ("a?b|", "", True),
        ("^[0-9]+$", "12", True),
        ("a^b", "a^b", True),
        ("(", "", None),
        ("a**", "", None),
        ("[b-a]", "", None),
        ("[]", "", None),
        ("a{3,2}", "", None),
        (r"\q", "", None),
        (r"\p{Klingon}", "", None),
        ("a{1000000}", "", None),
        ("((a{100}){100}){100}", "", None),
        ("(" * 300 + ")" * 300, "", None),
    ],
)
def test_a_pattern_is_xml_schemas_and_matches_whole_texts(pattern: str, text: str, matched: bool | None) -> None:
    if matched is None:
        with pytest.raises(UnfitError):
            matches(pattern, text)
    else:
        assert matches(pattern, text) is matched


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a+)+b", "a" * 5_000),
        ("(a|aa)+c", "a" * 5_000),
        ("(.*)*x", "y" * 5_000),
        ("(a?){60}a{60}", "a" * 60),
        (".*.*.*.*.*=.*", "x" * 100_000),
        ("(a{0,60}){0,60}b", "a" * 100_000),
    ],
)
def test_no_pattern_hangs(pattern: str, text: str) -> None:
    begun = spent_s()
    try:
        matches(pattern, text)
    except UnfitError as refused:
        assert "too" in refused.reason  # noqa: PT017 - either answer is right, in time
    assert spent_s() - begun < 2


PIECES = st.sampled_from(["a", "b", "[ab]", "(a|b)", "(ab)?", "a*", "b+", "a{1,2}", ".", "[^a]", "|"])


@given(st.lists(PIECES, max_size=6).map("".join), st.text("ab", max_size=6))
def test_the_same_texts_match_as_in_pythons_own_machine(pattern: str, text: str) -> None:
    assert matches(pattern, text) == bool(re.fullmatch(pattern, text))


@given(st.text("ab[](){}^$*+?|\\-.,12pP", max_size=20), st.text(max_size=10))
def test_any_text_is_a_pattern_or_refused(pattern: str, text: str) -> None:
    try:
        matches(pattern, text)
    except UnfitError as refused:
        assert refused.reason  # noqa: PT017 - refused with words, never with anything else
