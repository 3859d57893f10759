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
    PER_WORD,
    READ_PER_S,
    Conduct,
    Hands,
    Noticed,
    Oddity,
    Written,
    reading_length,
)

LONG = 200
MINE = "先切断电源，再通知值班人员，然后按照应急预案组织现场人员从最近的出口撤离，并在集合点清点人数，随后报告。"


def answered(
    conduct: Conduct, item: str, shown_ms: int, after_ms: int, length: int = LONG
) -> tuple[Conduct, list[Oddity]]:
    conduct, noticed = conduct.shown(item, length, shown_ms).responded(item, "", shown_ms + after_ms)
    return conduct, [one.oddity for one in noticed]


def wrote(conduct: Conduct, item: str, *texts: str) -> list[Noticed]:
    told: list[Noticed] = []
    for text in texts:
        conduct, noticed = conduct.responded(item, text, 60_000)
        told += noticed
    return told


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
    conduct = Conduct(seen=frozenset({"i0"}))
    for number in range(1, IN_A_ROW):
        conduct = conduct.shown(f"i{number}", LONG, number * 10_000)
    for number in range(IN_A_ROW):
        conduct, noticed = answered(conduct, f"i{number}", 100_000 + number * 1000, 10)
        assert noticed == []


def test_one_item_read_in_peace_ends_the_row() -> None:
    conduct = Conduct()
    for number, after_ms in enumerate((100, 100, 20_000, 100, 100)):
        conduct, noticed = answered(conduct, f"i{number}", number * 60_000, after_ms)
        assert noticed == []


def test_what_there_is_to_read_is_counted_in_chinese_characters() -> None:
    assert reading_length("下列哪一项？") == 5
    assert reading_length("Which of these?") == 3 * PER_WORD
    assert reading_length("压力 0.6 MPa，温度") == 4 + 3 * PER_WORD
    assert reading_length(" …，。 ") == 0


@pytest.mark.parametrize(
    ("hands", "found"),
    [
        (Hands(None), [Noticed(Oddity.WITHOUT_INPUT, ("i",), "")]),
        (Hands(100_000 - HANDS_MS - 1), [Noticed(Oddity.WITHOUT_INPUT, ("i",), "5 s")]),
        (Hands(100_000 - HANDS_MS), []),
        (Hands(100_020), []),
        (Hands(100_000, injected=2), [Noticed(Oddity.INJECTED, ("i",), "2 events")]),
    ],
    ids=["nobody ever touched it", "too long ago", "a pause in typing", "known a moment later", "made up"],
)
def test_an_answer_needs_a_hand_on_this_pc(hands: Hands, found: list[Noticed]) -> None:
    _, noticed = Conduct().shown("i", LONG, 0).handled("i", 100_000, hands)
    assert list(noticed) == found


def test_what_was_made_up_before_is_not_told_again() -> None:
    conduct, first = Conduct().handled("i", 10_000, Hands(10_000, injected=3))
    conduct, second = conduct.handled("j", 11_000, Hands(11_000, injected=3))
    _, after_a_new_watch = conduct.handled("k", 12_000, Hands(12_000))
    assert ([one.oddity for one in first], second, after_a_new_watch) == ([Oddity.INJECTED], (), ())


def test_a_kind_is_told_once_of_an_item_also_when_it_was_told_before_a_restart() -> None:
    conduct, first = Conduct().handled("i", 10_000, Hands(10_000, injected=3))
    _, again = conduct.handled("i", 20_000, Hands(20_000, injected=9))
    _, restarted = Conduct(told=conduct.told).handled("i", 5_000, Hands(5_000, injected=1))
    assert (len(first), again, restarted) == (1, (), ())


def test_text_that_grows_by_phrases_is_typed_and_by_a_paragraph_is_not() -> None:
    texts = ["字" * (AT_ONCE - 1) * (step + 1) for step in range(10)]
    assert wrote(Conduct(), "i", *texts) == []
    assert wrote(Conduct(), "i", *texts, texts[-1] + MINE) == [
        Noticed(Oddity.AT_ONCE, ("i",), f"{len(MINE)} characters")
    ]


def test_text_put_in_the_place_of_other_text_is_odd_though_it_is_no_longer() -> None:
    before = "".join(chr(0x4E00 + number) for number in range(len(MINE)))
    conduct = Conduct(written={"i": Written(before, before)})
    assert wrote(conduct, "i", MINE) == [Noticed(Oddity.AT_ONCE, ("i",), f"{len(MINE)} characters")]


def test_what_the_candidate_wrote_may_be_cut_and_put_back_or_undone_or_put_elsewhere() -> None:
    conduct = Conduct(written={"i": Written(MINE, MINE)})
    assert wrote(conduct, "i", "", MINE, "改", MINE, MINE + MINE) == []
    assert wrote(conduct, "another", MINE) == []


def test_a_text_that_stood_before_a_restart_did_not_come_at_once() -> None:
    conduct = Conduct().shown("i", LONG, 0, MINE)
    assert wrote(conduct, "i", MINE + "。") == []
    assert wrote(conduct, "i", MINE + "。", "", MINE) == []


@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.integers(0, 300), st.integers(0, 20_000), st.booleans(), st.text(max_size=90)),
        max_size=200,
    )
)
def test_whatever_is_done_no_kind_is_said_more_than_a_bounded_number_of_times(
    steps: list[tuple[int, int, int, bool, str]],
) -> None:
    conduct, now_ms, told = Conduct(), 0, list[Noticed]()
    for number, length, passed_ms, touched, text in steps:
        item = f"i{number}"
        conduct = conduct.shown(item, length, now_ms)
        now_ms += passed_ms
        conduct, noticed = conduct.responded(item, text, now_ms)
        conduct, handled = conduct.handled(item, now_ms, Hands(now_ms if touched else None))
        assert all(item in one.items for one in (*noticed, *handled))
        told += (*noticed, *handled)
    assert max([sum(one.oddity is kind for one in told) for kind in Oddity]) <= MOST_OF_A_KIND
    assert len({one.key for one in told}) == len(told)
