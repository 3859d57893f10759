"""Random lives of a sitting, legal and illegal events with kills at any moment, beside a model reckoned by hand."""

from typing import get_args

import pytest
from hypothesis import event as label
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.exam import events
from app.exam.appearance import Appearance, Spacing
from app.exam.events import Event, Highlight, PauseReason, event_bytes, read_event
from app.exam.prose import Language
from app.exam.sitting import OutOfOrder, Sitting, Stamp, advance, replay
from sync.wire.environment import CheckStatement, EnvironmentStatement, LockdownLevel, Override, Severity, Verdict
from sync.wire.ids import new_id
from sync.wire.packet import EndReason
from sync.wire.plan import Theme
from tests.app.exam.given import answered
from tests.app.exam.sitting_model import LEGAL, Model

SESSION, CANDIDATE = new_id(), new_id()
PROCTORS = ("a" * 64, "b" * 64, "c" * 64)
SECTION_OF = {"item-1": 0, "item-2": 1, "item-3": 2, "item-4": 0}

items = st.sampled_from(sorted(SECTION_OF))
people = st.sampled_from(
    [PROCTORS[:1], PROCTORS[1:2], PROCTORS[:2], PROCTORS[1:], PROCTORS, (PROCTORS[0], PROCTORS[1], PROCTORS[0])]
)  # now and then one of them twice
perhaps_people = st.one_of(st.just(()), people)
notes = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")), max_size=12)
choices = st.lists(st.sampled_from("ABCD"), max_size=3, unique=True)
spans = st.tuples(st.sampled_from(Language), st.integers(0, 9), st.integers(0, 99), st.integers(1, 99)).map(
    lambda span: Highlight(language=span[0], part=span[1], start=span[2], end=span[2] + span[3])
)
limits = st.one_of(st.just(()), st.tuples(*[st.one_of(st.none(), st.sampled_from([0, 1_000, 20_000, 45_000]))] * 3))
occurrences = st.builds(
    events.Occurred, code=st.sampled_from(["CAMERA_LOST", "SUSPENDED"]), detail=notes, by=perhaps_people
)
statements = st.builds(
    CheckStatement,
    check=st.sampled_from(["remote_tool", "radios", "routes"]),
    verdict=st.sampled_from([Verdict.FOUND, Verdict.UNKNOWN]),
    severity=st.sampled_from(Severity),
    evidence=st.sampled_from([(), ("/proc/812/comm: x11vnc",)]),
)
environments = st.builds(
    EnvironmentStatement,
    level=st.sampled_from(LockdownLevel),
    short_of=st.sampled_from([(), ("window_manager",)]),
    checks=st.lists(statements, max_size=3, unique_by=lambda one: one.check).map(tuple),
    overrides=st.lists(
        st.builds(
            Override,
            statement=statements,
            reason=st.sampled_from(["known", "checked by hand"]),
            by=st.just(PROCTORS[:2]),
            wall_ms=st.integers(0, 3),
        ),
        max_size=2,
        unique=True,
    ).map(tuple),
)
BEFORE: dict[str, st.SearchStrategy[Event]] = {
    "admitted": st.builds(
        events.Admitted,
        session=st.just(SESSION),
        candidate=st.just(CANDIDATE),
        seat_number=st.just(7),
        proctors=people,
        confirmed_by=people,
        despite=st.lists(occurrences, max_size=2).map(tuple),
    ),
    "notice_read": st.builds(events.NoticeRead, notice_sha256=st.just("b" * 64), recording=st.none()),
    "started": st.builds(
        events.Started,
        form_sha256=st.just("c" * 64),
        duration_ms=st.sampled_from([0, 30_000, 120_000]),
        early_leave_ms=st.sampled_from([0, 15_000, 200_000]),
        section_limits_ms=limits,
    ),
}
WORK: dict[str, st.SearchStrategy[Event]] = {
    "viewed": st.one_of(
        *[items.map(lambda item: events.Viewed(item=item, section=SECTION_OF[item]))] * 5,
        st.builds(events.Viewed, item=items, section=st.integers(0, 3)),
    ),
    "answered": st.builds(lambda item, given: answered(item, *given), items, choices),
    "flagged": st.builds(events.Flagged, item=items, on=st.booleans()),
    "noted": st.builds(
        events.Noted,
        item=items,
        struck=st.lists(st.sampled_from("ABCD"), max_size=3, unique=True).map(tuple),
        highlights=st.lists(spans, max_size=2).map(tuple),
    ),
    "played": st.builds(events.Played, item=items, medium=st.sampled_from(["m", "n"])),
    "adjusted": st.builds(
        events.Adjusted,
        language=st.sampled_from(Language),
        text_percent=st.integers(100, 200),
        theme=st.sampled_from(Theme),
        spacing=st.sampled_from(Spacing),
        reduced_motion=st.booleans(),
    ),
    "hand_raised": st.builds(events.HandRaised, on=st.booleans()),
    "tick": st.just(events.Tick()),
    "occurred": occurrences,
    "secured": st.builds(events.Secured, environment=environments),
}
PROCTORED: dict[str, st.SearchStrategy[Event]] = {
    "paused": st.builds(events.Paused, reason=st.sampled_from(PauseReason), note=notes, by=perhaps_people),
    "continued": st.builds(events.Continued, by=people),
    "extended": st.builds(events.Extended, ms=st.sampled_from([1_000, 30_000]), note=notes, by=people),
    "restored": st.builds(events.Restored, ms=st.sampled_from([1, 1_000, 10_000, 30_000])),
    "sent_back": st.builds(events.SentBack, note=notes, by=people),
    "supervised": st.builds(events.Supervised, proctors=people),
    "submitted": st.one_of(
        st.sampled_from([events.Submitted(reason=EndReason.CANDIDATE), events.Submitted(reason=EndReason.TIME)]),
        st.builds(
            events.Submitted, reason=st.sampled_from([EndReason.PROCTOR, EndReason.VOIDED]), note=notes, by=people
        ),
        st.builds(events.Submitted, reason=st.sampled_from(EndReason), note=notes, by=perhaps_people),
    ),
    "reopened": st.builds(
        events.Reopened, note=notes, by=st.sampled_from([PROCTORS[:2], PROCTORS[1:], PROCTORS[:1] * 2])
    ),
}
RESUMED = st.builds(events.Resumed, dead_ms=st.sampled_from([0, 0, 7_000, 100_000]))
SEALED = st.just(events.Sealed(payload_sha256="d" * 64))
EVERY: dict[str, st.SearchStrategy[Event]] = {**BEFORE, **WORK, **PROCTORED, "resumed": RESUMED, "sealed": SEALED}
SELDOM = {"sent_back", "resumed", "submitted", "sealed", "reopened"}
waits = st.sampled_from([0, 1, 1_000, 9_999, 10_000, 10_001, 30_000])


ENDED = events.Submitted(reason=EndReason.PROCTOR, note="no", by=PROCTORS[:1])
ORDINARY: dict[str, Event] = {
    "admitted": events.Admitted(
        session=SESSION, candidate=CANDIDATE, seat_number=7, proctors=PROCTORS[:1], confirmed_by=PROCTORS[:1]
    ),
    "notice_read": events.NoticeRead(notice_sha256="b" * 64, recording=None),
    "started": events.Started(form_sha256="c" * 64, duration_ms=60_000),
    "viewed": events.Viewed(item="item-1"),
    "answered": answered("item-1", "A"),
    "flagged": events.Flagged(item="item-1", on=True),
    "noted": events.Noted(item="item-1", struck=("A",)),
    "played": events.Played(item="item-1", medium="m"),
    "adjusted": events.Adjusted(language=Language.EN, text_percent=150),
    "hand_raised": events.HandRaised(on=True),
    "tick": events.Tick(),
    "resumed": events.Resumed(),
    "occurred": events.Occurred(code="CAMERA_LOST", detail=""),
    "secured": events.Secured(environment=EnvironmentStatement()),
    "paused": events.Paused(reason=PauseReason.PROCTOR, by=PROCTORS[:1]),
    "continued": events.Continued(by=PROCTORS[:1]),
    "extended": events.Extended(ms=1_000, note="", by=PROCTORS[:1]),
    "restored": events.Restored(ms=1),
    "sent_back": events.SentBack(note="no", by=PROCTORS[:1]),
    "supervised": events.Supervised(proctors=PROCTORS[1:2]),
    "submitted": events.Submitted(reason=EndReason.CANDIDATE),
    "reopened": events.Reopened(note="", by=PROCTORS[:2]),
    "sealed": events.Sealed(payload_sha256="d" * 64),
}


class Life(RuleBasedStateMachine):
    """One sitting: what is committed are `rows`; the program that holds `sitting` may die at any moment."""

    @initialize(stage=st.sampled_from([0, 1, 2, 2, 2, 2]), start=BEFORE["started"])
    def begin(self, stage: int, start: events.Started) -> None:
        """Begin at the beginning, admitted, or (mostly) under way, so that most steps are spent there."""
        self.rows: list[tuple[Stamp, bytes]] = []
        self.states = [Sitting()]
        self.model = Model()
        self.sitting, self.mono, self.runs = Sitting(), 0, 1
        if stage:
            self.happens(ORDINARY["admitted"])
            self.happens(ORDINARY["notice_read"])
        if stage == 2:
            self.happens(start)

    @property
    def run_id(self) -> str:
        return f"run-{self.runs}"

    def happens(self, event: Event, mono_ms: int | None = None, run: str | None = None) -> None:
        """Let an event come: taken exactly if the model says so, else refused with that fault and nothing changed."""
        stamp = Stamp(run or self.run_id, self.mono if mono_ms is None else mono_ms, len(self.rows))
        expected = self.model.verdict(stamp.run, stamp.mono_ms, event)
        label(f"{event.kind} in {self.model.state}: {expected or 'taken'}")
        raw = event_bytes(event)
        if expected:
            with pytest.raises(OutOfOrder) as refused:
                advance(self.sitting, stamp, read_event(raw))
            assert refused.value.code == expected
            assert self.sitting == self.states[-1]
            return
        after = advance(self.sitting, stamp, read_event(raw))
        self.model.happen(stamp.run, stamp.mono_ms, event)
        self.rows.append((stamp, raw))
        self.states.append(after)
        self.sitting = after

    @rule(event=st.sampled_from(sorted(EVERY)).flatmap(EVERY.__getitem__), wait=waits)
    def anything_happens(self, event: Event, wait: int) -> None:
        self.mono += wait
        self.happens(event)

    @precondition(lambda self: bool(LEGAL[self.model.state] - SELDOM))
    @rule(data=st.data(), wait=waits)
    def something_that_may_happen_happens(self, data: st.DataObject, wait: int) -> None:
        self.mono += wait
        kind = data.draw(st.sampled_from(sorted(LEGAL[self.model.state] - SELDOM)))
        self.happens(data.draw(EVERY[kind]))

    @precondition(lambda self: self.model.state == "admitted")
    @rule(back=PROCTORED["sent_back"], again=BEFORE["admitted"], boot_ms=st.integers(0, 10**9))
    def they_are_sent_back_and_admitted_again(
        self, back: events.SentBack, again: events.Admitted, boot_ms: int
    ) -> None:
        """Perhaps after a restart, with a clock that knows nothing of the one before."""
        self.happens(back)
        self.runs += 1
        self.mono = boot_ms
        self.happens(again)

    @precondition(lambda self: self.model.state in ("active", "paused"))
    @rule(event=PROCTORED["submitted"], back=PROCTORED["reopened"], on=PROCTORED["continued"], wait=waits)
    def it_is_ended_and_taken_back(
        self, event: events.Submitted, back: events.Reopened, on: events.Continued, wait: int
    ) -> None:
        self.mono += wait
        self.happens(event)
        self.mono += wait
        self.happens(back)
        self.happens(on)

    @rule(event=st.sampled_from(sorted(WORK)).flatmap(WORK.__getitem__), wait=waits)
    def the_candidate_works(self, event: Event, wait: int) -> None:
        self.mono += wait
        self.happens(event)

    @precondition(lambda self: self.model.state == "active" and bool(self.model.section_of))
    @rule(data=st.data(), given=choices, wait=waits, turn=st.one_of(st.none(), items))
    def an_item_that_was_seen_is_answered(
        self, data: st.DataObject, given: list[str], wait: int, turn: str | None
    ) -> None:
        """Perhaps with another item in front meanwhile, as a response on its way to the disk may be."""
        item = data.draw(st.sampled_from(sorted(self.model.section_of)))
        if turn is not None:
            self.happens(events.Viewed(item=turn, section=SECTION_OF[turn]))
        self.mono += wait
        self.happens(answered(item, *given))

    @rule(event=st.one_of(*WORK.values()), back=st.integers(1, 5))
    def the_monotonic_clock_goes_backwards(self, event: Event, back: int) -> None:
        if self.rows:
            self.happens(event, mono_ms=self.rows[-1][0].mono_ms - back)

    @rule(
        lost=waits,
        boot_ms=st.integers(0, 10**9),
        resumed=RESUMED,
        forgotten=st.one_of(st.none(), *WORK.values()),
    )
    def it_is_killed_and_comes_back(
        self, lost: int, boot_ms: int, resumed: events.Resumed, forgotten: Event | None
    ) -> None:
        """What was lived since the last event is given back; a run that does not say it resumed is no run."""
        self.mono += lost
        self.sitting = replay((stamp, read_event(raw)) for stamp, raw in self.rows)
        assert self.sitting == self.states[-1]
        self.runs += 1
        self.mono = boot_ms
        if forgotten is not None:
            self.happens(forgotten)
        if self.model.state not in ("awaiting", "sealed"):
            self.happens(resumed)

    @invariant()
    def only_lived_time_counts(self) -> None:
        model, timing = self.model, self.sitting.timing
        assert (timing.active_ms, timing.duration_ms) == (model.active_ms, model.duration_ms)
        assert timing.left_ms == max(0, model.duration_ms - model.active_ms)
        assert timing.is_over == model.is_over
        for section in range(4):
            limit = model.limit(section)
            left = None if limit is None else max(0, limit - model.spent_ms(section))
            assert timing.section_left_ms(section) == left
            assert timing.is_closed(section) == (model.closed_at(section) is not None)
        seen = [model.spent_ms(section) for section in range(len(timing.spent_ms))]
        assert list(timing.spent_ms) == seen
        before_first_item = sum(ms for section, ms in model.stretches if section is None)
        assert sum(seen) + before_first_item == model.active_ms

    @invariant()
    def the_clock_between_events_is_the_clock_of_the_next_event(self) -> None:
        if self.sitting.stamp is not None:
            ran = 12_345 if self.model.state == "active" else 0
            last = self.sitting.stamp
            assert self.sitting.timing_at(last.run, last.mono_ms + 12_345).active_ms == self.model.active_ms + ran
            assert self.sitting.timing_at("another", last.mono_ms + 12_345).active_ms == self.model.active_ms

    @invariant()
    def every_acknowledged_response_stands(self) -> None:
        given = {
            item: (one.responses, one.complete, one.first_ms, one.last_ms) for item, one in self.sitting.given.items()
        }
        assert given == self.model.answers
        assert self.sitting.answered == {item for item, one in self.model.answers.items() if one[1]}

    @invariant()
    def all_else_is_as_it_was_left(self) -> None:
        sitting, model = self.sitting, self.model
        assert (sitting.state, sitting.pause, sitting.end_reason) == (model.state, model.pause, model.end)
        assert (sitting.current, dict(sitting.sections)) == (model.current, model.section_of)
        assert set(sitting.flags) == model.flags
        assert {item: (one.struck, one.highlights) for item, one in sitting.notes.items()} == model.notes
        assert dict(sitting.plays) == model.plays
        assert sitting.appearance == (model.appearance or Appearance())
        assert (sitting.hand_raised, sitting.resumes) == (model.hand, model.resumes)

    @invariant()
    def every_proctor_counts_once_and_every_act_is_told(self) -> None:
        sitting, model = self.sitting, self.model
        assert (sitting.on_duty, list(sitting.proctors)) == (model.on_duty, model.all_proctors)
        assert len(set(sitting.proctors)) == len(sitting.proctors)
        assert [(one.code, one.active_ms) for one in sitting.incidents] == model.incidents
        assert all(len(set(one.by)) == len(one.by) for one in sitting.incidents)

    @invariant()
    def the_level_never_rises_and_no_override_is_forgotten(self) -> None:
        said, model = self.sitting.environment, self.model
        assert (said is None) == (not model.levels)
        if said is not None:
            assert all(level.reaches(said.level) for level in model.levels)
            assert said.level in model.levels
            assert {one.check: one for one in said.checks} == model.checks
            assert list(said.overrides) == model.overrides

    def teardown(self) -> None:
        """Replay every prefix: it gives what it gave; every event's bytes are its canonical ones."""
        if not hasattr(self, "rows"):
            return
        sitting = Sitting()
        for (stamp, raw), state in zip(self.rows, self.states[1:], strict=True):
            event = read_event(raw)
            assert event_bytes(event) == raw
            sitting = advance(sitting, stamp, event)
            assert sitting == state


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


def test_the_generator_knows_every_kind_of_event() -> None:
    kinds = {kind.model_fields["kind"].default for kind in get_args(events.Event)}
    assert kinds == EVERY.keys()
    assert kinds == set().union(*LEGAL.values())


@pytest.mark.parametrize("state", LEGAL)
def test_the_table_of_what_may_happen_in_a_state(state: str) -> None:
    """Every kind of event in every state, at its most ordinary: taken exactly where the table says so."""
    taken = {kind for kind in ORDINARY if _is_taken(state, kind)}
    assert taken == LEGAL[state]


def _is_taken(state: str, kind: str) -> bool:
    rows, event = _way_to(state), ORDINARY[kind]
    if (state, kind) == ("paused", "submitted"):  # nobody hands in while paused; proctors may end it
        event = ENDED
    if (state, kind) == ("submitted", "reopened"):  # only what proctors ended can be reopened
        rows = [*_way_to("paused"), (Stamp("run-1", 9, 9), ENDED)]
    try:
        advance(replay(rows), Stamp("run-2" if kind == "resumed" else "run-1", 10, 10), event)
    except OutOfOrder:
        return False
    return True


WAYS = {
    "awaiting": (),
    "admitted": ("admitted", "notice_read"),
    "active": ("admitted", "notice_read", "started"),
    "paused": ("admitted", "notice_read", "started", "paused"),
    "submitted": ("admitted", "notice_read", "started", "submitted"),
    "sealed": ("admitted", "notice_read", "started", "submitted", "sealed"),
}


def _way_to(state: str) -> list[tuple[Stamp, Event]]:
    return [(Stamp("run-1", at, at), ORDINARY[kind]) for at, kind in enumerate(WAYS[state])]
