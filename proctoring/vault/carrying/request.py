"""What is asked of an export, what it needs from an archive, and what is told of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from proctoring.vault.carrying.media_register import Medium
from proctoring.vault.retention.people import Signer
from sync.faults import Refused
from sync.trust.keys import SealingKey
from sync.wire.archive import Person, RecordingAbout
from sync.wire.export import ExportList, LeftOut
from sync.wire.ids import plain_line
from sync.wire.plan import Bilingual

_PURPOSE: Final = range(2, 401)  # as `sync.wire.archive.Purpose` has it


class NothingToExport(Refused):
    """No recording was named, or not one of them could be handed out. Fact: `asked`, how many."""

    code = "NOTHING_TO_EXPORT"


class PurposeMissing(Refused):
    """Why is not said, or in too few or too many words (2 to 400 characters)."""

    code = "EXPORT_PURPOSE_REFUSED"


def checked_purpose(text: str) -> str:
    """Give a purpose as one plain line.

    Raises:
        PurposeMissing: it says nothing, or too much.
    """
    line = plain_line(text)
    if len(line) not in _PURPOSE:
        raise PurposeMissing
    return line


@dataclass(frozen=True)
class ExportRequest:
    """Which recordings, why, for whom, and the key that opens them. Without `recipients` anybody can play them."""

    recordings: tuple[str, ...]
    session: str | None
    purpose: str
    key: SealingKey = field(repr=False)
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True)
class About:
    """What is known of a recording: the document, and the signed bytes it was read from."""

    document: RecordingAbout
    signed: bytes


class Holdings(Protocol):
    """The archive, as far as an export needs it."""

    @property
    def archive(self) -> str:
        """The archive's id."""

    def sealed_bytes(self, recording: str) -> int:
        """Give what a recording's segments take on the shelf."""

    def folder(self, recording: str) -> Path:
        """Give a folder on this machine that holds the recording."""

    def about(self, recording: str, key: SealingKey) -> About | None:
        """Give who and what it shows, if the archive was told."""

    def room_records(self, session: str) -> Iterator[bytes]:
        """Give a session's room records as they were signed."""

    def custody(self, recording: str) -> tuple[bytes, ...]:
        """Give the recording's verified custody entries as they were signed, in order."""

    def note_begun(self, recording: str, signer: Signer, purpose: str, facts: Mapping[str, str]) -> None:
        """Enter durably that its export begins, unless an entry with the same facts says so already."""

    def note_exported(self, recording: str, signer: Signer, purpose: str, facts: Mapping[str, str]) -> None:
        """Enter durably that it was exported, unless an entry with the same facts says so already."""

    def public_papers(self) -> Mapping[str, bytes]:
        """Give what a stranger needs to check the signatures, by names as seen from the export's folder."""


@dataclass(frozen=True)
class HandedOut:
    """A recording as the cover sheet names it. `about` is None where names must not stand on it in the clear.

    `started_ms`: when recording began, by the seat's wall clock (UTC), as the seat signed it. `exam`: its name, if the
    archive was told. `simulated`: what of it is not real: "candidate", "picture", "sound".
    """

    recording: str
    manifest_sha256: str | None
    verdict: str
    duration_ms: int
    film: str
    bytes: int
    sha256: str
    about: RecordingAbout | None
    started_ms: int | None
    exam: Bilingual | None
    simulated: tuple[str, ...]


@dataclass(frozen=True)
class CoverFacts:
    """What a cover sheet and the instructions are made from. `root_sha256`: of the registry's root that goes along."""

    export: str
    archive: str
    session: str | None
    by: Person
    at_ms: int
    purpose: str
    medium: Medium
    recipients: tuple[str, ...]
    recordings: tuple[HandedOut, ...]
    left_out: tuple[LeftOut, ...]
    root_sha256: str = ""


MakePapers = Callable[[CoverFacts], Mapping[str, bytes]]
"""Makes the files for people (cover sheet, instructions), by their names."""


@dataclass(frozen=True)
class Progress:
    """How far an export is. Every byte counts twice: written, and read back. `seconds_left` None: not known yet."""

    recording: int
    recordings: int
    done_bytes: int
    total_bytes: int
    seconds_left: int | None


@dataclass(frozen=True)
class Exported:
    """A whole export: its folder on the medium, and the list that was signed."""

    folder: Path
    listed: ExportList
