"""Certificates work in a real TLS handshake under strict rules, and say what they must."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from sync.trust.certificates import (
    CertificateRefused,
    check_device_certificate,
    csr,
    issue_device_certificate,
    issue_server_certificate,
    make_ca,
    read_csr,
)
from sync.trust.keys import SigningKey
from sync.wire.ids import new_id

CA = make_ca("Simulated registry CA")
OTHER_CA = make_ca("Simulated registry CA")
SERVER, DEVICE = SigningKey.generate_p256(), SigningKey.generate_p256()
DEVICE_ID = new_id()
SERVER_PEM = issue_server_certificate(CA, SERVER.public)
DEVICE_PEM = issue_device_certificate(CA, csr(DEVICE, "Seat 1"), DEVICE_ID, "Seat 1")


def key_pem(key: SigningKey) -> str:
    pem = key.private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode()


def context(folder: Path, side: int, pem: str, key: SigningKey, trusted: str) -> ssl.SSLContext:
    made = ssl.SSLContext(side)
    made.verify_mode = ssl.CERT_REQUIRED
    made.verify_flags |= ssl.VERIFY_X509_STRICT
    made.load_verify_locations(cadata=trusted)
    file = folder / f"{side}.pem"
    file.write_text(pem + key_pem(key), encoding="ascii")
    made.load_cert_chain(file)
    return made


def shake_hands(client: ssl.SSLContext, server: ssl.SSLContext, host: str) -> dict[str, object]:
    """Run a whole mutual TLS handshake in memory and give what the server saw of the client."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(down, up, server_hostname=host)
    answering = server.wrap_bio(up, down, server_side=True)
    for _ in range(4):
        for end in (asking, answering):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return dict(answering.getpeercert() or {})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_server_and_device_meet_in_mutual_tls_under_strict_rules(tmp_path: Path, host: str) -> None:
    client = context(tmp_path, ssl.PROTOCOL_TLS_CLIENT, DEVICE_PEM, DEVICE, CA.certificate_pem)
    server = context(tmp_path, ssl.PROTOCOL_TLS_SERVER, SERVER_PEM, SERVER, CA.certificate_pem)
    seen = shake_hands(client, server, host)
    assert seen["subject"] == ((("organizationalUnitName", "Seat 1"),), (("commonName", DEVICE_ID),))


def test_another_ca_of_the_same_name_or_another_host_ends_the_handshake(tmp_path: Path) -> None:
    server = context(tmp_path, ssl.PROTOCOL_TLS_SERVER, SERVER_PEM, SERVER, CA.certificate_pem)
    stranger = context(tmp_path, ssl.PROTOCOL_TLS_CLIENT, DEVICE_PEM, DEVICE, OTHER_CA.certificate_pem)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(stranger, server, "127.0.0.1")
    client = context(tmp_path, ssl.PROTOCOL_TLS_CLIENT, DEVICE_PEM, DEVICE, CA.certificate_pem)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(client, server, "registry.example")


def test_a_device_cannot_pass_for_a_server_or_issue_certificates(tmp_path: Path) -> None:
    pem = issue_device_certificate(CA, csr(DEVICE, "x"), DEVICE_ID, "localhost")
    server = context(tmp_path, ssl.PROTOCOL_TLS_SERVER, pem, DEVICE, CA.certificate_pem)
    client = context(tmp_path, ssl.PROTOCOL_TLS_CLIENT, DEVICE_PEM, DEVICE, CA.certificate_pem)
    client.check_hostname = False
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(client, server, "localhost")
    device = x509.load_pem_x509_certificate(DEVICE_PEM.encode())
    assert not device.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert not device.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    authority = x509.load_pem_x509_certificate(CA.certificate_pem.encode())
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0


def test_validity_begins_a_day_early_and_lasts_as_said() -> None:
    now_ms = 1_800_000_000_000
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    ca = make_ca("CA", now_ms=now_ms)
    for pem, days in (
        (ca.certificate_pem, 3653),
        (issue_server_certificate(ca, SERVER.public, now_ms=now_ms), 397),
        (issue_device_certificate(ca, csr(DEVICE, "x"), DEVICE_ID, "x", now_ms=now_ms), 1096),
    ):
        certificate = x509.load_pem_x509_certificate(pem.encode())
        assert certificate.not_valid_before_utc == now - timedelta(days=1)
        assert certificate.not_valid_after_utc == now + timedelta(days=days)


def test_a_device_accepts_its_own_certificate_only() -> None:
    check_device_certificate(DEVICE_PEM, CA.certificate_pem, DEVICE.public, DEVICE_ID)
    for pem, ca_pem, key, device in (
        (DEVICE_PEM, OTHER_CA.certificate_pem, DEVICE.public, DEVICE_ID),
        (DEVICE_PEM, CA.certificate_pem, SERVER.public, DEVICE_ID),
        (DEVICE_PEM, CA.certificate_pem, DEVICE.public, new_id()),
        (DEVICE_PEM, CA.certificate_pem, DEVICE.public, "../device"),
        (SERVER_PEM, CA.certificate_pem, SERVER.public, DEVICE_ID),
        ("no certificate", CA.certificate_pem, DEVICE.public, DEVICE_ID),
        (DEVICE_PEM, "证书", DEVICE.public, DEVICE_ID),
        ("x" * 5000, CA.certificate_pem, DEVICE.public, DEVICE_ID),
    ):
        with pytest.raises(CertificateRefused):
            check_device_certificate(pem, ca_pem, key, device)


def test_a_request_proves_that_its_maker_holds_the_key() -> None:
    assert read_csr(csr(DEVICE, "Seat 1")) == DEVICE.public
    der = bytearray(x509.load_pem_x509_csr(csr(DEVICE, "Seat 1").encode()).public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1
    broken = x509.load_der_x509_csr(bytes(der)).public_bytes(serialization.Encoding.PEM).decode()
    with pytest.raises(CertificateRefused, match="own key"):
        issue_device_certificate(CA, broken, DEVICE_ID, "Seat 1")


def test_a_request_over_another_kind_of_key_is_refused() -> None:
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    p384 = builder.sign(ec.generate_private_key(ec.SECP384R1()), hashes.SHA256())
    ed25519 = builder.sign(SigningKey.generate_ed25519().private_key, None)
    for request in (p384, ed25519):
        with pytest.raises(CertificateRefused, match="P-256"):
            read_csr(request.public_bytes(serialization.Encoding.PEM).decode())
    with pytest.raises(TypeError):
        csr(SigningKey.generate_ed25519(), "Seat 1")


@given(st.text(max_size=300))
def test_hostile_text_is_refused_without_any_other_error(text: str) -> None:
    with pytest.raises(CertificateRefused):
        read_csr(text)
    with pytest.raises(CertificateRefused):
        check_device_certificate(text, CA.certificate_pem, DEVICE.public, DEVICE_ID)


def test_a_long_chinese_label_is_cut_to_what_a_certificate_holds() -> None:
    pem = issue_device_certificate(CA, csr(DEVICE, "座" * 200), DEVICE_ID, "座" * 200)
    (unit,) = x509.load_pem_x509_certificate(pem.encode()).subject.get_attributes_for_oid(
        x509.NameOID.ORGANIZATIONAL_UNIT_NAME
    )
    assert unit.value == "座" * 21
