"""A recording's custody as an export hands it out: every entry on a line of its own, read strictly."""

from hashlib import sha256
from pathlib import Path
from typing import Final

from proctoring.vault.format.reading import lines
from proctoring.vault.retention.chain import NOTHING_BEFORE
from proctoring.vault.retention.custody import BY_THE_ARCHIVE, MAX_ENTRIES
from proctoring.vault.retention.faults import CustodyRefused
from proctoring.vault.retention.people import key_of
from sync.faults import Refused
from sync.trust import envelope
from sync.trust.anchor import Trust
from sync.trust.keys import PublicKey
from sync.wire.archive import CustodyEntry, Person

_MOST_LINE_BYTES: Final = 2 * CustodyEntry.MAX_BYTES  # base64 and the signature around an entry
_MOST_BYTES: Final = 1_000_000_000


def handed_custody(
    file: Path, archive: str, recording: str, archive_key: PublicKey, trust: Trust
) -> tuple[tuple[CustodyEntry, ...], str]:
    """Verify a custody, and give its entries with the digest of the last one's envelope.

    Raises:
        FileNotFoundError, RecordingUnreadable: it is not there, or the medium does not give it.
        CustodyRefused: an entry is missing, changed, in another's place, or signed by somebody who may not.
    """
    entries: list[CustodyEntry] = []
    before = NOTHING_BEFORE
    for line in lines(file, _MOST_LINE_BYTES, _MOST_BYTES):
        number = len(entries)
        if not line.endswith(b"\n") or number >= MAX_ENTRIES:
            raise CustodyRefused(f"entry {number} has no end")
        entry = _believed(line[:-1], number, archive_key, trust)
        if (entry.archive, entry.recording, entry.sequence, entry.before) != (archive, recording, number, before):
            raise CustodyRefused(f"entry {number} does not follow the one before")
        entries.append(entry)
        before = sha256(line[:-1]).hexdigest()
    if not entries:
        raise CustodyRefused("it is empty")
    return tuple(entries), before


def custody_signers(entries: tuple[CustodyEntry, ...]) -> list[tuple[Person, int]]:
    """Give the people who signed, each with when (wall clock, ms)."""
    return [(entry.by, entry.at.wall_ms) for entry in entries if entry.by is not None]


def _believed(raw: bytes, number: int, archive_key: PublicKey, trust: Trust) -> CustodyEntry:
    try:
        claim = envelope.peek(raw, CustodyEntry.PAYLOAD_TYPE, max_bytes=_MOST_LINE_BYTES)
        entry = CustodyEntry.parse(claim.payload)
        if entry.by is None and entry.act not in BY_THE_ARCHIVE:
            raise CustodyRefused(f"{entry.act} needs a person")
        key = archive_key if entry.by is None else key_of(entry.by, trust, entry.at.wall_ms)
        envelope.verify(raw, CustodyEntry.PAYLOAD_TYPE, [key], max_bytes=_MOST_LINE_BYTES)
    except Refused as fault:
        raise CustodyRefused(f"entry {number}: {fault.detail}") from None
    return entry
