"""Who may sign: devices by invitation, proctors, administrators; revoking any of them; the directory."""

import base64
import binascii
import hashlib
import secrets
from typing import Final, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry.keyroom import KeyName
from app.registry.models import Administrator, Device, Invited, Official, Proctor, PublishedDocument, Setting
from app.registry.premises import URL, Premises
from sync.faults import EnvironmentFault, Refused
from sync.trust.anchor import Trust, sign_directory
from sync.trust.certificates import issue_device_certificate, read_csr
from sync.trust.keys import RAW_X25519_BYTES, PublicKey, SigningKey
from sync.trust.pin import MIN_PIN, make_administrator_credential, make_credential
from sync.wire.archive import AdministratorCredential
from sync.wire.enrolment import (
    Directory,
    DirectoryAdministrator,
    DirectoryDevice,
    DirectoryProctor,
    EnrolmentReply,
    EnrolmentRequest,
    Invitation,
    named_sha256,
)
from sync.wire.ids import is_name, new_id, plain_name
from sync.wire.plan import Credential

KEYS_DOCUMENT: Final = "registry-keys"
DIRECTORY_DOCUMENT: Final = "directory"
_SEQUENCE: Final = "directory_sequence"
_TOKEN_BYTES: Final = 24
_DAY_MS: Final = 86_400_000
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


def enrol_device(premises: Premises, request: EnrolmentRequest) -> EnrolmentReply:
    """Enrol the PC that holds an invitation's token.

    The same PC asking again gets the same reply: its first answer may have been lost on the way.

    Raises:
        TokenUnknown, TokenExpired, TokenUsed, DeviceKnown: no.
        CertificateRefused, RequestMalformed: the request is bad.
    """
    key, sealing_key = read_csr(request.csr_pem), _sealing_key(request)
    now_ms = premises.clock()
    with premises.database.writing() as session:
        invited = session.get(Invited, _token_sha256(request.token))
        if invited is None:
            raise TokenUnknown
        if invited.device is not None:
            return _same_again(session.get_one(Device, invited.device), key, sealing_key)
        if now_ms >= invited.expires_ms:
            raise TokenExpired
        if session.scalar(select(Device).where(Device.keyid == key.keyid)):
            raise DeviceKnown
        device = Device(
            id=new_id(),
            seat_label=invited.seat_label,
            keyid=key.keyid,
            public_key_pem=key.pem,
            sealing_key=sealing_key,
            certificate_pem="",
            enrolled_ms=now_ms,
            revoked_ms=None,
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
    _check(name, pin)
    key, proctor = SigningKey.generate_p256(), new_id()
    credential = make_credential(proctor, name, key, pin)
    with premises.database.writing() as session:
        session.add(_official(Proctor, proctor, credential, premises.clock()))
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
    _check(name, pin)
    credential = make_administrator_credential(new_id(), name, SigningKey.generate_p256(), pin)
    with premises.database.writing() as session:
        known = session.scalars(select(Administrator.name).where(Administrator.revoked_ms.is_(None)))
        if plain_name(name) in map(plain_name, known):
            raise NameTaken
        session.add(_official(Administrator, credential.administrator, credential, premises.clock()))
        renew_directory(premises, session)
    write_public_files(premises)
    return credential


def _check(name: str, pin: str) -> None:
    check_name(name)
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


def renew_directory(premises: Premises, session: Session) -> None:
    """Sign the directory anew within the caller's transaction, under the next number."""
    counter = session.get(Setting, _SEQUENCE)
    sequence = int(counter.value) + 1 if counter else 1
    session.merge(Setting(name=_SEQUENCE, value=str(sequence)))
    directory = Directory(
        sequence=sequence,
        issued_ms=premises.clock(),
        devices=tuple(
            DirectoryDevice(
                device=row.id,
                seat_label=row.seat_label,
                public_key_pem=row.public_key_pem,
                enrolled_ms=row.enrolled_ms,
                revoked_ms=row.revoked_ms,
            )
            for row in session.scalars(select(Device).order_by(Device.id))
        ),
        proctors=tuple(
            DirectoryProctor(
                proctor=row.id,
                public_key_pem=row.public_key_pem,
                enrolled_ms=row.enrolled_ms,
                revoked_ms=row.revoked_ms,
            )
            for row in session.scalars(select(Proctor).order_by(Proctor.id))
        ),
        administrators=tuple(
            DirectoryAdministrator(
                administrator=row.id,
                named_sha256=named_sha256(row.id, row.name),
                public_key_pem=row.public_key_pem,
                enrolled_ms=row.enrolled_ms,
                revoked_ms=row.revoked_ms,
            )
            for row in session.scalars(select(Administrator).order_by(Administrator.id))
        ),
    )
    envelope = sign_directory(directory, premises.keys.key(KeyName.DIRECTORY))
    session.merge(PublishedDocument(name=DIRECTORY_DOCUMENT, envelope=envelope))


def trust_of(premises: Premises) -> Trust:
    """Give the public material as it stands, verified as a seat would."""
    with premises.database.reading() as session:
        return premises.shelf.trust(
            premises.repository.root_bytes(),
            session.get_one(PublishedDocument, KEYS_DOCUMENT).envelope,
            session.get_one(PublishedDocument, DIRECTORY_DOCUMENT).envelope,
        )


def write_public_files(premises: Premises) -> None:
    """Lay the public material out as files, for whoever checks evidence without a network."""
    trust_of(premises).save(premises.public_folder)


def sign_of_the_day(premises: Premises) -> bool:
    """Sign the directory anew if that was longer than a day ago: its date is the time that archives go by.

    Returns whether it was signed.
    """
    if premises.clock() - trust_of(premises).directory.issued_ms < _DAY_MS:
        return False
    with premises.database.writing() as session:
        renew_directory(premises, session)
    write_public_files(premises)
    return True


def _revoke(premises: Premises, session: Session, signer: Device | Proctor | Administrator | None) -> None:
    if signer is None:
        raise SignerUnknown
    if signer.revoked_ms is None:
        signer.revoked_ms = premises.clock()
        renew_directory(premises, session)


def _token_sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _sealing_key(request: EnrolmentRequest) -> bytes:
    try:
        raw = base64.b64decode(request.sealing_key, validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != RAW_X25519_BYTES:
        raise RequestMalformed("the sealing key is not an X25519 key")
    return raw


def _same_again(device: Device, key: PublicKey, sealing_key: bytes) -> EnrolmentReply:
    if device.keyid != key.keyid or device.sealing_key != sealing_key:
        raise TokenUsed
    return _reply(device)


def _reply(device: Device) -> EnrolmentReply:
    return EnrolmentReply(device=device.id, seat_label=device.seat_label, certificate_pem=device.certificate_pem)
