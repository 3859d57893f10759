"""From the seat to the site: file by file to where recordings arrive, the mark of a whole arrival last.

Whatever interrupts it, at any byte, the next try goes on. What the site made of it (`receiving`) is read from the
shelf: a custody entry of the arrival, or a note why the recording was kept aside.
"""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from proctoring.vault.store.erasing import about_name, arrival
from proctoring.vault.store.listing import Found, Listing, list_recording
from proctoring.vault.store.shelf import Pace, Shelf, ShelfConflict, is_name
from sync.faults import EnvironmentFault, Refused
from sync.replica.durable import DiskFull
from sync.trust.envelope import verify
from sync.trust.keys import PublicKey
from sync.wire.archive import AsideReason, CustodyAct, CustodyEntry, KeptAside

_ENVELOPE_FACTOR: Final = 2  # base64 and the signature around a document
_BURST_S: Final = 1.0


class CarryState(StrEnum):
    """How far a seat's recording has come."""

    CARRIED = "carried"  # it lies at the site, which has not looked at it yet
    ARRIVED = "arrived"  # the site has it, verified; the entry says so
    ASIDE = "aside"  # the site keeps it aside, for the reason given


class CarryingStopped(EnvironmentFault):
    """Carrying was broken off because the program ends; the next one goes on."""

    code = "CARRYING_STOPPED"


@dataclass(frozen=True)
class Carried:
    """What came of it. `entry`: the archive's envelope, if it has arrived; `odd`: names that stay at the seat."""

    recording: str
    state: CarryState
    sent_bytes: int
    odd: tuple[str, ...] = ()
    entry: bytes | None = None
    reason: AsideReason | None = None


class Bandwidth:
    """A limit in bytes a second for everything that goes through it; None is no limit. `stop` breaks off."""

    def __init__(self, bytes_per_s: int | None, stop: threading.Event) -> None:
        self._rate: Final = bytes_per_s
        self._stop: Final = stop
        self._ready_at = 0.0
        self.sent_bytes = 0

    def __call__(self, count: int) -> None:
        """Wait until so many bytes more may go.

        Raises:
            CarryingStopped: the program ends.
        """
        wait = 0.0
        if self._rate:
            now = time.monotonic()
            self._ready_at = max(self._ready_at, now - _BURST_S) + count / self._rate
            wait = max(0.0, self._ready_at - now)
        if self._stop.wait(wait) if wait else self._stop.is_set():
            raise CarryingStopped
        self.sent_bytes += count


def carry(
    folder: Path, shelf: Shelf, archive_key: PublicKey, pace: Pace | None = None, found: Found | None = None
) -> Carried:
    """Carry a closed recording to a shelf, as far as it is not there yet, and say what the site made of it.

    Also one that was tampered with is carried: it is evidence. `found`: its listing, if it was made already.

    Raises:
        RecordingUnclosed: it has no manifest.
        RecordingUnreadable: the seat's own disk does not give it.
        DiskFull, and whatever the shelf raises: try again later; what went stays.
    """
    found = found or list_recording(folder)
    listing = found.listing
    entry = arrival_of(shelf, listing, archive_key)
    if entry is not None:
        return Carried(listing.recording, CarryState.ARRIVED, 0, found.odd, entry)
    aside = kept_aside(shelf, listing, archive_key)
    if aside is not None:
        return Carried(listing.recording, CarryState.ASIDE, 0, found.odd, reason=aside.reason)
    return Carried(listing.recording, CarryState.CARRIED, _send(folder, found, shelf, pace), found.odd)


def carry_about(file: Path, shelf: Shelf, recording: str) -> None:
    """Carry what a seat says about a recording (sealed).

    Raises:
        ShelfConflict: something else is said there, which stays until the archive has looked at it.
        DiskFault, and whatever the shelf raises: try again later.
    """
    shelf.put(about_name(recording), file)


def arrivals(shelf: Shelf, recording: str, archive_key: PublicKey) -> Iterator[tuple[bytes, CustodyEntry]]:
    """Give the entries of a recording's custody by which the archive says that it arrived (of an honest one, one)."""
    for name in filter(is_name, shelf.names(f"custody/{recording}/")):
        raw = shelf.read(name, 0, CustodyEntry.MAX_BYTES * _ENVELOPE_FACTOR)
        try:
            entry = CustodyEntry.parse(verify(raw, CustodyEntry.PAYLOAD_TYPE, [archive_key]).payload)
        except Refused:
            continue  # an administrator's, or nobody's
        if entry.act is CustodyAct.ARRIVED and entry.recording == recording:
            yield raw, entry


def arrival_of(shelf: Shelf, listing: Listing, archive_key: PublicKey) -> bytes | None:
    """Give the archive's signed entry that exactly these files arrived, or None."""
    for raw, entry in arrivals(shelf, listing.recording, archive_key):
        if (entry.manifest_sha256, entry.facts.get("files_sha256")) == (listing.manifest_sha256, listing.sha256):
            return raw
    return None


def kept_aside(shelf: Shelf, listing: Listing, archive_key: PublicKey) -> KeptAside | None:
    """Give the archive's note that it keeps this very listing aside, or None."""
    name = aside_name(listing)
    if shelf.size(name) is None:
        return None
    try:
        raw = shelf.read(name, 0, KeptAside.MAX_BYTES * _ENVELOPE_FACTOR)
        note = KeptAside.parse(verify(raw, KeptAside.PAYLOAD_TYPE, [archive_key]).payload)
    except Refused:
        return None
    return note if (note.recording, note.files_sha256) == (listing.recording, listing.sha256) else None


def aside_name(listing: Listing) -> str:
    """Name the note that says why a listing is kept aside."""
    return f"aside/{listing.recording}/{listing.short}.json"


def _send(folder: Path, found: Found, shelf: Shelf, pace: Pace | None) -> int:
    listing, place, sent = found.listing, arrival(found.listing), 0
    mark = f"{place}.json"
    if shelf.size(mark) is not None:
        return 0
    missing = list(_missing(shelf, listing))
    needed, free = sum(listing.files[at].bytes for at in missing), shelf.free_bytes()
    if free is not None and free < needed:
        raise DiskFull("the site's store", needed_mb=-(-needed // 1_000_000), free_mb=free // 1_000_000)
    for at in missing:
        file = listing.files[at]
        try:
            shelf.put(f"{place}/{file.name}", folder / file.name, pace=pace)
        except ShelfConflict:
            continue  # something damaged lies there: the site finds it, drops it, and asks for it again
        sent += file.bytes
    shelf.put(mark, listing.to_bytes())
    return sent


def _missing(shelf: Shelf, listing: Listing) -> Iterator[int]:
    """Give which files are not there in their full length; whether their bytes are right, the site finds out."""
    place = arrival(listing)
    there = shelf.sizes(f"{place}/")
    return (at for at, file in enumerate(listing.files) if there.get(f"{place}/{file.name}") != file.bytes)
