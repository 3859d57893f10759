"""What strangers may send to the one door that opens without a certificate: refused with the reason, and quickly."""

import base64
import json
import time
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.registry.enrolling import ENROLMENT_BYTES, enrol_device
from sync.client.connection import RegistryConnection
from sync.client.enrolment import enrol
from sync.faults import Refused
from sync.trust.certificates import csr
from sync.trust.envelope import countersign, sign
from sync.trust.keys import SealingKey, SigningKey
from sync.trust.keystore import FileKeyStore
from sync.wire.document import payload_type
from sync.wire.enrolment import DeviceRequest, EnrolmentRequest, Invitation
from sync.wire.error import ErrorReply
from tests.app.registry.world import HOUR_MS, World

KEY, TLS = SigningKey.generate_p256(), SigningKey.generate_p256()
TYPE = EnrolmentRequest.PAYLOAD_TYPE


def fields(token: str = "A" * 32) -> dict[str, str]:
    return {
        "token": token,
        "csr_pem": csr(TLS, "07"),
        "device_key_pem": KEY.public.pem,
        "sealing_key": base64.b64encode(SealingKey.generate().public_raw).decode(),
    }


def canonical(changed: dict[str, object]) -> bytes:
    return json.dumps({**fields(), **changed}, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def other_csr(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, name: str = "07") -> str:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode()


def broken_csr() -> str:
    der = bytearray(x509.load_pem_x509_csr(csr(TLS, "07").encode()).public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1
    lines = base64.encodebytes(bytes(der)).decode()
    return f"-----BEGIN CERTIFICATE REQUEST-----\n{lines}-----END CERTIFICATE REQUEST-----\n"


BODIES: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "ENVELOPE_REFUSED"),
    "no envelope": (lambda: canonical({}), "ENVELOPE_REFUSED"),
    "deep": (lambda: b'{"a":' * 3_000, "ENVELOPE_REFUSED"),
    "deep inside": (lambda: sign(b"[" * 9_000, TYPE, KEY), "DOCUMENT_REFUSED"),
    "not a number": (lambda: sign(b'{"token":NaN}', TYPE, KEY), "DOCUMENT_REFUSED"),
    "a field twice": (lambda: sign(b'{"token":"a",' + canonical({})[1:], TYPE, KEY), "DOCUMENT_REFUSED"),
    "an unknown field": (lambda: sign(canonical({"more": 1}), TYPE, KEY), "DOCUMENT_REFUSED"),
    "another type": (lambda: sign(canonical({}), DeviceRequest.PAYLOAD_TYPE, KEY), "ENVELOPE_REFUSED"),
    "a later version": (lambda: sign(canonical({}), TYPE.replace("v=1", "v=2"), KEY), "ENVELOPE_REFUSED"),
    "no type of ours": (lambda: sign(canonical({}), payload_type("nothing"), KEY), "ENVELOPE_REFUSED"),
    "another signer": (lambda: sign(canonical({}), TYPE, TLS), "ENVELOPE_REFUSED"),
    "one signer more": (lambda: countersign(sign(canonical({}), TYPE, KEY), TLS), "ENVELOPE_REFUSED"),
    "odd token": (lambda: sign(canonical({"token": "\u202e\u0000\U0001f600"}), TYPE, KEY), "TOKEN_REFUSED"),
    "half a character": (lambda: sign(canonical({}).replace(b"AAAA", b"\\ud8", 1), TYPE, KEY), "DOCUMENT_REFUSED"),
    "long token": (lambda: sign(canonical({"token": "A" * 65}), TYPE, KEY), "DOCUMENT_REFUSED"),
    "no csr": (lambda: sign(canonical({"csr_pem": "\n" * 4_000}), TYPE, KEY), "CERTIFICATE_REFUSED"),
    "csr with a bad signature": (lambda: sign(canonical({"csr_pem": broken_csr()}), TYPE, KEY), "CERTIFICATE_REFUSED"),
    "csr over RSA": (
        lambda: sign(canonical({"csr_pem": other_csr(rsa.generate_private_key(65_537, 2048))}), TYPE, KEY),
        "CERTIFICATE_REFUSED",
    ),
    "csr over P-384": (
        lambda: sign(canonical({"csr_pem": other_csr(ec.generate_private_key(ec.SECP384R1()))}), TYPE, KEY),
        "CERTIFICATE_REFUSED",
    ),
    "device key that is none": (lambda: sign(canonical({"device_key_pem": "é"}), TYPE, KEY), "REQUEST_MALFORMED"),
    "small sealing key": (lambda: sign(canonical({"sealing_key": "AAAA"}), TYPE, KEY), "REQUEST_MALFORMED"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_enrolment_is_refused_with_the_reason(connection: RegistryConnection, name: str) -> None:
    body, code = BODIES[name]
    began = time.monotonic()
    reply = connection.post("/v1/enrol", body(), 10_000)
    assert 400 <= reply.status < 500
    assert ErrorReply.parse(reply.body).code == code
    assert time.monotonic() - began < 5


def test_a_hundred_megabytes_are_not_taken(connection: RegistryConnection) -> None:
    reply = connection.post("/v1/enrol", b"x" * (ENROLMENT_BYTES + 1), 10_000)
    assert (reply.status, ErrorReply.parse(reply.body).code) == (413, "REQUEST_ENTITY_TOO_LARGE")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 9_999), flip=st.integers(1, 255))
def test_a_flipped_byte_anywhere_enrols_nobody_and_makes_no_other_error(
    world: World, invitation: Invitation, place: int, flip: int
) -> None:
    changed = bytearray(sign(EnrolmentRequest.model_validate(fields(invitation.token)).to_bytes(), TYPE, KEY))
    changed[place % len(changed)] ^= flip
    with pytest.raises(Refused):
        enrol_device(world.registry.premises, bytes(changed))


@pytest.fixture(scope="module")
def invitation(world: World, url: str) -> Invitation:
    assert url
    return world.registry.invite("07", HOUR_MS)


@pytest.mark.parametrize("label", ["七号机", "七" * 200, "e\u0301" * 60, "07 \U0001f600", "-", "\u0e33\u0e33"])
def test_any_label_that_people_can_read_makes_a_certificate_that_opens(world: World, url: str, label: str) -> None:
    assert url
    folder = world.folder / f"label-{label.encode().hex()[:40]}"
    keystore = FileKeyStore(folder / "keys")
    enrolment = enrol(world.registry.invite(label, HOUR_MS), keystore, folder / "trust")
    assert enrolment.seat_label == label
    connection = enrolment.connect(keystore)
    assert connection.get(f"/v1/proofs/{'0' * 64}", 1_000).error().code == "PACKET_UNKNOWN"
    connection.close()
