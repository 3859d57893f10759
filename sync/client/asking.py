"""Requests a seat signs and counts, so that the registry answers enrolled devices only, and each of them once."""

import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from sync.client.connection import CertificateNotTaken, RegistryConnection, RegistryUnreachable, Reply
from sync.faults import Refused
from sync.replica.database import Replica
from sync.trust.envelope import sign
from sync.trust.keys import SigningKey
from sync.trust.keystore import KeyStore
from sync.wire.enrolment import DeviceRequest, RequestKind
from sync.wire.error import ErrorReply

_PATHS: Final = {
    RequestKind.PLANS: "/v1/plans",
    RequestKind.RELEASE: "/v1/release",
    RequestKind.CLAIM_LOOK: "/v1/claims",
    RequestKind.CLAIM: "/v1/claims",
    RequestKind.CLAIM_MOVE: "/v1/claims",
    RequestKind.CERTIFICATE: "/v1/certificate",
    RequestKind.ROTATE: "/v1/rotate",
}
_ANY_PROOF: Final = f"/v1/proofs/{'0' * 64}"
_COUNTER_BEHIND: Final = "COUNTER_BEHIND"


class DeviceTwin(Refused):
    """Two PCs ask with this seat's identity, or this seat was set back; the operator has to settle it."""

    code = "DEVICE_TWIN"


class DeviceRevoked(Refused):
    """The registry believes nothing of this seat any more."""

    code = "DEVICE_REVOKED"


_REFUSALS: Final = {
    "DEVICE_TWIN": DeviceTwin,
    "DEVICE_REVOKED": DeviceRevoked,
    "CERTIFICATE_NEEDED": CertificateNotTaken,
    "CERTIFICATE_EXPIRED": CertificateNotTaken,
    "CERTIFICATE_NOT_YET_VALID": CertificateNotTaken,
    "CERTIFICATE_REPLACED": CertificateNotTaken,
    "CERTIFICATE_OF_ANOTHER": CertificateNotTaken,
}


@dataclass(frozen=True)
class Asker:
    """A seat as it asks: who it is, what it signs with, and where it counts."""

    device: str
    keystore: KeyStore
    replica: Replica


@dataclass(frozen=True)
class Matter:
    """What a request is about, beside its kind (see `DeviceRequest`)."""

    session: str | None = None
    sitting: str | None = None
    csr_pem: str | None = None
    device_key_pem: str | None = None


_NO_MATTER: Final = Matter()


def sign_request(
    asker: Asker, kind: RequestKind, matter: Matter = _NO_MATTER, others: Iterable[SigningKey] = ()
) -> bytes:
    """Make a signed request with the next figure of the seat's count, kept before this returns; `others` sign, too."""
    request = DeviceRequest(
        kind=kind,
        device=asker.device,
        session=matter.session,
        asked_ms=time.time_ns() // 1_000_000,
        nonce=secrets.token_hex(32),
        counter=asker.replica.requests.take(),
        sitting=matter.sitting,
        csr_pem=matter.csr_pem,
        device_key_pem=matter.device_key_pem,
    )
    return sign(request.to_bytes(), DeviceRequest.PAYLOAD_TYPE, asker.keystore.device_key(), *others)


def ask(
    connection: RegistryConnection,
    asker: Asker,
    kind: RequestKind,
    max_bytes: int,
    matter: Matter = _NO_MATTER,
    others: Iterable[SigningKey] = (),
) -> Reply:
    """Ask the registry; the reply is an answer or a refusal that belongs to this kind of request.

    A registry whose operator has settled that this seat was set back says where to go on counting: then it is asked
    once more.

    Raises:
        DeviceTwin, DeviceRevoked, CertificateNotTaken: the registry does not speak with this seat.
        RegistryUnreachable: no answer, or the registry cannot answer now.
        RegistryAnswerBad: something else answered.
    """
    signers = tuple(others)
    reply = _ask_once(connection, asker, kind, max_bytes, matter, signers)
    counter = _counter_to_go_on_from(reply)
    if counter is not None:
        asker.replica.requests.raise_to(counter)
        reply = _ask_once(connection, asker, kind, max_bytes, matter, signers)
    _raise_refusal(reply)
    return reply


def show_certificate(connection: RegistryConnection) -> None:
    """Show this seat's certificate at a door where it has to count; nothing is asked for.

    Raises:
        DeviceRevoked, CertificateNotTaken: it does not count.
        RegistryUnreachable, RegistryAnswerBad: nobody knows.
    """
    _raise_refusal(connection.get(_ANY_PROOF, ErrorReply.MAX_BYTES))


def _ask_once(
    connection: RegistryConnection,
    asker: Asker,
    kind: RequestKind,
    max_bytes: int,
    matter: Matter,
    others: tuple[SigningKey, ...],
) -> Reply:
    reply = connection.post(_PATHS[kind], sign_request(asker, kind, matter, others), max_bytes)
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise RegistryUnreachable(f"status {reply.status}", reached=True)
    return reply


def _raise_refusal(reply: Reply) -> None:
    if reply.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        code = reply.error().code
        refusal = _REFUSALS.get(code)
        if refusal is not None:
            raise refusal(code)


def _counter_to_go_on_from(reply: Reply) -> int | None:
    if reply.status != HTTPStatus.CONFLICT:
        return None
    error = reply.error()
    return error.counter if error.code == _COUNTER_BEHIND else None
