"""Certificates that are renewed, and keys that are replaced: nobody has to be enrolled again for either.

A key that was replaced stays in the directory with its time: what it signed before stays signed. A device's key is good
until the device has shown the new one: if the answer to its request is lost, it knows of none and signs on.
"""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry.admitting import REQUEST_BYTES, admit_request, claimed_in, device_keys, device_of
from app.registry.directory import renew_directory, write_public_files
from app.registry.enrolling import DeviceKnown, RequestMalformed, SignerUnknown, check_pin, is_known_key
from app.registry.models import Device, FormerKey, PlannedSession, Proctor
from app.registry.premises import Premises
from sync.trust.certificates import issue_device_certificate, read_csr, read_device_certificate
from sync.trust.envelope import EnvelopeRefused, verify
from sync.trust.keys import KeyRefused, PublicKey, SigningKey
from sync.trust.pin import make_credential
from sync.wire.enrolment import CertificateReply, DeviceRequest, RequestKind, RotationReply

_DAY_MS: Final = 86_400_000
_GRACE_MS: Final = 30 * _DAY_MS
_LONGEST_SESSION_MS: Final = 8 * _DAY_MS


class SignerGone(SignerUnknown):
    """This device or proctor was revoked, for good."""

    code = "SIGNER_GONE"


def certificate_for(premises: Premises, request: bytes) -> CertificateReply:
    """Give the asking device its certificate: a new one if half of the old one's time is over, or for another TLS key.

    Also a new one if its time has not begun: it was issued while this registry's clock was wrong. A certificate is not
    asked for here, so that one that does not count or was lost can be had again.

    Raises:
        What `admit_request` raises; CertificateRefused, RequestMalformed: the request is bad.
    """
    asked = admit_request(premises, request, (RequestKind.CERTIFICATE,)).asked
    if asked.csr_pem is None:
        raise RequestMalformed("no request for a certificate")
    wanted = read_csr(asked.csr_pem)
    with premises.database.writing() as session:
        device, now_ms = device_of(session, asked.device), premises.clock()
        if wanted.keyid == device.keyid:
            raise RequestMalformed("one key for TLS and for documents")
        has = read_device_certificate(device.certificate_pem, premises.authority.certificate_pem)
        is_fresh = has.from_ms <= now_ms < (has.from_ms + has.until_ms) // 2
        if has.key != wanted or not is_fresh:
            device.certificate_pem = issue_device_certificate(
                premises.authority, asked.csr_pem, device.id, device.seat_label, now_ms=now_ms
            )
        return CertificateReply(
            device=device.id,
            certificate_pem=device.certificate_pem,
            rotation_asked=device.rotation_asked_ms is not None,
        )


def rotate_device_key(premises: Premises, request: bytes, peer: str | None = None) -> RotationReply:
    """Take the asking device's next key; the key it has and the next one both sign. The same again changes nothing.

    The key before is good until the device asks for anything with the new one, at most 30 days.

    Raises:
        What `admit_request` raises; RequestMalformed, DeviceKnown: the next key is none, or somebody has it.
    """
    claimed = claimed_in(request)
    following = _next_key(claimed)
    with premises.database.reading() as session:
        device = device_of(session, claimed.device)
        signers = [*device_keys(session, device, premises.clock()), following]
    signed = verify(request, DeviceRequest.PAYLOAD_TYPE, signers, threshold=2, max_bytes=REQUEST_BYTES)
    if following.keyid not in signed.keyids:
        raise EnvelopeRefused("the next key has not signed")
    admit_request(premises, request, (RequestKind.ROTATE,), peer=peer, once=False, others=signers)
    with premises.database.writing() as session:
        device = device_of(session, claimed.device)
        if device.keyid != following.keyid:
            if is_known_key(session, following):
                raise DeviceKnown
            now_ms = premises.clock()
            session.add(_former(device, device.id, now_ms + _GRACE_MS))
            device.keyid, device.public_key_pem, device.key_from_ms = following.keyid, following.pem, now_ms
            device.rotation_asked_ms = None
            session.flush()
            renew_directory(premises, session)
        reply = RotationReply(device=device.id, keyid=device.keyid, from_ms=device.key_from_ms)
    write_public_files(premises)
    return reply


def ask_rotation(premises: Premises, device: str) -> None:
    """Tell a device, when it next asks for its certificate, to change its key. Raises `SignerUnknown`, `SignerGone`."""
    with premises.database.writing() as session:
        row = session.get(Device, device)
        if row is None:
            raise SignerUnknown
        if row.revoked_ms is not None:
            raise SignerGone
        row.rotation_asked_ms = premises.clock()


def renew_pin(premises: Premises, proctor: str, pin: str) -> int:
    """Give a proctor a new key, sealed by a new PIN, for sessions that are planned from now on.

    Plans that are out carry the old one, so that stays good until a day after the last of them closes, which is
    returned (ms, UTC); now, if none is out. If somebody else knows the old PIN, revoke the proctor instead.

    Raises:
        SignerUnknown: no such proctor.
        SignerGone: one that was revoked.
        PinTooShort: fewer than six characters.
    """
    check_pin(pin)
    key = SigningKey.generate_p256()
    with premises.database.writing() as session:
        row = session.get(Proctor, proctor)
        if row is None:
            raise SignerUnknown
        if row.revoked_ms is not None:
            raise SignerGone
        now_ms = premises.clock()
        until_ms = _planned_until(premises, session, row.id, now_ms)
        session.add(_former(row, row.id, until_ms))
        credential = make_credential(row.id, row.name, key, pin)
        row.keyid, row.public_key_pem, row.key_from_ms = key.public.keyid, key.public.pem, now_ms
        row.credential = credential.to_bytes()
        session.flush()
        renew_directory(premises, session)
    write_public_files(premises)
    return until_ms


def keys_in_use(session: Session, proctors: list[str], now_ms: int) -> list[PublicKey]:
    """Give the keys that these proctors may sign with now; none of those who were revoked."""
    rows = session.scalars(select(Proctor).where(Proctor.id.in_(proctors), Proctor.revoked_ms.is_(None))).all()
    holders = [row.id for row in rows]
    former = session.scalars(select(FormerKey).where(FormerKey.holder.in_(holders), FormerKey.until_ms > now_ms))
    return [PublicKey.from_pem(row.public_key_pem) for row in (*rows, *former)]


def _next_key(asked: DeviceRequest) -> PublicKey:
    try:
        key = PublicKey.from_pem(asked.device_key_pem or "")
    except KeyRefused as fault:
        raise RequestMalformed(f"the next key: {fault.detail}") from None
    if not key.is_p256:
        raise RequestMalformed("the next key is not a P-256 key")
    return key


def _former(row: Device | Proctor, holder: str, until_ms: int) -> FormerKey:
    return FormerKey(
        keyid=row.keyid,
        holder=holder,
        public_key_pem=row.public_key_pem,
        from_ms=row.key_from_ms,
        until_ms=until_ms,
    )


def _planned_until(premises: Premises, session: Session, proctor: str, now_ms: int) -> int:
    """Give until when plans that are out need a proctor's key: a day after they close, for who signs late."""
    recent = select(PlannedSession.id).where(PlannedSession.opens_ms > now_ms - _LONGEST_SESSION_MS)
    plans = [premises.shelf.session(one).plan for one in session.scalars(recent)]
    named = (plan for plan in plans if proctor in {entry.proctor for entry in plan.proctors})
    return max([plan.closes_ms + _DAY_MS for plan in named] + [now_ms])  # never before now: it has signed till now
