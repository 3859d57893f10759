"""An archive: one store, its signing key, the administrators it believes; every act on a recording goes through here.

What is decided is decided from signed papers on the shelf, read anew: never from an index or a database.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Self

from proctoring.vault.retention import destruction
from proctoring.vault.retention.custody import Act, custody_of, read_chain
from proctoring.vault.retention.entering import NOTED, Clerk, arrival_facts, ordered, require_there
from proctoring.vault.retention.faults import (
    ArchiveExists,
    ArchiveMissing,
    CustodyRefused,
    NeverLater,
    RecordingMissing,
    RecordingUnknown,
)
from proctoring.vault.retention.forecast import Kept
from proctoring.vault.retention.ledger import STORE, Ledger, Situation
from proctoring.vault.retention.locking import papers_until
from proctoring.vault.retention.memory import Memory
from proctoring.vault.retention.papers import read_manifest, recording_prefix, require_id
from proctoring.vault.retention.people import Signer
from proctoring.vault.retention.places import ArchivePlaces
from proctoring.vault.retention.refusals import day_here
from proctoring.vault.retention.settling import Settler
from proctoring.vault.retention.standing import Freeze, Hold, Proposal, Standing, State, standing
from proctoring.vault.retention.timekeeping import Evidence, moment
from proctoring.vault.store.address import open_shelf
from proctoring.vault.store.copies import Copies, using
from proctoring.vault.store.erasing import about_name
from proctoring.vault.store.shelf import Shelf, ShelfNameMissing, is_name
from sync.faults import Refused
from sync.replica.database import Replica
from sync.trust import envelope
from sync.trust.anchor import Trust
from sync.trust.clock import ClockReading, read_clock
from sync.trust.keystore import FileKeyStore
from sync.trust.unlocking import Surroundings
from sync.wire.archive import ClockEntry, CustodyAct, CustodyEntry, DestructionRecord, Moment, StoreIdentity
from sync.wire.ids import new_id
from sync.wire.recording import RecordingManifest

__all__ = ["Archive", "Freeze", "Hold", "Proposal", "Signer", "Standing", "State"]


class Archive:
    """One store with its signing key and trust. Several processes may work on the same store at once."""

    def __init__(
        self,
        places: ArchivePlaces,
        shelf: Shelf,
        trust: Trust,
        identity: StoreIdentity,
        clock: Callable[[], ClockReading] = read_clock,
    ) -> None:
        self.places = places
        self.shelf = shelf
        self.trust = trust
        self.identity = identity
        self.key = FileKeyStore(places.keys).device_key()
        self.clock = clock
        replica = Replica.open(places.replica, FileKeyStore(places.keys).replica_key())
        self.ledger = Ledger(identity, shelf, trust, self.key.public, Memory(replica.ends, clock))
        self.copies = Copies(places.cache)
        self._settler = Settler(self.ledger, places.replica.with_name("settling.lock"))
        self._clerk = Clerk(self.ledger, self.key, clock)

    @classmethod
    def create(
        cls,
        places: ArchivePlaces,
        name: str,
        *,
        approvals_needed: int = 1,
        clock: Callable[[], ClockReading] = read_clock,
    ) -> Self:
        """Make an archive on an empty shelf. Doing it again with the same keys, after a kill, finishes it.

        Raises:
            ArchiveExists: the shelf is an archive's already.
            TrustRefused, KeyStoreUnwritable, DiskFault: it cannot be made here.
        """
        store = FileKeyStore(places.keys, Surroundings.movable())
        store.create()
        shelf, trust, key = open_shelf(places.address), Trust.load(places.trust), store.device_key()
        if shelf.size(STORE) is not None:
            raise ArchiveExists(place=places.address)
        identity = StoreIdentity(
            archive=new_id(),
            name=name,
            public_key_pem=key.public.pem,
            approvals_needed=approvals_needed,
            made=moment(clock()),
        )
        signed = envelope.sign(identity.to_bytes(), StoreIdentity.PAYLOAD_TYPE, key)
        shelf.put(STORE, signed, papers_until(identity.made.wall_ms))
        archive = cls(places, shelf, trust, identity, clock)
        archive.write_clock_line()
        return archive

    @classmethod
    def open(cls, places: ArchivePlaces, clock: Callable[[], ClockReading] = read_clock) -> Self:
        """Open the archive of a home; copies that a kill left there go.

        Raises:
            ArchiveMissing: the shelf has none, or another key's.
            TrustRefused, KeyStoreUnreadable: the home does not hold together.
        """
        key = FileKeyStore(places.keys).device_key()
        shelf, trust = open_shelf(places.address), Trust.load(places.trust)
        try:
            raw = shelf.read(STORE, 0, StoreIdentity.MAX_BYTES * 2 + 1)
            verified = envelope.verify(raw, StoreIdentity.PAYLOAD_TYPE, [key.public])
            identity = StoreIdentity.parse(verified.payload)
        except ShelfNameMissing:
            raise ArchiveMissing(place=places.address) from None
        except Refused as fault:
            raise ArchiveMissing(fault.detail, place=places.address) from None
        archive = cls(places, shelf, trust, identity, clock)
        archive.copies.sweep()
        return archive

    # looking

    def recordings(self) -> Iterator[str]:
        """Give the ids of all recordings that are kept here, also of those that should lie there and do not."""
        return self.ledger.recordings()

    def manifest(self, recording: str) -> RecordingManifest:
        """Give a recording's manifest, verified.

        Raises:
            RecordingUnknown, CustodyRefused: there is none, or none to believe.
        """
        found = self.ledger.situation(recording).manifest
        if found is None:
            if self.ledger.situation(recording).missing:
                raise RecordingMissing(recording=recording)
            raise CustodyRefused(f"{recording}: destroyed, or being destroyed")
        return found.document

    def folder(self, recording: str) -> Path:
        """Give a local folder to verify, play or export from: the shelf's own, or a copy, read anew from the store.

        Who does not use a copy any more lets it go; at most `copies.MOST` are kept, the newest.

        Raises:
            RecordingUnknown: there is none.
            RecordingMissing: there should be one.
            StorageFault, DiskFault: it cannot be fetched.
        """
        require_id(recording)
        prefix = recording_prefix(recording).removesuffix("/")
        own = self.shelf.local_folder(prefix)
        if own is None and next(self.shelf.names(f"{prefix}/"), None) is not None:
            return self.copies.fetch(self.shelf, prefix, recording)
        if own is None or not own.is_dir():
            if self.ledger.situation(recording).missing:
                raise RecordingMissing(recording=recording)
            raise RecordingUnknown(recording=recording)
        return own

    def let_go(self, folder: Path) -> None:
        """Let a folder that `folder` gave go; the shelf's own stays. Raises DiskFault."""
        self.copies.let_go(folder)

    def using(self, recording: str) -> AbstractContextManager[Path]:
        """Give `folder` for as long as the block runs, then let it go. Raises what `folder` raises."""
        return using(lambda: self.folder(recording), self.let_go)

    def custody(self, recording: str) -> tuple[CustodyEntry, ...]:
        """Give a recording's verified custody, the oldest entry first. Raises CustodyRefused."""
        require_id(recording)
        return read_chain(self.ledger.book, recording).entries

    def standing(self, recording: str, now: ClockReading | None = None) -> Standing:
        """Say where a recording stands (`now`: the clock's reading unless given).

        Raises:
            RecordingUnknown, CustodyRefused, ClockLineRefused.
        """
        return self.standing_at(recording, self.time(now))

    def standing_at(self, recording: str, evidence: Evidence) -> Standing:
        """Say where a recording stands at a time that was judged before; for many at once."""
        return self.standing_of(self.ledger.situation(recording), evidence)

    def standing_of(self, situation: Situation, evidence: Evidence) -> Standing:
        """Say where a recording stands whose papers were just read."""
        return standing(
            situation.terms,
            situation.folded,
            evidence.sure_ms,
            evidence.freeze,
            removed=situation.record is not None,
            missing=situation.missing,
        )

    def kept_of(self, recording: str, evidence: Evidence | None = None) -> Kept:
        """Say of a recording what a forecast or a sweep needs, from its papers. Raises what `standing` raises."""
        situation = self.ledger.situation(recording)
        stands = self.standing_of(situation, evidence or self.time())
        document = situation.manifest.document if situation.manifest else None
        return Kept(
            recording,
            document.session if document else "",
            situation.manifest.bytes if situation.manifest else 0,
            document.duration_ms if document else 0,
            stands.retain_until_ms,
            stands.held,
            stands.state,
        )

    def session_of(self, recording: str) -> str | None:
        """Give a recording's session; None if no paper that can be believed says it any more."""
        try:
            found = read_manifest(self.shelf, self.trust, recording)
            return found.document.session if found else self.ledger.situation(recording).session
        except CustodyRefused:
            return None

    def odd(self, recording: str) -> list[str]:
        """Give what lies among a recording's custody, or its files, and is none: it counts for nothing.

        Among the custody it keeps the recording from going.
        """
        kept = self.shelf.names(recording_prefix(recording))
        return [*custody_of(self.ledger.book, recording).strangers(), *(name for name in kept if not is_name(name))]

    def strangers(self) -> Iterator[str]:
        """Give what lies where recordings arrive and is said about them, and is no name: nobody reads it."""
        for place in ("arriving/", "about/"):
            yield from (name for name in self.shelf.names(place) if not is_name(name))

    def destruction_record(self, recording: str) -> DestructionRecord | None:
        """Give the proof of a recording's destruction, verified, or None. Raises CustodyRefused."""
        require_id(recording)
        return self.ledger.record(recording)

    # the clock

    def time(self, now: ClockReading | None = None) -> Evidence:
        """Say what time it surely is, and whether the clock is believed. Raises ClockLineRefused."""
        return self.ledger.evidence(self.clock if now is None else lambda: now)

    def write_clock_line(self) -> Evidence:
        """Write down what the clocks say now. Raises what `Clerk.write_clock_line` raises."""
        return self._clerk.write_clock_line()

    def state_time(self, person: Signer, stated_ms: int) -> ClockEntry:
        """Enter that an administrator says what time it is. Raises AdministratorRefused, ClockLineRefused."""
        return self._clerk.state_time(person, stated_ms)

    # what the store keeps by itself

    def settle(self, recording: str) -> None:
        """Bring what the store itself keeps and holds to what custody says. Raises what `Settler.settle` raises."""
        self._settler.settle(recording, self.clock().wall_ms)

    def settle_if_needed(self, kept: Kept) -> None:
        """As `settle`, unless a look at little tells that it is so."""
        if not self._settler.is_settled(kept, self.clock().wall_ms):
            self.settle(kept.recording)

    def settle_papers(self, kept: Iterable[Kept]) -> None:
        """Let the store keep what speaks of recordings as long as those. Raises what the shelf raises."""
        self._settler.settle_sessions(kept, self.clock().wall_ms)
        self._settler.settle_asides(self.clock().wall_ms)

    # acting

    def take_over(self, recording: str, **facts: str) -> CustodyEntry:
        """Enter that a recording was verified and is durable here: its retention starts. Again gives the same entry.

        Raises:
            RecordingUnknown, CustodyRefused.
        """
        situation = self.ledger.situation(recording)
        arrived = next((one for one in situation.chain.entries if one.act is CustodyAct.ARRIVED), None)
        if arrived is not None:
            return arrived
        arrived_ms = max(self.clock().wall_ms, self.time().sure_ms)  # a flat battery here is not followed either
        told = arrival_facts(situation, facts, arrived_ms)
        entry = self._enter(recording, lambda now: Act(CustodyAct.ARRIVED, None, now, facts=told))
        situation = self.ledger.situation(recording)
        if self.shelf.size(about_name(recording)) is not None:
            self.shelf.extend(about_name(recording), situation.folded.retain_until_ms)
        return entry

    def note(
        self, recording: str, act: CustodyAct, person: Signer | None, purpose: str | None, **facts: str
    ) -> CustodyEntry:
        """Enter what somebody did with a recording: viewed, took a snapshot, exported; or that it was verified.

        Raises:
            AdministratorRefused, RecordingUnknown, CustodyRefused.
        """
        if act not in NOTED:
            raise ValueError(f"{act} has a method of its own")
        return self._enter(recording, lambda now: Act(act, person, now, purpose, facts=ordered(facts)), person)

    def hold(self, recording: str, person: Signer, reason: str, review_ms: int | None = None) -> CustodyEntry:
        """Hold a recording (保全) until this hold is released; `review_ms`: when somebody should look at it again.

        Raises:
            ActRefused: its destruction has begun.
            LocksBehind: it is entered, and counts; the store is told later.
            AdministratorRefused, RecordingUnknown, CustodyRefused.
        """
        require_there(self.ledger.situation(recording))
        entry = self._enter(
            recording, lambda now: Act(CustodyAct.HELD, person, now, reason, until_ms=review_ms), person
        )
        self._settler.settle_entered(recording, self.clock().wall_ms)
        return entry

    def release(self, recording: str, person: Signer, hold: int, reason: str) -> CustodyEntry:
        """Release one hold, by the sequence of its entry. Raises what `hold` raises; ActRefused: no such hold."""
        entry = self._enter(recording, lambda now: Act(CustodyAct.RELEASED, person, now, reason, about=hold), person)
        self._settler.settle_entered(recording, self.clock().wall_ms)
        return entry

    def extend(self, recording: str, person: Signer, until_ms: int, reason: str) -> CustodyEntry:
        """Keep a recording until `until_ms` (wall clock, UTC), later than so far. Raises what `hold` raises."""
        situation = self.ledger.situation(recording)
        require_there(situation)
        if until_ms <= situation.folded.retain_until_ms:
            self.settle(recording)  # somebody may try again what was interrupted
            raise NeverLater(until=day_here(situation.folded.retain_until_ms))
        entry = self._enter(
            recording, lambda now: Act(CustodyAct.EXTENDED, person, now, reason, until_ms=until_ms), person
        )
        self._settler.settle_entered(recording, self.clock().wall_ms)
        return entry

    def propose_destruction(self, recording: str, person: Signer, purpose: str) -> CustodyEntry:
        """Propose that an expired recording is destroyed.

        Raises:
            NotExpired, RecordingHeld, ClockFrozen: it may not be.
            ActRefused: it is proposed already, or was not taken over.
            AdministratorRefused, RecordingUnknown, CustodyRefused.
        """
        return destruction.propose(self._clerk, recording, person, purpose)

    def approve_destruction(self, recording: str, person: Signer, proposal: int) -> CustodyEntry:
        """Approve a proposal, by the sequence of its entry; nobody approves their own.

        Raises:
            SecondPersonNeeded: who proposed it, or approved it already.
            as `propose_destruction`.
        """
        return destruction.approve(self._clerk, recording, person, proposal)

    def withdraw_destruction(self, recording: str, person: Signer, proposal: int, reason: str) -> CustodyEntry:
        """Withdraw a proposal, whoever made it; its approvals go with it. Raises what `hold` raises."""
        return self._enter(
            recording, lambda now: Act(CustodyAct.DESTRUCTION_WITHDRAWN, person, now, reason, about=proposal), person
        )

    def destroy(self, recording: str, person: Signer | None = None) -> DestructionRecord:
        """Destroy an approved recording, or go on where a destruction was interrupted (then nobody is needed).

        Raises:
            NotApproved, NotExpired, RecordingHeld, ClockFrozen, ActRefused: it may not be.
            AdministratorRefused, RecordingUnknown, CustodyRefused, StorageFault: nor then.
        """
        self.settle(recording)  # a hold that custody does not know would keep half of it
        return destruction.destroy(self._clerk, recording, person, self.copies.drop)

    def _enter(self, recording: str, act: Callable[[Moment], Act], person: Signer | None = None) -> CustodyEntry:
        return self._clerk.enter(recording, lambda _: act(self._clerk.now()), person)[0]
