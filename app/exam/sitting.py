"""The sitting (应试) as a fold over its journal: the same rows give the same state, so recovery is a replay.

Time: the monotonic clock between two events of one *run* (one life of the seat's program) counts while the sitting is
active, not while it is paused. A new run starts with `Resumed`, which adds what its policy says, by default nothing:
the clock does not run while the seat is dead. The wall clock is only recorded, never reckoned with.

How a sitting ended stands in `end_reason`: *terminated* is `proctor`, *voided* is `voided`; both are sealed and handed
over like any other, so that nothing disappears. *Absent* is a finding of the room (`app.exam.room`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, get_args

from app.exam import events
from app.exam.appearance import Appearance
from app.exam.events import Event, Highlight, PauseReason
from app.exam.interactions import Responses
from app.exam.timing import Timing
from sync.faults import Fault
from sync.wire.environment import EnvironmentStatement
from sync.wire.packet import EndReason, Incident


class State(StrEnum):
    """Where a sitting stands (domain.md, "Words")."""

    AWAITING = "awaiting"
    ADMITTED = "admitted"
    ACTIVE = "active"
    PAUSED = "paused"
    SUBMITTED = "submitted"
    SEALED = "sealed"


class OutOfOrder(Fault):
    """An event that cannot happen in this state, or a clock that went backwards within a run."""

    code = "SITTING_OUT_OF_ORDER"


class TooEarlyToLeave(OutOfOrder):
    """The candidate may not hand in yet. Fact: `minutes` until they may."""

    code = "TOO_EARLY_TO_LEAVE"


class TimeUsedUp(OutOfOrder):
    """The time of the sitting, or of the item's section, was over before this."""

    code = "TIME_USED_UP"


@dataclass(frozen=True)
class Stamp:
    """When an event happened, ms; `run` tells one life of the program from the next."""

    run: str
    mono_ms: int
    wall_ms: int


@dataclass(frozen=True)
class Given:
    """An item's responses as they stand, with the sitting's active time of the first and last change, ms."""

    responses: Responses
    complete: bool
    first_ms: int
    last_ms: int


@dataclass(frozen=True)
class Notes:
    """The candidate's own marks on an item: options struck through, text highlighted. They earn nothing."""

    struck: tuple[str, ...] = ()
    highlights: tuple[Highlight, ...] = ()


NO_NOTES: Final = Notes()


@dataclass(frozen=True)
class Sitting:
    """A sitting's whole state. All times in ms; `answered_wall_ms` is when the newest response was given.

    `sent_back`: why the candidate was let go before the clock started, None unless they were since they were admitted;
    `recordings_over`: what was recorded before that. `proctors`: all who were on duty so far, `on_duty` those now.
    `plays`: how often a clip (item, medium) was
    begun. `sections`: the section of each item that was seen. `environment`: what was said of the PC since the sitting
    began, None before.
    """

    state: State = State.AWAITING
    stamp: Stamp | None = None
    timing: Timing = field(default_factory=Timing)
    form_sha256: str = ""
    seat_number: int = 0
    proctors: tuple[str, ...] = ()
    on_duty: tuple[str, ...] = ()
    confirmed_by: tuple[str, ...] = ()
    recording: str | None = None
    sent_back: str | None = None
    recordings_over: tuple[str, ...] = ()
    notice_sha256: str = ""
    current: str | None = None
    sections: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    answered_wall_ms: int = 0
    given: Mapping[str, Given] = field(default_factory=lambda: MappingProxyType({}))
    flags: frozenset[str] = frozenset()
    notes: Mapping[str, Notes] = field(default_factory=lambda: MappingProxyType({}))
    plays: Mapping[tuple[str, str], int] = field(default_factory=lambda: MappingProxyType({}))
    appearance: Appearance = field(default_factory=Appearance)
    hand_raised: bool = False
    pause: PauseReason | None = None
    resumes: int = 0
    incidents: tuple[Incident, ...] = ()
    environment: EnvironmentStatement | None = None
    started_wall_ms: int = 0
    submitted_wall_ms: int = 0
    end_reason: EndReason | None = None
    payload_sha256: str | None = None

    @property
    def answered(self) -> frozenset[str]:
        """The items that are answered now, every part of them."""
        return frozenset(item for item, given in self.given.items() if given.complete)

    @property
    def seen(self) -> frozenset[str]:
        """The items that were on the screen."""
        return frozenset(self.sections)

    @property
    def active_ms(self) -> int:
        """The time the candidate has used, at the last event."""
        return self.timing.active_ms

    @property
    def duration_ms(self) -> int:
        """The time the candidate has, extensions included."""
        return self.timing.duration_ms

    def timing_at(self, run: str, mono_ms: int) -> Timing:
        """Give the timing at a moment of the current run."""
        if self.state is not State.ACTIVE or self.stamp is None or run != self.stamp.run:
            return self.timing
        return self.timing.passed(max(0, mono_ms - self.stamp.mono_ms))


_ALWAYS: Final = (events.Adjusted, events.Resumed, events.Occurred, events.Secured, events.Supervised)
_ALLOWED: Mapping[State, tuple[type, ...]] = {
    State.AWAITING: (events.Admitted,),
    State.ADMITTED: (*_ALWAYS, events.NoticeRead, events.SentBack, events.Started),
    State.ACTIVE: (
        *_ALWAYS,
        events.Viewed,
        events.Answered,
        events.Flagged,
        events.Noted,
        events.Played,
        events.HandRaised,
        events.Tick,
        events.Paused,
        events.Extended,
        events.Restored,
        events.Submitted,
    ),
    State.PAUSED: (*_ALWAYS, events.HandRaised, events.Tick, events.Continued, events.Extended, events.Submitted),
    State.SUBMITTED: (*_ALWAYS, events.Reopened, events.Sealed),
    State.SEALED: (),
}
_PEOPLE: Final = ("by", "proctors", "confirmed_by")
_NAMES_PEOPLE: Final = frozenset(kind for kind in get_args(Event) if not kind.model_fields.keys().isdisjoint(_PEOPLE))
"""The kinds of events that name proctors; the rest, nearly all rows of a journal, need not be asked."""
MOST_INCIDENTS: Final = 1000
"""A packet tells no more; a sitting with more has to be sealed all the same."""
MOST_BY_ITSELF: Final = 900
"""A device that comes and goes must not take the room of what proctors report."""
_TELLS_RESUMED: Final = (State.ADMITTED, State.ACTIVE, State.PAUSED)
"""Where a restart is an incident: once it is over, nothing of the exam was interrupted."""
BY_PROCTORS: Final = frozenset({EndReason.PROCTOR, EndReason.VOIDED})
"""The ends that proctors make, who can take them back until the packet is sealed."""


def advance(sitting: Sitting, stamp: Stamp, event: Event) -> Sitting:
    """Give the sitting after one more event.

    Raises:
        OutOfOrder: the event cannot happen in this state, before the notice was read, or in an ended run; or the
            monotonic clock went backwards within a run; or proctors are missing or named twice; or more time is to be
            given back than has passed.
        TooEarlyToLeave, TimeUsedUp: the event's time has not come, or is over.
    """
    if not isinstance(event, _ALLOWED[sitting.state]):
        raise OutOfOrder(f"{event.kind} in state {sitting.state}")
    if type(event) in _NAMES_PEOPLE and any(len(set(people)) != len(people) for people in _people(event)):
        raise OutOfOrder(f"{event.kind}: one proctor counted twice")
    moved = _move_clock(sitting, stamp, event)
    if isinstance(event, events.Restored) and event.ms > moved.active_ms - sitting.active_ms:
        raise OutOfOrder(f"{event.ms} ms given back")
    return _apply(moved, stamp, event)


def _people(event: Event) -> Iterator[tuple[str, ...]]:
    for name in _PEOPLE:
        yield getattr(event, name, ())
    if isinstance(event, events.Admitted):
        yield from (one.by for one in event.despite)


def replay(rows: Iterable[tuple[Stamp, Event]]) -> Sitting:
    """Fold a whole journal. Raises what `advance` raises."""
    sitting = Sitting()
    for stamp, event in rows:
        sitting = advance(sitting, stamp, event)
    return sitting


def _changed(sitting: Sitting, **changes: Any) -> Sitting:  # noqa: ANN401 - the fields of a sitting
    """Do what `dataclasses.replace` does, without setting every field anew: a start folds thousands of rows."""
    after = object.__new__(Sitting)
    vars(after).update(vars(sitting), **changes)
    return after


def _move_clock(sitting: Sitting, stamp: Stamp, event: Event) -> Sitting:
    before = sitting.stamp
    if before is None:
        return _changed(sitting, stamp=stamp)
    if isinstance(event, events.Resumed):
        if stamp.run == before.run:
            raise OutOfOrder("resumed within one run")
        dead_ms = event.dead_ms if sitting.state is State.ACTIVE else 0
        resumed = _changed(sitting, stamp=stamp, resumes=sitting.resumes + 1, timing=sitting.timing.passed(dead_ms))
        if sitting.state not in _TELLS_RESUMED:
            return resumed
        gap_s = (
            max(0, stamp.wall_ms - before.wall_ms) // 1000
        )  # by the clock on the wall, and said as no more than that
        return _log(resumed, stamp, "RESUMED", f"{gap_s} s", ())
    if stamp.run != before.run:
        raise OutOfOrder(f"{event.kind} in a new run before it was resumed")
    if stamp.mono_ms < before.mono_ms:
        raise OutOfOrder("the monotonic clock went backwards")
    return _changed(sitting, stamp=stamp, timing=sitting.timing_at(stamp.run, stamp.mono_ms))


def _apply(sitting: Sitting, stamp: Stamp, event: Event) -> Sitting:  # noqa: C901, PLR0911, PLR0912 - one case each
    match event:
        case events.Admitted():
            return _admit(sitting, stamp, event)
        case events.SentBack():
            return _send_back(sitting, stamp, event)
        case events.NoticeRead():
            return _changed(sitting, notice_sha256=event.notice_sha256, recording=event.recording)
        case events.Started():
            return _start(sitting, stamp, event)
        case events.Secured():
            before = sitting.environment
            return _changed(sitting, environment=before.joined(event.environment) if before else event.environment)
        case events.Viewed():
            return _view(sitting, event)
        case events.Answered():
            return _answer(sitting, stamp, event)
        case events.Flagged():
            flags = sitting.flags | {event.item} if event.on else sitting.flags - {event.item}
            return _changed(sitting, flags=flags)
        case events.Noted():
            notes = MappingProxyType({**sitting.notes, event.item: Notes(event.struck, event.highlights)})
            return _changed(sitting, notes=notes)
        case events.Played():
            clip = (event.item, event.medium)
            return _changed(sitting, plays=MappingProxyType({**sitting.plays, clip: sitting.plays.get(clip, 0) + 1}))
        case events.Adjusted():
            return _changed(sitting, appearance=event.appearance)
        case events.HandRaised():
            return _changed(sitting, hand_raised=event.on)
        case events.Tick() | events.Resumed():
            return sitting
        case events.Occurred():
            return _log(sitting, stamp, event.code, event.detail, event.by, event.clause)
        case events.Paused():
            return _pause(sitting, stamp, event)
        case events.Continued():
            return _log(_changed(sitting, state=State.ACTIVE, pause=None), stamp, "CONTINUED", "", event.by)
        case events.Extended():
            extended = _changed(sitting, timing=sitting.timing.extended(event.ms))
            return _log(extended, stamp, "EXTENDED", f"{event.ms // 1000} s: {event.note}"[:400], event.by)
        case events.Restored():
            restored = _changed(sitting, timing=sitting.timing.extended(event.ms))
            return _log(restored, stamp, "TIME_RESTORED", f"{event.ms // 1000} s", ())
        case events.Supervised():
            return _on_duty(sitting, event.proctors)
        case events.Submitted():
            return _submit(sitting, stamp, event)
        case events.Reopened():
            return _reopen(sitting, stamp, event)
        case events.Sealed():
            return _changed(sitting, state=State.SEALED, payload_sha256=event.payload_sha256)


def _admit(sitting: Sitting, stamp: Stamp, event: events.Admitted) -> Sitting:
    here = _changed(_on_duty(sitting, event.proctors), state=State.ADMITTED, seat_number=event.seat_number)
    admitted = _changed(here, confirmed_by=event.confirmed_by, sent_back=None)
    for one in event.despite:
        admitted = _log(admitted, stamp, one.code, one.detail, one.by, one.clause)
    return admitted


def _send_back(sitting: Sitting, stamp: Stamp, event: events.SentBack) -> Sitting:
    """Forget all of the admission but what happened. The next one may come in any run of the clock: none ran yet."""
    over = sitting.recordings_over + ((sitting.recording,) if sitting.recording is not None else ())
    told = _log(sitting, stamp, "SENT_BACK", event.note, event.by)
    return _changed(
        told,
        state=State.AWAITING,
        stamp=None,
        confirmed_by=(),
        notice_sha256="",
        recording=None,
        sent_back=event.note,
        recordings_over=over,
    )


def _start(sitting: Sitting, stamp: Stamp, event: events.Started) -> Sitting:
    if not sitting.notice_sha256:
        raise OutOfOrder("started before the recording notice was read")
    timing = Timing(event.duration_ms, 0, event.early_leave_ms, event.section_limits_ms)
    started_ms = stamp.wall_ms
    return _changed(
        sitting, state=State.ACTIVE, form_sha256=event.form_sha256, timing=timing, started_wall_ms=started_ms
    )


def _view(sitting: Sitting, event: events.Viewed) -> Sitting:
    if sitting.timing.is_closed(event.section):
        raise TimeUsedUp(f"section {event.section}")
    if sitting.sections.get(event.item, event.section) != event.section:
        raise OutOfOrder(f"{event.item} in two sections")
    seen = event.item in sitting.sections  # mostly: a long journal is replayed without copying what it has
    sections = sitting.sections if seen else MappingProxyType({**sitting.sections, event.item: event.section})
    timing = sitting.timing.turned_to(event.section)
    return _changed(sitting, current=event.item, sections=sections, timing=timing)


def _answer(sitting: Sitting, stamp: Stamp, event: events.Answered) -> Sitting:
    section = sitting.sections.get(event.item)
    if section is None and any(limit is not None for limit in sitting.timing.limits_ms):
        raise OutOfOrder(f"{event.item}: which section's time it takes is not known before it is seen")
    if not sitting.timing.takes_answers(section):
        raise TimeUsedUp(event.item)
    before = sitting.given.get(event.item)
    now = Given(event.responses, event.complete, before.first_ms if before else sitting.active_ms, sitting.active_ms)
    given = MappingProxyType({**sitting.given, event.item: now})
    return _changed(sitting, given=given, answered_wall_ms=stamp.wall_ms)


def _pause(sitting: Sitting, stamp: Stamp, event: events.Paused) -> Sitting:
    if (event.reason is PauseReason.PROCTOR) is not bool(event.by):
        raise OutOfOrder(f"paused because of {event.reason}, {len(event.by)} proctors")
    paused = _changed(sitting, state=State.PAUSED, pause=event.reason)
    return _log(paused, stamp, "PAUSED", event.note or event.reason.value, event.by)


def _submit(sitting: Sitting, stamp: Stamp, event: events.Submitted) -> Sitting:
    by_proctors = event.reason in BY_PROCTORS
    if by_proctors is not bool(event.by):
        raise OutOfOrder(f"ended by {event.reason}, {len(event.by)} proctors")
    if event.reason is EndReason.TIME and not sitting.timing.is_over:
        raise OutOfOrder("ended by time before its time was over")
    if event.reason is EndReason.CANDIDATE:
        if sitting.state is State.PAUSED:
            raise OutOfOrder("handed in while paused")
        if wait_ms := sitting.timing.early_leave_in_ms:
            raise TooEarlyToLeave(minutes=-(-wait_ms // 60_000))
    ended = _changed(
        sitting, state=State.SUBMITTED, pause=None, submitted_wall_ms=stamp.wall_ms, end_reason=event.reason
    )
    return _log(ended, stamp, f"ENDED_{event.reason.name}", event.note, event.by) if by_proctors else ended


def _reopen(sitting: Sitting, stamp: Stamp, event: events.Reopened) -> Sitting:
    if sitting.end_reason not in BY_PROCTORS:
        raise OutOfOrder(f"reopened after it was ended by {sitting.end_reason}")
    paused = _changed(
        sitting, state=State.PAUSED, pause=PauseReason.PROCTOR, end_reason=None, submitted_wall_ms=0, hand_raised=False
    )
    return _log(paused, stamp, "REOPENED", event.note, event.by)


def _on_duty(sitting: Sitting, proctors: tuple[str, ...]) -> Sitting:
    known = sitting.proctors + tuple(one for one in proctors if one not in sitting.proctors)
    return _changed(sitting, on_duty=proctors, proctors=known)


def _log(
    sitting: Sitting, stamp: Stamp, code: str, detail: str, by: tuple[str, ...], clause: str | None = None
) -> Sitting:
    told = len(sitting.incidents)
    if told >= (MOST_INCIDENTS if by else MOST_BY_ITSELF):
        return sitting  # the journal has it, and the packet names the journal's head
    incident = Incident(
        code=code, wall_ms=stamp.wall_ms, active_ms=sitting.active_ms, detail=detail, clause=clause, by=by
    )
    return _changed(sitting, incidents=(*sitting.incidents, incident))
