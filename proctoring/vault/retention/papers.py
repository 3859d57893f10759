"""The signed papers of a recording as the archive reads them from its shelf: never an index, never a database."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeVar

from proctoring.vault.format import layout
from proctoring.vault.retention.faults import CustodyRefused, RecordingUnknown
from proctoring.vault.store.shelf import Shelf, ShelfNameMissing
from sync.faults import Refused
from sync.trust import envelope
from sync.trust.anchor import Trust
from sync.trust.keys import PublicKey
from sync.wire.archive import Moment
from sync.wire.ids import is_id
from sync.wire.recording import RecordingManifest, RecordingOpening

_ENVELOPE_FACTOR: Final = 2  # base64 and the signature around a document
_D = TypeVar("_D", RecordingManifest, RecordingOpening)


@dataclass(frozen=True)
class Manifest:
    """A recording's manifest, verified, and the digest of its envelope."""

    document: RecordingManifest
    sha256: str

    @property
    def bytes(self) -> int:
        """What its sealed segments take."""
        return sum(segment.bytes for segment in self.document.segments)


def recording_prefix(recording: str) -> str:
    """Give the beginning of the names of a recording's files."""
    return f"recordings/{recording}/"


def require_id(recording: str) -> None:
    """Refuse what cannot be a recording's name.

    Raises:
        RecordingUnknown.
    """
    if not is_id(recording):
        raise RecordingUnknown(recording=ascii(recording[:60]))


def read_manifest(shelf: Shelf, trust: Trust, recording: str) -> Manifest | None:
    """Read and verify a recording's manifest; None if there is none.

    Raises:
        CustodyRefused: it is not signed by a device of this registry, or is another recording's.
    """
    found = _read(shelf, trust, recording, layout.MANIFEST, RecordingManifest)
    return Manifest(*found) if found else None


def is_whole(shelf: Shelf, manifest: Manifest) -> bool:
    """Tell whether all that a manifest lists lies there, by names and lengths; what it says only verifying tells."""
    prefix = recording_prefix(manifest.document.recording)
    there = shelf.sizes(prefix)
    return all(there.get(prefix + one.file) == one.bytes for one in manifest.document.segments)


def recorded_moment(shelf: Shelf, trust: Trust, manifest: RecordingManifest) -> Moment:
    """Give when a recording began, with the boot that its first opening names ("" if that is not there)."""
    found = _read(shelf, trust, manifest.recording, layout.opening_name(0), RecordingOpening)
    boot_id = found[0].boot_id if found else ""
    return Moment(wall_ms=manifest.started.wall_ms, mono_ms=manifest.started.mono_ms, boot_id=boot_id)


def _read(shelf: Shelf, trust: Trust, recording: str, file: str, kind: type[_D]) -> tuple[_D, str] | None:
    limit = kind.MAX_BYTES * _ENVELOPE_FACTOR
    try:
        raw = shelf.read(recording_prefix(recording) + file, 0, limit + 1)
    except ShelfNameMissing:
        return None
    try:
        claimed = kind.parse(envelope.peek(raw, kind.PAYLOAD_TYPE, max_bytes=limit).payload)
        device = trust.device(claimed.device)
        keys = [PublicKey.from_pem(key.public_key_pem) for key in device.keys] if device else []
        envelope.verify(raw, kind.PAYLOAD_TYPE, keys, max_bytes=limit)
    except Refused as fault:
        raise CustodyRefused(f"{recording}: {file}: {fault.detail}") from None
    if claimed.recording != recording:
        raise CustodyRefused(f"{recording}: {file} is another recording's")
    return claimed, sha256(raw).hexdigest()
