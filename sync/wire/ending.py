"""What is signed when a seat ends for good: what it had handed over, and that its keys and data go."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from sync.wire.archive import Count, Moment, Person, Purpose
from sync.wire.document import Document, Part, payload_type
from sync.wire.ids import Digest, Id, KeyId, Name
from sync.wire.packet import ShortText


class PacketHandedOver(Part):
    """A score packet that the registry has signed for."""

    packet_sha256: Digest
    receipt_sha256: Digest
    stage: Literal["receipted", "proven", "purgeable"]


class DecommissionRecord(Document):
    """That a seat ended: signed by its device key just before that is destroyed, and by the administrator who said so.

    `papers` are the room records that were copied out beside it. No recording was at the seat any more.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("decommission-record")
    MAX_BYTES: ClassVar[int] = 8_000_000

    device: Id
    device_key: KeyId
    seat_label: Name
    registry: ShortText
    said_by: Person
    why: Purpose
    at: Moment
    journals: Count
    packets: Annotated[tuple[PacketHandedOver, ...], Field(max_length=30_000)]
    papers: Annotated[tuple[Digest, ...], Field(max_length=10_000)]
    software: ShortText
