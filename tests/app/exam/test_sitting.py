"""The sitting is a fold: same rows, same state; wrong order refused; only the living, monotonic clock counts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.exam import events
from app.exam.events import Event, EventRefused, event_bytes, read_event
from app.exam.prose import Language
from app.exam.sitting import OutOfOrder, Sitting, Stamp, State, advance, replay
from sync.wire.ids import new_id
from sync.wire.packet import EndReason
from tests.app.exam.given import answered, chosen

SESSION, CANDIDATE = new_id(), new_id()
MINUTE = 60_000

ADMITTED = events.Admitted(
    session=SESSION, candidate=CANDIDATE, seat_number=7, proctors=("a" * 64,), confirmed_by=("a" * 64,)
)
NOTICED = events.NoticeRead(notice_sha256="b" * 64, recording=None)
STARTED = events.Started(form_sha256="c" * 64, duration_ms=120 * MINUTE)
ANSWER = answered("item-1", "A")
HANDED_IN = events.Submitted(reason=EndReason.CANDIDATE)

items = st.sampled_from(["item-1", "item-2", "item-3"])
any_event = st.one_of(
    st.just(ADMITTED),
    st.just(NOTICED),
    st.just(STARTED),
    st.builds(events.Viewed, item=items),
    st.builds(lambda item, choices: answered(item, *choices), items, st.lists(st.sampled_from("ABCD"), max_size=2)),
    st.builds(events.Flagged, item=items, on=st.booleans()),
    st.builds(events.Adjusted, language=st.sampled_from(Language), text_percent=st.integers(100, 200)),
    st.just(events.Tick()),
    st.just(events.Resumed()),
    st.builds(
        events.Occurred,
        code=st.just("CAMERA_LOST"),
        detail=st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")), max_size=20),
    ),
    st.just(HANDED_IN),
    st.just(events.Sealed(payload_sha256="d" * 64)),
)


def started(run: str = "run-1", at: int = 1000) -> Sitting:
    """A sitting whose clock has just started at `at` ms."""
    return replay((Stamp(run, at, 0), event) for event in (ADMITTED, NOTICED, STARTED))


@given(any_event)
def test_an_event_comes_back_from_its_bytes(event: Event) -> None:
    assert read_event(event_bytes(event)) == event


@pytest.mark.parametrize(
    "raw", [b"", b"null", b"{}", b'{"kind":"answered"}', b'{"kind":"tick","extra":1}', b'{"kind":"nonsense"}', b"\xff"]
)
def test_bytes_that_are_no_event_are_refused(raw: bytes) -> None:
    with pytest.raises(EventRefused):
        read_event(raw)


def test_the_way_of_a_sitting() -> None:
    sitting = started()
    sitting = advance(sitting, Stamp("run-1", 61_000, 5), ANSWER)
    assert (sitting.state, sitting.active_ms, sitting.given["item-1"].first_ms) == (State.ACTIVE, 60_000, 60_000)
    sitting = advance(sitting, Stamp("run-1", 62_000, 6), HANDED_IN)
    sitting = advance(sitting, Stamp("run-1", 63_000, 7), events.Sealed(payload_sha256="e" * 64))
    assert (sitting.state, sitting.payload_sha256, sitting.active_ms) == (State.SEALED, "e" * 64, 61_000)


def test_nothing_starts_before_the_recording_notice_was_read() -> None:
    admitted = replay([(Stamp("run", 1, 1), ADMITTED)])
    with pytest.raises(OutOfOrder, match="notice"):
        advance(admitted, Stamp("run", 2, 2), STARTED)


@pytest.mark.parametrize("event", [ANSWER, HANDED_IN, events.Flagged(item="item-1", on=True), events.Tick()])
def test_nothing_changes_after_handing_in(event: Event) -> None:
    handed_in = advance(started(), Stamp("run-1", 2000, 0), HANDED_IN)
    with pytest.raises(OutOfOrder):
        advance(handed_in, Stamp("run-1", 2001, 0), event)


def test_the_clock_does_not_run_while_the_seat_is_dead() -> None:
    sitting = advance(started("run-1", at=1000), Stamp("run-1", 31_000, 0), events.Tick())
    # the machine was rebooted: the monotonic clock begins again, the wall clock says hours have passed
    sitting = advance(sitting, Stamp("run-2", 5, 9_999_999), events.Resumed())
    assert sitting.timing_at("run-2", 5).left_ms == 120 * MINUTE - 30_000
    sitting = advance(sitting, Stamp("run-2", 10_005, 0), ANSWER)
    assert sitting.active_ms == 40_000
    assert sitting.resumes == 1
    assert [(one.code, one.detail) for one in sitting.incidents] == [("RESUMED", "9999 s")]


def test_a_new_run_has_to_say_that_it_resumed() -> None:
    with pytest.raises(OutOfOrder, match="resumed"):
        advance(started("run-1"), Stamp("run-2", 2000, 0), ANSWER)


def test_a_monotonic_clock_that_goes_backwards_is_no_clock() -> None:
    with pytest.raises(OutOfOrder, match="backwards"):
        advance(started(at=1000), Stamp("run-1", 999, 0), ANSWER)


@given(st.integers(0, 2**52), st.integers(0, 2**52))
def test_the_wall_clock_neither_adds_nor_takes_time(first: int, second: int) -> None:
    sitting = advance(started(), Stamp("run-1", 2000, first), ANSWER)
    sitting = advance(sitting, Stamp("run-1", 3000, second), ANSWER)
    assert sitting.active_ms == 2000


@given(st.lists(st.tuples(st.integers(0, 30_000), any_event), max_size=30))
def test_any_prefix_replayed_gives_the_state_it_gave(steps: list[tuple[int, Event]]) -> None:
    sitting, rows, now, run = Sitting(), [], 0, 1
    for wait, event in steps:
        now += wait
        if isinstance(event, events.Resumed):
            run += 1
        stamp = Stamp(f"run-{run}", now, now)
        try:
            sitting = advance(sitting, stamp, event)
        except OutOfOrder:
            run -= isinstance(event, events.Resumed)
            continue
        rows.append((stamp, event))
        assert replay(rows) == sitting


class SittingMachine(RuleBasedStateMachine):
    """A seat that answers, flags, crashes and comes back: no time is lost or won, no answer forgotten."""

    @initialize()
    def begin(self) -> None:
        self.sitting, self.mono, self.run, self.lived = started("run-1", at=0), 0, 1, 0
        self.answers: dict[str, tuple[str, ...]] = {}

    def happens(self, event: Event) -> None:
        self.sitting = advance(self.sitting, Stamp(f"run-{self.run}", self.mono, 0), event)

    @rule(ms=st.integers(0, 60_000))
    def time_passes(self, ms: int) -> None:
        self.mono += ms
        self.lived += ms
        self.happens(events.Tick())

    @rule(item=items, choices=st.lists(st.sampled_from("ABCD"), max_size=3, unique=True).map(tuple))
    def answer(self, item: str, choices: tuple[str, ...]) -> None:
        self.happens(answered(item, *choices))
        self.answers[item] = choices

    @rule(boot_ms=st.integers(0, 10**9))
    def crash_and_come_back(self, boot_ms: int) -> None:
        self.run += 1
        self.mono = boot_ms
        self.happens(events.Resumed())

    @invariant()
    def only_lived_time_counts(self) -> None:
        assert self.sitting.active_ms == self.lived

    @invariant()
    def every_answer_stands(self) -> None:
        assert {item: given.responses for item, given in self.sitting.given.items()} == {
            item: chosen(*choices) for item, choices in self.answers.items()
        }
        assert self.sitting.answered == {item for item, choices in self.answers.items() if choices}


TestSittingMachine = SittingMachine.TestCase
TestSittingMachine.settings = settings(max_examples=40, stateful_step_count=30)
