"""The events of a sitting: what a journal row's body says. Strict models, because rows are read back from a disk."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from app.exam.appearance import Appearance, Spacing
from app.exam.prose import Language
from sync.faults import Refused
from sync.wire.document import Part, canonical_json
from sync.wire.environment import EnvironmentStatement
from sync.wire.ids import Digest, Id, Identifier, ItemId, KeyId, Millis, PlainText
from sync.wire.packet import EndReason, Responses
from sync.wire.plan import ClauseCode, Theme

People = Annotated[tuple[KeyId, ...], Field(min_length=1, max_length=4)]
"""The keys of the proctors who did something; each of them gave their PIN for it."""

Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,59}$")]
"""The code of an incident."""


class EventRefused(Refused):
    """A journal row's body is not an event."""

    code = "EVENT_REFUSED"


class PauseReason(StrEnum):
    """Why a sitting stands still."""

    PROCTOR = "proctor"
    RECORDING_LOST = "recording_lost"


class Occurred(Part):
    """An incident (事件); one that a proctor reports names them, and the clause if it is an irregularity."""

    kind: Literal["occurred"] = "occurred"
    code: Code
    detail: PlainText
    clause: ClauseCode | None = None
    by: Annotated[tuple[KeyId, ...], Field(max_length=4)] = ()


class Admitted(Part):
    """The candidate was found on the roster and confirmed.

    `proctors` are the keys of those on duty, `confirmed_by` of those who held the person against document and photo.
    `despite`: what stood in the way and was decided about, logged as incidents together with the admission.
    """

    kind: Literal["admitted"] = "admitted"
    session: Id
    candidate: Id
    seat_number: int
    proctors: Annotated[tuple[KeyId, ...], Field(min_length=1, max_length=20)]
    confirmed_by: People
    despite: Annotated[tuple[Occurred, ...], Field(max_length=10)] = ()


class SentBack(Part):
    """A proctor let an admitted candidate go before the clock started; a later admission begins anew."""

    kind: Literal["sent_back"] = "sent_back"
    note: PlainText
    by: People


class NoticeRead(Part):
    """The recording notice was read (已阅知); `recording` is the one that runs."""

    kind: Literal["notice_read"] = "notice_read"
    notice_sha256: Digest
    recording: Id | None


class Started(Part):
    """The clock starts.

    `duration_ms` is the time this candidate has, accommodations included; `early_leave_ms` the active time before
    which they cannot hand in; `section_limits_ms` one limit for each section of the form that has one, else none.
    """

    kind: Literal["started"] = "started"
    form_sha256: Digest
    duration_ms: Millis
    early_leave_ms: Millis = 0
    section_limits_ms: Annotated[tuple[Millis | None, ...], Field(max_length=50)] = ()


class Secured(Part):
    """How the PC stands: at the start, again after a restart, and whenever that has changed or was overridden."""

    kind: Literal["secured"] = "secured"
    environment: EnvironmentStatement


class Viewed(Part):
    """An item came on the screen; from here the time of its section runs, too."""

    kind: Literal["viewed"] = "viewed"
    item: ItemId
    section: Annotated[int, Field(ge=0, lt=50)] = 0


class Answered(Part):
    """All responses to an item as they now stand; none takes them back.

    `complete`: every interaction of the item has one, so the item counts as answered.
    """

    kind: Literal["answered"] = "answered"
    item: ItemId
    responses: Responses
    complete: bool


class Flagged(Part):
    """The candidate set or lifted a flag."""

    kind: Literal["flagged"] = "flagged"
    item: ItemId
    on: bool


class Highlight(Part):
    """A stretch of an item's text: characters `start` to `end` (exclusive) of its `part`-th text in one language."""

    language: Language
    part: Annotated[int, Field(ge=0, lt=100)]
    start: Annotated[int, Field(ge=0, lt=1_000_000)]
    end: Annotated[int, Field(gt=0, le=1_000_000)]

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.end <= self.start:
            raise ValueError("it ends before it begins")
        return self


class Noted(Part):
    """All of the candidate's own marks on an item as they now stand: options struck through, text highlighted."""

    kind: Literal["noted"] = "noted"
    item: ItemId
    struck: Annotated[tuple[Identifier, ...], Field(max_length=200)] = ()
    highlights: Annotated[tuple[Highlight, ...], Field(max_length=200)] = ()


class Played(Part):
    """A clip of an item was begun once more; where an item limits its plays, this is what is counted."""

    kind: Literal["played"] = "played"
    item: ItemId
    medium: Annotated[str, Field(min_length=1, max_length=100)]


class Adjusted(Part):
    """The candidate changed how it looks."""

    kind: Literal["adjusted"] = "adjusted"
    language: Language
    text_percent: Annotated[int, Field(ge=100, le=200)]
    theme: Theme = Theme.LIGHT
    spacing: Spacing = Spacing.NORMAL
    reduced_motion: bool = False

    @classmethod
    def to(cls, appearance: Appearance) -> Self:
        """Make the event of a new appearance."""
        return cls(
            language=appearance.language,
            text_percent=appearance.text_percent,
            theme=appearance.theme,
            spacing=appearance.spacing,
            reduced_motion=appearance.reduced_motion,
        )

    @property
    def appearance(self) -> Appearance:
        """How it looks from here on."""
        return Appearance(self.language, self.text_percent, self.theme, self.spacing, self.reduced_motion)


class HandRaised(Part):
    """The candidate asks for a proctor, or no longer does."""

    kind: Literal["hand_raised"] = "hand_raised"
    on: bool


class Tick(Part):
    """The sitting is alive; bounds how much clock a crash gives back."""

    kind: Literal["tick"] = "tick"


class Resumed(Part):
    """The seat is back after it was dead; from here a new run of the monotonic clock counts.

    `dead_ms`: how long it was dead, as far as the policy lets the clock run meanwhile; else 0.
    """

    kind: Literal["resumed"] = "resumed"
    dead_ms: Millis = 0


class Paused(Part):
    """The clock stands still and the item is covered. A proctor did it, or the policy; then `by` is empty."""

    kind: Literal["paused"] = "paused"
    reason: PauseReason
    note: PlainText = ""
    by: Annotated[tuple[KeyId, ...], Field(max_length=4)] = ()


class Continued(Part):
    """A proctor lets a paused sitting go on."""

    kind: Literal["continued"] = "continued"
    by: People


class Extended(Part):
    """A proctor gives more time: `ms` for the whole, and as much for the section in front if that has a limit."""

    kind: Literal["extended"] = "extended"
    ms: Annotated[int, Field(ge=1_000, le=24 * 3_600_000)]
    note: PlainText
    by: People


class Restored(Part):
    """The time in which the seat took no input, because it could not save, is given back; nobody has to agree.

    It counts like an extension. Never more than has passed since the event before it, so nobody wins time by it.
    """

    kind: Literal["restored"] = "restored"
    ms: Annotated[int, Field(ge=1, le=24 * 3_600_000)]


class Supervised(Part):
    """These proctors are on duty from here on: a hand-over, or who signed in after a restart."""

    kind: Literal["supervised"] = "supervised"
    proctors: People


class Submitted(Part):
    """The form was handed in, or ended by proctors (`by`), who say why (`note`)."""

    kind: Literal["submitted"] = "submitted"
    reason: EndReason
    note: PlainText = ""
    by: Annotated[tuple[KeyId, ...], Field(max_length=4)] = ()


class Reopened(Part):
    """Two proctors take back that a sitting was ended; it stands paused, with the time it had."""

    kind: Literal["reopened"] = "reopened"
    note: PlainText
    by: Annotated[tuple[KeyId, ...], Field(min_length=2, max_length=4)]


class Sealed(Part):
    """The packet was signed by the device and stands in the outbox.

    `payload_sha256` is of the signed payload, which a countersignature does not change.
    """

    kind: Literal["sealed"] = "sealed"
    payload_sha256: Digest


Event = (
    Admitted
    | SentBack
    | NoticeRead
    | Started
    | Secured
    | Viewed
    | Answered
    | Flagged
    | Noted
    | Played
    | Adjusted
    | HandRaised
    | Tick
    | Resumed
    | Occurred
    | Paused
    | Continued
    | Extended
    | Restored
    | Supervised
    | Submitted
    | Reopened
    | Sealed
)

_EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])


def event_bytes(event: Part) -> bytes:
    """Give an event's canonical bytes for the journal."""
    return canonical_json(event.model_dump(mode="json"))


def read_event(raw: bytes) -> Event:
    """Read an event from a journal row's body.

    Raises:
        EventRefused: the bytes are no event we know.
    """
    try:
        return _EVENT.validate_json(raw)
    except ValidationError as error:
        complaint = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise EventRefused(f"{'.'.join(map(str, complaint['loc']))}: {complaint['msg']}") from None
