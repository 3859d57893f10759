"""Answers to requests that devices sign (plans, release shares), and the operator's own release."""

import base64

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry.admitting import admit_request, device_of
from app.registry.keyroom import KeyName
from app.registry.models import Device, PlannedSession, ReleaseEntry, Seat
from app.registry.premises import Premises, SessionNotPlanned, SessionUnknown
from sync.client.plans import seal_plan
from sync.faults import EnvironmentFault
from sync.trust.envelope import sign
from sync.trust.leaf import release_leaf
from sync.trust.release import ReleaseShare
from sync.wire.enrolment import PlansReply, ReleaseReply, RequestKind
from sync.wire.plan import MINUTE_MS
from sync.wire.receipt import ReleaseFact, ReleaseWay


class TooEarly(EnvironmentFault):
    """The session has not opened, and nobody released it. Facts: `wait_ms`, `minutes` (rounded up)."""

    code = "NOT_RELEASED_YET"


def plans_for(premises: Premises, request: bytes, peer: str | None = None) -> PlansReply:
    """Give the asking device its session plans, sealed to it, those that open last first, at most a hundred.

    Raises:
        What `admit_request` raises: the request is not believed.
    """
    asked = admit_request(premises, request, (RequestKind.PLANS,), peer=peer).asked
    with premises.database.reading() as session:
        device = session.get_one(Device, asked.device)
        envelopes = session.scalars(
            select(PlannedSession.plan)
            .join(Seat, Seat.session == PlannedSession.id)
            .where(Seat.device == asked.device)
            .order_by(PlannedSession.opens_ms.desc(), PlannedSession.id)
            .limit(100)
        ).all()
        sealed = [seal_plan(envelope, device.sealing_key, device.id) for envelope in envelopes]
    return PlansReply(plans=tuple(base64.b64encode(plan).decode() for plan in sealed))


def release_for(premises: Premises, request: bytes, peer: str | None = None) -> bytes:
    """Give the asking device a session's release share, signed; this is written down.

    Raises:
        What `admit_request` raises: the request is not believed.
        SessionUnknown: no such session, or this device has no seat in it.
        TooEarly: by the registry's own clock.
    """
    asked = admit_request(premises, request, (RequestKind.RELEASE,), peer=peer).asked
    with premises.database.writing() as session:
        device = device_of(session, asked.device)
        if asked.session is None or session.get(Seat, (asked.session, device.id)) is None:
            raise SessionUnknown("this device has no seat in that session")
        planned = session.get_one(PlannedSession, asked.session)
        now_ms = premises.clock()
        _refuse_early(planned, now_ms)
        _write_down(premises, session, planned, device.seat_label, ReleaseWay.NETWORK, now_ms, device.id)
        reply = ReleaseReply(
            session=planned.id,
            device=device.id,
            code=ReleaseShare(planned.release_share).code(),
            released_ms=now_ms,
        )
    return sign(reply.to_bytes(), ReleaseReply.PAYLOAD_TYPE, premises.keys.key(KeyName.PLAN))


def release(premises: Premises, session_id: str, now_ms: int, operator: str) -> None:
    """Release a session by hand, before its time or after; this is written down.

    Raises:
        SessionNotPlanned: no such session.
    """
    with premises.database.writing() as session:
        planned = _session(session, session_id)
        if planned.released_ms is None:
            planned.released_ms = now_ms
        _write_down(premises, session, planned, operator, ReleaseWay.OPERATOR, now_ms)


def release_code(premises: Premises, session_id: str, now_ms: int, operator: str) -> str:
    """Give the code of a released session, to be read out to a seat without a network; this is written down.

    Raises:
        SessionNotPlanned: no such session.
        TooEarly: it has not opened and was not released by hand.
    """
    with premises.database.writing() as session:
        planned = _session(session, session_id)
        _refuse_early(planned, now_ms)
        _write_down(premises, session, planned, operator, ReleaseWay.CODE, now_ms)
        return ReleaseShare(planned.release_share).code()


def _session(session: Session, session_id: str) -> PlannedSession:
    planned = session.get(PlannedSession, session_id)
    if planned is None:
        raise SessionNotPlanned(session=session_id[:64])
    return planned


def _refuse_early(planned: PlannedSession, now_ms: int) -> None:
    if planned.released_ms is None and now_ms < planned.opens_ms:
        wait_ms = planned.opens_ms - now_ms
        raise TooEarly(wait_ms=wait_ms, minutes=-(-wait_ms // MINUTE_MS))


def _write_down(
    premises: Premises,
    session: Session,
    planned: PlannedSession,
    who: str,
    how: ReleaseWay,
    at_ms: int,
    device: str | None = None,
) -> None:
    """Write a release down, and put it into the log when it is the first of its kind: nobody opens papers unseen."""
    known = select(ReleaseEntry.number).where(
        ReleaseEntry.session == planned.id, ReleaseEntry.device == device, ReleaseEntry.how == how.value
    )
    leaf = None
    if session.scalar(known.limit(1)) is None:
        fact = ReleaseFact(session=planned.id, how=how, who=who, device=device, at_ms=at_ms)
        leaf = premises.log.append(session, release_leaf(planned.plan_sha256, fact)).index
    session.add(ReleaseEntry(session=planned.id, device=device, who=who, how=how.value, at_ms=at_ms, leaf=leaf))
