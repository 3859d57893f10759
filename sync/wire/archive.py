"""What an archive signs about the recordings it keeps: custody, destruction, media; and what a seat says of each."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from sync.wire.document import Document, Part, payload_type
from sync.wire.ids import Base64, Digest, Id, KeyId, Millis, Name, RecordedMillis, WallMillis, Whole
from sync.wire.packet import ShortText
from sync.wire.plan import Bilingual, Credential
from sync.wire.recording import WrappedKey

Count = Annotated[Whole, Field(ge=0, le=2**53 - 1)]

Purpose = Annotated[str, StringConstraints(min_length=2, max_length=400)]
"""Why somebody does what they do, in their own words."""

Serial = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z._:\-]{2,99}$")]
"""A medium's serial number as its own electronics tell it (udev's ID_SERIAL_SHORT)."""


class Person(Part):
    """A site administrator as documents name them."""

    administrator: Id
    name: Name
    keyid: KeyId


class Moment(Part):
    """One instant as the archive's clocks told it: wall clock since 1970 (UTC), monotonic clock of one boot, ms."""

    wall_ms: Millis
    mono_ms: Millis
    boot_id: Annotated[str, StringConstraints(max_length=64)]


class StoreIdentity(Document):
    """Whose store this is (`store.json` on the shelf): signed by the archive's own key, which it names.

    `approvals_needed`: administrators beside the one who proposes, before anything is destroyed.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("store-identity")
    MAX_BYTES: ClassVar[int] = 8_000

    archive: Id
    name: Name
    public_key_pem: Annotated[str, StringConstraints(max_length=1000)]
    approvals_needed: Annotated[Whole, Field(ge=1, le=7)]
    made: Moment


class ClockAct(StrEnum):
    """What a line of an archive's clock says."""

    READ = "read"
    REGISTRY = "registry"  # the registry signed something at `stated_ms`, and this machine has seen it
    STATED = "stated"  # an administrator says that it is `stated_ms`


class ClockEntry(Document):
    """One line of what an archive's clocks said, chained as custody entries are; `slept_ms` since that boot.

    Signed by the archive's key, or by the administrator (`by`) who states the time.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("clock-entry")
    MAX_BYTES: ClassVar[int] = 4_000

    archive: Id
    sequence: Count
    before: Digest
    act: ClockAct
    at: Moment
    slept_ms: Millis
    stated_ms: Millis | None = None
    by: Person | None = None


class CustodyAct(StrEnum):
    """What can happen to a recording in an archive."""

    ARRIVED = "arrived"  # verified, and durable at the site: the seat's own copy may go
    VERIFIED = "verified"
    VIEWED = "viewed"
    SNAPSHOT = "snapshot"
    EXPORT_BEGUN = "export_begun"  # before the first byte of it is on a medium
    EXPORTED = "exported"
    HELD = "held"
    RELEASED = "released"
    EXTENDED = "extended"
    DESTRUCTION_PROPOSED = "destruction_proposed"
    DESTRUCTION_APPROVED = "destruction_approved"
    DESTRUCTION_WITHDRAWN = "destruction_withdrawn"
    DESTRUCTION_BEGUN = "destruction_begun"
    KEYS_ERASED = "keys_erased"
    DESTROYED = "destroyed"


class CustodyEntry(Document):
    """One line of a recording's custody (保管记录), signed by who acted; `by` is None where the archive itself did.

    `before` is the SHA-256 of the envelope of the entry before, of the first entry 64 zeros; `sequence` counts from 0.
    `about`: for a release the sequence of the hold, for an approval or withdrawal that of the proposal.
    `until_ms`: of a hold its end or the day it is looked at again, of an extension the new end; wall clock, UTC.
    `facts` says what else belongs to the act: a verdict, a medium's serial, the digest of a snapshot.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("custody-entry")
    MAX_BYTES: ClassVar[int] = 16_000

    archive: Id
    recording: Id
    manifest_sha256: Digest
    sequence: Count
    before: Digest
    act: CustodyAct
    by: Person | None
    at: Moment
    purpose: Purpose | None = None
    about: Count | None = None
    until_ms: Millis | None = None
    facts: Annotated[dict[Annotated[str, Field(max_length=40)], ShortText], Field(default_factory=dict, max_length=20)]


class AsideReason(StrEnum):
    """Why what a seat sent is kept aside, not among the recordings."""

    SIGNER_UNKNOWN = "signer_unknown"  # its device, or its registry, is not known here; asked again when that changes
    NOT_WHOLE = "not_whole"  # its manifest is not one, or names another recording
    OTHER_BYTES = "other_bytes"  # this recording is here already, and differs
    UNREADABLE = "unreadable"  # the mark of its arrival is not one
    ABOUT_REFUSED = "about_refused"  # what lay in the place of what is said about it is no such thing


class KeptAside(Document):
    """The archive's note that something sent to it stays where it arrived; signed by the archive's key.

    `files_sha256`: the digest of the listing that the seat sent, or of whatever lies in its place.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("kept-aside")
    MAX_BYTES: ClassVar[int] = 4_000

    archive: Id
    recording: Id
    files_sha256: Digest
    reason: AsideReason
    detail: ShortText
    at: Moment


class DestructionRecord(Document):
    """Proof of disposal (销毁记录): what was destroyed, when it had expired, who proposed and who approved.

    `custody_sha256` is of the last custody entry before the destruction began. Signed by the archive's key.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("destruction-record")
    MAX_BYTES: ClassVar[int] = 64_000

    archive: Id
    recording: Id
    session: Id
    sitting: Id
    device: Id
    manifest_sha256: Digest
    segments: Count
    bytes: Count
    recorded: Moment
    retain_until_ms: Millis
    proposed_by: Person
    approved_by: Annotated[tuple[Person, ...], Field(min_length=1, max_length=8)]
    purpose: Purpose
    custody_sha256: Digest
    keys_erased: Moment
    data_erased: Moment


class MediumAct(StrEnum):
    """What can happen to a registered medium (登记介质)."""

    REGISTERED = "registered"
    OUT = "out"
    BACK = "back"
    RETIRED = "retired"


class MediumEntry(Document):
    """One line of the register of media, signed by who acted; chained as custody entries are."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("medium-entry")
    MAX_BYTES: ClassVar[int] = 8_000

    archive: Id
    sequence: Count
    before: Digest
    act: MediumAct
    serial: Serial
    label: Name
    capacity_bytes: Count
    by: Person
    at: Moment
    purpose: Purpose | None = None
    bearer: Name | None = None
    due_ms: Millis | None = None


class TimelineKind(StrEnum):
    """What a sitting's timeline marks."""

    ITEM = "item"
    INCIDENT = "incident"
    PAUSED = "paused"
    CONTINUED = "continued"
    SUBMITTED = "submitted"


class TimelineMark(Part):
    """A moment of the sitting in recorded time, ms. `label`: the item's number, or an incident's code."""

    kind: TimelineKind
    at_ms: RecordedMillis
    label: Annotated[str, Field(max_length=60)]
    clause: Annotated[str, Field(max_length=20)] | None = None


class RecordingAbout(Document):
    """Who and what a recording shows, for those who may open it: signed by the seat, kept sealed to the recipients.

    Identity numbers are masked. One document for each recording, made when it is closed.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("recording-about")
    MAX_BYTES: ClassVar[int] = 2_000_000

    recording: Id
    manifest_sha256: Digest
    session: Id
    sitting: Id
    candidate: Id
    name: Name
    admission_number: Annotated[str, Field(max_length=24)]
    id_number_masked: Annotated[str, Field(max_length=32)]
    simulated: bool
    exam_title: Bilingual
    site: Name
    room: Name
    seat_label: Name
    opens_ms: WallMillis
    timeline: Annotated[tuple[TimelineMark, ...], Field(max_length=20_000)]


class SealedAbout(Document):
    """A `RecordingAbout`, signed (DSSE) and then sealed to the recipients of its recording.

    `sealed`: AES-256-GCM (`sync.trust.aead`) of the envelope under a random key of 32 bytes, associated data
    `examroom recording-about v1|<recording>`; `wrapped`: that key, HPKE-sealed to each recipient with the same text as
    info. Not signed itself: what is inside is.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("sealed-about")
    MAX_BYTES: ClassVar[int] = 4_000_000

    recording: Id
    wrapped: Annotated[tuple[WrappedKey, ...], Field(min_length=1, max_length=4)]
    sealed: Base64


class AdministratorCredential(Credential):
    """A site administrator's key; its owner takes it to the archive as a file."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("administrator-credential")

    role: Literal["administrator"] = "administrator"
    administrator: Id
