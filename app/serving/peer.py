"""Who is at the other end: the TLS extension of ASGI (spec 1.0, "TLS Extension"), which uvicorn does not set."""

import asyncio
import ssl
from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send

from app.serving.protocol import ImpatientProtocol

_VERSIONS: Final = {"TLSv1.2": 0x0303, "TLSv1.3": 0x0304}


class PeerProtocol(ImpatientProtocol):
    """Says in every request's scope which certificate the peer has shown, and proved in the handshake to hold."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Look at the handshake that has just ended."""
        tls = transport.get_extra_info("ssl_object")
        if tls is not None:
            self.app = _Telling(self.app, _extension(tls))
        super().connection_made(transport)


class _Telling:
    """An ASGI application that is told what the handshake was."""

    def __init__(self, app: ASGIApp, extension: dict[str, Any]) -> None:
        self._app = app
        self._extension = extension

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        told = {**scope, "extensions": {**scope.get("extensions", {}), "tls": self._extension}}
        await self._app(told, receive, send)


def peer_certificate(scope: Scope) -> str | None:
    """Give the certificate (PEM) that the peer has shown; None if it has shown none."""
    chain = scope.get("extensions", {}).get("tls", {}).get("client_cert_chain", ())
    return next(iter(chain), None)


def _extension(tls: ssl.SSLObject) -> dict[str, Any]:
    shown = tls.getpeercert(binary_form=True)
    return {
        "server_cert": None,
        "client_cert_chain": (ssl.DER_cert_to_PEM_cert(shown),) if shown else (),
        "client_cert_name": None,  # nobody asks for it; the certificate itself says
        "client_cert_error": None,  # the handshake ends at one that is not the CA's
        "tls_version": _VERSIONS.get(tls.version() or ""),
        "cipher_suite": None,
    }
