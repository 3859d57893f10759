"""A flag needs a cause that was held for its patience, and says when the cause began and was last seen."""

from hypothesis import given
from hypothesis import strategies as st

from proctoring.watch.patience import LAPSE_MS, Patience
from sync.wire.recording import Flag, FlagKind

LOOKS = st.lists(st.tuples(st.integers(0, 9_000), st.booleans()), max_size=60)


def shown(patience_ms: int, *looks: tuple[int, bool]) -> tuple[list[Flag], Flag | None]:
    patience = Patience(FlagKind.NO_FACE, patience_ms)
    changes = [flag for at_ms, there in looks if (flag := patience.look(at_ms, there=there))]
    return changes, patience.up()


def flag(at_ms: int, length_ms: int) -> Flag:
    return Flag(kind=FlagKind.NO_FACE, at_ms=at_ms, length_ms=length_ms)


def test_a_flag_begins_where_its_cause_began_not_where_patience_ended() -> None:
    changes, up = shown(3_000, (1_000, True), (2_000, True), (3_000, True), (4_000, True), (5_000, True))
    assert changes == [flag(1_000, 3_000)]
    assert up == flag(1_000, 4_000)


def test_a_moment_without_the_cause_begins_patience_anew() -> None:
    assert shown(3_000, (1_000, True), (3_000, True), (3_500, False), (4_000, True), (6_500, True)) == ([], None)


def test_a_moment_without_the_cause_does_not_end_a_flag_that_is_up() -> None:
    looks = [(at * 1_000, at not in {6, 7}) for at in range(1, 10)]
    assert shown(3_000, *looks)[1] is None  # a third of 3 s is over after one more look
    looks = [(at * 1_000, at != 6) for at in range(1, 10)]
    assert shown(6_000, *looks)[1] is None  # not held for 6 s without a break
    looks = [(at * 1_000, at != 8) for at in range(1, 12)]
    assert shown(6_000, *looks) == ([flag(1_000, 6_000)], flag(1_000, 10_000))


def test_a_flag_ends_where_its_cause_was_last_seen() -> None:
    looks = [(1_000, True), (4_000, True), (4_500, True), (5_500, False), (6_500, False)]
    assert shown(3_000, *looks) == ([flag(1_000, 3_000), flag(1_000, 3_500)], None)


def test_what_nobody_looked_at_is_no_part_of_a_flag() -> None:
    looks = [(1_000, True), (4_000, True), (4_000 + LAPSE_MS + 1, True)]
    assert shown(3_000, *looks) == ([flag(1_000, 3_000), flag(1_000, 3_000)], None)


@given(LOOKS, st.integers(1_000, 20_000))
def test_no_flag_without_a_cause_that_was_held_for_its_patience(
    looks: list[tuple[int, bool]], patience_ms: int
) -> None:
    patience = Patience(FlagKind.SPEECH, patience_ms)
    now, seen = 0, []
    for step, there in looks:
        now += step
        seen.append((now, there))
        change = patience.look(now, there=there)
        for one in (change, patience.up()):
            if one is None:
                continue
            assert one.length_ms >= patience_ms
            held = [was for at, was in seen if one.at_ms <= at <= one.at_ms + patience_ms]
            assert all(held)
            assert (one.at_ms, True) in seen
            assert (one.at_ms + one.length_ms, True) in seen


@given(st.lists(st.tuples(st.integers(0, 2**40), st.booleans()), max_size=40))
def test_flags_are_ordered_and_never_negative_whatever_the_clock_does(looks: list[tuple[int, bool]]) -> None:
    patience = Patience(FlagKind.DARK, 1_000)
    last = (-1, -1)
    for at_ms, there in looks:
        change = patience.look(at_ms, there=there)
        if change:
            assert change.length_ms >= 0
            assert (change.at_ms, change.length_ms) >= last
            last = (change.at_ms, change.length_ms)
