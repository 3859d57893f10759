"""The one way to the registry: HTTPS to the CA of the invitation, bounded in size and in time.

A timeout of `requests` starts anew with every byte, so a server that drips would hold a seat for ever. Here
the socket itself knows when the whole exchange has to be over.
"""

import ipaddress
import math
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from sync.faults import EnvironmentFault, Refused
from sync.wire.document import DocumentRefused
from sync.wire.error import ErrorReply

_CHUNK_BYTES: Final = 65_536
_LONGEST_WAIT_S: Final = 86_400
_REDIRECTS: Final = range(300, 400)


class RegistryUnreachable(EnvironmentFault):
    """No answer, or not a whole one. `reached` tells whether there was a connection at all."""

    code = "REGISTRY_UNREACHABLE"

    def __init__(self, detail: str = "", *, reached: bool = False) -> None:
        super().__init__(detail)
        self.reached = reached


class RegistryAnswerBad(Refused):
    """Something answered, but not as the registry would: a portal, another certificate, too many bytes."""

    code = "REGISTRY_ANSWER_BAD"


class RegistryAddressRefused(Refused):
    """The address or the CA certificate of the registry cannot be used."""

    code = "REGISTRY_ADDRESS_REFUSED"


@dataclass(frozen=True)
class Reply:
    """A whole answer. `retry_after_s` is what the server asks us to wait, if it says so in seconds."""

    status: int
    body: bytes
    retry_after_s: int | None = None

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

    `timeout` is for connecting and for silence, `total_s` for a whole exchange, all in seconds. Only
    certificates of `ca_pem` are believed, whatever the machine trusts. Proxies of the environment are not
    used for loopback.

    Raises:
        RegistryAddressRefused: no https address, or `ca_pem` holds no certificate.
    """

    def __init__(self, url: str, ca_pem: str, *, timeout: tuple[float, float] = (5, 15), total_s: float = 60) -> None:
        self.url: Final = url.rstrip("/")
        self._timeout = timeout
        self._total_s = total_s
        self._lock = threading.Lock()
        self._context = _context(ca_pem)
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
        return self._whole("PUT", path, body, max_bytes, self._total_s)

    def close(self) -> None:
        """Close what is open."""
        self._session.close()

    def _whole(self, method: str, path: str, body: bytes | None, max_bytes: int, total_s: float) -> Reply:
        with self._exchange(method, path, body, total_s) as response:
            return Reply(response.status_code, _read(response, max_bytes), _retry_after(response.headers))

    @contextmanager
    def _exchange(self, method: str, path: str, body: bytes | None, total_s: float) -> Iterator[requests.Response]:
        with self._lock, _network_faults():
            self._context.deadline = time.monotonic() + total_s
            try:
                yield from self._one_exchange(method, path, body)
            finally:
                # no connection is kept for the next exchange: one that the server just closed, without
                # having said so, would look like an outage (and a lost answer) when it is used again
                self._session.close()

    def _one_exchange(self, method: str, path: str, body: bytes | None) -> Iterator[requests.Response]:
        with self._session.request(
            method,
            self.url + path,
            data=body,
            headers={
                "Accept-Encoding": "identity",
                "Connection": "close",
                "Content-Type": "application/json",
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


class _DeadlineContext(ssl.SSLContext):
    """A TLS context whose sockets end every exchange at `deadline` (monotonic seconds)."""

    deadline: float = math.inf


class _DeadlineSocket(ssl.SSLSocket):
    """A TLS socket that lets no read or write wait beyond its context's deadline.

    Every path of `http.client` and `urllib3` to the wire ends in one of these three methods.
    """

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:  # noqa: ANN401 - as in ssl
        with self._bounded():
            return super().recv_into(buffer, nbytes, flags)

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        with self._bounded():
            return super().recv(buflen, flags)

    def send(self, data: Any, flags: int = 0) -> int:  # noqa: ANN401 - as in ssl
        with self._bounded():
            return super().send(data, flags)

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        left = cast("_DeadlineContext", self.context).deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the exchange took too long")
        usual = self.gettimeout()
        self.settimeout(left if usual is None else min(left, usual))
        try:
            yield
        finally:
            if self.fileno() >= 0:
                self.settimeout(usual)


class _PinnedAdapter(HTTPAdapter):
    """Uses our context and nothing else: `requests` would add the CAs of `certifi` to it."""

    def __init__(self, context: _DeadlineContext) -> None:
        self._context = context
        super().__init__()

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as in requests
        host, pool = super().build_connection_pool_key_attributes(*args, **kwargs)
        return host, {**pool, "ssl_context": self._context}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ANN401 - as in requests
        """Add nothing to the context: it verifies by itself."""


def _context(ca_pem: str) -> _DeadlineContext:
    context = _DeadlineContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = _DeadlineSocket
    try:
        context.load_verify_locations(cadata=ca_pem)
    except (ssl.SSLError, ValueError):
        raise RegistryAddressRefused("the CA certificate is not one") from None
    return context


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
        raise RegistryAnswerBad("no TLS with a certificate of the registry's CA") from None
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


def _retry_after(headers: Mapping[str, str]) -> int | None:
    text = headers.get("Retry-After", "")
    return min(int(text), _LONGEST_WAIT_S) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004 - more digits are no waiting time
