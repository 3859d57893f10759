"""Answering is odd without a hand, faster than reading, or all at once; a quick or a slow person is neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exam.conduct import (
    AT_ONCE,
    HANDS_MS,
    IN_A_ROW,
    LEAST_TEXT,
    MOST_OF_A_KIND,
    READ_PER_S,
    Conduct,
    Hands,
    Noticed,
    Oddity,
)

CHOICE = {"RESPONSE": ("A",)}
LONG = 200


def answered(
    conduct: Conduct, item: str, shown_ms: int, after_ms: int, length: int = LONG
) -> tuple[Conduct, list[Oddity]]:
    at_ms = shown_ms + after_ms
    conduct, noticed = conduct.shown(item, length, shown_ms).responded(item, CHOICE, at_ms, Hands(at_ms))
    return conduct, [one.oddity for one in noticed]


def test_a_row_of_items_answered_before_they_can_be_read_is_odd_once() -> None:
    conduct, told = Conduct(), []
    for number in range(2 * IN_A_ROW):
        conduct, noticed = answered(conduct, f"i{number}", number * 10_000, 300)
        told.append(noticed)
    assert told == [*[[]] * (IN_A_ROW - 1), [Oddity.PACE]] * 2


@pytest.mark.parametrize(
    ("after_ms", "length"),
    [(LONG * 1000 // READ_PER_S, LONG), (0, LEAST_TEXT - 1)],
    ids=["as fast as can be", "known at a glance"],
)
def test_a_quick_reader_is_not_odd(after_ms: int, length: int) -> None:
    conduct = Conduct()
    for number in range(20):
        conduct, noticed = answered(conduct, f"i{number}", number * 10_000, after_ms, length)
        assert noticed == []


def test_an_item_that_was_read_before_may_be_answered_at_once() -> None:
    conduct = Conduct()
    for number in range(IN_A_ROW):
        conduct = conduct.shown(f"i{number}", LONG, number * 10_000)
    for number in range(IN_A_ROW):
        conduct, noticed = answered(conduct, f"i{number}", 100_000 + number * 1000, 10)
        assert noticed == []


def test_one_item_read_in_peace_ends_the_row() -> None:
    conduct = Conduct()
    for number, after_ms in enumerate((100, 100, 20_000, 100, 100)):
        conduct, noticed = answered(conduct, f"i{number}", number * 60_000, after_ms)
        assert noticed == []


@pytest.mark.parametrize(
    ("hands", "found"),
    [
        (Hands(None), [Noticed(Oddity.WITHOUT_INPUT, ("i",), "")]),
        (Hands(100_000 - HANDS_MS - 1), [Noticed(Oddity.WITHOUT_INPUT, ("i",), "5 s")]),
        (Hands(100_000 - HANDS_MS), []),
        (Hands(100_000, injected=2), [Noticed(Oddity.INJECTED, ("i",), "2 events")]),
        (None, []),
    ],
    ids=["nobody ever touched it", "too long ago", "a pause in typing", "made up", "nobody can tell"],
)
def test_an_answer_needs_a_hand_on_this_pc(hands: Hands | None, found: list[Noticed]) -> None:
    conduct = Conduct().shown("i", LONG, 0)
    _, noticed = conduct.responded("i", CHOICE, 100_000, hands)
    assert list(noticed) == found


def test_what_was_made_up_before_is_not_told_again() -> None:
    conduct = Conduct().shown("i", LONG, 0)
    conduct, first = conduct.responded("i", CHOICE, 10_000, Hands(10_000, injected=3))
    _, second = conduct.responded("i", CHOICE, 11_000, Hands(11_000, injected=3))
    assert ([one.oddity for one in first], second) == ([Oddity.INJECTED], ())


def test_text_that_grows_by_phrases_is_typed_and_by_a_paragraph_is_not() -> None:
    conduct, text = Conduct().shown("i", LONG, 0), ""
    for step in range(10):
        text += "字" * (AT_ONCE - 1)
        conduct, noticed = conduct.responded("i", {"RESPONSE": (text,)}, 20_000 + step, Hands(20_000))
        assert noticed == ()
    _, noticed = conduct.responded("i", {"RESPONSE": (text + "字" * AT_ONCE,)}, 30_000, Hands(30_000))
    assert noticed == (Noticed(Oddity.AT_ONCE, ("i",), f"{AT_ONCE} characters"),)


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 300), st.integers(0, 20_000), st.booleans(), st.integers(0, 90)),
        max_size=200,
    )
)
def test_whatever_is_done_no_kind_is_said_more_than_a_bounded_number_of_times(
    steps: list[tuple[int, int, int, bool, int]],
) -> None:
    conduct, now_ms, told = Conduct(), 0, dict.fromkeys(Oddity, 0)
    for number, length, passed_ms, touched, characters in steps:
        item = f"i{number}"
        conduct = conduct.shown(item, length, now_ms)
        now_ms += passed_ms
        responses = {"RESPONSE": ("x" * characters,)} if characters else {}
        conduct, noticed = conduct.responded(item, responses, now_ms, Hands(now_ms if touched else None))
        for one in noticed:
            told[one.oddity] += 1
            assert item in one.items
    assert max(told.values()) <= MOST_OF_A_KIND
