"""Running the registry's HTTPS service: TLS 1.2 or later under its own CA, on loopback unless told otherwise."""

import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization

from app.registry.http import make_app
from app.registry.premises import PUBLIC_URL, URL, Premises
from app.registry.service import Registry
from app.serving.peer import PeerProtocol
from app.serving.server import HttpsServer, address, bind
from sync.replica.durable import write_durably
from sync.trust.certificates import LOOPBACK, NO_CHECK_TIME, issue_server_certificate
from sync.trust.keys import SigningKey

_PORT: Final = "port"


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


class RegistryServer(HttpsServer):
    """The service of an open registry.

    Raises:
        PortTaken: somebody else listens there.
    """

    def __init__(
        self, registry: Registry, host: str, port: int, ready: Callable[[str], None] = lambda _url: None
    ) -> None:
        listening = _bind(registry.premises, host, port)
        url = _settle_address(registry.premises, host, listening.getsockname()[1])
        super().__init__(make_app(registry), listening, url, _tls(registry.premises, url), ready, protocol=PeerProtocol)


def _bind(premises: Premises, host: str, port: int) -> socket.socket:
    return bind(host, port or int(premises.database.setting(_PORT) or 0))


def _settle_address(premises: Premises, host: str, port: int) -> str:
    """Keep the port; and the address, unless the registry was given a public one."""
    if premises.database.setting(_PORT) != str(port):
        premises.database.set_setting(_PORT, str(port))
    public = premises.database.setting(PUBLIC_URL)
    url = public or address(host, port)
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
    context.verify_mode = ssl.CERT_OPTIONAL  # public documents need none; whoever shows one shows our CA's
    context.load_verify_locations(cadata=premises.authority.certificate_pem)
    context.verify_flags |= NO_CHECK_TIME  # the guard judges dates, and says so in an answer
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_TICKET
    context.num_tickets = 0  # a session that was resumed would skip the handshake's proof
    return context
