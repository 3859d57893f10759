"""Destroying a recording: proposed and approved by two; judged at the door from the signed papers; keys, data, proof.

Each step is entered before the next one begins, and each may be done again: after a kill the destruction goes on where
it stopped, and what the record says is what the entries say.

    DESTRUCTION_BEGUN (by who carries it out)  →  keys gone  →  KEYS_ERASED  →  data gone
        →  copies on this machine gone  →  destroyed/<recording>.json (the record)  →  DESTROYED
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from proctoring.vault.retention.custody import Act, Custody, custody_of, entry_name
from proctoring.vault.retention.entering import Clerk
from proctoring.vault.retention.faults import (
    ActRefused,
    ClockFrozen,
    CustodyRefused,
    NotApproved,
    NotExpired,
    NotTakenOver,
    ProposalGone,
    RecordingHeld,
    SecondPersonNeeded,
)
from proctoring.vault.retention.ledger import Situation, record_name, terms_entered
from proctoring.vault.retention.locking import papers_until
from proctoring.vault.retention.papers import recorded_moment
from proctoring.vault.retention.people import Signer, among, key_of, require_acting
from proctoring.vault.retention.refusals import date_of
from proctoring.vault.retention.timekeeping import Evidence
from proctoring.vault.store import erasing
from proctoring.vault.store.shelf import ShelfConflict
from sync.trust import envelope
from sync.trust.keys import PublicKey
from sync.wire.archive import CustodyAct, CustodyEntry, DestructionRecord, Moment

_NUMBERS: Final = ("segments", "bytes", "recorded_wall_ms", "recorded_mono_ms")


def propose(clerk: Clerk, recording: str, person: Signer, purpose: str) -> CustodyEntry:
    """Propose that an expired recording is destroyed. See `Archive.propose_destruction`."""
    evidence = clerk.write_clock_line()
    _require_destroyable(clerk.ledger.situation(recording), evidence)
    act = CustodyAct.DESTRUCTION_PROPOSED
    return clerk.enter(recording, lambda _: Act(act, person, clerk.now(), purpose), person)[0]


def approve(clerk: Clerk, recording: str, person: Signer, proposal: int) -> CustodyEntry:
    """Approve a proposal, by the sequence of its entry. See `Archive.approve_destruction`."""
    evidence = clerk.write_clock_line()
    situation = clerk.ledger.situation(recording)
    _require_destroyable(situation, evidence)
    stands = situation.folded.proposal
    if stands is None or stands.sequence != proposal:
        raise ProposalGone
    if among(person.person, (stands.by, *stands.approved_by)):
        raise SecondPersonNeeded
    act = CustodyAct.DESTRUCTION_APPROVED
    return clerk.enter(recording, lambda _: Act(act, person, clerk.now(), about=proposal), person)[0]


def destroy(
    clerk: Clerk, recording: str, person: Signer | None, drop_copies: Callable[[str], None]
) -> DestructionRecord:
    """Destroy an approved recording, or go on with a destruction that has begun. See `Archive.destroy`.

    Copies go after the data, from which somebody might still be making one, and before the record says that it is gone.
    """
    shelf, evidence = clerk.ledger.shelf, clerk.write_clock_line()
    situation = clerk.ledger.situation(recording)
    if odd := custody_of(clerk.ledger.book, recording).strangers():
        raise CustodyRefused(f"{recording}: {odd[0][-60:]} is no entry")
    if situation.folded.begun is None:
        if situation.record is not None:
            raise CustodyRefused(f"{recording}: there is a destruction record, but custody says nothing of it")
        if person is None:
            raise ActRefused("somebody has to carry it out")
        _, situation = clerk.enter(recording, lambda seen: _begin(clerk, seen, person), person)
    _require_destroyable(situation, evidence)
    if situation.folded.keys_erased is None:
        _require_same_manifest(situation)
        erasing.erase_keys(shelf, *_order(clerk, situation))
        _, situation = clerk.enter(recording, lambda _: Act(CustodyAct.KEYS_ERASED, None, clerk.now()))
    if situation.record is None:
        erasing.erase_data(shelf, *_order(clerk, situation))
        drop_copies(recording)
        situation = _prove(clerk, situation)
    record = situation.record
    if record is None:
        raise CustodyRefused(f"{recording}: the destruction record cannot be read back")
    if situation.folded.destroyed is None:
        clerk.enter(recording, lambda _: Act(CustodyAct.DESTROYED, None, clerk.now()))
    return record


def _require_destroyable(situation: Situation, evidence: Evidence) -> None:
    """Refuse what may not be destroyed at this time, whoever wants it."""
    if evidence.freeze is not None:
        raise ClockFrozen(said=date_of(evidence.freeze.said_ms), expected=date_of(evidence.freeze.expected_ms))
    if situation.folded.holds:
        raise RecordingHeld(holds=len(situation.folded.holds))
    if evidence.sure_ms < situation.folded.retain_until_ms:
        raise NotExpired(until=date_of(situation.folded.retain_until_ms), now=date_of(evidence.sure_ms))
    if not situation.folded.taken_over:
        raise NotTakenOver


def _begin(clerk: Clerk, situation: Situation, person: Signer) -> Act:
    """Judge at the door, from what stands at this very moment."""
    folded, manifest = situation.folded, situation.manifest
    _require_destroyable(situation, clerk.ledger.evidence(clerk.clock))
    proposal = folded.proposal
    there = len(proposal.approved_by) if proposal else 0
    if proposal is None or there < situation.terms.approvals_needed:
        raise NotApproved(needed=situation.terms.approvals_needed, there=there)
    counted = (proposal.by, *proposal.approved_by)
    for number, one in enumerate(counted):
        require_acting(one, clerk.ledger.trust)  # who was revoked since does not count
        if among(one, counted[:number]):
            raise NotApproved(needed=situation.terms.approvals_needed, there=number - 1)
    if manifest is None:
        raise CustodyRefused(f"{situation.recording}: the manifest is missing")
    document = manifest.document
    recorded = recorded_moment(clerk.ledger.shelf, clerk.ledger.trust, document)
    facts = {
        "session": document.session,
        "sitting": document.sitting,
        "device": document.device,
        "segments": str(len(document.segments)),
        "bytes": str(manifest.bytes),
        "recorded_wall_ms": str(recorded.wall_ms),
        "recorded_mono_ms": str(recorded.mono_ms),
        "recorded_boot": recorded.boot_id,
        "ended_ms": str(situation.terms.ended_ms),
        "retention_days": str(situation.terms.retention_days),
    }
    return Act(
        CustodyAct.DESTRUCTION_BEGUN,
        person,
        clerk.now(),
        proposal.purpose,
        about=proposal.sequence,
        facts=tuple(sorted(facts.items())),
    )


def _order(clerk: Clerk, situation: Situation) -> tuple[bytes, list[PublicKey]]:
    """Give the signed beginning as the door asks for it, and the key that its signer had then."""
    begun = situation.folded.begun
    if begun is None or begun.by is None:
        raise CustodyRefused(f"{situation.recording}: no destruction has begun")
    raw = clerk.ledger.shelf.read(entry_name(situation.recording, begun.sequence))
    return raw, [key_of(begun.by, clerk.ledger.trust, begun.at.wall_ms)]


def _require_same_manifest(situation: Situation) -> None:
    """Refuse to erase what is not exactly what was approved.

    Once the keys are being erased the manifest may be gone; what is left then are sealed bytes that nobody can open.
    """
    begun = situation.folded.begun
    if situation.manifest is not None and begun is not None:
        entered = terms_entered(begun, situation.terms.approvals_needed)
        if entered != situation.terms:
            raise CustodyRefused(f"{situation.recording}: the manifest is not the one that was approved")


def _prove(clerk: Clerk, situation: Situation) -> Situation:
    """Write the record, unless somebody else has just done it, and read back what stands there."""
    signed = _signed_record(clerk, situation)
    with suppress(ShelfConflict):  # the other one's record says the same, and is verified below
        clerk.ledger.shelf.put(record_name(situation.recording), signed, papers_until(clerk.clock().wall_ms))
    return clerk.ledger.situation_of(situation.recording, situation.chain)


def _signed_record(clerk: Clerk, situation: Situation) -> bytes:
    folded = situation.folded
    begun, erased = folded.begun, folded.keys_erased
    proposal = folded.proposal
    if begun is None or erased is None or proposal is None:
        raise CustodyRefused(f"{situation.recording}: a record before the destruction")
    facts = begun.facts
    try:
        segments, size, wall_ms, mono_ms = (int(facts[name]) for name in _NUMBERS)
        record = DestructionRecord(
            archive=clerk.ledger.identity.archive,
            recording=situation.recording,
            session=facts["session"],
            sitting=facts["sitting"],
            device=facts["device"],
            manifest_sha256=begun.manifest_sha256,
            segments=segments,
            bytes=size,
            recorded=Moment(wall_ms=wall_ms, mono_ms=mono_ms, boot_id=facts["recorded_boot"]),
            retain_until_ms=folded.retain_until_ms,
            proposed_by=proposal.by,
            approved_by=proposal.approved_by,
            purpose=proposal.purpose,
            custody_sha256=_before(situation.chain, begun),
            keys_erased=erased.at,
            data_erased=clerk.now(),
        )
    except (KeyError, ValueError):
        raise CustodyRefused(f"{situation.recording}: the beginning of the destruction lacks its facts") from None
    return envelope.sign(record.to_bytes(), DestructionRecord.PAYLOAD_TYPE, clerk.key)


def _before(chain: Custody, begun: CustodyEntry) -> str:
    return chain.digests[begun.sequence - 1]
