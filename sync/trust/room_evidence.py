"""Checks of a room record, one by one and by name, as `sync.trust.evidence` makes them of a packet."""

from typing import Final

from sync.trust import envelope
from sync.trust.anchor import Trust, key_in_time
from sync.trust.envelope import EnvelopeRefused
from sync.trust.evidence import Check, EvidenceReport, good_at, stopped
from sync.wire.document import DocumentRefused
from sync.wire.packet import EndReason
from sync.wire.room import SAT, RoomCandidate, RoomCounts, RoomRecord, Standing

_BYTES: Final = RoomRecord.MAX_BYTES * 4 // 3 + 10_000  # base64 and signatures


def check_room_record(raw: bytes, trust: Trust) -> EvidenceReport:
    """Check a room record: form, signatures, schema, who signed, that the counts add up and all is explained."""
    checks: list[Check] = []
    try:
        peeked = envelope.peek(raw, RoomRecord.PAYLOAD_TYPE, max_bytes=_BYTES)
        checks.append(Check("room_form", good=True))
    except EnvelopeRefused as fault:
        return stopped(checks, "room_form", fault)
    known = [key for keyid in peeked.keyids if (key := trust.signer(keyid)) is not None]
    try:
        verified = envelope.verify(raw, RoomRecord.PAYLOAD_TYPE, known, max_bytes=_BYTES)
        checks.append(Check("room_signatures", good=True, detail=f"{len(verified.keyids)}"))
    except EnvelopeRefused as fault:
        return stopped(checks, "room_signatures", fault)
    try:
        record = RoomRecord.parse(verified.payload)
        checks.append(Check("room_schema", good=True))
    except DocumentRefused as fault:
        return stopped(checks, "room_schema", fault)
    checks += [
        _check_device(record, verified.keyids, trust),
        _check_proctors(record, verified.keyids, trust),
        _check_counts(record),
        _check_explained(record),
    ]
    return EvidenceReport(tuple(checks), record)


def _check_device(record: RoomRecord, keyids: frozenset[str], trust: Trust) -> Check:
    """The device that the record names has signed it, and no other device has."""
    name = "room_device"
    entry = trust.device(record.device)
    if entry is None:
        return Check(name, good=False, detail=f"no device {record.device} in the directory")
    devices = {keyid for keyid in keyids if trust.proctor(keyid) is None}
    if len(devices) != 1 or not devices <= key_in_time(entry).keys():
        return Check(name, good=False, detail="not signed by the device it names, or by another one too")
    return good_at(name, [(keyid, entry) for keyid in devices], record.closed_ms)


def _check_proctors(record: RoomRecord, keyids: frozenset[str], trust: Trust) -> Check:
    """Exactly the proctors whom the record names as signers have signed, and as many as were needed."""
    name = "room_proctors"
    signed = {keyid: entry for keyid in keyids if (entry := trust.proctor(keyid)) is not None}
    if signed.keys() != set(record.signers):
        return Check(name, good=False, detail="the signatures are not those of the signers it names")
    if len(signed) < record.proctors_needed:
        return Check(name, good=False, detail=f"{len(signed)} signed, {record.proctors_needed} were needed")
    named = {proctor.keyid: proctor.proctor for proctor in record.proctors}
    if any(named[keyid] != entry.proctor for keyid, entry in signed.items()):
        return Check(name, good=False, detail="a key under another person's id")
    if len({entry.proctor for entry in signed.values()}) != len(signed):
        return Check(name, good=False, detail="one proctor signed with two keys")
    return good_at(name, signed.items(), record.closed_ms)


def _check_counts(record: RoomRecord) -> Check:
    present = sum(candidate.standing in SAT for candidate in record.candidates)
    counted = RoomCounts(
        expected=len(record.candidates),
        present=present,
        absent=len(record.candidates) - present,
        irregular=sum(candidate.irregular for candidate in record.candidates),
    )
    told = all(candidate.irregular == _is_irregular(candidate) for candidate in record.candidates)
    return Check("room_counts", counted == record.counts and told, f"{present} of {counted.expected}")


def _is_irregular(candidate: RoomCandidate) -> bool:
    return bool(candidate.clauses) or candidate.end_reason is EndReason.VOIDED


def _check_explained(record: RoomRecord) -> Check:
    """Whoever neither sat as usual nor simply stayed away is explained."""
    plain = (Standing.DONE, Standing.ABSENT)
    silent = sum(one.standing not in plain and not one.explanation.strip() for one in record.candidates)
    return Check("room_explained", silent == 0, f"{silent} without a word")
