"""Running the registry's HTTPS service: TLS 1.2 or later under its own CA, on loopback unless told otherwise."""

import asyncio
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import uvicorn
from cryptography.hazmat.primitives import serialization
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.registry.http import make_app
from app.registry.premises import PUBLIC_URL, URL, Premises
from app.registry.service import Registry
from sync.faults import EnvironmentFault
from sync.replica.durable import write_durably
from sync.trust.certificates import LOOPBACK, issue_server_certificate
from sync.trust.keys import SigningKey

_PORT: Final = "port"
_HANDSHAKE_S: Final = 10
_HEADERS_S: Final = 10
_HEADER_BYTES: Final = 16_384
_CONNECTIONS: Final = 256  # beyond these requests are answered 503 …
_SOCKETS: Final = 512  # … and beyond these nothing is
_GOODBYE_S: Final = 5


class PortTaken(EnvironmentFault):
    """Another program listens where the registry should. Fact: `port`."""

    code = "PORT_TAKEN"


def serve(home: Path, host: str = "127.0.0.1", port: int = 0, ready: Callable[[str], None] = lambda _url: None) -> None:
    """Serve the registry at `home` until SIGINT or SIGTERM; `ready` is told the public address.

    The directory is signed anew at the start if that was longer than a day ago.

    Port 0 means the port of the last time, at first any free one; the choice is kept, because it stands in every
    invitation.

    Raises:
        PortTaken: somebody else listens there.
        What `Registry.open` raises.
    """
    with Registry.open(home) as registry:
        registry.sign_of_the_day()
        RegistryServer(registry, host, port, ready).run_here()


class ImpatientLoop(asyncio.SelectorEventLoop):
    """An event loop whose servers wait 10 s for a TLS handshake, not 60; uvicorn has no setting for it."""

    async def create_server(self, *arguments: Any, **options: Any) -> asyncio.Server:  # noqa: ANN401 - handed on
        """Listen, as asyncio does."""
        return await super().create_server(*arguments, ssl_handshake_timeout=_HANDSHAKE_S, **options)


class RegistryServer(uvicorn.Server):
    """The service of an open registry: `run_here` serves in this thread until `stop` is called from any other.

    Raises:
        PortTaken: somebody else listens there.
    """

    def __init__(
        self, registry: Registry, host: str, port: int, ready: Callable[[str], None] = lambda _url: None
    ) -> None:
        self._socket = _bind(registry.premises, host, port)
        self.url: Final = _settle_address(registry.premises, host, self._socket.getsockname()[1])
        self._ready = ready
        context = _tls(registry.premises, self.url)
        super().__init__(
            uvicorn.Config(
                make_app(registry),
                loop=f"{__name__}:{ImpatientLoop.__name__}",
                http=_ImpatientProtocol,
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                limit_concurrency=_CONNECTIONS,
                timeout_graceful_shutdown=_GOODBYE_S,
                h11_max_incomplete_event_size=_HEADER_BYTES,
                ssl_context_factory=lambda _config, _default: context,
            )
        )

    def run_here(self) -> None:
        """Serve until stopped."""
        with self._socket:
            self.run(sockets=[self._socket])

    def stop(self) -> None:
        """End the service soon; what is being answered is answered."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        if self.started:
            self._ready(self.url)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM, and leave it at that: uvicorn would raise them again and skip our clean-up."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class _ImpatientProtocol(H11Protocol):
    """HTTP/1.1 that closes a connection whose next request's headers take too long; uvicorn would wait for ever."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        if len(self.connections) > _SOCKETS:
            transport.abort()
            return
        self._wait_for_headers()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._wait_for_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop_waiting()

    def _wait_for_headers(self) -> None:
        cycle: Any = self.cycle  # None until the first request, whatever its type says
        if cycle is not None and not cycle.response_complete:
            self._stop_waiting()
        elif self._patience is None:
            self._patience = self.loop.call_later(_HEADERS_S, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


def _bind(premises: Premises, host: str, port: int) -> socket.socket:
    wanted = port or int(premises.database.setting(_PORT) or 0)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, wanted), family=family)
    except OSError as error:
        raise PortTaken(f"{host}:{wanted}: {error.strerror}", port=wanted) from None
    # asyncio does this only for sockets that say they are TCP's; without it each answer waits 40 ms for an ACK
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _settle_address(premises: Premises, host: str, port: int) -> str:
    """Keep the port; and the address, unless the registry was given a public one."""
    if premises.database.setting(_PORT) != str(port):
        premises.database.set_setting(_PORT, str(port))
    public = premises.database.setting(PUBLIC_URL)
    url = public or f"https://{f'[{host}]' if ':' in host else host}:{port}"
    if premises.database.setting(URL) != url:
        premises.database.set_setting(URL, url)
    return url


def _tls(premises: Premises, url: str) -> ssl.SSLContext:
    """Make the service's key and certificate anew; seats believe the CA, so nothing has to be kept."""
    key = SigningKey.generate_p256()
    host = urlsplit(url).hostname or LOOPBACK[0]
    hosts = list(dict.fromkeys([host, *LOOPBACK]))
    certificate = issue_server_certificate(premises.authority, key.public, hosts, now_ms=premises.clock())
    secret = key.private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = premises.home / "keys" / "server.pem"
    write_durably(file, secret + certificate.encode() + premises.authority.certificate_pem.encode())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(file)
    return context
