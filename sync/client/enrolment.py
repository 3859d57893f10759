"""Enrolment: a PC becomes a seat. And the public material it keeps from then on.

The trust folder holds what `sync.trust.anchor` keeps there, `ca.pem`, and `enrolment.json` (this PC's identity, nothing
secret); the identity is written last, so that a seat is enrolled wholly or not at all.
"""

import base64
import binascii
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, ClassVar, Final

from pydantic import StringConstraints

from sync.client.asking import Asker, Matter, ask
from sync.client.connection import (
    ClientIdentity,
    RegistryAnswerBad,
    RegistryConnection,
    RegistryUnreachable,
    Reply,
)
from sync.client.pace import Pace
from sync.faults import EnvironmentFault, Refused
from sync.replica.database import Replica
from sync.replica.durable import private_folder, write_durably
from sync.trust.anchor import Trust
from sync.trust.certificates import CertificateRefused, check_device_certificate, csr
from sync.trust.envelope import sign
from sync.trust.keystore import KeyStore
from sync.wire.document import Document, DocumentRefused, payload_type
from sync.wire.enrolment import (
    CertificateReply,
    EnrolmentReply,
    EnrolmentRequest,
    Invitation,
    Pem,
    RequestKind,
    RotationReply,
    TrustBundle,
)
from sync.wire.ids import Id, Name

_FILE: Final = "enrolment.json"
_CA_FILE: Final = "ca.pem"
_BUNDLE_BYTES: Final = TrustBundle.MAX_BYTES


class TokenRefused(Refused):
    """The registry does not know the invitation's token."""

    code = "TOKEN_REFUSED"


class TokenExpired(TokenRefused):
    """The invitation is too old."""

    code = "TOKEN_EXPIRED"


class TokenUsed(TokenRefused):
    """Another PC was enrolled with this invitation."""

    code = "TOKEN_USED"


class EnrolmentRefused(Refused):
    """The registry does not enrol this PC, for another reason than the token."""

    code = "ENROLMENT_REFUSED"


class NotEnrolled(EnvironmentFault):
    """This PC has no identity yet, or it cannot be read."""

    code = "NOT_ENROLLED"


class Enrolment(Document):
    """Who this PC is, and to whom. Public."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("enrolment")
    MAX_BYTES: ClassVar[int] = 64_000

    device: Id
    seat_label: Name
    url: Annotated[str, StringConstraints(pattern=r"^https://[^\s/@]{1,255}$")]
    ca_pem: Pem
    certificate_pem: Pem

    def identity(self, keystore: KeyStore) -> ClientIdentity:
        """Give what this PC shows in mutual TLS. Raises `KeyStoreUnreadable`, `KeyStoreOtherMachine`."""
        return ClientIdentity(self.certificate_pem, keystore.tls_key())

    def connect(
        self,
        keystore: KeyStore,
        *,
        newer: Callable[[], ClientIdentity] | None = None,
        timeout: tuple[float, float] = (5, 15),
        total_s: float = 60,
        pace: Pace | None = None,
    ) -> RegistryConnection:
        """Give a connection to the registry that shows this PC's certificate (see `RegistryConnection`).

        Raises:
            RegistryAddressRefused: the address or a certificate cannot be used.
            KeyStoreUnreadable, KeyStoreOtherMachine: this PC has not the certificate's key.
        """
        identity = self.identity(keystore)
        return RegistryConnection(
            self.url, self.ca_pem, identity, newer=newer, timeout=timeout, total_s=total_s, pace=pace
        )


def enrol(invitation: Invitation, keystore: KeyStore, trust_folder: Path) -> Enrolment:
    """Enrol this PC; its keys are made if there are none. Asking again after a lost answer is safe.

    Raises:
        TokenRefused, TokenExpired, TokenUsed: the invitation is not good (any more).
        EnrolmentRefused: another refusal by the registry.
        RegistryAddressRefused, RegistryUnreachable, RegistryAnswerBad: the registry was not spoken to.
        TrustRefused: the registry hangs from another root than the invitation's.
        KeyStoreUnreadable, KeyStoreUnwritable, DiskFull, DiskFault: this PC cannot keep it.
    """
    root = _root_of(invitation)
    connection = RegistryConnection(invitation.url, invitation.ca_pem)
    keystore.create()
    _ask_for_trust(connection, root)  # who cannot show it the invited root gets no token
    reply = _read_reply(connection.post("/v1/enrol", _request(invitation, keystore), EnrolmentReply.MAX_BYTES))
    _check_certificate(reply.certificate_pem, invitation.ca_pem, keystore, reply.device)
    trust = _ask_for_trust(connection, root)  # now the directory has this device
    enrolment = Enrolment(
        device=reply.device,
        seat_label=reply.seat_label,
        url=invitation.url,
        ca_pem=invitation.ca_pem,
        certificate_pem=reply.certificate_pem,
    )
    private_folder(trust_folder)
    trust.save(trust_folder)
    write_durably(trust_folder / _CA_FILE, invitation.ca_pem.encode())
    write_durably(trust_folder / _FILE, enrolment.to_bytes())
    return enrolment


def begin_replica(path: Path, keystore: KeyStore, trust_folder: Path) -> None:
    """Make the replica of a PC that was just enrolled; it knows from now on that the time is not before that.

    Raises:
        What `Replica.open` and `Trust.load` raise.
    """
    enrolled_ms = Trust.load(trust_folder).directory.issued_ms
    with Replica.open(path, keystore.replica_key(), keystore) as replica:
        replica.cabinet.set_enrolled_ms(enrolled_ms)


def load_enrolment(trust_folder: Path) -> Enrolment:
    """Give this PC's identity.

    Raises:
        NotEnrolled: it has none, or the file is damaged.
    """
    try:
        with (trust_folder / _FILE).open("rb") as file:
            return Enrolment.parse(file.read(Enrolment.MAX_BYTES + 1))
    except OSError as error:
        raise NotEnrolled(error.strerror or "") from None
    except DocumentRefused as fault:
        raise NotEnrolled(fault.detail) from None


def renew_certificate(connection: RegistryConnection, asker: Asker, trust_folder: Path) -> CertificateReply:
    """Ask whether this PC's certificate is still the one, and keep a newer one; a token is never needed again.

    A certificate that is refused, or was lost with its answer, is mended by this, too: the device key signs for it.

    Raises:
        EnrolmentRefused: the registry gives this PC none.
        NotEnrolled: this PC has no identity.
        DiskFull, DiskFault: the new one could not be kept; ask again.
        RegistryAnswerBad, and what `ask` raises: there is no answer that can be used.
    """
    kept = load_enrolment(trust_folder)
    matter = Matter(csr_pem=csr(asker.keystore.tls_key(), kept.seat_label))
    reply = ask(connection, asker, RequestKind.CERTIFICATE, CertificateReply.MAX_BYTES, matter)
    if reply.status != HTTPStatus.OK:
        raise EnrolmentRefused(reply.error().code)
    try:
        answer = CertificateReply.parse(reply.body)
    except DocumentRefused as fault:
        raise RegistryAnswerBad(fault.detail) from None
    if answer.certificate_pem != kept.certificate_pem:
        _check_certificate(answer.certificate_pem, kept.ca_pem, asker.keystore, kept.device)
        renewed = kept.model_copy(update={"certificate_pem": answer.certificate_pem})
        write_durably(trust_folder / _FILE, renewed.to_bytes())
    return answer


def rotate_device_key(connection: RegistryConnection, asker: Asker) -> RotationReply:
    """Change the key that this PC signs documents with; the registry agrees before the old one goes.

    Killed at any moment, it is gone on with by asking again: the next key is kept until the registry knows it, and the
    registry takes the old one until it has seen the new one; which the next request of any kind shows it.

    Raises:
        EnrolmentRefused: the registry does not take the new key.
        KeyStoreUnreadable, KeyStoreUnwritable, TokenFault: the key store cannot make or keep one.
        RegistryAnswerBad, and what `ask` raises: nothing has changed here.
    """
    following = asker.keystore.next_device_key()
    matter = Matter(device_key_pem=following.public.pem)
    reply = ask(connection, asker, RequestKind.ROTATE, RotationReply.MAX_BYTES, matter, (following,))
    if reply.status != HTTPStatus.OK:
        raise EnrolmentRefused(reply.error().code)
    try:
        answer = RotationReply.parse(reply.body)
    except DocumentRefused as fault:
        raise RegistryAnswerBad(fault.detail) from None
    if (answer.device, answer.keyid) != (asker.device, following.public.keyid):
        raise RegistryAnswerBad("an answer about another key")
    asker.keystore.adopt_next_device_key()
    return answer


def fetch_trust(connection: RegistryConnection, trust_folder: Path) -> Trust:
    """Fetch the registry's keys and directory anew and keep them, under the root this PC was enrolled with.

    Raises:
        TrustRefused: they hang from another root, or are older than those kept here.
        RegistryUnreachable, RegistryAnswerBad: nothing was fetched.
    """
    trust = _ask_for_trust(connection, Trust.load(trust_folder).root)
    trust.save(trust_folder)
    return trust


def _ask_for_trust(connection: RegistryConnection, root: bytes) -> Trust:
    reply = connection.get("/v1/trust", _BUNDLE_BYTES)
    if reply.status != HTTPStatus.OK:
        raise RegistryUnreachable(f"status {reply.status}", reached=True)
    try:
        bundle = TrustBundle.parse(reply.body)
    except DocumentRefused as fault:
        raise RegistryAnswerBad(fault.detail) from None
    return Trust.from_bundle(bundle, root)


def _request(invitation: Invitation, keystore: KeyStore) -> bytes:
    key = keystore.device_key()
    request = EnrolmentRequest(
        token=invitation.token,
        csr_pem=csr(keystore.tls_key(), invitation.seat_label),
        device_key_pem=key.public.pem,
        sealing_key=base64.b64encode(keystore.sealing_key().public_raw).decode(),
    )
    return sign(request.to_bytes(), EnrolmentRequest.PAYLOAD_TYPE, key)


def _check_certificate(certificate_pem: str, ca_pem: str, keystore: KeyStore, device: str) -> None:
    try:
        check_device_certificate(certificate_pem, ca_pem, keystore.tls_key().public, device)
    except CertificateRefused as fault:
        raise RegistryAnswerBad(f"the certificate: {fault.detail}") from None


def _root_of(invitation: Invitation) -> bytes:
    try:
        return base64.b64decode(invitation.tuf_root, validate=True)
    except binascii.Error:
        raise EnrolmentRefused("the invitation's root is broken base64") from None


def _read_reply(reply: Reply) -> EnrolmentReply:
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise RegistryUnreachable(f"status {reply.status}", reached=True)
    if reply.status not in (HTTPStatus.OK, HTTPStatus.CREATED):
        error = reply.error()
        for fault in (TokenRefused, TokenExpired, TokenUsed):
            if error.code == fault.code:
                raise fault
        raise EnrolmentRefused(error.code)
    try:
        return EnrolmentReply.parse(reply.body)
    except DocumentRefused as fault:
        raise RegistryAnswerBad(fault.detail) from None
