"""The sitting (应试) as a fold over its journal: the same rows give the same state, so recovery is a replay.

Time: `active_ms` grows by the monotonic clock between two events of one *run* (one life of the seat's program) while
the sitting is active. A new run starts with `Resumed`, which adds nothing: the clock does not run while the seat is
dead. The wall clock is only recorded, never reckoned with.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from app.exam import events
from app.exam.events import Event
from app.exam.interactions import Responses
from app.exam.prose import Language
from sync.faults import Fault
from sync.wire.packet import EndReason, Incident


class State(StrEnum):
    """Where a sitting stands (domain.md, "Words")."""

    AWAITING = "awaiting"
    ADMITTED = "admitted"
    ACTIVE = "active"
    SUBMITTED = "submitted"
    SEALED = "sealed"


class OutOfOrder(Fault):
    """An event that cannot happen in this state, or a clock that went backwards within a run."""

    code = "SITTING_OUT_OF_ORDER"


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
class Sitting:
    """A sitting's whole state. All times in ms; `answered_wall_ms` is when the newest response was given."""

    state: State = State.AWAITING
    stamp: Stamp | None = None
    active_ms: int = 0
    duration_ms: int = 0
    form_sha256: str = ""
    seat_number: int = 0
    proctors: tuple[str, ...] = ()
    recording: str | None = None
    notice_sha256: str = ""
    current: str | None = None
    answered_wall_ms: int = 0
    given: Mapping[str, Given] = field(default_factory=lambda: MappingProxyType({}))
    flags: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()
    language: Language = Language.ZH
    text_percent: int = 100
    resumes: int = 0
    incidents: tuple[Incident, ...] = ()
    started_wall_ms: int = 0
    submitted_wall_ms: int = 0
    end_reason: EndReason | None = None
    payload_sha256: str | None = None

    @property
    def answered(self) -> frozenset[str]:
        """The items that are answered now, every part of them."""
        return frozenset(item for item, given in self.given.items() if given.complete)

    def active_at(self, run: str, mono_ms: int) -> int:
        """Give the active time at a moment of the current run, ms."""
        if self.state is not State.ACTIVE or self.stamp is None or run != self.stamp.run:
            return self.active_ms
        return self.active_ms + max(0, mono_ms - self.stamp.mono_ms)

    def remaining_at(self, run: str, mono_ms: int) -> int:
        """Give the time left at a moment of the current run, ms, never below 0."""
        return max(0, self.duration_ms - self.active_at(run, mono_ms))


_ADMISSION = (events.NoticeRead, events.Started, events.Adjusted, events.Resumed, events.Occurred)
_ACTIVE = (
    events.Viewed,
    events.Answered,
    events.Flagged,
    events.Adjusted,
    events.Tick,
    events.Resumed,
    events.Occurred,
    events.Submitted,
)
_ALLOWED: Mapping[State, tuple[type, ...]] = {
    State.AWAITING: (events.Admitted,),
    State.ADMITTED: _ADMISSION,
    State.ACTIVE: _ACTIVE,
    State.SUBMITTED: (events.Sealed, events.Resumed, events.Occurred, events.Adjusted),
    State.SEALED: (),
}


def advance(sitting: Sitting, stamp: Stamp, event: Event) -> Sitting:
    """Give the sitting after one more event.

    Raises:
        OutOfOrder: the event cannot happen in this state, before the notice was read, or in an ended run; or the
            monotonic clock went backwards within a run.
    """
    if not isinstance(event, _ALLOWED[sitting.state]):
        raise OutOfOrder(f"{event.kind} in state {sitting.state}")
    moved = _move_clock(sitting, stamp, event)
    return _apply(moved, stamp, event)


def replay(rows: Iterable[tuple[Stamp, Event]]) -> Sitting:
    """Fold a whole journal. Raises what `advance` raises."""
    sitting = Sitting()
    for stamp, event in rows:
        sitting = advance(sitting, stamp, event)
    return sitting


def _move_clock(sitting: Sitting, stamp: Stamp, event: Event) -> Sitting:
    before = sitting.stamp
    if before is None:
        return replace(sitting, stamp=stamp)
    if isinstance(event, events.Resumed):
        if stamp.run == before.run:
            raise OutOfOrder("resumed within one run")
        return replace(sitting, stamp=stamp, resumes=sitting.resumes + 1)
    if stamp.run != before.run:
        raise OutOfOrder(f"{event.kind} in a new run before it was resumed")
    if stamp.mono_ms < before.mono_ms:
        raise OutOfOrder("the monotonic clock went backwards")
    return replace(sitting, stamp=stamp, active_ms=sitting.active_at(stamp.run, stamp.mono_ms))


def _apply(sitting: Sitting, stamp: Stamp, event: Event) -> Sitting:  # noqa: C901, PLR0911 - a line for each event
    match event:
        case events.Admitted():
            return replace(sitting, state=State.ADMITTED, seat_number=event.seat_number, proctors=event.proctors)
        case events.NoticeRead():
            return replace(sitting, notice_sha256=event.notice_sha256, recording=event.recording)
        case events.Started():
            return _start(sitting, stamp, event)
        case events.Viewed():
            return replace(sitting, current=event.item, seen=sitting.seen | {event.item})
        case events.Answered():
            return _answer(sitting, stamp, event)
        case events.Flagged():
            flags = sitting.flags | {event.item} if event.on else sitting.flags - {event.item}
            return replace(sitting, flags=flags)
        case events.Adjusted():
            return replace(sitting, language=event.language, text_percent=event.text_percent)
        case events.Tick() | events.Resumed():
            return sitting
        case events.Occurred():
            incident = Incident(
                code=event.code, wall_ms=stamp.wall_ms, active_ms=sitting.active_ms, detail=event.detail
            )
            return replace(sitting, incidents=(*sitting.incidents, incident))
        case events.Submitted():
            return replace(sitting, state=State.SUBMITTED, submitted_wall_ms=stamp.wall_ms, end_reason=event.reason)
        case events.Sealed():
            return replace(sitting, state=State.SEALED, payload_sha256=event.payload_sha256)


def _start(sitting: Sitting, stamp: Stamp, event: events.Started) -> Sitting:
    if not sitting.notice_sha256:
        raise OutOfOrder("started before the recording notice was read")
    return replace(
        sitting,
        state=State.ACTIVE,
        form_sha256=event.form_sha256,
        duration_ms=event.duration_ms,
        started_wall_ms=stamp.wall_ms,
        active_ms=0,
    )


def _answer(sitting: Sitting, stamp: Stamp, event: events.Answered) -> Sitting:
    before = sitting.given.get(event.item)
    now = Given(event.responses, event.complete, before.first_ms if before else sitting.active_ms, sitting.active_ms)
    given = MappingProxyType({**sitting.given, event.item: now})
    return replace(sitting, given=given, answered_wall_ms=stamp.wall_ms)
