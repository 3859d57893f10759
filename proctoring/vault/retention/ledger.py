"""What one archive's papers say, read anew each time: manifest, custody, clock. The base that `Archive` acts upon."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from proctoring.vault.retention.chain import Book
from proctoring.vault.retention.clockline import ClockLine
from proctoring.vault.retention.custody import CUSTODY, Custody, read_chain
from proctoring.vault.retention.faults import CustodyRefused, RecordingUnknown
from proctoring.vault.retention.memory import Memory
from proctoring.vault.retention.papers import Manifest, is_whole, read_manifest, require_id
from proctoring.vault.retention.standing import Folded, Terms, fold
from proctoring.vault.retention.timekeeping import Evidence, judge
from proctoring.vault.store.ending import ended_ms
from proctoring.vault.store.shelf import Shelf, ShelfNameMissing
from sync.faults import Refused
from sync.trust import envelope
from sync.trust.anchor import Trust
from sync.trust.clock import ClockReading
from sync.trust.keys import PublicKey
from sync.wire.archive import CustodyAct, CustodyEntry, DestructionRecord, StoreIdentity
from sync.wire.ids import is_id

STORE: Final = "store.json"
_ENVELOPE_FACTOR: Final = 2


@dataclass(frozen=True)
class Situation:
    """Everything signed about one recording, verified. `manifest` is None once its keys were erased.

    `missing`: it was taken over and nobody destroyed it, but it is not there, or not all of it.
    """

    recording: str
    manifest: Manifest | None
    chain: Custody
    terms: Terms
    folded: Folded
    record: DestructionRecord | None
    missing: bool = False

    @property
    def session(self) -> str | None:
        """The recording's session, by its manifest, or as custody has it; None if nothing says it."""
        if self.manifest is not None:
            return self.manifest.document.session
        return next((entry.facts["session"] for entry in self.chain.entries if "session" in entry.facts), None)


@dataclass(frozen=True)
class Ledger:
    """The papers on one shelf and whom they are believed from."""

    identity: StoreIdentity
    shelf: Shelf
    trust: Trust
    key: PublicKey
    memory: Memory
    book: Book = field(init=False)
    clock_line: ClockLine = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "book", Book(self.identity.archive, self.shelf, self.key, self.trust, self.memory))
        object.__setattr__(self, "clock_line", ClockLine(self.book))

    def recordings(self) -> Iterator[str]:
        """Give the ids of all recordings that this archive keeps, in their order.

        That is what lies on the shelf, what has custody there, and what was seen there once; but for what the archive
        proves to have destroyed. So none drops out of sight, whatever is taken from the shelf.
        """
        lying = self.lying()
        known = {chain.removeprefix(CUSTODY) for chain in self.memory.known(CUSTODY)}
        for recording in sorted(lying | known | set(self._folders_of("custody"))):
            if recording in lying or not self._destroyed(recording):
                yield recording

    def lying(self) -> set[str]:
        """Give the ids of all recordings of which something lies on the shelf."""
        return set(self._folders_of("recordings"))

    def _destroyed(self, recording: str) -> bool:
        try:
            return self.record(recording) is not None
        except CustodyRefused:
            return False

    def _folders_of(self, place: str) -> Iterator[str]:
        return (one for one in self.shelf.folders(place) if is_id(one))

    def situation(self, recording: str) -> Situation:
        """Read everything signed about a recording.

        Raises:
            RecordingUnknown: there is neither a manifest nor custody.
            CustodyRefused: something of it does not hold together.
            CustodyCut: less of it is there than was seen.
        """
        require_id(recording)
        return self.situation_of(recording, read_chain(self.book, recording))

    def situation_of(self, recording: str, chain: Custody) -> Situation:
        """Read what is signed about a recording beside a chain of custody that was verified just now."""
        manifest = read_manifest(self.shelf, self.trust, recording)
        terms = self._terms(recording, manifest, chain)
        folded, record = fold(terms, chain.entries), self.record(recording)
        kept = folded.taken_over and folded.begun is None and record is None
        missing = kept and (manifest is None or not is_whole(self.shelf, manifest))
        if manifest is None and folded.begun is None and not missing:
            raise CustodyRefused(f"{recording}: the manifest is missing")
        return Situation(recording, manifest, chain, terms, folded, record, missing)

    def record(self, recording: str) -> DestructionRecord | None:
        """Give the record of a destruction, verified.

        Raises:
            CustodyRefused: it is not signed by this archive, or is another recording's.
        """
        try:
            raw = self.shelf.read(record_name(recording), 0, DestructionRecord.MAX_BYTES * _ENVELOPE_FACTOR + 1)
        except ShelfNameMissing:
            return None
        try:
            record = read_record(raw, self.key)
        except Refused as fault:
            raise CustodyRefused(f"{recording}: destruction record: {fault.detail}") from None
        if (record.recording, record.archive) != (recording, self.identity.archive):
            raise CustodyRefused(f"{recording}: the destruction record is another's")
        return record

    def evidence(self, clock: Callable[[], ClockReading]) -> Evidence:
        """Say what time it surely is; the clocks are read after the line, which others write. ClockLineRefused."""
        line = self.clock_line.entries()
        return judge(line, self.trust.directory.issued_ms, 0 if line else self.latest_signed_ms(), clock())

    def latest_signed_ms(self) -> int:
        """Give the latest time in any signed paper; for an archive whose clock line is not there."""
        latest = self.trust.directory.issued_ms
        for recording in self.recordings():
            chain = read_chain(self.book, recording)
            manifest = read_manifest(self.shelf, self.trust, recording)
            times = [entry.at.wall_ms for entry in chain.entries]
            believed = manifest is not None and _arrived(chain) is not None  # a seat's clock alone says nothing
            latest = max(latest, *times, self._terms(recording, manifest, chain).ended_ms if believed else 0)
        return latest

    def _terms(self, recording: str, manifest: Manifest | None, chain: Custody) -> Terms:
        needed = self.identity.approvals_needed
        if manifest is not None:
            document, arrived = manifest.document, _arrived(chain)
            ended = ended_ms(document, None) if arrived is None else terms_entered(arrived, needed).ended_ms
            return Terms(manifest.sha256, ended, document.retention_days, needed)
        begun = next((one for one in chain.entries if one.act is CustodyAct.DESTRUCTION_BEGUN), None)
        if begun is not None:
            return terms_entered(begun, needed)
        if not chain.entries:
            raise RecordingUnknown(recording=recording)
        entered = _arrived(chain)
        if entered is None:
            raise CustodyRefused(f"{recording}: the manifest is missing")
        return terms_entered(entered, needed)


def _arrived(chain: Custody) -> CustodyEntry | None:
    return next((one for one in chain.entries if one.act is CustodyAct.ARRIVED), None)


def terms_entered(entry: CustodyEntry, approvals_needed: int) -> Terms:
    """Give what the manifest asked for, as it was entered at the arrival and before the keys were erased.

    Raises:
        CustodyRefused: the entry does not say it.
    """
    try:
        ended, days = int(entry.facts["ended_ms"]), int(entry.facts["retention_days"])
    except (KeyError, ValueError):
        raise CustodyRefused(f"{entry.recording}: entry {entry.sequence} lacks its facts") from None
    return Terms(entry.manifest_sha256, ended, days, approvals_needed)


def record_name(recording: str) -> str:
    """Name a destruction record on the shelf."""
    return f"destroyed/{recording}.json"


def read_record(raw: bytes, key: PublicKey) -> DestructionRecord:
    """Read a destruction record with the archive's public key.

    Raises:
        EnvelopeRefused, DocumentRefused: it is not what it says.
    """
    limit = DestructionRecord.MAX_BYTES * _ENVELOPE_FACTOR
    verified = envelope.verify(raw, DestructionRecord.PAYLOAD_TYPE, [key], max_bytes=limit)
    return DestructionRecord.parse(verified.payload)
