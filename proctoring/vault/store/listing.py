"""What a recording's folder holds, file by file: made at the seat, held against what arrived at the site."""

import os
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Annotated, ClassVar, Final

from pydantic import Field, StringConstraints

from proctoring.vault.format import layout
from proctoring.vault.format.reading import names, opened, read_small
from proctoring.vault.format.report import RecordingUnreadable
from proctoring.vault.store.shelf import is_name
from sync.faults import EnvironmentFault, Refused
from sync.trust.envelope import peek
from sync.wire.archive import Count
from sync.wire.document import Document, Part, payload_type
from sync.wire.ids import Digest, Id, is_id
from sync.wire.recording import RecordingManifest

_MOST_FILES: Final = 2 * layout.MAX_SEGMENTS + 1_000
_ENVELOPE_FACTOR: Final = 2  # base64 and the signature around a document
_SHORT: Final = 16


class RecordingUnclosed(EnvironmentFault):
    """A recording without a manifest goes nowhere: it has to be closed first. Fact: `recording`."""

    code = "RECORDING_UNCLOSED"


class ListedFile(Part):
    """One file of a recording."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._\-]{0,99}$")]
    bytes: Count
    sha256: Digest


class Listing(Document):
    """What a seat has of a recording; its digest stands in the custody entry of the arrival (`files_sha256`)."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("recording-listing")
    MAX_BYTES: ClassVar[int] = 48_000_000

    recording: Id
    manifest_sha256: Digest
    files: Annotated[tuple[ListedFile, ...], Field(min_length=1, max_length=_MOST_FILES)]

    @property
    def sha256(self) -> str:
        """The listing's own digest."""
        return sha256(self.to_bytes()).hexdigest()

    @property
    def short(self) -> str:
        """The first digits of the digest: where its files lie while they arrive."""
        return self.sha256[:_SHORT]

    @property
    def bytes(self) -> int:
        """What all files take together."""
        return sum(file.bytes for file in self.files)


@dataclass(frozen=True)
class Found:
    """A folder's listing, and the names in it that no shelf could have (links, folders, odd characters)."""

    listing: Listing
    odd: tuple[str, ...]


def list_recording(folder: Path) -> Found:
    """Read every file of a closed recording's folder.

    What a power cut left of a file that never was (`layout.is_leftover`) does not count.

    Raises:
        RecordingUnclosed: there is no manifest.
        RecordingUnreadable: the disk does not give it, or nobody can tell which recording it is.
    """
    files, odd = [], []
    for name in sorted(names(folder)):
        listed = None if layout.is_leftover(name) else _listed(folder / name)
        if listed is not None:
            files.append(listed)
        elif not layout.is_leftover(name):
            odd.append(name)
    manifest = next((file for file in files if file.name == layout.MANIFEST), None)
    if manifest is None:
        raise RecordingUnclosed(folder.name, recording=folder.name)
    recording = _recording_of(folder)
    return Found(Listing(recording=recording, manifest_sha256=manifest.sha256, files=tuple(files)), tuple(odd))


def differing(folder: Path, listing: Listing) -> frozenset[str]:
    """Give the names that are not in a folder as they are listed, and those that are there and are not listed."""
    there = {name for name in names(folder) if not name.startswith(".")}
    wrong = there - {file.name for file in listing.files}
    for file in listing.files:
        try:
            with opened(folder / file.name) as found:
                size = os.fstat(found.fileno()).st_size
                same = size == file.bytes and file_digest(found, "sha256").hexdigest() == file.sha256  # type: ignore[arg-type]
        except FileNotFoundError:
            same = False
        if not same:
            wrong.add(file.name)
    return frozenset(wrong)


def _listed(file: Path) -> ListedFile | None:
    """Read a file for the list; None if it is none, or has a name that no shelf could have."""
    if not is_name(file.name):
        return None
    try:
        with opened(file) as found:
            digest = file_digest(found, "sha256").hexdigest()  # type: ignore[arg-type]  # a real file has readinto
            return ListedFile(name=file.name, bytes=found.tell(), sha256=digest)
    except FileNotFoundError:
        return None


def _recording_of(folder: Path) -> str:
    """Tell which recording this is: as its manifest claims (unverified), or as the folder is called."""
    limit = RecordingManifest.MAX_BYTES * _ENVELOPE_FACTOR
    try:
        raw = read_small(folder / layout.MANIFEST, limit)
        claimed = RecordingManifest.parse(peek(raw, RecordingManifest.PAYLOAD_TYPE, max_bytes=limit).payload).recording
    except (Refused, FileNotFoundError):
        claimed = folder.name
    if not is_id(claimed):
        raise RecordingUnreadable("which recording it is cannot be told", file=folder.name)
    return claimed
