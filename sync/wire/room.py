"""The room record (考场记录): the minutes of a session at one seat, signed by the seat and its proctors."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from sync.wire.document import Document, Part, payload_type
from sync.wire.ids import Digest, Id, KeyId, Millis, Name
from sync.wire.packet import ClockEvidence, EndReason, Incident, JournalRef, ShortText
from sync.wire.plan import Bilingual, ClauseCode, Violation

MOST_INCIDENTS = 20_000
Simulated = Literal["candidate", "picture", "sound"]
"""What of a session was not real."""

Count = Annotated[int, Field(ge=0, le=1_000_000)]


class Standing(StrEnum):
    """How a candidate stands when the session is closed; only the first two have sat (实考)."""

    DONE = "done"
    BLANK = "blank"  # handed in, nothing answered
    NEVER_BEGUN = "never_begun"  # admitted, the clock never started
    REFUSED = "refused"
    HELD = "held"  # doubted, and nobody decided
    ABSENT = "absent"


SAT = frozenset({Standing.DONE, Standing.BLANK})
"""The standings of those who sat; all others count as absent (缺考)."""


class RoomCandidate(Part):
    """One expected candidate and what became of them. Identity numbers are masked; scores stand here if shown here.

    `packet_sha256` is of the score packet's signed payload. `clauses`: of the rules on irregularities, as reported.
    """

    sitting: Id
    candidate: Id
    admission_number: Annotated[str, Field(max_length=24)]
    name: Name
    id_number_masked: Annotated[str, Field(max_length=32)]
    seat_number: Annotated[int, Field(ge=1, le=9999)]
    standing: Standing
    end_reason: EndReason | None
    answered: Count
    score_milli: Count | None
    max_milli: Count | None
    passed: bool | None
    packet_sha256: Digest | None
    started_ms: Millis | None
    submitted_ms: Millis | None
    incidents: Count
    irregular: bool
    clauses: Annotated[tuple[ClauseCode, ...], Field(max_length=100)]
    explanation: ShortText
    simulated: bool


class RoomCounts(Part):
    """应考, 实考, 缺考, 违纪."""

    expected: Count
    present: Count
    absent: Count
    irregular: Count


class RoomIncident(Part):
    """An incident and the sitting it belongs to, if it belongs to one."""

    sitting: Id | None
    incident: Incident


class RoomProctor(Part):
    """A proctor who was on duty or signs."""

    proctor: Id
    name: Name
    keyid: KeyId


class RoomRecord(Document):
    """A session's minutes at one seat. Signed by the device and by exactly those proctors whom `signers` names.

    `journal` is the head of the session's own journal before it says that the session was closed. `violations` are
    the plan's, so that a clause reads without the plan.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("room-record")
    MAX_BYTES: ClassVar[int] = 11_000_000

    record: Id
    session: Id
    device: Id
    seat_label: Name
    plan_sha256: Digest
    exam_title: Bilingual
    site: Name
    room: Name
    opens_ms: Millis
    closes_ms: Millis
    rehearsal: bool
    opened_ms: Millis
    closed_ms: Millis
    clock: ClockEvidence
    counts: RoomCounts
    candidates: Annotated[tuple[RoomCandidate, ...], Field(max_length=2000)]
    incidents: Annotated[tuple[RoomIncident, ...], Field(max_length=MOST_INCIDENTS)]
    violations: Annotated[tuple[Violation, ...], Field(max_length=100)]
    proctors: Annotated[tuple[RoomProctor, ...], Field(min_length=1, max_length=20)]
    proctors_needed: Annotated[int, Field(ge=1, le=2)]
    signers: Annotated[tuple[KeyId, ...], Field(min_length=1, max_length=4)]
    journal: JournalRef
    simulated: Annotated[tuple[Simulated, ...], Field(max_length=3)]
    software: Name

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        known = {proctor.keyid for proctor in self.proctors}
        if len(set(self.signers)) != len(self.signers) or not known.issuperset(self.signers):
            raise ValueError("a signer who is named twice or not among the proctors")
        if len(known) != len(self.proctors):
            raise ValueError("one key for two proctors")
        if len({candidate.sitting for candidate in self.candidates}) != len(self.candidates):
            raise ValueError("a sitting that stands twice")
        return self
