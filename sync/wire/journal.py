"""The head of a sitting's journal as it leaves the seat, so that a disk that was set back can be told."""

from typing import Annotated, ClassVar

from pydantic import Field

from sync.wire.document import Document, payload_type
from sync.wire.ids import Digest, Id, WallMillis, Whole

Generation = Annotated[Whole, Field(ge=0, le=2**53 - 1)]
"""How often a replica was opened, closed, or did what must not be undone (`sync.replica.generation`)."""


class JournalHead(Document):
    """How far a sitting's journal has come; signed by the device every few seconds while the sitting runs.

    `sequence`: the last row's number, `hash`: its hash, which covers all rows before. `generation`: the replica's.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("journal-head")
    MAX_BYTES: ClassVar[int] = 2_000

    sitting: Id
    sequence: Annotated[Whole, Field(ge=1, le=2**40)]
    hash: Digest
    wall_ms: WallMillis
    generation: Generation


class JournalHeadReply(Document):
    """The registry's answer: the highest generation that it has heard of from this device.

    `set_back`: a head that left before says more than this one, or something else.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("journal-head-reply")
    MAX_BYTES: ClassVar[int] = 2_000

    generation: Generation
    set_back: bool
