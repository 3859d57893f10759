"""The score packet (成绩包): what a seat signs at the end of a sitting."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from sync.wire.document import Document, Part, payload_type
from sync.wire.environment import EnvironmentStatement
from sync.wire.ids import Digest, Id, Identifier, ItemId, KeyId, Millis, Name, RecordedMillis
from sync.wire.plan import Accommodation, ClauseCode, ScoringPolicy

CLOCK_JUMPED = "CLOCK_JUMPED"
"""The code of the incident that says the wall clock was moved while the sitting was active."""

SEAT_CHANGED = "SEAT_CHANGED"
"""The code of the incident that says that two proctors put a candidate at another seat than the roster's."""

ShortText = Annotated[str, StringConstraints(max_length=400)]

StatedText = Annotated[str, StringConstraints(max_length=80)]
"""A reason or a note in a recording's head, which has to hold 50 of each whatever their characters are."""


class EndReason(StrEnum):
    """Why a sitting ended."""

    CANDIDATE = "candidate"
    TIME = "time"
    PROCTOR = "proctor"
    VOIDED = "voided"


Value = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
"""One value of a response in QTI's lexical form: an option's id, a pair "A B", a number, a text."""

Responses = Annotated[
    dict[Identifier, Annotated[tuple[Value, ...], Field(min_length=1, max_length=500)]], Field(max_length=50)
]
"""The responses to one item: response variable → values; one that was taken back is not in it."""


class Answer(Part):
    """A candidate's responses to one item; none is a response taken back.

    `first_ms` and `last_ms` count the sitting's own active time.
    """

    item: ItemId
    responses: Responses
    first_ms: Millis
    last_ms: Millis


class ItemOutcome(Part):
    """What scoring made of one item, in thousandths of a mark."""

    item: ItemId
    score_milli: Annotated[int, Field(ge=0, le=1_000_000)]
    max_milli: Annotated[int, Field(ge=0, le=1_000_000)]


class FormRef(Part):
    """The form: a pure function of package, blueprint and seed, so anyone can rebuild it."""

    sha256: Digest
    seed: Digest


class JournalRef(Part):
    """The journal's head when the sitting was sealed: the last row's hash and how many rows there are."""

    head: Digest
    count: Annotated[int, Field(ge=1)]


class GapRef(Part):
    """A stated hole in a recording: which track, from when, how long (ms since the recording's start)."""

    track: Annotated[str, StringConstraints(pattern=r"^(picture|sound|both)$")]
    start_ms: RecordedMillis
    length_ms: RecordedMillis
    reason: StatedText


class RecordingRef(Part):
    """The recording that belongs to the sitting; `manifest_sha256` is of the signed manifest's envelope bytes."""

    recording: Id
    manifest_sha256: Digest
    duration_ms: RecordedMillis
    gaps: tuple[GapRef, ...]
    simulated_sources: tuple[str, ...]


class Incident(Part):
    """Something logged in the sitting (事件). `clause` names a violation of the plan; `by` the proctors who did it."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,59}$")]
    wall_ms: Millis
    active_ms: Millis
    detail: ShortText
    clause: ClauseCode | None = None
    by: Annotated[tuple[KeyId, ...], Field(max_length=4)] = ()


class ClockEvidence(Part):
    """What the clocks said: boot id of the machine, and the same instants on both clocks."""

    boot_id: Annotated[str, StringConstraints(max_length=64)]
    wall_ms: Millis
    mono_ms: Millis
    highest_signed_ms: Millis


class PackageUsed(Part):
    """Which package the items came from."""

    package: Id
    version: Annotated[int, Field(ge=1, le=2**31)]
    sha256: Digest


class ScorePacket(Document):
    """Everything a sitting came to. Signed by the device, countersigned by at least one proctor.

    `duration_ms`: the time the candidate had in the end, accommodations and extensions included. `proctors`: all who
    were on duty in the course of the sitting; `confirmed_by`: those who confirmed the candidate's identity.
    A voided sitting is never passed.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("score-packet")
    MAX_BYTES: ClassVar[int] = 4_000_000

    packet: Id
    session: Id
    sitting: Id
    candidate: Id
    device: Id
    seat_number: Annotated[int, Field(ge=1, le=9999)]
    plan_sha256: Digest
    package: PackageUsed
    form: FormRef
    scoring: ScoringPolicy
    scorer: Annotated[str, StringConstraints(max_length=60)]
    answers: Annotated[tuple[Answer, ...], Field(max_length=1000)]
    outcomes: Annotated[tuple[ItemOutcome, ...], Field(min_length=1, max_length=1000)]
    score_milli: Annotated[int, Field(ge=0)]
    max_milli: Annotated[int, Field(ge=0)]
    passed: bool
    started_ms: Millis
    submitted_ms: Millis
    active_ms: Millis
    duration_ms: Millis
    end_reason: EndReason
    resumes: Annotated[int, Field(ge=0)]
    journal: JournalRef
    recording: RecordingRef | None
    incidents: Annotated[tuple[Incident, ...], Field(max_length=1000)]
    environment: EnvironmentStatement
    accommodation: Accommodation
    clock: ClockEvidence
    proctors: Annotated[tuple[KeyId, ...], Field(min_length=1, max_length=20)]
    confirmed_by: Annotated[tuple[KeyId, ...], Field(min_length=1, max_length=4)]
    simulated_candidate: bool
    software: Name
