"""The signed list of an export: what was handed out, by whom, why, on which medium. Without it an export is none."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from sync.wire.archive import Count, Moment, Person, Purpose, Serial
from sync.wire.document import Document, Part, payload_type
from sync.wire.ids import Digest, Id, Millis, Name

ExportPath = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._\-]*(/[A-Za-z0-9][A-Za-z0-9._\-]*){0,3}$", max_length=200)
]
"""A file's name as seen from the export's folder: what FAT and exFAT can keep, parts joined by "/"."""

AgeRecipient = Annotated[str, StringConstraints(pattern=r"^age1[0-9a-z]{10,200}$")]


class ExportedFile(Part):
    """A file of the export as it was read back from the medium."""

    path: ExportPath
    bytes: Count
    sha256: Digest


class ExportedRecording(Part):
    """A recording that was handed out. `custody_sha256` is of the custody entry (its envelope) that says so."""

    recording: Id
    manifest_sha256: Digest | None
    verdict: Annotated[str, StringConstraints(pattern=r"^[a-z]{1,20}$")]
    duration_ms: Millis
    film: ExportPath
    custody_sha256: Digest


class LeftOut(Part):
    """A recording that was asked for and not handed out, and the code of the fault that says why."""

    recording: Id
    code: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{2,60}$")]


class ExportList(Document):
    """Everything in an export's folder but the list itself, signed by the administrator who exported.

    `recipients` are age public keys; with none the recordings can be played by anybody who has the medium.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("export-list")
    MAX_BYTES: ClassVar[int] = 16_000_000

    export: Id
    archive: Id
    session: Id | None
    by: Person
    at: Moment
    purpose: Purpose
    serial: Serial
    label: Name
    recipients: Annotated[tuple[AgeRecipient, ...], Field(max_length=20)]
    recordings: Annotated[tuple[ExportedRecording, ...], Field(max_length=10_000)]
    left_out: Annotated[tuple[LeftOut, ...], Field(max_length=10_000)]
    files: Annotated[tuple[ExportedFile, ...], Field(max_length=100_000)]
