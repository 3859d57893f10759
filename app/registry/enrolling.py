"""Who may sign: devices by invitation, proctors, administrators; revoking any of them."""

import base64
import binascii
import hashlib
import secrets
from typing import Final, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry.directory import renew_directory, write_public_files
from app.registry.models import Administrator, Device, FormerKey, Invited, Official, Proctor
from app.registry.premises import URL, Premises
from sync.faults import EnvironmentFault, Refused
from sync.trust.certificates import issue_device_certificate, read_csr, read_device_certificate
from sync.trust.envelope import peek, verify
from sync.trust.keys import RAW_X25519_BYTES, KeyRefused, PublicKey, SigningKey
from sync.trust.pin import MIN_PIN, make_administrator_credential, make_credential
from sync.wire.archive import AdministratorCredential
from sync.wire.enrolment import (
    EnrolmentReply,
    EnrolmentRequest,
    Introduction,
    Invitation,
)
from sync.wire.ids import is_name, new_id, plain_name
from sync.wire.plan import Credential

ENROLMENT_BYTES: Final = EnrolmentRequest.MAX_BYTES * 4 // 3 + 1_000  # base64 and a signature
_TOKEN_BYTES: Final = 24
_O = TypeVar("_O", bound=Official)


class TokenUnknown(Refused):
    """No invitation has this token. Nothing more is said, because the asker may be guessing."""

    code = "TOKEN_REFUSED"


class TokenExpired(Refused):
    """The token was good once; whoever says it held the invitation, so this may be told."""

    code = "TOKEN_EXPIRED"


class TokenUsed(Refused):
    """Another PC was enrolled with this token."""

    code = "TOKEN_USED"


class DeviceKnown(Refused):
    """A PC with this key is enrolled already, under another invitation."""

    code = "DEVICE_KNOWN"


class RequestMalformed(Refused):
    """A field of the request is not what it must be."""

    code = "REQUEST_MALFORMED"


class NameRefused(Refused):
    """A name or label that is empty, too long, or has something unseen in it."""

    code = "NAME_REFUSED"


class SignerUnknown(Refused):
    """There is no such device, proctor or administrator."""

    code = "SIGNER_UNKNOWN"


class NameTaken(Refused):
    """An administrator of this name is enrolled: two names keep two people apart wherever two have to agree."""

    code = "NAME_TAKEN"


class PinTooShort(Refused):
    """A PIN needs more characters. Fact: `least`."""

    code = "PIN_TOO_SHORT"


class NoAddress(EnvironmentFault):
    """The registry has never been started, so nobody can be told where it is."""

    code = "REGISTRY_HAS_NO_ADDRESS"


def check_name(name: str) -> None:
    """Refuse a name or label that nobody could read.

    Raises:
        NameRefused.
    """
    if not is_name(name):
        raise NameRefused(ascii(name[:100]))


def introduction(premises: Premises) -> Introduction:
    """Give what a registry shows of itself to whoever has its address only."""
    root = base64.b64encode(premises.repository.root_bytes()).decode()
    return Introduction(ca_pem=premises.authority.certificate_pem, tuf_root=root)


def invite(premises: Premises, seat_label: str, ttl_ms: int) -> Invitation:
    """Make an invitation for one PC, good for `ttl_ms`. Only the hash of its token (192 random bits) is kept.

    Raises:
        NameRefused: nobody could read this label.
        NoAddress: the registry has no address yet.
    """
    check_name(seat_label)
    url = premises.database.setting(URL)
    if url is None:
        raise NoAddress
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    invitation = Invitation(
        url=url,
        ca_pem=premises.authority.certificate_pem,
        tuf_root=base64.b64encode(premises.repository.root_bytes()).decode(),
        token=token,
        seat_label=seat_label,
    )
    with premises.database.writing() as session:
        session.add(
            Invited(
                token_sha256=_token_sha256(token),
                seat_label=seat_label,
                expires_ms=premises.clock() + ttl_ms,
                device=None,
            )
        )
    return invitation


def enrol_device(premises: Premises, envelope: bytes) -> EnrolmentReply:
    """Enrol the PC that holds an invitation's token; it signs the request with the key it will sign documents with.

    The same PC asking again gets the same reply: its first answer may have been lost on the way.

    Raises:
        TokenUnknown, TokenExpired, TokenUsed, DeviceKnown: no.
        EnvelopeRefused, DocumentRefused, CertificateRefused, RequestMalformed: the request is bad.
    """
    request, key = _believed(envelope)
    sealing_key, tls_key = _sealing_key(request), read_csr(request.csr_pem)
    if tls_key == key:
        raise RequestMalformed("one key for TLS and for documents")
    now_ms = premises.clock()
    with premises.database.writing() as session:
        invited = session.get(Invited, _token_sha256(request.token))
        if invited is None:
            raise TokenUnknown
        if invited.device is not None:
            return _same_again(premises, session.get_one(Device, invited.device), (key, tls_key, sealing_key))
        if now_ms >= invited.expires_ms:
            raise TokenExpired
        if is_known_key(session, key):
            raise DeviceKnown
        device = Device(
            id=new_id(),
            seat_label=invited.seat_label,
            keyid=key.keyid,
            public_key_pem=key.pem,
            key_from_ms=now_ms,
            sealing_key=sealing_key,
            certificate_pem="",
            enrolled_ms=now_ms,
            revoked_ms=None,
            rotation_asked_ms=None,
            counter=0,
            may_go_on=False,
            generation=0,
        )
        device.certificate_pem = issue_device_certificate(
            premises.authority, request.csr_pem, device.id, device.seat_label, now_ms=now_ms
        )
        session.add(device)
        session.flush()
        invited.device = device.id
        renew_directory(premises, session)
        reply = _reply(device)
    write_public_files(premises)
    return reply


def enrol_proctor(premises: Premises, name: str, pin: str) -> str:
    """Make a proctor's key, sealed by their PIN, and give the proctor's id.

    Raises:
        NameRefused: nobody could read this name.
        PinTooShort: fewer than six characters.
    """
    check_name(name)
    check_pin(pin)
    key, proctor = SigningKey.generate_p256(), new_id()
    credential = make_credential(proctor, name, key, pin)
    now_ms = premises.clock()
    with premises.database.writing() as session:
        row = _official(Proctor, proctor, credential, now_ms)
        row.key_from_ms = now_ms
        session.add(row)
        renew_directory(premises, session)
    write_public_files(premises)
    return proctor


def enrol_administrator(premises: Premises, name: str, pin: str) -> AdministratorCredential:
    """Make a site administrator's key, sealed by their PIN, and give their credential to take to the archive.

    Raises:
        NameRefused: nobody could read this name.
        NameTaken: somebody of this name is an administrator.
        PinTooShort: fewer than six characters.
    """
    check_name(name)
    check_pin(pin)
    credential = make_administrator_credential(new_id(), name, SigningKey.generate_p256(), pin)
    with premises.database.writing() as session:
        known = session.scalars(select(Administrator.name).where(Administrator.revoked_ms.is_(None)))
        if plain_name(name) in map(plain_name, known):
            raise NameTaken
        session.add(_official(Administrator, credential.administrator, credential, premises.clock()))
        renew_directory(premises, session)
    write_public_files(premises)
    return credential


def check_pin(pin: str) -> None:
    """Refuse a PIN that is too short. Raises `PinTooShort`."""
    if len(pin) < MIN_PIN:
        raise PinTooShort(least=MIN_PIN)


def _official(kind: type[_O], person: str, credential: Credential, now_ms: int) -> _O:
    return kind(
        id=person,
        name=credential.name,
        keyid=PublicKey.from_pem(credential.public_key_pem).keyid,
        public_key_pem=credential.public_key_pem,
        credential=credential.to_bytes(),
        enrolled_ms=now_ms,
        revoked_ms=None,
    )


def revoke_administrator(premises: Premises, administrator: str) -> None:
    """Let an administrator act on no archive any more; what they signed stays signed. Raises `SignerUnknown`."""
    with premises.database.writing() as session:
        _revoke(premises, session, session.get(Administrator, administrator))
    write_public_files(premises)


def revoke_device(premises: Premises, device: str) -> None:
    """Believe nothing from a device any more. Raises `SignerUnknown`."""
    with premises.database.writing() as session:
        _revoke(premises, session, session.get(Device, device))
    write_public_files(premises)


def revoke_proctor(premises: Premises, proctor: str) -> None:
    """Let a proctor run no more sessions; what they signed before stays signed. Raises `SignerUnknown`."""
    with premises.database.writing() as session:
        _revoke(premises, session, session.get(Proctor, proctor))
    write_public_files(premises)


def _revoke(premises: Premises, session: Session, signer: Device | Proctor | Administrator | None) -> None:
    if signer is None:
        raise SignerUnknown
    if signer.revoked_ms is None:
        signer.revoked_ms = premises.clock()
        renew_directory(premises, session)


def _token_sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def is_known_key(session: Session, key: PublicKey) -> bool:
    """Tell whether somebody signs, or has ever signed, with this key."""
    tables = (Device, Proctor, Administrator, FormerKey)
    return any(session.scalar(select(table.keyid).where(table.keyid == key.keyid)) for table in tables)


def _believed(envelope: bytes) -> tuple[EnrolmentRequest, PublicKey]:
    """Read a request that is signed by the very key it brings."""
    kind = EnrolmentRequest.PAYLOAD_TYPE
    request = EnrolmentRequest.parse(peek(envelope, kind, max_bytes=ENROLMENT_BYTES).payload)
    try:
        key = PublicKey.from_pem(request.device_key_pem)
    except KeyRefused as fault:
        raise RequestMalformed(f"the device key: {fault.detail}") from None
    if not key.is_p256:
        raise RequestMalformed("the device key is not a P-256 key")
    verify(envelope, kind, [key], max_bytes=ENROLMENT_BYTES)
    return request, key


def _sealing_key(request: EnrolmentRequest) -> bytes:
    try:
        raw = base64.b64decode(request.sealing_key, validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != RAW_X25519_BYTES:
        raise RequestMalformed("the sealing key is not an X25519 key")
    return raw


def _same_again(premises: Premises, device: Device, told: tuple[PublicKey, PublicKey, bytes]) -> EnrolmentReply:
    certified = read_device_certificate(device.certificate_pem, premises.authority.certificate_pem)
    if (PublicKey.from_pem(device.public_key_pem), certified.key, device.sealing_key) != told:
        raise TokenUsed
    return _reply(device)


def _reply(device: Device) -> EnrolmentReply:
    return EnrolmentReply(device=device.id, seat_label=device.seat_label, certificate_pem=device.certificate_pem)
