"""The archive's side of an arrival: what a seat sent is held against its listing, verified, taken among the recordings.

Only then is the arrival entered in the recording's custody, and that signed entry is what lets the seat's copy go.
What cannot be believed stays where it arrived, with a signed note that says why; nothing is dropped. Every step may be
repeated after a kill.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

import structlog

from proctoring.vault.format import layout
from proctoring.vault.format.papers import Devices
from proctoring.vault.format.verify import Examination, examine
from proctoring.vault.store.carry import arrival_of, arrivals, aside_name, kept_aside
from proctoring.vault.store.copies import Copies
from proctoring.vault.store.ending import retain_until_ms
from proctoring.vault.store.erasing import ErasingRefused, arrival, clear_arrival, drop_damaged, sweep_arrival
from proctoring.vault.store.listing import Listing, differing
from proctoring.vault.store.shelf import Shelf, ShelfConflict, ShelfDamaged, ShelfNameMissing, is_name
from sync.faults import Fault, Refused
from sync.trust.clock import ClockReading, read_clock
from sync.trust.envelope import peek, sign
from sync.trust.keys import SigningKey
from sync.wire.archive import AsideReason, CustodyEntry, KeptAside, Moment
from sync.wire.ids import is_id
from sync.wire.recording import RecordingManifest

_DETAIL: Final = 100
_ENVELOPE_FACTOR: Final = 2  # base64 and the signature around a document
_Why = tuple[AsideReason, str]
_log = structlog.get_logger(__name__)


class Outcome(StrEnum):
    """What came of something that a seat sent."""

    ARRIVED = "arrived"  # taken over; custody says so
    SENT_AGAIN = "sent_again"  # some of it was damaged on the way: the seat sends that again
    ASIDE = "aside"  # kept where it is, with a note why
    FAILED = "failed"  # this time: the disk or the store; everything is where it was


@dataclass(frozen=True)
class Received:
    """One arrival. `verdict` of one that was taken over; `reason` of one kept aside; `fault` of one that failed."""

    recording: str
    outcome: Outcome
    verdict: str = ""
    reason: AsideReason | None = None
    fault: Fault | None = None


class TakeOver(Protocol):
    """Enters an arrival in a recording's custody, signed by the archive; `retention.Archive.take_over` is one."""

    def __call__(self, recording: str, **facts: str) -> CustodyEntry:
        """Enter it, or give the entry that is there already."""


def _no_heads(_recording: str) -> Iterable[bytes]:
    return ()


@dataclass(frozen=True)
class Receiver:
    """An archive as this room needs it. `copies`: of what lies in a bucket, let go when done.

    `heads` gives the heads of a recording that left the seat while it ran, as envelopes.
    """

    shelf: Shelf
    devices: Devices
    archive: str
    key: SigningKey
    take_over: TakeOver
    copies: Copies
    heads: Callable[[str], Iterable[bytes]] = field(default=_no_heads)
    clock: Callable[[], ClockReading] = read_clock


def receive_all(receiver: Receiver) -> Iterator[Received]:
    """Look at everything that arrived; one that fails keeps no other from being looked at."""
    for mark in [name for name in receiver.shelf.names("arriving/") if _is_mark(name)]:
        recording = mark.split("/")[1]
        try:
            received = receive(receiver, mark)
        except Fault as fault:
            _log.warning("arrival failed", recording=recording, code=fault.code, detail=fault.detail)
            received = Received(recording, Outcome.FAILED, fault=fault)
        if received is not None:
            yield received


def receive(receiver: Receiver, mark: str) -> Received | None:
    """Look at one whole arrival, by the name of its mark; None if it was kept aside before and nothing has changed.

    Raises:
        Fault: the disk or the store; call again.
    """
    shelf, recording = receiver.shelf, mark.split("/")[1]
    raw = shelf.read(mark, 0, Listing.MAX_BYTES + 1)
    try:
        listing = Listing.parse(raw)
        readable = listing.recording == recording and mark == f"{arrival(listing)}.json"
    except Refused:
        readable = False
    if not readable:
        return _unreadable(receiver, mark, recording, raw)
    if arrival_of(shelf, listing, receiver.key.public):
        return _finish(receiver, listing)
    before = kept_aside(shelf, listing, receiver.key.public)
    if before is not None and (before.reason is not AsideReason.SIGNER_UNKNOWN or _still_unknown(receiver, listing)):
        return None
    sweep_arrival(shelf, listing)
    folder = _local(receiver, listing)
    wrong = differing(folder, listing)
    if wrong and shelf.local_folder(arrival(listing)) is None:
        receiver.copies.let_go(folder)  # a copy of ours, perhaps a bad one
        folder = _local(receiver, listing)
        wrong = differing(folder, listing)
    if wrong:
        drop_damaged(shelf, listing, sorted(wrong))
        receiver.copies.let_go(folder)
        return Received(recording, Outcome.SENT_AGAIN)
    received = _verified(receiver, listing, folder, before)
    receiver.copies.let_go(folder)
    return received


def _verified(receiver: Receiver, listing: Listing, folder: Path, before: KeptAside | None) -> Received | None:
    found = examine(folder, receiver.devices, receiver.heads(listing.recording))
    why = _not_believed(listing, found)
    if why and before and why[0] is before.reason:
        return None
    why = why or _other_bytes(receiver, listing) or _adopted(receiver, listing, found)
    if why:
        return _aside(receiver, listing, *why)
    entry = receiver.take_over(
        listing.recording,
        verdict=found.report.verdict.value,
        files_sha256=listing.sha256,
        files=str(len(listing.files)),
        bytes=str(listing.bytes),
    )
    if entry.facts.get("files_sha256") != listing.sha256:
        return _aside(receiver, listing, AsideReason.OTHER_BYTES, "its custody speaks of other files")
    if arrival_of(receiver.shelf, listing, receiver.key.public) is None:
        raise ShelfDamaged("entered in the custody, and not there", name=f"custody/{listing.recording}")
    return _finish(receiver, listing, found.report.verdict.value)


def _not_believed(listing: Listing, found: Examination) -> _Why | None:
    manifest = found.papers.manifest
    if not found.report.signer_checked:
        return AsideReason.SIGNER_UNKNOWN, _first_finding(found)
    if manifest is None:
        return AsideReason.NOT_WHOLE, _first_finding(found)
    if (manifest.recording, found.papers.manifest_sha256) != (listing.recording, listing.manifest_sha256):
        return AsideReason.NOT_WHOLE, "the manifest is another recording's"
    return None


def _still_unknown(receiver: Receiver, listing: Listing) -> bool:
    """Tell, without reading all of it again, whether nobody here knows the device that its manifest names."""
    limit = RecordingManifest.MAX_BYTES * _ENVELOPE_FACTOR
    try:
        raw = receiver.shelf.read(f"{arrival(listing)}/{layout.MANIFEST}", 0, limit + 1)
        claimed = RecordingManifest.parse(peek(raw, RecordingManifest.PAYLOAD_TYPE, max_bytes=limit).payload)
    except (Refused, ShelfNameMissing):
        return True
    return receiver.devices.device(claimed.device) is None


def _other_bytes(receiver: Receiver, listing: Listing) -> _Why | None:
    """Say why this cannot be the recording that is here; nothing is ever added to one that arrived."""
    kept = f"recordings/{listing.recording}/"
    if any(arrivals(receiver.shelf, listing.recording, receiver.key.public)):
        return AsideReason.OTHER_BYTES, "another copy of this recording arrived before"
    if set(receiver.shelf.names(kept)) - {kept + file.name for file in listing.files}:
        return AsideReason.OTHER_BYTES, "what lies among the recordings has other files"
    return None


def _adopted(receiver: Receiver, listing: Listing, found: Examination) -> _Why | None:
    """Take the files among the recordings, read every byte of them there once more, and let the store keep those."""
    kept, until = f"recordings/{listing.recording}", _until(receiver, found)
    try:
        for file in listing.files:
            receiver.shelf.adopt(f"{arrival(listing)}/{file.name}", f"{kept}/{file.name}")
        for file in listing.files:
            receiver.shelf.keep(f"{kept}/{file.name}", file.sha256, until)
    except ShelfConflict as fault:
        return AsideReason.OTHER_BYTES, fault.detail
    return None


def _until(receiver: Receiver, found: Examination) -> int | None:
    manifest = found.papers.manifest
    return None if manifest is None else retain_until_ms(manifest, receiver.clock().wall_ms)


def _finish(receiver: Receiver, listing: Listing, verdict: str = "") -> Received:
    try:
        clear_arrival(receiver.shelf, listing)
    except (ErasingRefused, Fault) as fault:  # a bucket that keeps everything for a time: next time
        _log.info("arrival not cleared", recording=listing.recording, code=fault.code)
    return Received(listing.recording, Outcome.ARRIVED, verdict)


def _local(receiver: Receiver, listing: Listing) -> Path:
    place = arrival(listing)
    local = receiver.shelf.local_folder(place)
    if local is not None:
        return local
    return receiver.copies.fetch(receiver.shelf, place, listing.recording, listing.short)


def _unreadable(receiver: Receiver, mark: str, recording: str, raw: bytes) -> Received | None:
    name = f"aside/{mark.removeprefix('arriving/')}"
    if receiver.shelf.size(name) is not None:
        return None
    note = aside_note(receiver, recording, sha256(raw).hexdigest(), AsideReason.UNREADABLE, "not a listing")
    receiver.shelf.put(name, note)
    return Received(recording, Outcome.ASIDE, reason=AsideReason.UNREADABLE)


def _aside(receiver: Receiver, listing: Listing, reason: AsideReason, detail: str) -> Received:
    name = aside_name(listing)
    if receiver.shelf.size(name) is None:
        receiver.shelf.put(name, aside_note(receiver, listing.recording, listing.sha256, reason, detail))
    return Received(listing.recording, Outcome.ASIDE, reason=reason)


def aside_note(receiver: Receiver, recording: str, digest: str, reason: AsideReason, detail: str) -> bytes:
    """Make the archive's signed note that something (of this digest) is kept aside."""
    now = receiver.clock()
    note = KeptAside(
        archive=receiver.archive,
        recording=recording,
        files_sha256=digest,
        reason=reason,
        detail=detail[:_DETAIL],
        at=Moment(wall_ms=now.wall_ms, mono_ms=now.mono_ms, boot_id=now.boot_id),
    )
    return sign(note.to_bytes(), KeptAside.PAYLOAD_TYPE, receiver.key)


def _first_finding(found: Examination) -> str:
    first = next(iter(found.report.findings), None)
    return f"{first.code} {first.detail}" if first else "nobody knows who signed it"


def _is_mark(name: str) -> bool:
    parts = name.split("/")
    return is_name(name) and len(parts) == 3 and is_id(parts[1]) and parts[2].endswith(".json")  # noqa: PLR2004 - arriving/ID/MARK
