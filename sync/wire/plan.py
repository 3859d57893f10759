"""The session plan: the registry-signed document that defines a session (one timetabled room event)."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from sync.wire.document import Document, Part, payload_type
from sync.wire.environment import EnvironmentPolicy
from sync.wire.ids import Base64, Digest, Id, ItemId, KeyId, Millis, Name, Subject, Whole

MINUTE_MS = 60_000
THREE_YEARS_DAYS = 3 * 366  # never less, whatever the leap years
CENTURY_DAYS = 36_600

ClauseCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.\-]{0,19}$")]
"""A clause of the rules on irregularities, as the authority numbers them."""


class Theme(StrEnum):
    """How the screen is coloured."""

    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"
    SEPIA = "sepia"


class Bilingual(Part):
    """One thing to read, in both languages of the screen."""

    zh: Name
    en: Name


class ItemKind(StrEnum):
    """What a candidate has to do with an item; the first three as the printed paper names them."""

    TRUE_FALSE = "true_false"
    SINGLE_CHOICE = "single_choice"
    MULTIPLE_CHOICE = "multiple_choice"
    INLINE_CHOICE = "inline_choice"
    TEXT_ENTRY = "text_entry"
    EXTENDED_TEXT = "extended_text"
    ORDER = "order"
    MATCH = "match"
    ASSOCIATE = "associate"
    GAP_MATCH = "gap_match"
    HOTTEXT = "hottext"
    HOTSPOT = "hotspot"
    GRAPHIC_GAP_MATCH = "graphic_gap_match"
    SLIDER = "slider"
    COMPOSITE = "composite"


class Difficulty(StrEnum):
    """How hard an item is, as its bank says."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


class ScoringPolicy(StrEnum):
    """How responses become marks (`app.exam.scoring`); a rule that changes gets a new version."""

    ALL_OR_NOTHING = "all-or-nothing@1"
    ITEM_RULES = "item-rules@1"
    PARTIAL_PENALTY = "partial-penalty@1"
    MAPPING = "mapping@1"
    HALVES = "halves@1"


class SetRule(StrEnum):
    """Items that share a stimulus: drawn all or none and side by side, or never two of them."""

    TOGETHER = "together"
    APART = "apart"


class BlueprintSection(Part):
    """Draw `count` items, each worth `milli_each` thousandths of a mark, from those that fit all that is given.

    `items`: a pool by name, empty for the whole package; `required`: these are always among those drawn.
    `shuffle` false: in the pool's order (by id without a pool) instead of a drawn one.
    `limit_ms`: the time an item of this section may be in front, all together; then the section is closed.
    """

    title: Bilingual
    count: Annotated[Whole, Field(ge=1, le=500)]
    milli_each: Annotated[Whole, Field(ge=1, le=100_000)]
    kind: ItemKind | None = None
    subject: Subject | None = None
    difficulty: Difficulty | None = None
    items: Annotated[tuple[ItemId, ...], Field(max_length=50_000)] = ()
    required: Annotated[tuple[ItemId, ...], Field(max_length=500)] = ()
    shuffle: bool = True
    limit_ms: Annotated[Whole, Field(ge=1_000, le=24 * 60 * MINUTE_MS)] | None = None


class Blueprint(Part):
    """The rule a form is drawn by (组卷规则).

    `exposure_permille`: of a thousand candidates, how many may meet one item at most; a section whose pool is too
    small for that is refused. `forms`: parallel forms made beforehand, each a list of item ids for every section;
    where there are some, the seed chooses one of them.
    """

    sections: Annotated[tuple[BlueprintSection, ...], Field(min_length=1, max_length=50)]
    shuffle_options: bool = True
    sets: SetRule = SetRule.TOGETHER
    exposure_permille: Annotated[Whole, Field(ge=1, le=1000)] = 1000
    forms: Annotated[tuple[tuple[tuple[ItemId, ...], ...], ...], Field(max_length=1000)] = ()


class Violation(Part):
    """A clause of the rules on irregularities (违纪) that a report may name."""

    code: ClauseCode
    title: Bilingual


Patience = Annotated[Whole, Field(ge=0, le=60 * MINUTE_MS)]
"""How long something lasts before it is flagged, ms; 0: it is not watched for."""


class WatchPolicy(Part):
    """What the watch flags in picture and sound (`proctoring.watch`), and from when on.

    `…_ms`: how long it has to last; 0: it is not watched for. `dark_luma`: the picture's mean brightness, 0 to 255.
    `covered_detail`: how much the parts of a picture differ in brightness at most, 0 to 255. `place_percent`: how far,
    of the picture's width, a face is from the middle, or the camera from where it looked at the start.
    `silence_dbfs_tenths`: at or below it is silence; `speech_dbfs_tenths`: nothing quieter counts as speech.
    """

    no_face_ms: Patience = 15_000
    several_faces_ms: Patience = 3_000
    covered_ms: Patience = 3_000
    frozen_ms: Patience = 10_000
    dark_ms: Patience = 5_000
    out_of_place_ms: Patience = 15_000
    silence_ms: Patience = 60_000
    speech_ms: Patience = 2_000
    dark_luma: Annotated[Whole, Field(ge=0, le=255)] = 36
    covered_detail: Annotated[Whole, Field(ge=0, le=255)] = 8
    place_percent: Annotated[Whole, Field(ge=5, le=50)] = 30
    silence_dbfs_tenths: Annotated[Whole, Field(ge=-2000, le=0)] = -750
    speech_dbfs_tenths: Annotated[Whole, Field(ge=-2000, le=0)] = -500


class Policy(Part):
    """The rules of one session: what a province decides stands here, never in code.

    `late_entry_ms`: how long after the session's opening a candidate is admitted without more ado, None: to its end.
    `early_leave_ms`: the active time before which nobody may hand in.
    `clock_while_dead`: whether a sitting's clock runs while its seat is down.
    `recording_lost`: whether a sitting goes on or is paused while nothing is recorded.
    `environment`: how far the PCs have to be locked down, and how the checks weigh.
    """

    duration_ms: Millis = 120 * MINUTE_MS
    pass_mark: Annotated[Whole, Field(ge=0, le=1000)] = 80
    navigation: Literal["free"] = "free"
    at_end_of_time: Literal["submit"] = "submit"
    proctors_needed: Annotated[Whole, Field(ge=1, le=2)] = 2
    score_at_seat: bool = True
    recording: Literal["picture+sound"] = "picture+sound"
    retention_days: Annotated[Whole, Field(ge=THREE_YEARS_DAYS, le=CENTURY_DAYS)] = THREE_YEARS_DAYS
    scoring: ScoringPolicy = ScoringPolicy.ALL_OR_NOTHING
    late_entry_ms: Millis | None = 30 * MINUTE_MS
    early_leave_ms: Millis = 30 * MINUTE_MS
    clock_while_dead: Literal["stopped", "running"] = "stopped"
    recording_lost: Literal["continue", "pause"] = "continue"
    watch: WatchPolicy = WatchPolicy()
    environment: EnvironmentPolicy = EnvironmentPolicy()
    calculator: bool = False
    violations: Annotated[tuple[Violation, ...], Field(max_length=100)] = ()


class Accommodation(Part):
    """An approved adjustment (合理便利). `reader`: items may be read aloud."""

    extra_time_ms: Millis = 0
    text_percent: Annotated[Whole, Field(ge=100, le=200)] = 100
    theme: Theme | None = None
    reader: bool = False


class RosterEntry(Part):
    """One expected candidate and the sitting that is theirs; `form_seed` is 32 random bytes in hexadecimal.

    `id_number_digest`: HMAC-SHA256 of the whole identity number under the session's roster key, which each seat gets
    sealed in its grant: a candidate can be found by the number, and the plan alone does not tell it.
    """

    sitting: Id
    candidate: Id
    admission_number: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{4,24}$")]
    name: Name
    id_number_masked: Annotated[str, StringConstraints(pattern=r"^[0-9]{0,6}\*{4,16}[0-9X]{0,4}$")]
    id_number_digest: Digest
    seat_number: Annotated[Whole, Field(ge=1, le=9999)]
    form_seed: Digest
    photo_png: Base64 | None = None
    accommodation: Accommodation = Accommodation()
    simulated: bool = False


class ProctorEntry(Part):
    """A person who may run this session; their sealed key travels in the seat's grant."""

    proctor: Id
    name: Name
    keyid: KeyId


class RecipientRole(StrEnum):
    """Who may read a recording."""

    SITE = "site"
    ESCROW = "escrow"


class Recipient(Part):
    """A holder of a key that opens recordings: a raw X25519 public key, base64."""

    role: RecipientRole
    public_key: Base64


class SeatGrant(Part):
    """What one enrolled device gets.

    `sealed_share`: the 32-byte device share, HPKE to the device. `wrapped_content_key` and `wrapped_marking_key`:
    the package's two keys under HKDF(device share, release share).
    `sealed_credentials`: the proctors' `ProctorCredential`s as a JSON list, HPKE to the device.
    `sealed_roster_key`: the 32-byte key of `RosterEntry.id_number_digest`, HPKE to the device.
    """

    device: Id
    keyid: KeyId
    sealed_share: Base64
    wrapped_content_key: Base64
    wrapped_marking_key: Base64
    sealed_credentials: Base64
    sealed_roster_key: Base64


class PackageRef(Part):
    """Which package a session uses; `target` is its path in the TUF repository."""

    package: Id
    version: Annotated[Whole, Field(ge=1, le=2**31)]
    target: Annotated[str, StringConstraints(pattern=r"^packages/[0-9a-z\-]{1,64}/[0-9a-f\-]{36}\.erp$")]
    sha256: Digest
    length: Annotated[Whole, Field(ge=1, le=2**31)]


class SessionPlan(Document):
    """A session (场次): exam, time window, roster, policy, and what each seat needs. Signed by the registry."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("session-plan")
    MAX_BYTES: ClassVar[int] = 16_000_000

    session: Id
    exam: Id
    exam_title: Bilingual
    site: Name
    room: Name
    issued_ms: Millis
    opens_ms: Millis
    closes_ms: Millis
    rehearsal: bool
    policy: Policy
    blueprint: Blueprint
    package: PackageRef
    roster: Annotated[tuple[RosterEntry, ...], Field(min_length=1, max_length=2000)]
    proctors: Annotated[tuple[ProctorEntry, ...], Field(min_length=1, max_length=20)]
    recipients: Annotated[tuple[Recipient, ...], Field(min_length=1, max_length=4)]
    grants: Annotated[tuple[SeatGrant, ...], Field(min_length=1, max_length=2000)]


class Credential(Document):
    """A person's P-256 private key (PKCS#8 DER) sealed by AES-256-GCM under Argon2id(PIN, salt).

    `memory_kib`, `passes`, `lanes` are Argon2id's parameters; `sealed_key` is nonce, ciphertext and tag.
    """

    MAX_BYTES: ClassVar[int] = 8_000

    name: Name
    public_key_pem: Annotated[str, StringConstraints(max_length=1000)]
    salt: Base64
    memory_kib: Annotated[Whole, Field(ge=8, le=262_144)]
    passes: Annotated[Whole, Field(ge=1, le=10)]
    lanes: Annotated[Whole, Field(ge=1, le=8)]
    sealed_key: Base64


class ProctorCredential(Credential):
    """A proctor's key; it travels in the seats' grants."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("proctor-credential")

    proctor: Id
