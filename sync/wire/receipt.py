"""The receipt (回执) the registry signs for a packet, and the proof that it stands in the log."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from sync.wire.document import Document, Part, payload_type
from sync.wire.ids import Digest, Id, Millis, Name


class LogEntry(Part):
    """Where a leaf stands in the log, and the salt that shows what it speaks of (`sync.trust.leaf` has its form).

    `leaf_hash` is RFC 6962's hash of the leaf's data.
    """

    origin: Annotated[str, StringConstraints(pattern=r"^[^\s+]{1,100}$")]
    index: Annotated[int, Field(ge=0)]
    salt: Digest
    leaf_hash: Digest


class Result(Part):
    """What the registry itself made of the responses, in thousandths of a mark; what was voided is not passed."""

    session: Id
    sitting: Id
    score_milli: Annotated[int, Field(ge=0)]
    max_milli: Annotated[int, Field(ge=0)]
    passed: bool
    voided: bool
    scorer: Name


class Receipt(Document):
    """The registry's signed word that a packet arrived, was scored again, and stands in the log.

    `packet_sha256` is of the packet's envelope, `payload_sha256` of what was signed in it, which the verification code
    is made of.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("receipt")
    MAX_BYTES: ClassVar[int] = 8_000

    receipt: Id
    packet: Id
    packet_sha256: Digest
    payload_sha256: Digest
    received_ms: Millis
    result: Result
    agrees: bool
    log: LogEntry


class InclusionProof(Document):
    """RFC 6962 audit path of one leaf under a checkpoint (a C2SP signed note, kept as its exact text)."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("inclusion-proof")
    MAX_BYTES: ClassVar[int] = 16_000

    index: Annotated[int, Field(ge=0)]
    tree_size: Annotated[int, Field(ge=1)]
    path: Annotated[tuple[Digest, ...], Field(max_length=64)]
    checkpoint: Annotated[str, StringConstraints(max_length=4_000)]


class ReleaseWay(StrEnum):
    """How a session's release share went out."""

    NETWORK = "network"
    OPERATOR = "operator"
    CODE = "code"


class ReleaseFact(Part):
    """Who could open a session's papers from when on; the log commits to it (`sync.trust.leaf`) and tells nobody.

    `who`: the operator, or the seat's label; `device` for a release over the network.
    """

    session: Id
    how: ReleaseWay
    who: Name
    device: Id | None
    at_ms: Millis
