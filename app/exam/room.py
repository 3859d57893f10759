"""The room (考场) at one seat: what happens in a session beside the sittings, as a fold over the session's own journal.

The journal's name is the session's id. Its events say who is on duty, whose identity was doubted or refused, what was
reported without a sitting, what proctors explained, and that the session was closed; after that nothing happens.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError

from app.exam.events import Code, EventRefused, People
from app.exam.sitting import OutOfOrder, Stamp
from sync.wire.document import Part
from sync.wire.environment import Override
from sync.wire.ids import Digest, Id, PlainText
from sync.wire.packet import Incident
from sync.wire.plan import ClauseCode

OVERRIDDEN: Final = "CHECK_OVERRIDDEN"
"""The code of the incident that says that two proctors went on over what a check found."""
EVIDENCE_MARK: Final = " · "
"""Stands before each line of what was seen in an incident's detail."""
_LONGEST_DETAIL: Final = 400


class Opened(Part):
    """Proctors opened the session at this seat."""

    kind: Literal["opened"] = "opened"
    session: Id
    proctors: People


class OnDuty(Part):
    """These proctors are on duty from here on: a hand-over (`by` hands over), or who signed in after a restart."""

    kind: Literal["on_duty"] = "on_duty"
    proctors: People
    by: Annotated[tuple[Digest, ...], Field(max_length=4)] = ()


class Held(Part):
    """A proctor doubts that somebody is the candidate; a second person decides."""

    kind: Literal["held"] = "held"
    sitting: Id
    note: PlainText
    by: People


class Refused(Part):
    """Two proctors refused somebody. Admitting the candidate later takes it back."""

    kind: Literal["refused"] = "refused"
    sitting: Id
    note: PlainText
    by: Annotated[People, Field(min_length=2)]


class Reported(Part):
    """An incident that no running sitting tells; `sitting` if it concerns a candidate, `clause` if an irregularity."""

    kind: Literal["reported"] = "reported"
    code: Code
    note: PlainText
    sitting: Id | None = None
    clause: ClauseCode | None = None
    by: Annotated[tuple[Digest, ...], Field(max_length=4)] = ()


class Explained(Part):
    """Why a candidate's sitting is as it is: nothing answered, never begun, not ended."""

    kind: Literal["explained"] = "explained"
    sitting: Id
    note: PlainText
    by: People


class Overridden(Part):
    """Two proctors go on over what a check of this PC found."""

    kind: Literal["overridden"] = "overridden"
    override: Override


def override_detail(override: Override) -> str:
    """Say it in an incident's detail: the check, the reason, and as much of what was seen as there is room for."""
    said = f"{override.statement.check}: {override.reason}"[:_LONGEST_DETAIL]
    for line in override.statement.evidence:
        longer = f"{said}{EVIDENCE_MARK}{line}"
        if len(longer) > _LONGEST_DETAIL:
            break
        said = longer
    return said


class Closed(Part):
    """The room record was signed; `record_sha256` is of its envelope."""

    kind: Literal["closed"] = "closed"
    record_sha256: Digest


RoomEvent = Opened | OnDuty | Held | Refused | Reported | Explained | Overridden | Closed

_EVENT: TypeAdapter[RoomEvent] = TypeAdapter(Annotated[RoomEvent, Field(discriminator="kind")])


@dataclass(frozen=True)
class RoomIncident:
    """An incident and the sitting it concerns, if it concerns one. `active_ms` is 0: no sitting's clock runs here."""

    sitting: str | None
    incident: Incident


@dataclass(frozen=True)
class Room:
    """A session's state at this seat. Times in ms since the epoch by this PC's clock, 0 before they are.

    `proctors`: all who were on duty so far. `held`, `refused`, `explained`: the newest note of each sitting.
    """

    session: str = ""
    opened_wall_ms: int = 0
    closed_wall_ms: int = 0
    proctors: tuple[str, ...] = ()
    on_duty: tuple[str, ...] = ()
    held: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    refused: Mapping[str, Refused] = field(default_factory=lambda: MappingProxyType({}))
    explained: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    incidents: tuple[RoomIncident, ...] = ()
    overrides: tuple[Override, ...] = ()
    record_sha256: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether the session runs at this seat."""
        return bool(self.session) and self.record_sha256 is None


def read_room_event(raw: bytes) -> RoomEvent:
    """Read an event from a journal row's body. Raises `EventRefused` if the bytes are none."""
    try:
        return _EVENT.validate_json(raw)
    except ValidationError as error:
        complaint = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise EventRefused(f"{'.'.join(map(str, complaint['loc']))}: {complaint['msg']}") from None


def advance_room(room: Room, stamp: Stamp, event: RoomEvent) -> Room:
    """Give the room after one more event.

    Raises:
        OutOfOrder: before the session was opened, opened twice, after it was closed; or one proctor counted twice.
    """
    if isinstance(event, Opened) is bool(room.session) or room.record_sha256 is not None:
        raise OutOfOrder(f"{event.kind} in a room that is {'open' if room.is_open else 'not open'}")
    override = event.override.by if isinstance(event, Overridden) else ()
    people = getattr(event, "by", ()), getattr(event, "proctors", ()), override
    if any(len(set(some)) != len(some) for some in people):
        raise OutOfOrder(f"{event.kind}: one proctor counted twice")
    return _apply(room, stamp, event)


def replay_room(rows: Iterable[tuple[Stamp, RoomEvent]]) -> Room:
    """Fold a session's whole journal. Raises what `advance_room` raises."""
    room = Room()
    for stamp, event in rows:
        room = advance_room(room, stamp, event)
    return room


def _apply(room: Room, stamp: Stamp, event: RoomEvent) -> Room:  # noqa: PLR0911 - one case each
    match event:
        case Opened():
            opened = replace(room, session=event.session, opened_wall_ms=stamp.wall_ms)
            return _on_duty(opened, event.proctors)
        case OnDuty():
            handed = _log(room, stamp, "ON_DUTY", "", event.by) if event.by else room
            return _on_duty(handed, event.proctors)
        case Held():
            held = replace(room, held=MappingProxyType({**room.held, event.sitting: event.note}))
            return _log(held, stamp, "IDENTITY_DOUBTED", event.note, event.by, event.sitting)
        case Refused():
            refused = replace(room, refused=MappingProxyType({**room.refused, event.sitting: event}))
            return _log(refused, stamp, "CANDIDATE_REFUSED", event.note, event.by, event.sitting)
        case Reported():
            return _log(room, stamp, event.code, event.note, event.by, event.sitting, event.clause)
        case Explained():
            return replace(room, explained=MappingProxyType({**room.explained, event.sitting: event.note}))
        case Overridden():
            over = event.override
            overridden = replace(room, overrides=(*room.overrides, over))
            return _log(overridden, stamp, OVERRIDDEN, override_detail(over), over.by)
        case Closed():
            return replace(room, record_sha256=event.record_sha256, closed_wall_ms=stamp.wall_ms)


def _on_duty(room: Room, proctors: tuple[str, ...]) -> Room:
    known = room.proctors + tuple(one for one in proctors if one not in room.proctors)
    return replace(room, on_duty=proctors, proctors=known)


def _log(
    room: Room,
    stamp: Stamp,
    code: str,
    detail: str,
    by: tuple[str, ...],
    sitting: str | None = None,
    clause: str | None = None,
) -> Room:
    incident = Incident(code=code, wall_ms=stamp.wall_ms, active_ms=0, detail=detail, clause=clause, by=by)
    return replace(room, incidents=(*room.incidents, RoomIncident(sitting, incident)))
