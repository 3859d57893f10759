"""An HTTPS service that nobody can hold up: TLS 1.2 or later, handshakes, headers and connections bounded."""

import asyncio
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp

from app.serving.protocol import ImpatientProtocol
from app.serving.refusals import HEADER_BYTES
from sync.faults import EnvironmentFault

_HANDSHAKE_S: Final = 10
_GOODBYE_S: Final = 5


class PortTaken(EnvironmentFault):
    """Another program listens where this service should. Fact: `port`."""

    code = "PORT_TAKEN"


class ImpatientLoop(asyncio.SelectorEventLoop):
    """An event loop whose servers wait 10 s for a TLS handshake, not 60; uvicorn has no setting for it."""

    async def create_server(self, *arguments: Any, **options: Any) -> asyncio.Server:  # noqa: ANN401 - handed on
        """Listen, as asyncio does."""
        return await super().create_server(*arguments, ssl_handshake_timeout=_HANDSHAKE_S, **options)


class HttpsServer(uvicorn.Server):
    """The service of `app` at `url` on a socket of `bind`: `run_here` serves until `stop` is called from any thread."""

    def __init__(
        self,
        app: ASGIApp,
        listening: socket.socket,
        url: str,
        context: ssl.SSLContext,
        ready: Callable[[str], None] = lambda _url: None,
        *,
        protocol: type[ImpatientProtocol] = ImpatientProtocol,
    ) -> None:
        self.url: Final = url
        self._socket = listening
        self._ready = ready
        super().__init__(
            uvicorn.Config(
                app,
                loop=f"{__name__}:{ImpatientLoop.__name__}",
                http=protocol,
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=_GOODBYE_S,
                h11_max_incomplete_event_size=HEADER_BYTES,
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


def bind(host: str, port: int) -> socket.socket:
    """Take the address; port 0 means any free one.

    Raises:
        PortTaken: somebody else listens there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise PortTaken(f"{host}:{port}: {error.strerror}", port=port) from None
    # asyncio does this only for sockets that say they are TCP's; without it each answer waits 40 ms for an ACK
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def address(host: str, port: int) -> str:
    """Give the https address of a host (a name, or an IP address of either kind) and a port."""
    return f"https://{f'[{host}]' if ':' in host else host}:{port}"
