"""X.509 certificates (RFC 5280): the registry's small CA, its HTTPS server, and the seats.

A certificate begins a day before it is made, because an exam room's clocks are not all right.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sync.faults import Refused
from sync.trust.clock import read_clock
from sync.trust.keys import KeyRefused, PublicKey, SigningKey
from sync.wire.ids import is_id

CA_DAYS: Final = 3653
SERVER_DAYS: Final = 397
DEVICE_DAYS: Final = 1096  # as long as records are kept
BACKDATED: Final = timedelta(days=1)
NO_CHECK_TIME: Final = 0x200000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which `ssl` does not name: the handshake judges no dates."""
LOOPBACK: Final = ("localhost", "127.0.0.1")

_MAX_PEM: Final = 4_000
_MAX_COMMON_NAME: Final = 64  # RFC 5280, ub-common-name; bytes of UTF-8, as `cryptography` counts them


class CertificateRefused(Refused):
    """A certificate, or a request for one, is not what it must be."""

    code = "CERTIFICATE_REFUSED"


@dataclass(frozen=True)
class CertificateAuthority:
    """A CA: its certificate (PEM) and its P-256 key."""

    certificate_pem: str
    key: SigningKey


@dataclass(frozen=True)
class DeviceCertificate:
    """A seat's certificate by the CA: whose, over which key, and from when until when it is good (ms, UTC)."""

    pem: str
    device: str
    key: PublicKey
    from_ms: int
    until_ms: int


def make_ca(common_name: str, *, now_ms: int | None = None) -> CertificateAuthority:
    """Make a CA that signs end certificates only."""
    key = SigningKey.generate_p256()
    name = _name(common_name)
    builder = _builder(name, name, key.public, _time(now_ms), CA_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(certificates=True), critical=True)
    return CertificateAuthority(_sign(builder, key, key.public), key)


def issue_server_certificate(
    ca: CertificateAuthority,
    key: PublicKey,
    hosts: Sequence[str] = LOOPBACK,
    *,
    now_ms: int | None = None,
) -> str:
    """Issue an HTTPS server's certificate (PEM) for host names and IP addresses."""
    issuer = x509.load_pem_x509_certificate(ca.certificate_pem.encode()).subject
    builder = _builder(_name(hosts[0]), issuer, key, _time(now_ms), SERVER_DAYS)
    names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
    builder = builder.add_extension(names, critical=False)
    return _sign(_end(builder, ExtendedKeyUsageOID.SERVER_AUTH), ca.key, ca.key.public)


def csr(key: SigningKey, label: str) -> str:
    """Make a certificate request (PEM) over `key`; the label is a wish, the registry decides the name."""
    request = x509.CertificateSigningRequestBuilder().subject_name(_name(label))
    return request.sign(_p256(key), hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def read_csr(csr_pem: str) -> PublicKey:
    """Verify a certificate request and give the key that its maker has proved to hold.

    Raises:
        CertificateRefused: unreadable, not over a P-256 key, or not signed by that key.
    """
    try:
        request = x509.load_pem_x509_csr(_bounded(csr_pem))
        good = request.is_signature_valid
        key = _public(request)
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature):
        raise CertificateRefused("not a certificate request") from None
    if not good:
        raise CertificateRefused("the request is not signed by its own key")
    return key


def issue_device_certificate(
    ca: CertificateAuthority, csr_pem: str, device_id: str, label: str, *, now_ms: int | None = None
) -> str:
    """Issue a seat's client certificate (PEM): common name = device id, organisational unit = seat label.

    Raises:
        CertificateRefused: the request is bad.
    """
    key = read_csr(csr_pem)
    issuer = x509.load_pem_x509_certificate(ca.certificate_pem.encode()).subject
    builder = _builder(_name(device_id, label), issuer, key, _time(now_ms), DEVICE_DAYS)
    return _sign(_end(builder, ExtendedKeyUsageOID.CLIENT_AUTH), ca.key, ca.key.public)


def check_device_certificate(certificate_pem: str, ca_pem: str, key: PublicKey, device_id: str) -> None:
    """Check that a certificate is the CA's own word that `key` is the device `device_id`'s.

    Its dates are not looked at: the seat's clock may be wrong when it is enrolled.

    Raises:
        CertificateRefused: unreadable, by another CA, over another key, or for another device.
    """
    found = read_device_certificate(certificate_pem, ca_pem)
    if found.key != key:
        raise CertificateRefused("over another key")
    if found.device != device_id:
        raise CertificateRefused("for another device")


def read_device_certificate(certificate_pem: str, ca_pem: str) -> DeviceCertificate:
    """Read a seat's certificate after checking that the CA has issued it for a seat; dates are the caller's matter.

    Raises:
        CertificateRefused: unreadable, by another CA, or not a seat's.
    """
    try:
        certificate = x509.load_pem_x509_certificate(_bounded(certificate_pem))
        authority = x509.load_pem_x509_certificate(_bounded(ca_pem))
        certificate.verify_directly_issued_by(authority)
        names = [name.value for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        key = _public(certificate)
    except InvalidSignature:
        raise CertificateRefused("not issued by the registry's CA") from None
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.ExtensionNotFound, x509.DuplicateExtension):
        raise CertificateRefused("unreadable, or not issued by the registry's CA") from None
    device = names[0] if len(names) == 1 else None
    if not isinstance(device, str) or not is_id(device) or ExtendedKeyUsageOID.CLIENT_AUTH not in purposes:
        raise CertificateRefused("for another device")
    return DeviceCertificate(
        pem=certificate.public_bytes(serialization.Encoding.PEM).decode(),
        device=device,
        key=key,
        from_ms=_millis(certificate.not_valid_before_utc),
        until_ms=_millis(certificate.not_valid_after_utc),
    )


def certificate_until_ms(certificate_pem: str) -> int:
    """Give until when a certificate of our own records is good, ms (UTC); whose it is, is not looked at."""
    return _millis(x509.load_pem_x509_certificate(certificate_pem.encode()).not_valid_after_utc)


def _bounded(pem: str) -> bytes:
    if len(pem) > _MAX_PEM:
        raise ValueError("too long")
    return pem.encode("ascii")  # UnicodeEncodeError is a ValueError


def _public(holder: x509.Certificate | x509.CertificateSigningRequest) -> PublicKey:
    key = holder.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise CertificateRefused("not over a P-256 key")
    try:
        return PublicKey.of(key)
    except KeyRefused:
        raise CertificateRefused("not over a P-256 key") from None


def _p256(key: SigningKey) -> ec.EllipticCurvePrivateKey:
    if not isinstance(key.private_key, ec.EllipticCurvePrivateKey):
        raise TypeError("certificates here are over P-256 keys")
    return key.private_key


def _millis(time: datetime) -> int:
    return int(time.timestamp()) * 1000


def _time(now_ms: int | None) -> datetime:
    millis = read_clock().wall_ms if now_ms is None else now_ms
    return datetime.fromtimestamp(millis // 1000, UTC)


def _name(common_name: str, unit: str = "") -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, _cut(common_name))]
    if unit:
        attributes.insert(0, x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, _cut(unit)))
    return x509.Name(attributes)


def _cut(text: str) -> str:
    return text.encode()[:_MAX_COMMON_NAME].decode(errors="ignore")


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    public = key.verifying_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _end(builder: x509.CertificateBuilder, purpose: x509.ObjectIdentifier) -> x509.CertificateBuilder:
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(certificates=False), critical=True)
    return builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)


def _sign(builder: x509.CertificateBuilder, key: SigningKey, issuer: PublicKey) -> str:
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.verifying_key())
    builder = builder.add_extension(authority, critical=False)
    return builder.sign(_p256(key), hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
