"""Enrolment: a PC becomes a seat. And the public material it keeps from then on.

The trust folder holds what `sync.trust.anchor` keeps there, `ca.pem`, and `enrolment.json` (this PC's identity, nothing
secret); the identity is written last, so that a seat is enrolled wholly or not at all.
"""

import base64
import binascii
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, ClassVar, Final

from pydantic import StringConstraints

from sync.client.connection import RegistryAnswerBad, RegistryConnection, RegistryUnreachable, Reply
from sync.faults import EnvironmentFault, Refused
from sync.replica.durable import private_folder, write_durably
from sync.trust.anchor import Trust
from sync.trust.certificates import CertificateRefused, check_device_certificate, csr
from sync.trust.keystore import FileKeyStore
from sync.wire.document import Document, DocumentRefused, payload_type
from sync.wire.enrolment import EnrolmentReply, EnrolmentRequest, Invitation, Pem, TrustBundle
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

    def connect(self) -> RegistryConnection:
        """Give a connection to the registry. Raises `RegistryAddressRefused`."""
        return RegistryConnection(self.url, self.ca_pem)


def enrol(invitation: Invitation, keystore: FileKeyStore, trust_folder: Path) -> Enrolment:
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
    key = keystore.device_key()
    _ask_for_trust(connection, root)  # who cannot show it the invited root gets no token
    request = EnrolmentRequest(
        token=invitation.token,
        csr_pem=csr(key, invitation.seat_label),
        sealing_key=base64.b64encode(keystore.sealing_key().public_raw).decode(),
    )
    reply = _read_reply(connection.post("/v1/enrol", request.to_bytes(), EnrolmentReply.MAX_BYTES))
    try:
        check_device_certificate(reply.certificate_pem, invitation.ca_pem, key.public, reply.device)
    except CertificateRefused as fault:
        raise RegistryAnswerBad(f"the certificate: {fault.detail}") from None
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
