"""Changes of the PC are told once each, none is left out, and nobody floods a journal with them."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.seat.environment import Weighed, weigh
from app.seat.environment_changes import AT_ONCE, CALM_LOOKS, UNKNOWN_LOOKS, Change, Changes
from proctoring.checks.observation import Observation, clear, found, unknown
from sync.wire.environment import EnvironmentPolicy, Override

SECOND = 1000
STICK = found("usb_storage", ("/sys/block/sda: stick",), count=1)
OTHER = found("usb_storage", ("/sys/block/sdb: telephone",), count=1)
BOTH = found("usb_storage", (*STICK.evidence, *OTHER.evidence), count=2)
NONE = clear("usb_storage")
UNSURE = unknown("usb_storage", ("/sys/block: EACCES",))


def weighed(observation: Observation, *overrides: Override) -> tuple[Weighed, ...]:
    return weigh(EnvironmentPolicy(), (observation,), overrides)


class Watched:
    """One check, looked at every second."""

    def __init__(self, *known: Observation) -> None:
        self.changes, self.now_ms = Changes(), 0
        self.changes.know(one.statement for seen in known for one in weighed(seen) if one.statement is not None)

    def look(self, observation: Observation, *overrides: Override) -> tuple[Change, ...]:
        self.now_ms += SECOND
        return self.changes.look(weighed(observation, *overrides), self.now_ms)

    def looks(self, observation: Observation, times: int) -> list[Change]:
        return [change for _look in range(times) for change in self.look(observation)]


def told(changes: list[Change]) -> list[tuple[str, ...]]:
    return [("gone",) if change.gone else change.statement.evidence for change in changes]


def test_a_finding_is_told_at_the_first_look_and_not_again() -> None:
    watched = Watched()
    assert told(watched.looks(STICK, 50)) == [STICK.evidence]


def test_what_is_seen_beside_it_is_told_and_what_goes_of_it_is_not() -> None:
    watched = Watched()
    assert told(watched.looks(STICK, 3) + watched.looks(BOTH, 3) + watched.looks(OTHER, 3)) == [
        STICK.evidence,
        BOTH.evidence,
    ]


def test_the_eleventh_port_is_told_beside_ten_that_were_known() -> None:
    ports = [f"/proc/net: tcp 0.0.0.0:{port}" for port in range(20_000, 20_010)]
    watched = Watched(found("listening", ports, names="", count=10))
    assert watched.look(found("listening", ports, names="", count=10)) == ()
    (change,) = watched.look(found("listening", (*ports, "/proc/net: tcp 0.0.0.0:31337"), names="", count=11))
    assert change.statement.evidence[-1].startswith("and 2 more")
    assert watched.look(found("listening", ports[:4], names="", count=4)) == ()


def test_it_has_gone_only_after_a_while_and_is_then_told_anew() -> None:
    watched = Watched()
    watched.look(STICK)
    assert watched.looks(NONE, CALM_LOOKS - 1) == []
    assert watched.looks(STICK, 2) == [], "it was away for a moment"
    assert told(watched.looks(NONE, 3 * CALM_LOOKS)) == [("gone",)]
    assert told(watched.looks(STICK, 5)) == [STICK.evidence]


def test_what_could_not_be_told_for_a_moment_is_nothing() -> None:
    watched = Watched()
    for _time in range(20):
        assert watched.looks(UNSURE, UNKNOWN_LOOKS - 1) + watched.looks(NONE, 1) == []
    assert told(watched.looks(UNSURE, 10)) == [UNSURE.evidence]


def test_what_was_known_at_the_start_is_not_told_and_its_going_is() -> None:
    watched = Watched(STICK)
    assert watched.looks(STICK, 10) == []
    assert told(watched.looks(NONE, CALM_LOOKS)) == [("gone",)]


def test_what_two_went_on_over_is_not_told_again_until_more_is_seen() -> None:
    statement = weighed(STICK)[0].statement
    assert statement is not None
    over = Override(statement=statement, reason="why", by=("a" * 64, "b" * 64), wall_ms=0)
    watched = Watched()
    watched.look(STICK, over)
    for observation in (STICK, NONE, NONE, STICK):
        assert watched.look(observation, over) == ()
    assert told(list(watched.look(BOTH, over))) == [BOTH.evidence]


@given(st.lists(st.sampled_from([STICK, OTHER, BOTH, NONE, UNSURE]), min_size=1, max_size=300))
def test_whatever_somebody_does_little_is_written_and_what_is_there_in_the_end_is_known(
    seen: list[Observation],
) -> None:
    watched, all_told = Watched(), 0
    for observation in seen:
        all_told += len(watched.look(observation))
    assert all_told <= 2 * (AT_ONCE + 6), "300 s: five at once, then after 10, 20, 40, 80 and 160 s"
    watched.now_ms += 3_600_000
    last = told(watched.looks(BOTH, 1)) + told(watched.looks(BOTH, 700))
    assert last.count(BOTH.evidence) <= 1
    assert told(watched.looks(NONE, 700))[-1:] == [("gone",)]


def test_a_finding_with_a_new_face_every_second_is_told_of_ever_less_often() -> None:
    watched = Watched()
    faces = (found("remote_tool", (f"process: tool{number:04}x",), names="x") for number in range(7200))
    moments = [at for at, face in enumerate(faces) if watched.look(face)]
    assert moments[:AT_ONCE] == list(range(AT_ONCE))
    assert len(moments) < 25, "in two hours"
    assert max(later - before for before, later in pairwise(moments)) <= 601


def test_what_was_only_new_at_the_launch_is_usual_afterwards_and_that_is_no_change() -> None:
    mouse, strange = found("input_devices", ("new: USB Mouse",)), found("input_devices", ("new: typing stick",))
    none = clear("input_devices")
    watched = Watched(mouse)
    assert watched.looks(none, 2 * CALM_LOOKS) == []
    assert told(watched.looks(strange, 3) + watched.looks(none, CALM_LOOKS)) == [strange.evidence, ("gone",)]
