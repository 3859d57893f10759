"""Taking a score packet in: believed, fitted to its plan, scored again, logged, receipted: all or nothing.

Two different packets for one sitting, or with one id, are both properly signed, so one of the two is a forgery by
people who hold the keys, or a defect. Nobody can tell which from here. The first may have its receipt already, and what
was signed and logged is taken back by nobody. So both are kept, the log says from now on that they dispute the sitting,
and no result of it counts until people have decided, by a correction.
"""

import hashlib
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.exam.scoring import SCORER, Score
from app.registry.directory import trust_of
from app.registry.doubting import note_doubts
from app.registry.fitting import PacketRefused
from app.registry.guarding import must_be_of
from app.registry.keyroom import KeyName
from app.registry.models import Conflict, Packet, ScoredResult
from app.registry.premises import Premises
from app.registry.rescoring import lay_out
from app.registry.results import note_code
from sync.faults import Refused
from sync.trust.envelope import peek, sign
from sync.trust.evidence import check_packet
from sync.trust.leaf import dispute_leaf, packet_leaf
from sync.wire.ids import new_id
from sync.wire.packet import EndReason, ScorePacket
from sync.wire.receipt import Receipt, Result

PACKET_BYTES = ScorePacket.MAX_BYTES * 4 // 3 + 10_000  # base64 and signatures


class PacketConflict(Refused):
    """Another packet with this id or for this sitting was here first. Both are kept, and no result of it counts."""

    code = "PACKET_CONFLICT"


@dataclass(frozen=True)
class Taken:
    """A packet that stands; `receipt` is the one signed when it came first."""

    receipt: bytes
    is_new: bool


def take_packet(premises: Premises, sha256: str, envelope: bytes, peer: str | None = None) -> Taken:
    """Take a packet in. The same bytes again give the first receipt again.

    Raises:
        PacketRefused, SessionUnknown: not believed, or not as planned; nothing is kept.
        PacketConflict: another one stands; this one is kept aside.
    """
    if hashlib.sha256(envelope).hexdigest() != sha256:
        raise PacketRefused("the body's digest is not the one in the address")
    with premises.database.reading() as session:
        known = session.get(Packet, sha256)
        if known is not None:
            must_be_of(peer, known.device)
            return Taken(known.receipt, is_new=False)
    packet = _believed(premises, envelope)
    must_be_of(peer, packet.device)
    paper = lay_out(premises, packet)
    score = paper.score().voided() if packet.end_reason is EndReason.VOIDED else paper.score()
    with premises.database.writing() as session:
        known = session.get(Packet, sha256)
        if known is not None:
            return Taken(known.receipt, is_new=False)
        firsts = _standing(session, packet)
        if not firsts:
            return Taken(_accept(premises, session, sha256, envelope, packet, score), is_new=True)
        _set_aside(premises, session, sha256, envelope, packet, firsts)
    raise PacketConflict(f"packet {packet.packet}: {' and '.join(firsts)} was here first")


def _believed(premises: Premises, envelope: bytes) -> ScorePacket:
    """Check it as anybody would who has the registry's directory. Nothing of it is used before."""
    report = check_packet(envelope, trust_of(premises), received_ms=premises.clock())
    bad = [f"{check.name}: {check.detail}" for check in report.checks if not check.good]
    if bad or not isinstance(report.document, ScorePacket):
        raise PacketRefused("; ".join(bad))
    return report.document


def _standing(session: Session, packet: ScorePacket) -> list[str]:
    """Give the digest of the packet that has this one's id, then of the one that has its sitting, if there are."""
    rows = session.scalars(
        select(Packet).where(or_(Packet.packet == packet.packet, Packet.sitting == packet.sitting))
    ).all()
    return [row.sha256 for row in sorted(rows, key=lambda row: row.packet != packet.packet)]


def _accept(
    premises: Premises, session: Session, sha256: str, envelope: bytes, packet: ScorePacket, score: Score
) -> bytes:
    result = Result(
        session=packet.session,
        sitting=packet.sitting,
        score_milli=score.score_milli,
        max_milli=score.max_milli,
        passed=score.passed,
        voided=packet.end_reason is EndReason.VOIDED,
        scorer=SCORER,
    )
    payload_sha256 = hashlib.sha256(peek(envelope, ScorePacket.PAYLOAD_TYPE).payload).hexdigest()
    receipt = Receipt(
        receipt=new_id(),
        packet=packet.packet,
        packet_sha256=sha256,
        payload_sha256=payload_sha256,
        received_ms=premises.clock(),
        result=result,
        agrees=_agrees(packet, score),
        log=premises.log.append(session, packet_leaf(sha256, result)),
    )
    signed = sign(receipt.to_bytes(), Receipt.PAYLOAD_TYPE, premises.keys.key(KeyName.RECEIPT))
    session.add(
        Packet(
            sha256=sha256,
            packet=packet.packet,
            sitting=packet.sitting,
            session=packet.session,
            device=packet.device,
            envelope=envelope,
            received_ms=receipt.received_ms,
            receipt=signed,
            leaf=receipt.log.index,
        )
    )
    session.flush()
    session.add(
        ScoredResult(
            packet_sha256=sha256,
            sitting=packet.sitting,
            score_milli=score.score_milli,
            max_milli=score.max_milli,
            passed=score.passed,
            scorer=SCORER,
            agrees=receipt.agrees,
        )
    )
    note_code(session, payload_sha256, packet.sitting)
    note_doubts(premises, session, sha256, packet)
    return signed


def _agrees(packet: ScorePacket, score: Score) -> bool:
    return (packet.outcomes, packet.score_milli, packet.max_milli, packet.passed) == (
        score.outcomes,
        score.score_milli,
        score.max_milli,
        score.passed,
    )


def _set_aside(
    premises: Premises, session: Session, sha256: str, envelope: bytes, packet: ScorePacket, firsts: list[str]
) -> None:
    """Keep it, and log a dispute with each that was first; the row names the first of them, and its own sitting."""
    if session.get(Conflict, sha256) is None:
        for first in firsts:
            premises.log.append(session, dispute_leaf(sha256, first))
        session.add(
            Conflict(
                sha256=sha256,
                packet=packet.packet,
                sitting=packet.sitting,
                first_sha256=firsts[0],
                envelope=envelope,
                received_ms=premises.clock(),
            )
        )
        payload = peek(envelope, ScorePacket.PAYLOAD_TYPE).payload
        note_code(session, hashlib.sha256(payload).hexdigest(), packet.sitting)
