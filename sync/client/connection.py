"""The one way to the registry: mutual TLS under the CA of the invitation, bounded in size and in time.

A timeout of `requests` starts anew with every byte, so a server that drips would hold a seat for ever. Here
the socket itself knows when the whole exchange has to be over.
"""

import ipaddress
import os
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

import requests
import urllib3
from cryptography.hazmat.primitives import serialization
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from sync.client.deadline import DeadlineContext, DeadlineSocket
from sync.client.pace import Pace
from sync.faults import EnvironmentFault, Refused
from sync.replica.durable import disk_faults
from sync.trust.certificates import NO_CHECK_TIME
from sync.trust.keys import SigningKey
from sync.wire.document import DocumentRefused
from sync.wire.error import ErrorReply

urllib3.disable_warnings(urllib3.exceptions.SystemTimeWarning)
"""It would tell a person in English of a path and of certificates, whose dates nobody judges by this PC's clock."""

_CHUNK_BYTES: Final = 65_536
_SLOWEST_BYTES_PER_S: Final = 16_000  # a county town's line on a bad day; slower counts as dead
_NO_HEADERS: Final[Mapping[str, str]] = {}
_LONGEST_WAIT_S: Final = 86_400
_LONGEST_DATE: Final = 64
_REDIRECTS: Final = range(300, 400)
_NOT_WITH_THIS: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


class RegistryUnreachable(EnvironmentFault):
    """No answer, or not a whole one. `reached` tells whether there was a connection at all."""

    code = "REGISTRY_UNREACHABLE"

    def __init__(self, detail: str = "", *, reached: bool = False) -> None:
        super().__init__(detail)
        self.reached = reached


class RegistryAnswerBad(Refused):
    """Something answered, but not as the registry would: a portal, another certificate, too many bytes.

    `foreign` tells that nothing was read of it, as it has no certificate of the registry's CA.
    """

    code = "REGISTRY_ANSWER_BAD"

    def __init__(self, detail: str = "", *, foreign: bool = False) -> None:
        super().__init__(detail)
        self.foreign = foreign


class RegistryAddressRefused(Refused):
    """The address or the CA certificate of the registry cannot be used."""

    code = "REGISTRY_ADDRESS_REFUSED"


class CertificateNotTaken(Refused):
    """The registry does not take this seat's certificate: expired, replaced by a newer one, or none."""

    code = "CERTIFICATE_NOT_TAKEN"


@dataclass(frozen=True)
class ClientIdentity:
    """What a seat shows in mutual TLS: its certificate (PEM) and the key that the certificate is over."""

    certificate_pem: str
    key: SigningKey = field(repr=False)


@dataclass(frozen=True)
class Reply:
    """A whole answer. `retry_after_s` is what the server asks us to wait, if it says so in seconds.

    `served_ms`: the server's clock when it answered, if it says so (Date, RFC 9110 6.6.1; whole seconds).
    """

    status: int
    body: bytes
    retry_after_s: int | None = None
    served_ms: int | None = None

    def error(self) -> ErrorReply:
        """Read the body as the registry's refusal.

        Raises:
            RegistryAnswerBad: it is something else.
        """
        try:
            return ErrorReply.parse(self.body)
        except DocumentRefused:
            raise RegistryAnswerBad(f"status {self.status} without a reason of the registry's") from None


class RegistryConnection:
    """HTTPS to one registry; one exchange at a time, safe from several threads.

    `identity` is shown to the registry if it asks for one; without it only public documents can be had. `newer` gives
    the identity anew: if the one shown is refused and there is another by now, the question is put again with that.
    `timeout` is for connecting and for silence, `total_s` for a whole exchange, all in seconds. Only
    certificates of `ca_pem` are believed, whatever the machine trusts; their dates are not judged here, because
    a PC with a dead battery must still find its registry. Proxies of the environment are not used for loopback.
    `pace` bounds how fast the line is used; what is waited for its sake counts in no bound of time.

    Raises:
        RegistryAddressRefused: no https address, or `ca_pem` or `identity` holds no certificate.
    """

    def __init__(
        self,
        url: str,
        ca_pem: str,
        identity: ClientIdentity | None = None,
        *,
        newer: Callable[[], ClientIdentity] | None = None,
        timeout: tuple[float, float] = (5, 15),
        total_s: float = 60,
        pace: Pace | None = None,
    ) -> None:
        self.url: Final = url.rstrip("/")
        self._timeout = timeout
        self._total_s = total_s
        self._lock = threading.Lock()
        self._ca_pem: Final = ca_pem
        self._identity = identity
        self._newer: Final = newer
        self._pace: Final = pace
        self._context = _context(ca_pem, identity, pace)
        self._session = requests.Session()
        self._session.trust_env = False  # no netrc, no REQUESTS_CA_BUNDLE: only what is said here
        self._session.proxies.update(_proxies(self.url))
        self._session.adapters.clear()
        self._session.mount("https://", _PinnedAdapter(self._context))

    def get(self, path: str, max_bytes: int, *, total_s: float | None = None) -> Reply:
        """GET `path`, at most `max_bytes`; `total_s` instead of the connection's own, for something large.

        Raises:
            RegistryUnreachable: no connection, cut short, or too slow.
            RegistryAnswerBad: a foreign certificate, a redirect, an encoded or too large body.
        """
        return self._whole("GET", path, None, max_bytes, total_s or self._total_s)

    def post(self, path: str, body: bytes, max_bytes: int) -> Reply:
        """POST `body` to `path`. Raises what `get` raises."""
        return self._whole("POST", path, body, max_bytes, self._total_s)

    def put(self, path: str, body: bytes, max_bytes: int) -> Reply:
        """PUT `body` to `path`. Raises what `get` raises."""
        return self._whole("PUT", path, body, max_bytes, self._total_s + len(body) / _SLOWEST_BYTES_PER_S)

    def download(self, path: str, file: BinaryIO, length: int) -> int:
        """GET what `file` still lacks of the `length` bytes at `path`; whoever has them all checks what they are.

        Each piece is in the file as it arrives, so a transfer that is cut goes on there the next time. A server that
        gives the whole instead of the rest is obeyed: the file begins anew. Gives the status; only after 200 and 206
        was anything written.

        Raises:
            RegistryUnreachable, RegistryAnswerBad, CertificateNotTaken: as `get`; what came before stays in the file.
            DiskFull, DiskFault: the file could not be written.
        """
        have = min(file.seek(0, os.SEEK_END), length)
        if have == length:
            file.truncate(length)
            return HTTPStatus.OK
        total_s = self._total_s + (length - have) / _SLOWEST_BYTES_PER_S
        with self._exchange("GET", path, None, total_s, {"Range": f"bytes={have}-"} if have else {}) as response:
            match response.status_code:
                case HTTPStatus.PARTIAL_CONTENT:
                    if response.headers.get("Content-Range", "") != f"bytes {have}-{length - 1}/{length}":
                        raise RegistryAnswerBad("another part than was asked for")
                case HTTPStatus.OK | HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                    have = 0
                case _:
                    pass
            if response.status_code in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
                _append(response, file, have, length)
            elif have == 0:
                file.truncate(0)  # the server has fewer bytes than this file: it is none of it
            return response.status_code

    def close(self) -> None:
        """Close what is open."""
        self._session.close()

    def _whole(self, method: str, path: str, body: bytes | None, max_bytes: int, total_s: float) -> Reply:
        reply = self._answer(method, path, body, max_bytes, total_s)
        if reply.status in _NOT_WITH_THIS and self._take_newer():
            reply = self._answer(method, path, body, max_bytes, total_s)
        return reply

    def _take_newer(self) -> bool:
        """Show another certificate from now on, if there is one: another process of this seat may have renewed it."""
        newer = self._newer() if self._newer else None
        with self._lock:
            if newer is None or (self._identity and newer.certificate_pem == self._identity.certificate_pem):
                return False
            self._identity, self._context = newer, _context(self._ca_pem, newer, self._pace)
            self._session.mount("https://", _PinnedAdapter(self._context))
            return True

    def _answer(self, method: str, path: str, body: bytes | None, max_bytes: int, total_s: float) -> Reply:
        with self._exchange(method, path, body, total_s) as response:
            headers = response.headers
            body = _read(response, max_bytes)
            return Reply(response.status_code, body, _retry_after(headers), _served_ms(headers))

    @contextmanager
    def _exchange(
        self, method: str, path: str, body: bytes | None, total_s: float, headers: Mapping[str, str] = _NO_HEADERS
    ) -> Iterator[requests.Response]:
        with self._lock, _network_faults():
            self._context.deadline = time.monotonic() + total_s
            try:
                yield from self._one_exchange(method, path, body, headers)
            finally:
                # no connection is kept for the next exchange: one that the server just closed, without
                # having said so, would look like an outage (and a lost answer) when it is used again
                self._session.close()

    def _one_exchange(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Iterator[requests.Response]:
        with self._session.request(
            method,
            self.url + path,
            data=body,
            headers={
                "Accept-Encoding": "identity",
                "Connection": "close",
                "Content-Type": "application/json",
                **headers,
            },
            timeout=self._timeout,
            stream=True,
            allow_redirects=False,
        ) as response:
            if response.status_code in _REDIRECTS:
                raise RegistryAnswerBad(f"status {response.status_code} sends us elsewhere")
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise RegistryAnswerBad("an encoded body nobody asked for")
            yield response


class _PinnedAdapter(HTTPAdapter):
    """Uses our context and nothing else: `requests` would add the CAs of `certifi` to it."""

    def __init__(self, context: DeadlineContext) -> None:
        self._context = context
        super().__init__()

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as in requests
        host, pool = super().build_connection_pool_key_attributes(*args, **kwargs)
        return host, {**pool, "ssl_context": self._context}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ANN401 - as in requests
        """Add nothing to the context: it verifies by itself."""


def _context(ca_pem: str, identity: ClientIdentity | None, pace: Pace | None) -> DeadlineContext:
    context = DeadlineContext(ssl.PROTOCOL_TLS_CLIENT)
    context.pace = pace
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.verify_flags |= NO_CHECK_TIME  # this PC's clock may stand at 1970
    context.sslsocket_class = DeadlineSocket
    try:
        context.load_verify_locations(cadata=ca_pem)
    except (ssl.SSLError, ValueError):
        raise RegistryAddressRefused("the CA certificate is not one") from None
    if identity is not None:
        _show(context, identity)
    return context


def _show(context: ssl.SSLContext, identity: ClientIdentity) -> None:
    """Give OpenSSL the key and certificate as a file that is memory only: Python hands it neither any other way."""
    secret = identity.key.private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.memfd_create("identity", os.MFD_CLOEXEC), "wb") as file:
        file.write(secret + identity.certificate_pem.encode())
        file.flush()
        try:
            context.load_cert_chain(f"/proc/self/fd/{file.fileno()}")
        except (ssl.SSLError, ValueError):
            raise RegistryAddressRefused("the seat's certificate is not one, or over another key") from None


def _proxies(url: str) -> Mapping[str, str]:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise RegistryAddressRefused("not an https address")
    return {} if _is_loopback(parts.hostname) else get_environ_proxies(url)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def _network_faults() -> Iterator[None]:
    try:
        yield
    except (requests.exceptions.SSLError, ssl.SSLCertVerificationError):
        raise RegistryAnswerBad("no TLS with a certificate of the registry's CA", foreign=True) from None
    except requests.exceptions.ConnectTimeout:
        raise RegistryUnreachable("no connection in time") from None
    except requests.exceptions.ConnectionError as error:
        raise _unreachable(error) from None
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise RegistryUnreachable(_kind(error), reached=True) from None


def _unreachable(error: requests.exceptions.ConnectionError) -> RegistryUnreachable:
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    reached = not isinstance(reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.NameResolutionError)
    return RegistryUnreachable(_kind(reason), reached=reached)


def _kind(error: object) -> str:
    """Name the failure; its text may hold addresses, which belong to no log line."""
    return type(error).__name__


def _read(response: requests.Response, max_bytes: int) -> bytes:
    body = bytearray()
    for piece in response.raw.stream(_CHUNK_BYTES, decode_content=False):
        body += piece
        if len(body) > max_bytes:
            raise RegistryAnswerBad(f"more than {max_bytes} bytes")
    return bytes(body)


def _append(response: requests.Response, file: BinaryIO, have: int, length: int) -> None:
    """Write an answer's body behind the first `have` bytes; it has to end with the last of `length`."""
    name = getattr(file, "name", "")  # a file in memory has none, and one opened by its handle a number
    place = Path(name).parent if isinstance(name, str) else Path()
    file.seek(have)
    file.truncate()
    for piece in response.raw.stream(_CHUNK_BYTES, decode_content=False):
        have += len(piece)
        if have > length:
            raise RegistryAnswerBad(f"more than {length} bytes")
        with disk_faults(place, needed=length):  # a fault, which nobody takes for the network's
            file.write(piece)
            file.flush()
    if have < length:
        raise RegistryUnreachable("cut short", reached=True)


def _retry_after(headers: Mapping[str, str]) -> int | None:
    text = headers.get("Retry-After", "")
    return min(int(text), _LONGEST_WAIT_S) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004 - more digits are no waiting time


def _served_ms(headers: Mapping[str, str]) -> int | None:
    text = headers.get("Date", "")
    try:
        when = parsedate_to_datetime(text) if len(text) <= _LONGEST_DATE else None
    except (ValueError, OverflowError):
        return None
    return None if when is None or when.tzinfo is None else int(when.timestamp()) * 1000
