"""Checks of a packet, a receipt and a proof, one by one and by name.

Nothing here raises on what it is given, however hostile. A check that would mean nothing after an earlier one
failed is not run and not listed. The names are keys of the words under `[check]`.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sync.faults import Refused
from sync.trust import envelope
from sync.trust.anchor import Trust, key_in_time
from sync.trust.checkpoint import CheckpointRefused
from sync.trust.envelope import EnvelopeRefused
from sync.trust.leaf import packet_leaf
from sync.trust.log_head import LogHead, read_log_head
from sync.trust.merkle import verify_inclusion
from sync.wire.document import DocumentRefused
from sync.wire.enrolment import KeyHolder, RegistryRole
from sync.wire.packet import CLOCK_JUMPED, ScorePacket
from sync.wire.receipt import InclusionProof, LogEntry, Receipt
from sync.wire.room import RoomRecord

_PACKET_BYTES = ScorePacket.MAX_BYTES * 4 // 3 + 10_000  # base64 and signatures
_RECEIPT_BYTES = Receipt.MAX_BYTES * 4 // 3 + 10_000


@dataclass(frozen=True)
class Check:
    """One thing that was checked: `name` is a words key under `[check]`; `detail` one line for the log."""

    name: str
    good: bool
    detail: str = ""


@dataclass(frozen=True)
class EvidenceReport:
    """What was checked, in order, and the document if its signatures are good and it could be read."""

    checks: tuple[Check, ...]
    document: ScorePacket | Receipt | RoomRecord | None

    @property
    def good(self) -> bool:
        """Whether everything is good."""
        return self.document is not None and all(check.good for check in self.checks)


def check_packet(packet: bytes, trust: Trust, *, received_ms: int | None = None) -> EvidenceReport:
    """Check a score packet: form, signatures, schema, who signed, sums, nothing twice, its times.

    `received_ms` (ms since the epoch, UTC) is when it arrived, if that is known: it cannot have been submitted later
    than that, whatever it says, so a key is judged by the earlier of the two times.
    """
    checks: list[Check] = []
    try:
        peeked = envelope.peek(packet, ScorePacket.PAYLOAD_TYPE, max_bytes=_PACKET_BYTES)
        checks.append(Check("packet_form", good=True))
    except EnvelopeRefused as fault:
        return stopped(checks, "packet_form", fault)
    known = [key for keyid in peeked.keyids if (key := trust.signer(keyid)) is not None]
    try:
        verified = envelope.verify(packet, ScorePacket.PAYLOAD_TYPE, known, max_bytes=_PACKET_BYTES)
        checks.append(Check("packet_signatures", good=True, detail=f"{len(verified.keyids)}"))
    except EnvelopeRefused as fault:
        return stopped(checks, "packet_signatures", fault)
    try:
        document = ScorePacket.parse(verified.payload)
        checks.append(Check("packet_schema", good=True))
    except DocumentRefused as fault:
        return stopped(checks, "packet_schema", fault)
    signed_ms = document.submitted_ms if received_ms is None else min(document.submitted_ms, received_ms)
    checks += [
        _check_device(document, verified.keyids, trust, signed_ms),
        _check_proctors(document, verified.keyids, trust, signed_ms),
        _check_sums(document),
        _check_items(document),
        _check_times(document),
    ]
    return EvidenceReport(tuple(checks), document)


def check_receipt(receipt: bytes, packet: bytes | None, proof: bytes | None, trust: Trust) -> EvidenceReport:
    """Check a receipt for a packet, and the proof that it stands in the log, if there is one.

    The packet itself is the business of `check_packet`; here it only has to be the one the receipt speaks of.
    Without it, only the registry's word is checked.
    """
    checks: list[Check] = []
    try:
        keys = trust.role_key(RegistryRole.RECEIPT)
        verified = envelope.verify(receipt, Receipt.PAYLOAD_TYPE, keys, max_bytes=_RECEIPT_BYTES)
        checks.append(Check("receipt_signature", good=True))
    except EnvelopeRefused as fault:
        return stopped(checks, "receipt_signature", fault)
    try:
        document = Receipt.parse(verified.payload)
        checks.append(Check("receipt_schema", good=True))
    except DocumentRefused as fault:
        return stopped(checks, "receipt_schema", fault)
    if packet is not None:
        checks.append(_check_digest(document, packet))
        if checks[-1].good:
            checks.append(_check_ids(document, packet))
    checks.append(_check_leaf(document, trust.log_origin))
    if proof is not None:
        checks += _check_proof(document, proof, trust)
    return EvidenceReport(tuple(checks), document)


def stopped(checks: list[Check], name: str, fault: Refused) -> EvidenceReport:
    """End a report with the check that failed: what would come after it means nothing."""
    return EvidenceReport((*checks, Check(name, good=False, detail=fault.detail)), None)


def _check_device(packet: ScorePacket, keyids: frozenset[str], trust: Trust, signed_ms: int) -> Check:
    """The device that the packet names has signed it, and no other device has."""
    name = "packet_device"
    entry = trust.device(packet.device)
    if entry is None:
        return Check(name, good=False, detail=f"no device {packet.device} in the directory")
    devices = {keyid for keyid in keyids if trust.proctor(keyid) is None}
    if len(devices) != 1 or not devices <= key_in_time(entry).keys():
        return Check(name, good=False, detail="not signed by the device it names, or by another one too")
    return good_at(name, [(keyid, entry) for keyid in devices], signed_ms)


def _check_proctors(packet: ScorePacket, keyids: frozenset[str], trust: Trust, signed_ms: int) -> Check:
    """At least one proctor has countersigned, and only such as the packet names."""
    name = "packet_proctors"
    proctors = {keyid: entry for keyid in keyids if (entry := trust.proctor(keyid)) is not None}
    if not proctors:
        return Check(name, good=False, detail="no proctor has countersigned")
    if not proctors.keys() <= set(packet.proctors):
        return Check(name, good=False, detail="a proctor signed whom the packet does not name")
    if len({entry.proctor for entry in proctors.values()}) != len(proctors):
        return Check(name, good=False, detail="one proctor signed with two keys")
    if len(set(packet.proctors)) != len(packet.proctors):
        return Check(name, good=False, detail="one proctor is named twice")
    return good_at(name, proctors.items(), signed_ms)


def good_at(name: str, signers: Iterable[tuple[str, KeyHolder]], signed_ms: int) -> Check:
    """Check that nobody's key (by its id) had been revoked or replaced when it signed."""
    for keyid, entry in signers:
        if entry.revoked_ms is not None and entry.revoked_ms <= signed_ms:
            return Check(name, good=False, detail=f"a key that was revoked at {entry.revoked_ms}")
        until_ms = key_in_time(entry)[keyid].until_ms
        if until_ms is not None and until_ms <= signed_ms:
            return Check(name, good=False, detail=f"a key that was replaced at {until_ms}")
    return Check(name, good=True)


def _check_sums(packet: ScorePacket) -> Check:
    score = sum(outcome.score_milli for outcome in packet.outcomes)
    most = sum(outcome.max_milli for outcome in packet.outcomes)
    within = all(outcome.score_milli <= outcome.max_milli for outcome in packet.outcomes)
    good = (score, most) == (packet.score_milli, packet.max_milli) and within
    return Check("packet_sums", good, f"{score} of {most} thousandths added up")


def _check_items(packet: ScorePacket) -> Check:
    answered = [answer.item for answer in packet.answers]
    scored = {outcome.item for outcome in packet.outcomes}
    if len(set(answered)) != len(answered) or len(scored) != len(packet.outcomes):
        return Check("packet_items", good=False, detail="an item stands twice")
    if not scored.issuperset(answered):
        return Check("packet_items", good=False, detail="an answer to an item that was not scored")
    return Check("packet_items", good=True)


def _check_times(packet: ScorePacket) -> Check:
    """It ended after it began, or says itself that the PC's clock was moved: a dead battery refuses nobody's packet.

    How long it took is the seat's own count, by a clock that nobody can set.
    """
    span = packet.submitted_ms - packet.started_ms
    moved = any(incident.code == CLOCK_JUMPED for incident in packet.incidents)
    return Check("packet_times", span >= 0 or moved, f"{span} ms by the wall clock")


def _check_digest(receipt: Receipt, packet: bytes) -> Check:
    found = hashlib.sha256(packet).hexdigest()
    return Check("receipt_packet", found == receipt.packet_sha256, found)


def _check_ids(receipt: Receipt, packet: bytes) -> Check:
    """The ids agree. The digest has shown already that these are the bytes the registry speaks of."""
    try:
        payload = envelope.peek(packet, ScorePacket.PAYLOAD_TYPE, max_bytes=_PACKET_BYTES).payload
        document = ScorePacket.parse(payload)
    except (EnvelopeRefused, DocumentRefused) as fault:
        return Check("receipt_ids", good=False, detail=fault.detail)
    told = (receipt.packet, receipt.payload_sha256, receipt.result.session, receipt.result.sitting)
    digest = hashlib.sha256(payload).hexdigest()
    return Check("receipt_ids", told == (document.packet, digest, document.session, document.sitting))


def _check_leaf(receipt: Receipt, log_origin: str) -> Check:
    if receipt.log.origin != log_origin:
        return Check("receipt_leaf", good=False, detail="another log than the registry's")
    leaf = packet_leaf(receipt.packet_sha256, receipt.result)
    return Check("receipt_leaf", leaf.hash(bytes.fromhex(receipt.log.salt)).hex() == receipt.log.leaf_hash)


def _check_proof(receipt: Receipt, raw: bytes, trust: Trust) -> list[Check]:
    try:
        proof = InclusionProof.parse(raw)
    except DocumentRefused as fault:
        return [Check("proof_schema", good=False, detail=fault.detail)]
    return [Check("proof_schema", good=True), *check_inclusion(receipt.log, proof, trust)]


def check_inclusion(log: LogEntry, proof: InclusionProof, trust: Trust) -> list[Check]:
    """Check that an entry stands under a head that the log signed and, where that is wanted, witnesses cosigned."""
    try:
        head = read_log_head(proof.checkpoint, trust)
        checks = [Check("proof_checkpoint", good=True, detail=f"{head.size} entries")]
    except CheckpointRefused as fault:
        return [Check("proof_checkpoint", good=False, detail=fault.detail)]
    if head.quorum:
        checks.append(_check_witnesses(head))
    included = (proof.index, proof.tree_size) == (log.index, head.size) and verify_inclusion(
        bytes.fromhex(log.leaf_hash),
        proof.index,
        proof.tree_size,
        [bytes.fromhex(node) for node in proof.path],
        head.root,
    )
    return [*checks, Check("proof_inclusion", included)]


def _check_witnesses(head: LogHead) -> Check:
    """As many witnesses as the registry's keys demand have cosigned the head; until then a proof is not one yet."""
    return Check("proof_witnesses", head.witnessed, f"{len(head.cosignatures)} cosigned, {head.quorum} wanted")
