"""What becomes of a result after its receipt: corrections (更正), and the statement that anybody may ask for.

A receipt is never changed. A correction is a document of its own, an entry of its own in the log, and names what came
before it; the result that stands is a fold over them (`sync.trust.corrections`).
"""

from enum import StrEnum
from typing import Annotated, ClassVar, Final, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from sync.wire.document import Document, Part, payload_type
from sync.wire.ids import Base64, Digest, ItemId, Millis, Name, PlainText, Whole, plain_line, plain_name
from sync.wire.plan import Bilingual
from sync.wire.receipt import InclusionProof, LogEntry, Result

FULL_MARKS: Final = "full-marks"
LEAVE_OUT: Final = "leave-out"
KEY: Final = "key:"

MOST_CORRECTIONS: Final = 200

VerificationCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-HJKMNP-TV-Z]{16}$")]
"""What a candidate copied from the screen (`app.exam.verification`)."""


def _told(reason: str) -> str:
    if not plain_line(reason):
        raise ValueError("a reason that says nothing")
    return reason


Reason = Annotated[PlainText, AfterValidator(_told)]


class CorrectionKind(StrEnum):
    """What a correction does."""

    REMARK = "remark"
    """The responses were scored again under errata of items."""
    VOID = "void"
    """The sitting does not count any more."""
    REINSTATED = "reinstated"
    """The sitting counts again."""
    DECIDED = "decided"
    """Of the packets that disputed the sitting, this one counts."""


NEED_TWO: Final = frozenset({CorrectionKind.VOID, CorrectionKind.REINSTATED, CorrectionKind.DECIDED})


class Erratum(Part):
    """How one item is scored instead: all its marks for everybody, without it, or by another key (`key:A,C`).

    Without an item, the rest is held against the pass mark in proportion.
    """

    item: ItemId
    rule: Annotated[str, StringConstraints(pattern=r"^(full-marks|leave-out|key:[^,]+(,[^,]+)*)$", max_length=400)]

    @property
    def key(self) -> tuple[str, ...]:
        """The values of the other key; none where the rule is not one."""
        return tuple(self.rule.removeprefix(KEY).split(",")) if self.rule.startswith(KEY) else ()


class Correction(Document):
    """One correction of a sitting's result, signed by the registry's `result` role.

    `packet_sha256`: whose result it is from now on. `before_sha256`: of the envelope of the correction before, or, for
    the first, of the receipt; `replaces`: the log entry of that. `decides`: the packets that were set aside and are
    settled by it. `errata`: all that the result was scored under. `decided_by`: people, two at least where the result
    comes to count or not.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("correction")
    MAX_BYTES: ClassVar[int] = 64_000

    kind: CorrectionKind
    packet_sha256: Digest
    before_sha256: Digest
    replaces: Annotated[Whole, Field(ge=0)]
    decides: Annotated[tuple[Digest, ...], Field(max_length=50)]
    errata: Annotated[tuple[Erratum, ...], Field(max_length=100)]
    reason: Reason
    decided_by: Annotated[tuple[Name, ...], Field(min_length=1, max_length=8)]
    decided_ms: Millis
    result: Result

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        people = {plain_name(name) for name in self.decided_by}
        if len(people) != len(self.decided_by):
            raise ValueError("one person is named twice")
        if self.kind in NEED_TWO and len(people) < 2:  # noqa: PLR2004 - two people
            raise ValueError("two people have to decide this")
        if (self.kind is CorrectionKind.DECIDED) != bool(self.decides):
            raise ValueError("a decision names the packets it settles, and nothing else does")
        if len({erratum.item for erratum in self.errata}) != len(self.errata):
            raise ValueError("two errata of one item")
        if self.result.voided and self.result.passed:
            raise ValueError("what was voided is not passed")
        return self


CORRECTION_BYTES: Final = Correction.MAX_BYTES * 4 // 3 + 10_000


class LoggedCorrection(Part):
    """A correction's envelope, and where it stands in the log."""

    correction: Base64
    log: LogEntry


class LoggedDispute(Part):
    """Two packets for one sitting, or with one id: which was set aside, which came first, and the log's entry of it."""

    aside_sha256: Digest
    first_sha256: Digest
    log: LogEntry


class CorrectionFile(Document):
    """Everything that came after one receipt, for whoever checks evidence. Not signed itself: what is inside is.

    A dispute is shown by the log alone, whose entry commits to both packets.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("corrections")
    MAX_BYTES: ClassVar[int] = 15_000_000

    corrections: Annotated[tuple[LoggedCorrection, ...], Field(max_length=MOST_CORRECTIONS)]
    disputes: Annotated[tuple[LoggedDispute, ...], Field(max_length=MOST_CORRECTIONS)]


class StepKind(StrEnum):
    """A step in a result's history: the receipt, or a kind of correction."""

    RECEIVED = "received"
    REMARK = "remark"
    VOID = "void"
    REINSTATED = "reinstated"
    DECIDED = "decided"


class Step(Part):
    """One step in the history of a result, without the people and their reasons.

    `document_sha256`: of the packet's envelope for the first step, else of the correction's: what the log's entry
    commits to, with the result.
    """

    kind: StepKind
    at_ms: Millis
    document_sha256: Digest
    result: Result
    log: LogEntry


class ResultState(StrEnum):
    """Whether a result counts."""

    STANDS = "stands"
    VOIDED = "voided"
    WITHHELD = "withheld"
    """Packets dispute the sitting, and people have not decided yet."""


class MaskedCandidate(Part):
    """As much of a candidate as tells others that a slip is theirs."""

    name: Name
    id_number: Annotated[str, StringConstraints(pattern=r"^[0-9]{0,6}\*{4,16}[0-9X]{0,4}$")]


class ResultStatement(Document):
    """What stands at `issued_ms` of the result that a verification code names; signed by the `result` role.

    `proof`: of the newest entry among steps and disputes, None while witnesses are awaited.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("result-statement")
    MAX_BYTES: ClassVar[int] = 400_000

    code: VerificationCode
    registry: Name
    issued_ms: Millis
    exam_title: Bilingual
    site: Name
    opened_ms: Millis
    candidate: MaskedCandidate
    simulated: bool
    state: ResultState
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=MOST_CORRECTIONS + 1)]
    disputes: Annotated[tuple[LoggedDispute, ...], Field(max_length=MOST_CORRECTIONS)]
    proof: InclusionProof | None


class SlipAbout(Part):
    """Whose result a slip is and of which exam, as a session plan says it."""

    candidate: MaskedCandidate
    exam_title: Bilingual
    site: Name
    opened_ms: Millis
    simulated: bool


class Slip(Document):
    """What a result slip (成绩单) is made from, and carries in itself: the sheet is a function of it alone.

    It has either the registry's `statement` (a DSSE envelope), or the `receipt` of a packet with what is `about` it,
    which nobody signed. `address`: of the registry whose check page the slip names, empty if it is not known.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("slip")
    MAX_BYTES: ClassVar[int] = 1_000_000

    language: Annotated[str, StringConstraints(pattern=r"^(zh|en)$")]
    address: Annotated[str, StringConstraints(pattern=r"^(https://[A-Za-z0-9.\-:\[\]]{1,200})?$")]
    statement: Base64 | None = None
    receipt: Base64 | None = None
    proof: InclusionProof | None = None
    about: SlipAbout | None = None

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        by_receipt = self.receipt is not None and self.about is not None
        if (self.statement is not None) == by_receipt or (self.statement is not None and self.proof is not None):
            raise ValueError("a slip is made from a statement, or from a receipt and what it is about")
        return self


STATEMENT_BYTES: Final = ResultStatement.MAX_BYTES * 4 // 3 + 10_000
