"""What it costs to seal a packet, and to drain an outbox over loopback. `python -m tests.bench.delivery [PACKETS]`."""

import http.client
import http.server
import os
import ssl
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from app.demo.processes import Process, running
from sync.client.delivery import Courier
from sync.replica.database import Replica
from sync.replica.outbox import Stage
from sync.trust.anchor import Trust
from sync.trust.certificates import CertificateAuthority, issue_server_certificate
from sync.trust.envelope import countersign, sign
from sync.trust.keys import SigningKey
from sync.wire.packet import ScorePacket
from tests.app.registry.world import Seat, World, enrol_seat, opened_world, serving, simulated_packet
from tests.bench.figures import Row

PACKETS = 300
SEALED = 200
_A_SESSION = 250


def delivery(folder: Path, packets: int = PACKETS) -> list[Row]:
    """Measure all; `folder` takes the files. The packets are those of simulated candidates, with five items each."""
    with opened_world(folder) as world, serving(world.registry):
        seat = enrol_seat(world)
        sealed = _seal(world, seat, packets)
        rows = [
            Row("Packet signed by seat and two proctors, and committed; its bytes in a file", "ms", *sealed, tail=True)
        ]
        authority = world.registry.premises.authority
    arguments = ["registry", "serve", "--home", str(folder / "registry"), "--json"]
    with running(Process("registry", "app.cli.main", arguments, folder / "programs.log")) as registry:
        registry.wait_for("serving")
        with Replica.open(seat.trust.parent / "replica.db", seat.keystore.replica_key(), seat.keystore) as replica:
            bodies = [row.envelope for row in replica.outbox.all()]
            ours = _drained(replica, seat)
    bare = _put(bodies, authority, folder)
    what = f"Outbox of {packets:,} packets over loopback, each scored again, receipted and proven; bare HTTPS PUTs"
    return [*rows, Row(what, "s", (ours,), (bare,))]


def _seal(world: World, seat: Seat, count: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Seal packets into the seat's outbox; give what each of the first took, and a durable file of its bytes, ms."""
    key, proctors = seat.keystore.device_key(), world.proctor_keys
    plain = seat.trust.parent / "plain"
    ours, files = [], []
    for first in range(0, count, _A_SESSION):
        candidates = min(_A_SESSION, count - first)
        session = world.registry.plan_session(world.request((seat.device,), candidates=candidates))
        for number in range(candidates):
            packet = simulated_packet(world, seat, session, number)
            began = time.perf_counter()
            envelope = sign(packet.to_bytes(), ScorePacket.PAYLOAD_TYPE, key)
            digest = sha256(envelope).hexdigest()
            seat.replica.outbox.add(digest, packet.packet, packet.sitting, envelope, 1)
            for proctor in proctors:
                envelope = countersign(envelope, proctor)
            final = sha256(envelope).hexdigest()
            seat.replica.outbox.replace_sealed(digest, final, envelope)
            seat.replica.outbox.move(final, Stage.QUEUED)
            ours.append((time.perf_counter() - began) * 1_000)
            files.append(_written(plain, envelope))
    return tuple(ours[:SEALED]), tuple(files[:SEALED])


def _written(file: Path, data: bytes) -> float:
    began = time.perf_counter()
    with file.open("wb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())
    return (time.perf_counter() - began) * 1_000


def _drained(replica: Replica, seat: Seat) -> float:
    """Drain the outbox as the agent does; give the seconds it took."""
    courier = Courier(replica, seat.connect, lambda: Trust.load(seat.trust))
    began = time.perf_counter()
    while (report := courier.turn()).waiting:
        if not report.answered:
            raise RuntimeError("nobody answers")
    return time.perf_counter() - began


def _put(bodies: list[bytes], authority: CertificateAuthority, folder: Path) -> float:
    """PUT the same bytes to a server that does nothing with them, over one connection; give the seconds it took."""
    with _deaf_server(authority, folder) as port:
        context = ssl.create_default_context(cadata=authority.certificate_pem)
        connection = http.client.HTTPSConnection("127.0.0.1", port, context=context)
        began = time.perf_counter()
        for body in bodies:
            connection.request("PUT", "/v1/packets/x", body)
            connection.getresponse().read()
        took = time.perf_counter() - began
        connection.close()
    return took


class _Deaf(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(http.HTTPStatus.OK)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _deaf_server(authority: CertificateAuthority, folder: Path) -> Iterator[int]:
    key = SigningKey.generate_p256()
    secret = key.private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    now_ms = time.time_ns() // 1_000_000
    certificate = issue_server_certificate(authority, key.public, ("localhost", "127.0.0.1"), now_ms=now_ms)
    (folder / "deaf.pem").write_bytes(secret + certificate.encode())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "deaf.pem")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Deaf)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="bench-") as made:
        for row in delivery(Path(made), *map(int, sys.argv[1:2])):
            print(*row.cells(), sep=" | ")
