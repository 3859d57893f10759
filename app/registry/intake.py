"""Taking a score packet in: believed, fitted to its plan, scored again, logged, receipted: all or nothing."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.exam.form import draw_form
from app.exam.scoring import SCORER, Score, score_form
from app.registry.keyroom import KeyName
from app.registry.models import Conflict, Device, Packet, Proctor, ScoredResult
from app.registry.premises import Planned, Premises
from sync.faults import Refused
from sync.trust.envelope import peek, sign, verify
from sync.trust.keys import PublicKey
from sync.wire.ids import new_id
from sync.wire.packet import ScorePacket
from sync.wire.plan import RosterEntry, SessionPlan
from sync.wire.receipt import Receipt, Result

PACKET_BYTES = ScorePacket.MAX_BYTES * 4 // 3 + 10_000  # base64 and signatures


class PacketRefused(Refused):
    """The packet is not believed, or does not fit its session's plan."""

    code = "PACKET_REFUSED"


class PacketConflict(Refused):
    """Another packet with this id or for this sitting was here first. Both are kept, its receipt stands."""

    code = "PACKET_CONFLICT"


@dataclass(frozen=True)
class Taken:
    """A packet that stands; `receipt` is the one signed when it came first."""

    receipt: bytes
    is_new: bool


def take_packet(premises: Premises, sha256: str, envelope: bytes) -> Taken:
    """Take a packet in. The same bytes again give the first receipt again.

    Raises:
        EnvelopeRefused, DocumentRefused, PacketRefused, SessionUnknown: not believed; nothing is kept.
        PacketConflict: another one stands; this one is kept aside.
    """
    if hashlib.sha256(envelope).hexdigest() != sha256:
        raise PacketRefused("the body's digest is not the one in the address")
    with premises.database.reading() as session:
        known = session.get(Packet, sha256)
        if known is not None:
            return Taken(known.receipt, is_new=False)
    packet, planned = _believed(premises, envelope)
    entry = _matching_entry(packet, planned)
    score = _score_again(premises, packet, planned.plan, entry)
    with premises.database.writing() as session:
        known = session.get(Packet, sha256)
        if known is not None:
            return Taken(known.receipt, is_new=False)
        first = _standing(session, packet)
        if first is None:
            return Taken(_accept(premises, session, sha256, envelope, packet, score), is_new=True)
        _set_aside(session, sha256, envelope, packet, first, premises.clock())
    raise PacketConflict(f"packet {packet.packet}: {first} was here first")


def _believed(premises: Premises, envelope: bytes) -> tuple[ScorePacket, Planned]:
    """Check who signed, by the registry's own list of devices and the session's proctors."""
    peeked = peek(envelope, ScorePacket.PAYLOAD_TYPE, max_bytes=PACKET_BYTES)
    packet = ScorePacket.parse(peeked.payload)
    planned = premises.shelf.session(packet.session)
    with premises.database.reading() as session:
        device = session.get(Device, packet.device)
        if device is None or device.revoked_ms is not None:
            raise PacketRefused("its device is not enrolled, or was revoked")
        device_key = PublicKey.from_pem(device.public_key_pem)
        proctors = _proctor_keys(session, packet, planned.plan)
    verified = verify(envelope, ScorePacket.PAYLOAD_TYPE, [device_key, *proctors], max_bytes=PACKET_BYTES)
    if device_key.keyid not in verified.keyids:
        raise PacketRefused("its device did not sign it")
    if not verified.keyids & {key.keyid for key in proctors}:
        raise PacketRefused("no proctor of the session countersigned it")
    return packet, planned


def _proctor_keys(session: Session, packet: ScorePacket, plan: SessionPlan) -> list[PublicKey]:
    """Give the keys of the plan's proctors; who was revoked after the sitting's end still counts for it."""
    rows = session.scalars(
        select(Proctor).where(
            Proctor.id.in_([entry.proctor for entry in plan.proctors]),
            or_(Proctor.revoked_ms.is_(None), Proctor.revoked_ms > packet.submitted_ms),
        )
    ).all()
    return [PublicKey.from_pem(row.public_key_pem) for row in rows]


def _matching_entry(packet: ScorePacket, planned: Planned) -> RosterEntry:
    plan = planned.plan
    if packet.plan_sha256 != planned.sha256:
        raise PacketRefused("it was made under another plan")
    if packet.device not in {grant.device for grant in plan.grants}:
        raise PacketRefused("its device has no seat in the session")
    entry = next((entry for entry in plan.roster if entry.sitting == packet.sitting), None)
    if entry is None or entry.candidate != packet.candidate:
        raise PacketRefused("its sitting is not on the roster, or is another candidate's")
    used, ref = packet.package, plan.package
    if (used.package, used.version, used.sha256) != (ref.package, ref.version, ref.sha256):
        raise PacketRefused("it was made with another package")
    if packet.form.seed != entry.form_seed or packet.scoring != plan.policy.scoring:
        raise PacketRefused("its form was drawn, or scored, by another rule")
    items = [answer.item for answer in packet.answers]
    if len(set(items)) != len(items):
        raise PacketRefused("it answers an item twice")
    return entry


def _score_again(premises: Premises, packet: ScorePacket, plan: SessionPlan, entry: RosterEntry) -> Score:
    package = premises.shelf.package(plan.package.package)
    form = draw_form(package.header.items, package.sha256, plan.blueprint, entry.form_seed)
    if packet.form.sha256 != form.sha256:
        raise PacketRefused("its form is not the one its seed draws")
    key = premises.keys.package(plan.package.package).marking
    markings = {place.item: package.open_marking(place.item, key) for place in form.items}
    responses = {answer.item: answer.choices for answer in packet.answers}
    return score_form(form, markings, responses, plan.policy.pass_mark)


def _standing(session: Session, packet: ScorePacket) -> str | None:
    """Give the digest of the packet that has this one's id or sitting already."""
    return session.scalar(
        select(Packet.sha256).where(or_(Packet.packet == packet.packet, Packet.sitting == packet.sitting))
    )


def _accept(
    premises: Premises, session: Session, sha256: str, envelope: bytes, packet: ScorePacket, score: Score
) -> bytes:
    result = Result(
        session=packet.session,
        sitting=packet.sitting,
        score_milli=score.score_milli,
        max_milli=score.max_milli,
        passed=score.passed,
        scorer=SCORER,
    )
    receipt = Receipt(
        receipt=new_id(),
        packet=packet.packet,
        packet_sha256=sha256,
        received_ms=premises.clock(),
        result=result,
        agrees=_agrees(packet, score),
        log=premises.log.append(session, sha256, result),
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
    return signed


def _agrees(packet: ScorePacket, score: Score) -> bool:
    return (packet.outcomes, packet.score_milli, packet.max_milli, packet.passed) == (
        score.outcomes,
        score.score_milli,
        score.max_milli,
        score.passed,
    )


def _set_aside(session: Session, sha256: str, envelope: bytes, packet: ScorePacket, first: str, now_ms: int) -> None:
    if session.get(Conflict, sha256) is None:
        session.add(
            Conflict(
                sha256=sha256,
                packet=packet.packet,
                sitting=packet.sitting,
                first_sha256=first,
                envelope=envelope,
                received_ms=now_ms,
            )
        )
