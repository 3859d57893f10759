"""Heads of recordings, as they leave the seats: kept here, they show when a recording later is shorter, or another.

Of each recording the newest head is kept, and for ever those that contradict: two with one sequence number and other
contents, as a disk that was set back makes them.
"""

from hashlib import sha256
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry.guarding import must_be_of
from app.registry.models import RecordingHeadRow
from app.registry.premises import Premises
from app.registry.signers import signer_among
from sync.faults import Refused
from sync.trust.envelope import peek, verify
from sync.wire.recording import RecordingHead

HEAD_BYTES: Final = RecordingHead.MAX_BYTES * 4 // 3 + 10_000  # base64 and a signature
MOST_KEPT: Final = 1_000
"""Of one recording; more contradictions tell nobody more."""


class HeadRefused(Refused):
    """A head that is not about the recording in the address, or about another device's."""

    code = "HEAD_REFUSED"


class HeadsUnknown(Refused):
    """No head of this recording has come here."""

    code = "HEADS_UNKNOWN"


def take_head(premises: Premises, recording: str, envelope: bytes, peer: str | None = None) -> None:
    """Take a head in. The same again, or an older one, changes nothing.

    Raises:
        EnvelopeRefused, DocumentRefused, DeviceUnknown, DeviceRevoked, CertificateOfAnother: it is not believed.
        HeadRefused: it is about another recording, or another device has sent heads of this one.
    """
    claimed = peek(envelope, RecordingHead.PAYLOAD_TYPE, max_bytes=HEAD_BYTES)
    with premises.database.writing() as session:
        device, key = signer_among(session, claimed.keyids)
        must_be_of(peer, device.id)
        head = RecordingHead.parse(verify(envelope, RecordingHead.PAYLOAD_TYPE, [key], max_bytes=HEAD_BYTES).payload)
        if head.recording != recording:
            raise HeadRefused("about another recording")
        kept = _kept(session, recording)
        if any(row.device != device.id for row in kept):
            raise HeadRefused("another device records this")
        if _is_news(head, claimed.payload, kept):
            _keep(session, head, envelope, device.id, premises.clock())
            _forget_older(session, [*kept], head.sequence)


def heads_of(premises: Premises, recording: str) -> tuple[bytes, ...]:
    """Give the heads of a recording that are kept, oldest first.

    Raises:
        HeadsUnknown: there is none.
    """
    with premises.database.reading() as session:
        kept = [row.envelope for row in _kept(session, recording)]
    if not kept:
        raise HeadsUnknown(recording)
    return tuple(kept)


def _kept(session: Session, recording: str) -> list[RecordingHeadRow]:
    rows = select(RecordingHeadRow).where(RecordingHeadRow.recording == recording)
    return list(session.scalars(rows.order_by(RecordingHeadRow.sequence, RecordingHeadRow.received_ms)))


def _is_news(head: RecordingHead, payload: bytes, kept: list[RecordingHeadRow]) -> bool:
    """Tell a newer head, or one that contradicts; signing the same again makes other bytes, but no other head."""
    if not kept or head.sequence > kept[-1].sequence:
        return True
    same = [row for row in kept if row.sequence == head.sequence]
    payloads = {peek(row.envelope, RecordingHead.PAYLOAD_TYPE).payload for row in same}
    return bool(same) and payload not in payloads and len(kept) < MOST_KEPT


def _keep(session: Session, head: RecordingHead, envelope: bytes, device: str, now_ms: int) -> None:
    row = RecordingHeadRow(
        sha256=sha256(envelope).hexdigest(),
        recording=head.recording,
        device=device,
        sequence=head.sequence,
        envelope=envelope,
        received_ms=now_ms,
    )
    session.add(row)
    session.flush()


def _forget_older(session: Session, kept: list[RecordingHeadRow], sequence: int) -> None:
    """Let go of what a newer head says, too; never of two that contradict."""
    for row in kept:
        twins = [one for one in kept if one.sequence == row.sequence]
        if row.sequence < sequence and len(twins) == 1:
            session.delete(row)
