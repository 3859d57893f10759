"""What comes again and again is written ever less often; what is new waits ten seconds at most, nothing is lost."""

from hypothesis import given
from hypothesis import strategies as st

from app.seat.environment_changes import AT_ONCE
from app.seat.spared import FRESH_MS, Spared, Told

KIND = "window_in_front"


def see(spared: Spared, name: str) -> None:
    spared.see(KIND, name, (f"process: {name}",))


def test_the_same_thing_again_and_again_is_told_ever_less_often_with_its_count() -> None:
    spared = Spared()
    told: list[Told] = []
    moments: list[int] = []
    for at in range(0, 7_200_000, 200):
        see(spared, "notifier")
        now = spared.due(at)
        told += now
        moments += [at] * len(now)
    assert moments[:AT_ONCE] == [0, 200, 400, 600, 800]
    assert len(told) < 25
    told += spared.due(7_200_000, all_of_it=True)
    assert sum(one.count for one in told) == 36_000, "each of them is counted"


def test_another_programs_window_does_not_wait_for_a_notifiers_pauses() -> None:
    spared, at = Spared(), 0
    for at in range(0, 1_440_000, 6_000):
        see(spared, "notifier")
        spared.due(at)
    see(spared, "anydesk")
    assert [one.lines for one in spared.due(at)] == [("process: anydesk",)]


def test_a_new_face_every_look_is_told_every_ten_seconds_and_each_is_named() -> None:
    spared = Spared()
    told: list[Told] = []
    for at in range(0, 600_000, 1_000):
        see(spared, f"tool{at}")
        told += spared.due(at)
    assert len(told) <= AT_ONCE + 600_000 // FRESH_MS
    told += spared.due(600_000, all_of_it=True)
    assert len({line for one in told for line in one.lines}) == 600


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 20_000)), max_size=120))
def test_whatever_comes_all_is_counted_and_what_is_new_waits_ten_seconds_at_most(seen: list[tuple[str, int]]) -> None:
    spared, now, count = Spared(), 0, 0
    since: dict[str, int] = {}
    for name, pause in seen:
        now += pause
        see(spared, name)
        since.setdefault(name, now)
        for one in spared.due(now):
            count += one.count
            for line in one.lines:
                since[line.removeprefix("process: ")] = -1
        later = spared.due(now + FRESH_MS)
        count += sum(one.count for one in later)
        for line in (line for one in later for line in one.lines):
            since[line.removeprefix("process: ")] = -1
        assert set(since.values()) <= {-1}
        now += FRESH_MS
    count += sum(one.count for one in spared.due(now, all_of_it=True))
    assert count == len(seen)
