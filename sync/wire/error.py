"""What the registry says when it does not do what it was asked."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from sync.wire.document import Document, payload_type


class ErrorReply(Document):
    """A refusal: `code` for programs, `detail` one line for a log; `wait_ms` is how long it is too early.

    `counter`: the last one that the registry knows of the asking device (see `DeviceRequest`).
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("error")
    MAX_BYTES: ClassVar[int] = 4_000

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,59}$")]
    detail: Annotated[str, StringConstraints(max_length=1_000)]
    wait_ms: Annotated[int, Field(ge=0, le=2**53 - 1)] | None = None
    counter: Annotated[int, Field(ge=0, le=2**53 - 1)] | None = None
