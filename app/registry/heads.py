"""Heads of recordings and journals, as they leave the seats: here they show when one later is shorter, or another.

Of each the newest head is kept, and for ever those that contradict: two with one sequence number that say different
things, as a disk that was set back makes them.
"""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry.guarding import must_be_of
from app.registry.models import Device, HeadRow
from app.registry.premises import Premises
from app.registry.signers import signer_among
from sync.faults import Refused
from sync.trust.envelope import peek, verify
from sync.wire.journal import JournalHead, JournalHeadReply
from sync.wire.recording import RecordingHead

HEAD_BYTES: Final = RecordingHead.MAX_BYTES * 4 // 3 + 10_000  # base64 and a signature
MOST_KEPT: Final = 1_000
"""Of one recording or journal; more contradictions tell nobody more."""


class HeadRefused(Refused):
    """A head that is not about what the address names, or about another device's."""

    code = "HEAD_REFUSED"


class HeadsUnknown(Refused):
    """No head of this has come here."""

    code = "HEADS_UNKNOWN"


class HeadKind(StrEnum):
    """What a head is of."""

    RECORDING = "recording"
    JOURNAL = "journal"

    @property
    def payload_type(self) -> str:
        """The payload type of its envelope."""
        return (RecordingHead if self is HeadKind.RECORDING else JournalHead).PAYLOAD_TYPE


@dataclass(frozen=True)
class _Head:
    """What every head has: what it is of, how far that was, and what it says (two that say the same may differ)."""

    subject: str
    sequence: int
    says: bytes


def take_head(premises: Premises, recording: str, envelope: bytes, peer: str | None = None) -> None:
    """Take a recording's head in. The same again, or an older one, changes nothing.

    Raises:
        EnvelopeRefused, DocumentRefused, DeviceUnknown, DeviceRevoked, CertificateOfAnother: it is not believed.
        HeadRefused: it is about another recording, or another device has sent heads of this one.
    """
    with premises.database.writing() as session:
        device, payload = _verified(session, HeadKind.RECORDING, envelope, peer)
        head = RecordingHead.parse(payload)
        _take(premises, session, _Head(head.recording, head.sequence, payload), recording, envelope, device.id)


def take_journal_head(premises: Premises, sitting: str, envelope: bytes, peer: str | None = None) -> JournalHeadReply:
    """Take a journal's head in, and tell whether this device's replica was further before.

    Raises:
        What `take_head` raises.
    """
    with premises.database.writing() as session:
        device, payload = _verified(session, HeadKind.JOURNAL, envelope, peer)
        head = JournalHead.parse(payload)
        found = _Head(head.sitting, head.sequence, head.hash.encode())
        _take(premises, session, found, sitting, envelope, device.id, HeadKind.JOURNAL)
        device.generation = max(device.generation, head.generation)
        kept = journal_heads_of(session, sitting)
        set_back = any(one.sequence > head.sequence or _contradicts(one, head) for one in kept)
        return JournalHeadReply(generation=device.generation, set_back=set_back)


def heads_of(premises: Premises, recording: str) -> tuple[bytes, ...]:
    """Give the heads of a recording that are kept, oldest first.

    Raises:
        HeadsUnknown: there is none.
    """
    with premises.database.reading() as session:
        kept = [row.envelope for row in _kept(session, HeadKind.RECORDING, recording)]
    if not kept:
        raise HeadsUnknown(recording)
    return tuple(kept)


def journal_heads_of(session: Session, sitting: str) -> tuple[JournalHead, ...]:
    """Give the heads of a sitting's journal that are kept, in the order of their sequence; believed when they came."""
    rows = _kept(session, HeadKind.JOURNAL, sitting)
    return tuple(JournalHead.parse(peek(row.envelope, JournalHead.PAYLOAD_TYPE).payload) for row in rows)


def _contradicts(one: JournalHead, other: JournalHead) -> bool:
    return one.sequence == other.sequence and one.hash != other.hash


def _verified(session: Session, kind: HeadKind, envelope: bytes, peer: str | None) -> tuple[Device, bytes]:
    claimed = peek(envelope, kind.payload_type, max_bytes=HEAD_BYTES)
    device, key = signer_among(session, claimed.keyids)
    must_be_of(peer, device.id)
    return device, verify(envelope, kind.payload_type, [key], max_bytes=HEAD_BYTES).payload


def _take(
    premises: Premises,
    session: Session,
    head: _Head,
    subject: str,
    envelope: bytes,
    device: str,
    kind: HeadKind = HeadKind.RECORDING,
) -> None:
    if head.subject != subject:
        raise HeadRefused(f"about another {kind}")
    kept = _kept(session, kind, subject)
    if any(row.device != device for row in kept):
        raise HeadRefused(f"another device has this {kind}")
    if not _is_news(kind, head, kept):
        return
    row = HeadRow(
        sha256=sha256(envelope).hexdigest(),
        kind=kind.value,
        subject=subject,
        device=device,
        sequence=head.sequence,
        envelope=envelope,
        received_ms=premises.clock(),
    )
    session.add(row)
    session.flush()
    _forget_older(session, kept, head.sequence)


def _kept(session: Session, kind: HeadKind, subject: str) -> list[HeadRow]:
    rows = select(HeadRow).where(HeadRow.kind == kind.value, HeadRow.subject == subject)
    return list(session.scalars(rows.order_by(HeadRow.sequence, HeadRow.received_ms)))


def _is_news(kind: HeadKind, head: _Head, kept: list[HeadRow]) -> bool:
    """Tell a newer head, or one that contradicts; signing the same again makes other bytes, but no other head."""
    if not kept or head.sequence > kept[-1].sequence:
        return True
    same = [row for row in kept if row.sequence == head.sequence]
    return bool(same) and head.says not in {_says(kind, row) for row in same} and len(kept) < MOST_KEPT


def _says(kind: HeadKind, row: HeadRow) -> bytes:
    payload = peek(row.envelope, kind.payload_type).payload
    return JournalHead.parse(payload).hash.encode() if kind is HeadKind.JOURNAL else payload


def _forget_older(session: Session, kept: list[HeadRow], sequence: int) -> None:
    """Let go of what a newer head says, too; never of two that contradict."""
    for row in kept:
        twins = [one for one in kept if one.sequence == row.sequence]
        if row.sequence < sequence and len(twins) == 1:
            session.delete(row)
