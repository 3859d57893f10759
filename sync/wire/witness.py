"""What a witness of logs says of itself, carried to the registry by hand; and what it watches."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from sync.wire.document import Document, Part, payload_type
from sync.wire.enrolment import Pem

WitnessName = Annotated[str, StringConstraints(pattern=r"^[^\s+]{1,100}$")]
"""A key name of a C2SP note: no spaces, no plus; by custom an address without its scheme."""


class WitnessCard(Document):
    """A witness: the name and Ed25519 key (PEM) it cosigns with, and the CA that its HTTPS service is under."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("witness-card")
    MAX_BYTES: ClassVar[int] = 16_000

    name: WitnessName
    public_key_pem: Pem
    ca_pem: Pem


class WatchedLog(Part):
    """A log that a witness knows: its origin, and the Ed25519 keys (PEM) that sign its heads."""

    origin: Annotated[str, StringConstraints(pattern=r"^[^\s+]{1,100}$")]
    public_key_pems: Annotated[tuple[Pem, ...], Field(min_length=1, max_length=8)]


class WitnessCharge(Document):
    """What a witness watches; its own file, never sent."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("witness-charge")
    MAX_BYTES: ClassVar[int] = 64_000

    logs: Annotated[tuple[WatchedLog, ...], Field(min_length=1, max_length=16)]
