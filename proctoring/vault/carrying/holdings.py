"""An archive as an export sees it."""

import weakref
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from proctoring.vault.carrying.request import About
from proctoring.vault.format.about import AboutRefused, open_signed_about
from proctoring.vault.retention.archive import Archive
from proctoring.vault.retention.custody import entry_name
from proctoring.vault.retention.people import Signer
from proctoring.vault.store.shelf import ShelfNameMissing
from sync.trust.keys import SealingKey
from sync.wire.archive import CustodyAct, CustodyEntry, SealedAbout
from sync.wire.room import RoomRecord

_MOST_RECORD_BYTES: Final = 2 * RoomRecord.MAX_BYTES
_MOST_ENTRY_BYTES: Final = 2 * CustodyEntry.MAX_BYTES


class ArchiveHoldings:
    """`Holdings` of an archive. Its methods raise what `Archive` and its shelf raise."""

    def __init__(self, archive: Archive) -> None:
        self._archive: Final = archive
        self._copies: Final = ExitStack()
        weakref.finalize(self, self._copies.close)

    @property
    def archive(self) -> str:
        """The archive's id."""
        return self._archive.identity.archive

    def sealed_bytes(self, recording: str) -> int:
        """Give what the segments take, by the manifest."""
        return sum(segment.bytes for segment in self._archive.manifest(recording).segments)

    def folder(self, recording: str) -> Path:
        """Give the shelf's own folder, or a copy fetched from it; only if custody allows it."""
        self._archive.manifest(recording)
        self._copies.close()  # the one before was needed for as long as it took to write its film
        return self._copies.enter_context(self._archive.using(recording))

    def about(self, recording: str, key: SealingKey) -> About | None:
        """Open what its seat said of it; None if the archive was not told, or what it was told cannot be believed."""
        manifest = self._archive.ledger.situation(recording).manifest
        if manifest is None:
            return None
        signers = [one for one in self._archive.trust.device_keys() if one.keyid == manifest.document.device_keyid]
        try:
            raw = self._archive.shelf.read(f"about/{recording}.sealed", 0, SealedAbout.MAX_BYTES + 1)
            document, signed = open_signed_about(raw, recording, manifest.sha256, key, signers)
        except (ShelfNameMissing, AboutRefused):
            return None
        return About(document, signed)

    def room_records(self, session: str) -> Iterator[bytes]:
        """Give the session's room records as they were signed."""
        for name in self._archive.shelf.names(f"sessions/{session}/"):
            yield self._archive.shelf.read(name, 0, _MOST_RECORD_BYTES)

    def custody(self, recording: str) -> tuple[bytes, ...]:
        """Give the custody's envelopes, verified."""
        entries = self._archive.custody(recording)
        return tuple(
            self._archive.shelf.read(entry_name(recording, entry.sequence), 0, _MOST_ENTRY_BYTES) for entry in entries
        )

    def note_begun(self, recording: str, signer: Signer, purpose: str, facts: Mapping[str, str]) -> None:
        """Enter the beginning once, however often the export goes on."""
        self._note_once(recording, CustodyAct.EXPORT_BEGUN, signer, purpose, facts)

    def note_exported(self, recording: str, signer: Signer, purpose: str, facts: Mapping[str, str]) -> None:
        """Enter the export once, however often it is tried."""
        self._note_once(recording, CustodyAct.EXPORTED, signer, purpose, facts)

    def _note_once(
        self, recording: str, act: CustodyAct, signer: Signer, purpose: str, facts: Mapping[str, str]
    ) -> None:
        done = (entry for entry in self._archive.custody(recording) if entry.act is act)
        if not any(entry.facts == facts for entry in done):
            self._archive.note(recording, act, signer, purpose, **facts)

    def public_papers(self) -> Mapping[str, bytes]:
        """Give the archive's key and the registry's public keys."""
        return {
            "archive.pem": self._archive.key.public.pem.encode(),
            **{f"trust/{name}": data for name, data in self._archive.trust.files().items()},
        }


def recordings_of(archive: Archive, session: str) -> tuple[str, ...]:
    """Give the ids of a session's recordings, in order; also of those that no paper assigns to any session any more."""
    return tuple(one for one in archive.recordings() if archive.session_of(one) in (session, None))
