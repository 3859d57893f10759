"""What a store keeps by itself (Object Lock) is brought to what custody says, never the other way.

An act is entered first, judged by what stands; then the store is told. Whatever interrupts that, the archive's service
goes on with it, and so does the next act on that recording. Ends only ever move later; a legal hold is on wherever a
hold stands, and off where none does. One at a time on this machine, by the custody as it is at that moment: so the last
who settles has read the last entry.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from proctoring.vault.format import layout
from proctoring.vault.retention.faults import LocksBehind
from proctoring.vault.retention.forecast import Kept
from proctoring.vault.retention.ledger import Ledger
from proctoring.vault.retention.locking import is_sealed, locked_names, papers_until
from proctoring.vault.retention.papers import recording_prefix
from proctoring.vault.store.erasing import about_name, refused_abouts
from proctoring.vault.store.shelf import Lock, Shelf, ShelfNameMissing, is_name
from sync.faults import EnvironmentFault, Refused
from sync.replica.durable import disk_faults
from sync.trust import envelope
from sync.wire.archive import KeptAside
from sync.wire.room import RoomRecord

_ENVELOPE_FACTOR: Final = 2  # base64 and the signature around a document


@dataclass(frozen=True)
class Settler:
    """Tells the store of `ledger` what to keep; `lock`: a file of this machine that whoever settles locks."""

    ledger: Ledger
    lock: Path

    def settle(self, recording: str, now_ms: int) -> None:
        """Bring the locks of a recording and of its papers to its custody; `now_ms`: the wall clock, UTC.

        Raises:
            RecordingUnknown, CustodyRefused; and what the shelf raises: call again.
        """
        shelf = self.ledger.shelf
        with _alone(self.lock):
            situation = self.ledger.situation(recording)
            if not situation.folded.taken_over or situation.record is not None:
                return
            until_ms = situation.folded.retain_until_ms
            told = _Told(until_ms if until_ms > now_ms else None, held=bool(situation.folded.holds))
            last = recording_prefix(recording) + layout.MANIFEST
            names = list(locked_names(shelf, recording, situation.chain))
            for name in sorted(names, key=lambda one: one == last):  # the manifest last: it tells that all was done
                told.to(shelf, name)

    def settle_entered(self, recording: str, now_ms: int) -> None:
        """Settle what was entered just now. Raises LocksBehind, where the store did not take it; else as `settle`."""
        try:
            self.settle(recording, now_ms)
        except EnvironmentFault as fault:
            raise LocksBehind(fault.code, recording=recording) from fault

    def is_settled(self, kept: Kept, now_ms: int) -> bool:
        """Tell, by little reading, whether nothing is left to be told; of what is held everything is looked at."""
        shelf, recording = self.ledger.shelf, kept.recording
        told = _Told(kept.retain_until_ms if kept.retain_until_ms > now_ms else None, held=kept.held)
        try:
            manifest = shelf.lock(recording_prefix(recording) + layout.MANIFEST)
            if manifest is None:
                return True
            said = [name for name in (about_name(recording),) if shelf.size(name) is not None]
            said += (name for name in shelf.names(refused_abouts(recording)) if is_sealed(name))
            return not kept.held and told.fits(manifest) and all(told.fits(shelf.lock(name)) for name in said)
        except ShelfNameMissing:
            return False

    def settle_sessions(self, kept: Iterable[Kept], now_ms: int) -> None:
        """Let the store keep the room records of each session as long as its recordings. Raises what the shelf raises.

        What is no room record of the session it lies under is not kept for anybody.
        """
        until: dict[str, int] = {}
        held: dict[str, bool] = {}
        for one in kept:
            until[one.session] = max(until.get(one.session, 0), one.retain_until_ms)
            held[one.session] = held.get(one.session, False) or one.held
        shelf = self.ledger.shelf
        for session in sorted(until.keys() - {""}):
            told = _Told(until[session] if until[session] > now_ms else None, held=held[session])
            for name in filter(is_name, shelf.names(f"sessions/{session}/")):
                lock = shelf.lock(name)
                if lock is None:
                    return
                if not told.fits(lock) and _is_record(shelf, name, session):
                    told.to(shelf, name)

    def settle_asides(self, now_ms: int) -> None:
        """Let the store keep this archive's notes why something is kept aside. Raises what the shelf raises."""
        shelf = self.ledger.shelf
        for name in filter(is_name, shelf.names("aside/")):
            lock = shelf.lock(name)
            if lock is None:
                return
            if lock.until_ms is None and name.endswith(".json") and self._is_note(name):
                shelf.extend(name, papers_until(now_ms))

    def _is_note(self, name: str) -> bool:
        try:
            raw = self.ledger.shelf.read(name, 0, KeptAside.MAX_BYTES * _ENVELOPE_FACTOR + 1)
            KeptAside.parse(envelope.verify(raw, KeptAside.PAYLOAD_TYPE, [self.ledger.key]).payload)
        except Refused:
            return False
        return True


@dataclass(frozen=True)
class _Told:
    """What a store is told: to keep until then at least (None: of no end), and to hold or not."""

    until_ms: int | None
    held: bool

    def fits(self, lock: Lock | None) -> bool:
        """Tell whether a place that can keep something keeps it like that."""
        return lock is not None and lock.held == self.held and not self._too_early(lock)

    def to(self, shelf: Shelf, name: str) -> None:
        """Tell it, as far as it is not so already, and as far as the place can keep anything."""
        lock = shelf.lock(name)
        if lock is None:
            return
        if self.until_ms is not None and self._too_early(lock):
            shelf.extend(name, self.until_ms)
        if lock.held != self.held:
            shelf.set_hold(name, self.held)

    def _too_early(self, lock: Lock) -> bool:
        return self.until_ms is not None and (lock.until_ms is None or lock.until_ms < self.until_ms)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Be the only one on this machine; the system ends it with the process, however that ends."""
    with disk_faults(lock.parent, needed=0):
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except BaseException:
            os.close(handle)
            raise
    try:
        yield
    finally:
        os.close(handle)


def _is_record(shelf: Shelf, name: str, session: str) -> bool:
    """Tell whether this is what its name says, and speaks of that session; who signed it, only verifying tells."""
    limit = RoomRecord.MAX_BYTES * _ENVELOPE_FACTOR
    raw = shelf.read(name, 0, limit + 1)
    if name != f"sessions/{session}/{sha256(raw).hexdigest()}.json":
        return False
    try:
        return RoomRecord.parse(envelope.peek(raw, RoomRecord.PAYLOAD_TYPE, max_bytes=limit).payload).session == session
    except Refused:
        return False
