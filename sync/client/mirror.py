"""A copy of a content repository at any address, http or https: it is believed for its signatures, not its place.

Bounded like the registry's connection: a watch ends an exchange that takes too long, whoever drips and wherever.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from http import HTTPStatus
from typing import BinaryIO, Final, Self
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.poolmanager import ProxyManager

from sync.client.pace import Pace
from sync.client.source import ABSENT, LATER, NotThere, most_time_s
from sync.faults import EnvironmentFault, Refused

_PIECE_BYTES: Final = 65_536


class MirrorUnreachable(EnvironmentFault):
    """A mirror gives no answer, or not a whole one. Fact: `place`, the host."""

    code = "MIRROR_UNREACHABLE"


class MirrorAnswerBad(Refused):
    """A mirror answers as none would: it sends us elsewhere, encodes, or gives too many bytes. Fact: `place`."""

    code = "MIRROR_ANSWER_BAD"


class MirrorAddressRefused(Refused):
    """An address of a mirror is none of http or https."""

    code = "MIRROR_ADDRESS_REFUSED"


class Mirror:
    """A `Source` whose metadata and targets lie under two addresses.

    `timeout` is for connecting and for silence, s. `pace` bounds how fast the line is used. Proxies of the environment
    are used as they say.

    Raises:
        MirrorAddressRefused: an address is none.
    """

    may_lag: Final = True
    silences: Final = (MirrorUnreachable, MirrorAnswerBad)

    def __init__(
        self,
        metadata_url: str,
        targets_url: str,
        *,
        timeout: tuple[float, float] = (5, 15),
        pace: Pace | None = None,
    ) -> None:
        self._metadata_url: Final = _address(metadata_url)
        self._targets_url: Final = _address(targets_url)
        self._timeout = urllib3.Timeout(connect=timeout[0], read=timeout[1])
        self._pace = pace

    def metadata(self, name: str, most: int) -> bytes:
        """Give a metadata file. Raises: see `Source.metadata`."""
        url = self._metadata_url + name
        with self._exchange(url, most_time_s(most), {}) as (response, watch):
            _require_ok(response, url)
            body = bytearray()
            for piece in self._pieces(response, watch, url):
                body += piece
                if len(body) > most:
                    raise MirrorAnswerBad(f"more than {most} bytes", place=_host(url))
            return bytes(body)

    def target(self, path: str, file: BinaryIO, length: int) -> None:
        """Write what `file` lacks of a target. Raises: see `Source.target`."""
        have = min(file.seek(0, os.SEEK_END), length)
        if have and have == length:
            file.truncate(length)
        elif not self._go_on(path, file, have, length):
            self._go_on(path, file, 0, length)

    def _go_on(self, path: str, file: BinaryIO, have: int, length: int) -> bool:
        """Write what comes after the first `have` bytes; tell whether the mirror has such a part."""
        url = self._targets_url + path
        total_s = most_time_s(length - have)
        with self._exchange(url, total_s, {"Range": f"bytes={have}-"} if have else {}) as (response, watch):
            if have and response.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                return False
            if response.status == HTTPStatus.PARTIAL_CONTENT:
                if response.headers.get("Content-Range") != f"bytes {have}-{length - 1}/{length}":
                    return False
            else:
                _require_ok(response, url)
                have = 0
            file.seek(have)
            file.truncate()
            for piece in self._pieces(response, watch, url):
                have += len(piece)
                if have > length:
                    raise MirrorAnswerBad(f"more than {length} bytes", place=_host(url))
                file.write(piece)
                file.flush()
            if have < length and "Content-Length" not in response.headers:
                raise MirrorUnreachable("cut short", place=_host(url))  # the end of the line is all that said so
        return True

    @contextmanager
    def _exchange(
        self, url: str, total_s: float, headers: Mapping[str, str]
    ) -> Iterator[tuple[urllib3.BaseHTTPResponse, "_Watch"]]:
        with _Watch(total_s) as watch, self._pool(url) as pool:
            with watch.over_new_connections(), _mirror_faults(url):
                response = pool.request(
                    "GET",
                    url,
                    headers={"Accept-Encoding": "identity", "Connection": "close", **headers},
                    timeout=self._timeout,
                    preload_content=False,
                    decode_content=False,
                    redirect=False,
                    retries=False,
                )
            with response:
                with _mirror_faults(url):
                    watch.require_time()
                if response.headers.get("Content-Encoding", "identity") != "identity":
                    raise MirrorAnswerBad("an encoded body nobody asked for", place=_host(url))
                yield response, watch

    def _pieces(self, response: urllib3.BaseHTTPResponse, watch: "_Watch", url: str) -> Iterator[bytes]:
        with _mirror_faults(url):
            for piece in response.stream(_PIECE_BYTES, decode_content=False):
                if self._pace is not None:
                    watch.deadline += self._pace.spend(len(piece))
                yield piece
            watch.require_time()

    @contextmanager
    def _pool(self, url: str) -> Iterator[urllib3.PoolManager]:
        """Give what makes the connections of one exchange; none is kept for the next one."""
        parts = urlsplit(url)
        proxy = getproxies_environment().get(parts.scheme)
        with _mirror_faults(url):
            direct = proxy is None or proxy_bypass(parts.hostname or "")
            pool = urllib3.PoolManager() if direct else ProxyManager(proxy or "")
        pool.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}
        with pool:
            yield pool


def mirror_at(url: str) -> Mirror:
    """Give the mirror whose `metadata/` and `targets/` lie under one address. Raises `MirrorAddressRefused`."""
    base = _address(url)
    return Mirror(f"{base}metadata/", f"{base}targets/")


class _Watch:
    """Ends an exchange at `deadline` (monotonic seconds): it shuts the socket, whatever waits there."""

    def __init__(self, total_s: float) -> None:
        self.deadline = time.monotonic() + total_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()
        for one in self._sockets:
            one.close()

    @contextmanager
    def over_new_connections(self) -> Iterator[None]:
        """Watch the connections that are made in this block."""
        token = _WATCH.set(self)
        try:
            yield
        finally:
            _WATCH.reset(token)

    def over(self, connected: socket.socket) -> None:
        """Watch a connection from now on; TLS takes `connected` away later, so a second handle on it is kept."""
        self._sockets.append(connected.dup())
        if time.monotonic() >= self.deadline:
            connected.shutdown(socket.SHUT_RDWR)

    def require_time(self) -> None:
        """Tell whether an end was one, or our doing.

        Raises:
            TimeoutError: the exchange took too long.
        """
        if time.monotonic() >= self.deadline:
            raise TimeoutError("the exchange took too long")

    def _wait(self) -> None:
        while (left := self.deadline - time.monotonic()) > 0:
            if self._over.wait(left):
                return
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


_WATCH: Final[ContextVar[_Watch]] = ContextVar("_WATCH")


class _PlainConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        _WATCH.get().over(connected)
        return connected


class _TlsConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        _WATCH.get().over(connected)
        return connected


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        raise MirrorAddressRefused("not an address") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise MirrorAddressRefused("not an http or https address")
    return url if url.endswith("/") else f"{url}/"


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _require_ok(response: urllib3.BaseHTTPResponse, url: str) -> None:
    status = response.status
    if status in ABSENT:
        raise NotThere(f"status {status}")
    if status in LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise MirrorUnreachable(f"status {status}", place=_host(url))
    if status != HTTPStatus.OK:
        raise MirrorAnswerBad(f"status {status}", place=_host(url))


@contextmanager
def _mirror_faults(url: str) -> Iterator[None]:
    try:
        yield
    except (HTTPError, OSError) as error:
        cause = getattr(error, "reason", None) or error
        raise MirrorUnreachable(type(cause).__name__, place=_host(url)) from None
