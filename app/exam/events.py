"""The events of a sitting: what a journal row's body says. Strict models, because rows are read back from a disk."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from app.exam.prose import Language
from sync.faults import Refused
from sync.wire.document import Part, canonical_json
from sync.wire.ids import Digest, Id, ItemId, KeyId, Millis
from sync.wire.packet import EndReason, Responses, ShortText


class EventRefused(Refused):
    """A journal row's body is not an event."""

    code = "EVENT_REFUSED"


class Admitted(Part):
    """The candidate was found on the roster and confirmed; `proctors` are the keys of those signed in."""

    kind: Literal["admitted"] = "admitted"
    session: Id
    candidate: Id
    seat_number: int
    proctors: tuple[KeyId, ...]


class NoticeRead(Part):
    """The recording notice was read (已阅知); `recording` is the one that runs."""

    kind: Literal["notice_read"] = "notice_read"
    notice_sha256: Digest
    recording: Id | None


class Started(Part):
    """The clock starts: `duration_ms` is the time this candidate has, accommodations included."""

    kind: Literal["started"] = "started"
    form_sha256: Digest
    duration_ms: Millis


class Viewed(Part):
    """An item came on the screen."""

    kind: Literal["viewed"] = "viewed"
    item: ItemId


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


class Adjusted(Part):
    """The candidate changed how it looks."""

    kind: Literal["adjusted"] = "adjusted"
    language: Language
    text_percent: Annotated[int, Field(ge=100, le=200)]


class Tick(Part):
    """The sitting is alive; bounds how much clock a crash gives back."""

    kind: Literal["tick"] = "tick"


class Resumed(Part):
    """The seat is back after it was dead; from here a new run of the monotonic clock counts."""

    kind: Literal["resumed"] = "resumed"


class Occurred(Part):
    """An incident (事件)."""

    kind: Literal["occurred"] = "occurred"
    code: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,59}$")]
    detail: ShortText


class Submitted(Part):
    """The form was handed in."""

    kind: Literal["submitted"] = "submitted"
    reason: EndReason


class Sealed(Part):
    """The packet was signed by the device and stands in the outbox.

    `payload_sha256` is of the signed payload, which a countersignature does not change.
    """

    kind: Literal["sealed"] = "sealed"
    payload_sha256: Digest


Event = (
    Admitted
    | NoticeRead
    | Started
    | Viewed
    | Answered
    | Flagged
    | Adjusted
    | Tick
    | Resumed
    | Occurred
    | Submitted
    | Sealed
)

_EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])


def event_bytes(event: Event) -> bytes:
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
