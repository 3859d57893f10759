"""Destroying a recording: judged at the door from the signed papers, then keys, then data, then the proof.

Each step is entered before the next one begins, and each may be done again: after a kill the destruction goes on where
it stopped, and what the record says is what the entries say.

    DESTRUCTION_BEGUN (by who carries it out)  →  keys gone  →  KEYS_ERASED  →  data gone
        →  destroyed/<recording>.json (the record)  →  DESTROYED
"""

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from proctoring.vault.retention.custody import Act, Chain, entry_name, odd_names
from proctoring.vault.retention.faults import ActRefused, CustodyRefused, NotApproved
from proctoring.vault.retention.ledger import Situation, record_name, terms_entered
from proctoring.vault.retention.locking import papers_until
from proctoring.vault.retention.papers import recorded_moment
from proctoring.vault.retention.people import Signer, among, key_of, require_acting
from proctoring.vault.retention.timekeeping import moment
from proctoring.vault.store import erasing
from proctoring.vault.store.shelf import ShelfConflict
from sync.trust import envelope
from sync.trust.keys import PublicKey
from sync.wire.archive import CustodyAct, CustodyEntry, DestructionRecord, Moment

if TYPE_CHECKING:
    from proctoring.vault.retention.archive import Archive

_NUMBERS: Final = ("segments", "bytes", "recorded_wall_ms", "recorded_mono_ms")


def destroy(archive: "Archive", recording: str, person: Signer | None) -> DestructionRecord:
    """Destroy an approved recording, or go on with a destruction that has begun. See `Archive.destroy`."""
    evidence = archive.write_clock_line()
    situation = archive.ledger.situation(recording)
    if odd := odd_names(archive.shelf, recording):
        raise CustodyRefused(f"{recording}: {odd[0][-60:]} is no entry")
    if situation.folded.begun is None:
        if situation.record is not None:
            raise CustodyRefused(f"{recording}: there is a destruction record, but custody says nothing of it")
        if person is None:
            raise ActRefused("somebody has to carry it out")
        _, situation = archive.enter(recording, lambda seen: _begin(archive, seen, person), person)
    archive.require_destroyable(situation, evidence)
    if situation.folded.keys_erased is None:
        _require_same_manifest(situation)
        erasing.erase_keys(archive.shelf, *_order(archive, situation))
        _, situation = archive.enter(recording, lambda _: Act(CustodyAct.KEYS_ERASED, None, _now(archive)), None)
    if situation.record is None:
        erasing.erase_data(archive.shelf, *_order(archive, situation))
        situation = _prove(archive, situation)
    record = situation.record
    if record is None:
        raise CustodyRefused(f"{recording}: the destruction record cannot be read back")
    if situation.folded.destroyed is None:
        archive.enter(recording, lambda _: Act(CustodyAct.DESTROYED, None, _now(archive)), None)
    return record


def _begin(archive: "Archive", situation: Situation, person: Signer) -> Act:
    """Judge at the door, from what stands at this very moment."""
    folded, manifest = situation.folded, situation.manifest
    archive.require_destroyable(situation, archive.time())
    proposal = folded.proposal
    there = len(proposal.approved_by) if proposal else 0
    if proposal is None or there < situation.terms.approvals_needed:
        raise NotApproved(needed=situation.terms.approvals_needed, there=there)
    counted = (proposal.by, *proposal.approved_by)
    for number, one in enumerate(counted):
        require_acting(one, archive.trust)  # who was revoked since does not count
        if among(one, counted[:number]):
            raise NotApproved(needed=situation.terms.approvals_needed, there=number - 1)
    if manifest is None:
        raise CustodyRefused(f"{situation.recording}: the manifest is missing")
    document = manifest.document
    recorded = recorded_moment(archive.shelf, archive.trust, document)
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
        _now(archive),
        proposal.purpose,
        about=proposal.sequence,
        facts=tuple(sorted(facts.items())),
    )


def _order(archive: "Archive", situation: Situation) -> tuple[bytes, list[PublicKey]]:
    """Give the signed beginning as the door asks for it, and the key that its signer had then."""
    begun = situation.folded.begun
    if begun is None or begun.by is None:
        raise CustodyRefused(f"{situation.recording}: no destruction has begun")
    raw = archive.shelf.read(entry_name(situation.recording, begun.sequence))
    return raw, [key_of(begun.by, archive.trust, begun.at.wall_ms)]


def _require_same_manifest(situation: Situation) -> None:
    """Refuse to erase what is not exactly what was approved.

    Once the keys are being erased the manifest may be gone; what is left then are sealed bytes that nobody can open.
    """
    begun = situation.folded.begun
    if situation.manifest is not None and begun is not None:
        entered = terms_entered(begun, situation.terms.approvals_needed)
        if entered != situation.terms:
            raise CustodyRefused(f"{situation.recording}: the manifest is not the one that was approved")


def _prove(archive: "Archive", situation: Situation) -> Situation:
    """Write the record, unless somebody else has just done it, and read back what stands there."""
    signed = _signed_record(archive, situation)
    with suppress(ShelfConflict):  # the other one's record says the same, and is verified below
        archive.shelf.put(record_name(situation.recording), signed, papers_until(archive.clock().wall_ms))
    return archive.ledger.situation_of(situation.recording, situation.chain)


def _signed_record(archive: "Archive", situation: Situation) -> bytes:
    folded = situation.folded
    begun, erased = folded.begun, folded.keys_erased
    proposal = folded.proposal
    if begun is None or erased is None or proposal is None:
        raise CustodyRefused(f"{situation.recording}: a record before the destruction")
    facts = begun.facts
    try:
        segments, size, wall_ms, mono_ms = (int(facts[name]) for name in _NUMBERS)
        record = DestructionRecord(
            archive=archive.identity.archive,
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
            data_erased=_now(archive),
        )
    except (KeyError, ValueError):
        raise CustodyRefused(f"{situation.recording}: the beginning of the destruction lacks its facts") from None
    return envelope.sign(record.to_bytes(), DestructionRecord.PAYLOAD_TYPE, archive.key)


def _before(chain: Chain, begun: CustodyEntry) -> str:
    return chain.digests[begun.sequence - 1]


def _now(archive: "Archive") -> Moment:
    return moment(archive.clock())
