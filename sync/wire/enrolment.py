"""What a PC and the registry say to each other: invitation, enrolment, signed requests, the directory of keys."""

from enum import StrEnum
from hashlib import sha256
from typing import Annotated, ClassVar, Final

from pydantic import Field, StringConstraints

from sync.wire.document import Document, Part, canonical_json, payload_type
from sync.wire.ids import Base64, Digest, Id, Millis, Name, Whole

Pem = Annotated[str, StringConstraints(max_length=4_000)]
EnvelopeBase64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]*={0,2}$", max_length=44_000_000)]
"""A whole DSSE envelope in base64: larger than a field, because a plan carries photos and a directory a nation."""
MOST_COUNTED: Final = 2**53 - 1
"""The largest integer that every JSON reader gives back as it was."""


class Invitation(Document):
    """What a site administrator is handed for one PC: where the registry is, how to know it, and a one-time token.

    `tuf_root` is the base64 of the TUF root metadata that this PC will start from for ever.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("invitation")
    MAX_BYTES: ClassVar[int] = 64_000

    url: Annotated[str, StringConstraints(pattern=r"^https://[^\s/@]{1,255}$")]
    ca_pem: Pem
    tuf_root: Base64
    token: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_\-]{32,64}$")]
    seat_label: Name


class Introduction(Document):
    """What a registry shows of itself to whoever has its address only: its CA and the TUF root it begins with.

    Worth nothing by itself: it is believed for the CA's fingerprint, which a person was told on another way.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("introduction")
    MAX_BYTES: ClassVar[int] = 64_000

    ca_pem: Pem
    tuf_root: Base64


class EnrolmentRequest(Document):
    """A PC asks to be a seat: token, CSR over its TLS key, device key (both P-256), raw X25519 key (base64).

    It travels in a DSSE envelope signed by the device key; so both keys are shown to be held by who asks.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("enrolment-request")
    MAX_BYTES: ClassVar[int] = 16_000

    token: Annotated[str, StringConstraints(max_length=64)]
    csr_pem: Pem
    device_key_pem: Pem
    sealing_key: Base64


class EnrolmentReply(Document):
    """The registry agrees: the device's id and certificate."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("enrolment-reply")
    MAX_BYTES: ClassVar[int] = 64_000

    device: Id
    seat_label: Name
    certificate_pem: Pem


class RequestKind(StrEnum):
    """What a device may ask for."""

    PLANS = "plans"
    RELEASE = "release"
    CLAIM_LOOK = "claim-look"
    CLAIM = "claim"
    CLAIM_MOVE = "claim-move"
    CERTIFICATE = "certificate"
    ROTATE = "rotate"


class DeviceRequest(Document):
    """A request a device signs, so that plans and shares go to enrolled devices only.

    `counter` grows with every request of the device and is kept before it is sent: two requests with one counter come
    from two PCs with one identity, or from one that was set back. `session` for a release or a claim, `sitting` for a
    claim; a `claim-move` is signed by two proctors, too. `csr_pem` (over the TLS key) to get a `certificate`;
    `device_key_pem` to `rotate`: the next device key, which signs, too.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("device-request")
    MAX_BYTES: ClassVar[int] = 10_000

    kind: RequestKind
    device: Id
    session: Id | None
    asked_ms: Millis
    nonce: Digest
    counter: Annotated[int, Field(ge=1, le=MOST_COUNTED)]
    sitting: Id | None = None
    csr_pem: Pem | None = None
    device_key_pem: Pem | None = None


class CertificateReply(Document):
    """A device's certificate for mutual TLS: the one it has, or a new one if that has lived half of its time.

    `rotation_asked`: the operator wants this device to change its signing key.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("certificate-reply")
    MAX_BYTES: ClassVar[int] = 64_000

    device: Id
    certificate_pem: Pem
    rotation_asked: bool


class RotationReply(Document):
    """The registry takes a device's next key from now on; the one before stays good for what it signed before."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("rotation-reply")
    MAX_BYTES: ClassVar[int] = 2_000

    device: Id
    keyid: Digest
    from_ms: Millis


class ClaimState(StrEnum):
    """Whose a sitting is, for the device that asks."""

    FREE = "free"
    YOURS = "yours"
    ANOTHERS = "anothers"
    HANDED_IN = "handed_in"


class ClaimReply(Document):
    """Whose a sitting is. `seat_label`: of the device that has it or handed it in, unless it is nobody's."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("claim-reply")
    MAX_BYTES: ClassVar[int] = 2_000

    session: Id
    sitting: Id
    state: ClaimState
    seat_label: Name | None


class PlansReply(Document):
    """The device's session plans, each a DSSE envelope in base64."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("plans-reply")
    MAX_BYTES: ClassVar[int] = 64_000_000

    plans: Annotated[tuple[EnvelopeBase64, ...], Field(max_length=100)]


class ReleaseReply(Document):
    """The release share, as the groups a proctor could also type. Signed by the registry's release key."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("release")
    MAX_BYTES: ClassVar[int] = 2_000

    session: Id
    device: Id
    code: Annotated[str, StringConstraints(max_length=60)]
    released_ms: Millis


class RegistryRole(StrEnum):
    """What a registry key is for."""

    PLAN = "plan"
    RECEIPT = "receipt"
    DIRECTORY = "directory"
    LOG = "log"
    RESULT = "result"
    BUILD = "build"


class RoleKey(Part):
    """One Ed25519 key of the registry (PEM) and what it may sign."""

    role: RegistryRole
    public_key_pem: Pem


class WitnessKey(Part):
    """A witness of the log: the name it cosigns under and its Ed25519 key (PEM), which is nobody else's."""

    name: Annotated[str, StringConstraints(pattern=r"^[^\s+]{1,100}$")]
    public_key_pem: Pem


class RegistryKeys(Document):
    """The registry's keys by role, signed by a key of the TUF root role. `log_origin` names the log.

    A head of the log counts once `witness_quorum` of the `witnesses` have cosigned it.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("registry-keys")
    MAX_BYTES: ClassVar[int] = 64_000

    registry: Name
    issued_ms: Millis
    log_origin: Annotated[str, StringConstraints(pattern=r"^[^\s+]{1,100}$")]
    keys: Annotated[tuple[RoleKey, ...], Field(min_length=1, max_length=40)]
    witnesses: Annotated[tuple[WitnessKey, ...], Field(max_length=8)] = ()
    witness_quorum: Annotated[Whole, Field(ge=0, le=8)] = 0


class DirectoryKey(Part):
    """A key of a device or a proctor; it signs until `until_ms`, then another does; what it signed stays signed.

    Times are the registry's. Only `until_ms` can refuse a signature: the clock of the PC that signed may be wrong.
    """

    public_key_pem: Pem
    from_ms: Millis
    until_ms: Millis | None = None


class KeyHolder(Part):
    """A device or a proctor with every key they ever had, the oldest first; the last is not replaced."""

    keys: Annotated[tuple[DirectoryKey, ...], Field(min_length=1, max_length=100)]
    enrolled_ms: Millis
    revoked_ms: Millis | None = None

    @property
    def public_key_pem(self) -> str:
        """The newest key."""
        return self.keys[-1].public_key_pem


class DirectoryDevice(KeyHolder):
    """An enrolled PC."""

    device: Id
    seat_label: Name


class DirectoryProctor(KeyHolder):
    """A proctor's public keys."""

    proctor: Id


class DirectoryAdministrator(Part):
    """The public key of a site administrator: who may act on an archive.

    `named_sha256`: `named_sha256(id, name)`; so whoever holds the key signs under that name only.
    """

    administrator: Id
    named_sha256: Digest
    public_key_pem: Pem
    enrolled_ms: Millis
    revoked_ms: Millis | None = None


def named_sha256(administrator: str, name: str) -> str:
    """Bind an administrator's name to their id without telling it: SHA-256 of a canonical JSON array, hexadecimal."""
    return sha256(canonical_json(["examroom-administrator-name-v1", administrator, name])).hexdigest()


class Directory(Document):
    """Who signs as what: all devices, proctors and administrators with their public keys. No name is in the clear."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("directory")
    MAX_BYTES: ClassVar[int] = 32_000_000

    sequence: Annotated[int, Field(ge=1)]
    issued_ms: Millis
    devices: Annotated[tuple[DirectoryDevice, ...], Field(max_length=100_000)]
    proctors: Annotated[tuple[DirectoryProctor, ...], Field(max_length=100_000)]
    administrators: Annotated[tuple[DirectoryAdministrator, ...], Field(max_length=10_000)] = ()


class TrustBundle(Document):
    """The public material anybody needs to check packets and receipts; envelopes in base64.

    `tuf_root` is the first root, the one that PCs are enrolled with; `later_roots` those that followed, in order.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("trust-bundle")
    MAX_BYTES: ClassVar[int] = 64_000_000

    tuf_root: Base64
    registry_keys: Base64
    directory: EnvelopeBase64
    later_roots: Annotated[tuple[Base64, ...], Field(max_length=64)] = ()
