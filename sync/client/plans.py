"""Session plans: fetched, verified, kept as the bytes that were signed."""

import base64
import binascii
import hashlib
import time
from http import HTTPStatus

from sync.client.asking import Asker, ask
from sync.client.connection import RegistryAnswerBad, RegistryConnection
from sync.client.release import SeatNotInPlan, grant_of
from sync.faults import EnvironmentFault, Refused
from sync.replica.cabinet import DocumentKind
from sync.replica.database import Replica
from sync.trust.anchor import Trust
from sync.trust.envelope import EnvelopeRefused, verify
from sync.trust.keys import seal_to
from sync.wire.document import DocumentRefused
from sync.wire.enrolment import PlansReply, RegistryRole, RequestKind
from sync.wire.plan import SessionPlan


class PlansRefused(Refused):
    """The registry gives this seat no plans."""

    code = "PLANS_REFUSED"


class PlanMissing(EnvironmentFault):
    """No plan of this session is kept here."""

    code = "PLAN_MISSING"


class PlanForAnotherSeat(Refused):
    """A plan has no place for this seat, or one for another key than this seat's."""

    code = "PLAN_FOR_ANOTHER_SEAT"


def fetch_plans(connection: RegistryConnection, asker: Asker, trust: Trust) -> list[str]:
    """Fetch this seat's plans, keep those that are new, and give the ids of all sessions the registry named.

    Raises:
        PlansRefused: the registry says no.
        What `ask` raises: nothing was fetched.
        SealRefused, EnvelopeRefused, DocumentRefused, PlanForAnotherSeat: a plan that is not the registry's word for
            this seat; those before it are kept.
    """
    reply = ask(connection, asker, RequestKind.PLANS, PlansReply.MAX_BYTES)
    if reply.status != HTTPStatus.OK:
        raise PlansRefused(reply.error().code)
    return [keep_plan(sealed, asker, trust) for sealed in _sealed(reply.body)]


def seal_plan(envelope: bytes, sealing_key: bytes, device: str) -> bytes:
    """Seal a plan to a seat (raw X25519 key, device id): who finds it on the way learns no candidate's name."""
    return seal_to(sealing_key, envelope, _context(device))


def keep_plan(sealed: bytes, asker: Asker, trust: Trust) -> str:
    """Keep a plan, whichever way it came, if it is the registry's word for this seat and newer; give its session.

    Raises:
        SealRefused: sealed to another seat, or changed.
        EnvelopeRefused, DocumentRefused, PlanForAnotherSeat: it is not.
        DiskFull, DiskFault: it could not be kept.
    """
    envelope = asker.keystore.sealing_key().open(sealed, _context(asker.device))
    plan, replica = verify_plan(envelope, trust), asker.replica
    keyid, known = asker.keystore.device_key().public.keyid, trust.keyids_of(asker.device)
    try:
        grant = grant_of(plan, asker.device)
    except SeatNotInPlan:
        raise PlanForAnotherSeat(plan.session) from None
    # planned before this seat changed its key, it may name the one before
    if grant.keyid not in ({keyid, *known} if keyid in known else {keyid}):
        raise PlanForAnotherSeat(plan.session)
    kept_ms = _kept_issued_ms(plan.session, trust, replica)
    if kept_ms is None or kept_ms < plan.issued_ms:
        wall_ms = time.time_ns() // 1_000_000
        replica.cabinet.put_document(DocumentKind.PLAN, plan.session, envelope, wall_ms)
        replica.cabinet.raise_highest_signed_ms(plan.issued_ms, wall_ms)
    return plan.session


def verify_plan(envelope: bytes, trust: Trust) -> SessionPlan:
    """Verify that a plan is the registry's.

    Raises:
        EnvelopeRefused, DocumentRefused: it is not.
    """
    verified = verify(envelope, SessionPlan.PAYLOAD_TYPE, trust.role_key(RegistryRole.PLAN))
    return SessionPlan.parse(verified.payload)


def load_plan(replica: Replica, trust: Trust, session: str) -> tuple[SessionPlan, str]:
    """Give a session's plan as kept here, verified again, and the SHA-256 of its envelope's bytes.

    Raises:
        PlanMissing: it is not kept here.
        EnvelopeRefused, DocumentRefused: what is kept was changed.
    """
    envelope = replica.cabinet.document(DocumentKind.PLAN, session)
    if envelope is None:
        raise PlanMissing(session)
    return verify_plan(envelope, trust), hashlib.sha256(envelope).hexdigest()


def _context(device: str) -> bytes:
    return b"examroom plan v1|%b" % device.encode()


def _sealed(body: bytes) -> list[bytes]:
    try:
        return [base64.b64decode(plan, validate=True) for plan in PlansReply.parse(body).plans]
    except (DocumentRefused, binascii.Error):
        raise RegistryAnswerBad("not a list of plans") from None


def _kept_issued_ms(session: str, trust: Trust, replica: Replica) -> int | None:
    """Give when the kept plan was issued; none, if there is none or it was damaged: what was fetched heals it."""
    kept = replica.cabinet.document(DocumentKind.PLAN, session)
    if kept is None:
        return None
    try:
        return verify_plan(kept, trust).issued_ms
    except (EnvelopeRefused, DocumentRefused):
        return None
