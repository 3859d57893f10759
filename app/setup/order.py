"""What a first run is told to do, as one document: an administrator's process hands it to the seat's own user."""

from pathlib import Path
from typing import ClassVar, Self

from pydantic import model_validator

from app.setup.answers import RecordingAnswers, RehearsalAnswers
from sync.wire.document import Document, Part, payload_type
from sync.wire.enrolment import Invitation


class Typed(Part):
    """A registry as a person types it in: its address, and the one-time token from the same paper."""

    address: str
    token: str


class Order(Document):
    """The whole of it. Without invitation and typed address the seat has to be enrolled already.

    `again`: what was measured and rehearsed before is done anew.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("setup-order")
    MAX_BYTES: ClassVar[int] = 200_000

    home: Path
    fingerprint: str
    invitation: Invitation | None = None
    typed: Typed | None = None
    recording: RecordingAnswers = RecordingAnswers()
    rehearsal: RehearsalAnswers = RehearsalAnswers()
    again: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.invitation is not None and self.typed is not None:
            raise ValueError("an invitation or a typed address, not both")
        return self
