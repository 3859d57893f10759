"""Answers to requests that devices sign (plans, release shares), and the operator's own release."""

import base64
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry.keyroom import KeyName
from app.registry.models import Device, PlannedSession, ReleaseEntry, Seat, SeenRequest
from app.registry.premises import Premises, SessionUnknown
from sync.faults import EnvironmentFault, Refused
from sync.trust.envelope import peek, sign, verify
from sync.trust.keys import PublicKey
from sync.trust.release import ReleaseShare
from sync.wire.enrolment import DeviceRequest, PlansReply, ReleaseReply, RequestKind
from sync.wire.plan import MINUTE_MS

REQUEST_BYTES = 8_000


class DeviceUnknown(Refused):
    """Not an enrolled device, or one that was revoked."""

    code = "DEVICE_UNKNOWN"


class RequestRepeated(Refused):
    """This very request was answered before; somebody may be playing it again."""

    code = "REQUEST_REPEATED"


class TooEarly(EnvironmentFault):
    """The session has not opened, and nobody released it. Facts: `wait_ms`, `minutes` (rounded up)."""

    code = "NOT_RELEASED_YET"


def plans_for(premises: Premises, request: bytes) -> PlansReply:
    """Give the asking device its session plans, those that open last first, at most a hundred.

    Raises:
        EnvelopeRefused, DocumentRefused, DeviceUnknown, RequestRepeated: the request is not believed.
    """
    with premises.database.writing() as session:
        device, _ = _admit(premises, session, request, RequestKind.PLANS)
        envelopes = session.scalars(
            select(PlannedSession.plan)
            .join(Seat, Seat.session == PlannedSession.id)
            .where(Seat.device == device.id)
            .order_by(PlannedSession.opens_ms.desc(), PlannedSession.id)
            .limit(100)
        ).all()
    return PlansReply(plans=tuple(base64.b64encode(envelope).decode() for envelope in envelopes))


def release_for(premises: Premises, request: bytes) -> bytes:
    """Give the asking device a session's release share, signed; this is written down.

    Raises:
        EnvelopeRefused, DocumentRefused, DeviceUnknown, RequestRepeated: the request is not believed.
        SessionUnknown: no such session, or this device has no seat in it.
        TooEarly: by the registry's own clock.
    """
    with premises.database.writing() as session:
        device, asked = _admit(premises, session, request, RequestKind.RELEASE)
        if asked.session is None or session.get(Seat, (asked.session, device.id)) is None:
            raise SessionUnknown("this device has no seat in that session")
        planned = session.get_one(PlannedSession, asked.session)
        now_ms = premises.clock()
        _refuse_early(planned, now_ms)
        _write_down(session, planned.id, device.seat_label, "network", now_ms, device.id)
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
        SessionUnknown: no such session.
    """
    with premises.database.writing() as session:
        planned = _session(session, session_id)
        if planned.released_ms is None:
            planned.released_ms = now_ms
        _write_down(session, planned.id, operator, "operator", now_ms)


def release_code(premises: Premises, session_id: str, now_ms: int, operator: str) -> str:
    """Give the code of a released session, to be read out to a seat without a network; this is written down.

    Raises:
        SessionUnknown: no such session.
        TooEarly: it has not opened and was not released by hand.
    """
    with premises.database.writing() as session:
        planned = _session(session, session_id)
        _refuse_early(planned, now_ms)
        _write_down(session, planned.id, operator, "code read out", now_ms)
        return ReleaseShare(planned.release_share).code()


def admit_request(
    premises: Premises,
    session: Session,
    request: bytes,
    kinds: tuple[RequestKind, ...],
    *,
    once: bool = True,
    others: Iterable[PublicKey] = (),
) -> tuple[DeviceRequest, bool]:
    """Believe a device's request and write it down; tell whether it is seen for the first time.

    `others` may have signed, too. Unless it is good `once` only, the caller answers a repeated one without doing it
    again.

    Raises:
        EnvelopeRefused, DocumentRefused, DeviceUnknown, RequestRepeated.
    """
    claimed = DeviceRequest.parse(peek(request, DeviceRequest.PAYLOAD_TYPE, max_bytes=REQUEST_BYTES).payload)
    device = session.get(Device, claimed.device)
    if device is None or device.revoked_ms is not None:
        raise DeviceUnknown
    verify(request, DeviceRequest.PAYLOAD_TYPE, [PublicKey.from_pem(device.public_key_pem), *others])
    if claimed.kind not in kinds:
        raise RequestRepeated(f"a request for {claimed.kind}")
    if session.get(SeenRequest, claimed.nonce) is not None:
        if once:
            raise RequestRepeated
        return claimed, False
    seen = SeenRequest(nonce=claimed.nonce, device=device.id, kind=claimed.kind.value, received_ms=premises.clock())
    session.add(seen)
    return claimed, True


def _admit(premises: Premises, session: Session, request: bytes, kind: RequestKind) -> tuple[Device, DeviceRequest]:
    claimed, _ = admit_request(premises, session, request, (kind,))
    return session.get_one(Device, claimed.device), claimed


def _session(session: Session, session_id: str) -> PlannedSession:
    planned = session.get(PlannedSession, session_id)
    if planned is None:
        raise SessionUnknown(session_id)
    return planned


def _refuse_early(planned: PlannedSession, now_ms: int) -> None:
    if planned.released_ms is None and now_ms < planned.opens_ms:
        wait_ms = planned.opens_ms - now_ms
        raise TooEarly(wait_ms=wait_ms, minutes=-(-wait_ms // MINUTE_MS))


def _write_down(session: Session, planned: str, who: str, how: str, at_ms: int, device: str | None = None) -> None:
    session.add(ReleaseEntry(session=planned, device=device, who=who, how=how, at_ms=at_ms))
