"""A registry that a PC knows by its address and its CA's fingerprint only, as a person reads both from a paper.

The CA is fetched over a connection that nothing is believed of and nothing secret goes over; it counts for its
fingerprint, the SHA-256 of the certificate's DER bytes, as browsers and OpenSSL show it. Then everything is asked for
again over a connection that believes this CA alone, and what that brings is the registry's.
"""

import http.client
import re
import ssl
import time
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from sync.client.connection import (
    RegistryAddressRefused,
    RegistryAnswerBad,
    RegistryConnection,
    RegistryUnreachable,
)
from sync.client.deadline import DeadlineContext, DeadlineSocket
from sync.faults import Refused
from sync.wire.document import DocumentRefused
from sync.wire.enrolment import Introduction

_PATH: Final = "/v1/introduction"
_SILENCE_S: Final = 5.0
_WHOLE_S: Final = 15.0
_DIGITS: Final = 64
_GROUP: Final = 4
_LONGEST_TYPED: Final = 400
_BETWEEN: Final = re.compile(r"[\s:\-·.]+")
_FINGERPRINT: Final = re.compile(rf"[0-9a-f]{{{_DIGITS}}}")


class FingerprintUnreadable(Refused):
    """What was typed is no fingerprint: 64 hexadecimal digits. Fact: `digits`, how many there are."""

    code = "FINGERPRINT_UNREADABLE"


class FingerprintDiffers(Refused):
    """The registry's CA is not the one that was named; nothing was sent. Facts: `wanted`, `seen`."""

    code = "FINGERPRINT_DIFFERS"


def read_fingerprint(typed: str) -> str:
    """Give the 64 lower-case digits of a fingerprint, however it is grouped; full-width digits count as plain ones.

    Raises:
        FingerprintUnreadable: it is none.
    """
    plain = "".join(chr(ord(char) - 0xFEE0) if "！" <= char <= "～" else char for char in typed[:_LONGEST_TYPED])
    digits = _BETWEEN.sub("", plain).lower().removeprefix("sha256")
    if not _FINGERPRINT.fullmatch(digits):
        raise FingerprintUnreadable(digits=len(digits))
    return digits


def grouped(fingerprint: str) -> str:
    """Show a fingerprint as people compare it: capitals in groups of four."""
    capitals = fingerprint.upper()
    return " ".join(capitals[at : at + _GROUP] for at in range(0, len(capitals), _GROUP))


def fingerprint_of(ca_pem: str) -> str:
    """Give the SHA-256 of a CA certificate's DER bytes, lower-case hex.

    Raises:
        RegistryAddressRefused: it is no certificate.
    """
    try:
        return x509.load_pem_x509_certificate(ca_pem.encode()).fingerprint(hashes.SHA256()).hex()
    except ValueError:
        raise RegistryAddressRefused("the CA certificate is not one") from None


def require_fingerprint(ca_pem: str, wanted: str) -> None:
    """See to it that a CA is the one that was named.

    Raises:
        FingerprintUnreadable: `wanted` is no fingerprint.
        FingerprintDiffers: it is another.
        RegistryAddressRefused: it is no certificate.
    """
    named, seen = read_fingerprint(wanted), fingerprint_of(ca_pem)
    if named != seen:
        raise FingerprintDiffers(wanted=grouped(named), seen=grouped(seen))


def introduce(url: str, wanted: str) -> Introduction:
    """Ask the registry at `url` who it is, and believe it for the fingerprint `wanted` of its CA.

    Raises:
        FingerprintUnreadable, FingerprintDiffers: it is another registry, or none was named.
        RegistryAddressRefused: no https address.
        RegistryUnreachable, RegistryAnswerBad: nobody answered, or not as a registry does.
    """
    read_fingerprint(wanted)  # before anybody is asked
    shown = _parsed(_asked_of_anybody(url))
    require_fingerprint(shown.ca_pem, wanted)
    connection = RegistryConnection(url, shown.ca_pem)
    try:
        reply = connection.get(_PATH, Introduction.MAX_BYTES)
    finally:
        connection.close()
    if reply.status != HTTPStatus.OK:
        raise RegistryUnreachable(f"status {reply.status}", reached=True)
    told = _parsed(reply.body)
    require_fingerprint(told.ca_pem, wanted)
    return told


def _parsed(body: bytes) -> Introduction:
    try:
        return Introduction.parse(body)
    except DocumentRefused as fault:
        raise RegistryAnswerBad(fault.detail) from None


def _asked_of_anybody(url: str) -> bytes:
    """Ask whoever answers there, bounded in time and size; nothing but the path is sent."""
    host, port = _place(url)
    context = DeadlineContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.sslsocket_class = DeadlineSocket
    context.deadline = time.monotonic() + _WHOLE_S
    connection = http.client.HTTPSConnection(host, port, timeout=_SILENCE_S, context=context)
    try:
        connection.request("GET", _PATH, headers={"Accept-Encoding": "identity", "Connection": "close"})
        response = connection.getresponse()
        body = response.read(Introduction.MAX_BYTES + 1)
    except ssl.SSLError:
        raise RegistryAnswerBad("no TLS", foreign=True) from None
    except (http.client.HTTPException, ValueError) as error:
        raise RegistryAnswerBad(type(error).__name__) from None
    except OSError as error:
        raise RegistryUnreachable(type(error).__name__) from None
    finally:
        connection.close()
    if response.status != HTTPStatus.OK:
        raise RegistryAnswerBad(f"status {response.status}")
    return body


def _place(url: str) -> tuple[str, int | None]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise RegistryAddressRefused("not an address") from None
    if parts.scheme != "https" or not host or parts.path.strip("/") or parts.query or "@" in parts.netloc:
        raise RegistryAddressRefused("not an https address")
    return host, port
