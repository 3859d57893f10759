"""Running a witness's HTTPS service, under its own CA; a new certificate at every start, the port of the first."""

import os
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog
from cryptography.hazmat.primitives import serialization

from app.serving.server import HttpsServer, address, bind
from app.witness.cosigning import Witness
from app.witness.home import WitnessHome
from app.witness.http import make_app
from sync.replica.durable import DiskFault, DiskFull, write_durably
from sync.trust.certificates import LOOPBACK, issue_server_certificate
from sync.trust.files import read_bounded
from sync.trust.keys import SigningKey

_PORT: Final = "port"
_log = structlog.get_logger(__name__)


def serve(home: Path, host: str = "127.0.0.1", port: int = 0, ready: Callable[[str], None] = lambda _url: None) -> None:
    """Serve the witness at `home` until SIGINT or SIGTERM; `ready` is told the address.

    Raises:
        PortTaken: somebody else listens there.
        WitnessBusy: it is served already.
        What `WitnessHome.open` raises.
    """
    witness = Witness(WitnessHome.open(home))
    try:
        WitnessServer(witness, host, port, ready).run_here()
    finally:
        witness.close()


class WitnessServer(HttpsServer):
    """The service of a witness.

    Raises:
        PortTaken: somebody else listens there.
    """

    def __init__(
        self, witness: Witness, host: str, port: int, ready: Callable[[str], None] = lambda _url: None
    ) -> None:
        file = witness.home.folder / _PORT
        kept = int(read_bounded(file, 8)) if file.exists() else 0
        listening = bind(host, port or kept)
        bound = listening.getsockname()[1]
        if bound != kept:
            _keep(file, bound, needed=not port)
        super().__init__(make_app(witness), listening, address(host, bound), _tls(witness.home, host), ready)


def _keep(file: Path, port: int, *, needed: bool) -> None:
    """Keep the port for the next start; not `needed` if it was given, because then it can be given again."""
    try:
        write_durably(file, str(port).encode())
    except (DiskFull, DiskFault) as fault:
        if needed:
            raise
        _log.warning("the port is not kept", code=fault.code, detail=fault.detail)


def _tls(home: WitnessHome, host: str) -> ssl.SSLContext:
    key = SigningKey.generate_p256()
    certificate = issue_server_certificate(home.authority, key.public, list(dict.fromkeys([host, *LOOPBACK])))
    secret = key.private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    handle = os.memfd_create("witness-tls", os.MFD_CLOEXEC)  # OpenSSL reads files only; this one is on no disk
    with os.fdopen(handle, "wb") as file:
        file.write(secret + certificate.encode() + home.card.ca_pem.encode())
        file.flush()
        context.load_cert_chain(f"/proc/self/fd/{handle}")
    return context
