"""The service over real HTTPS: what is there, what is not, and what hostile or slow clients get."""

import asyncio
import hashlib
import json
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import pytest
from fastapi import Request
from starlette.exceptions import HTTPException

import app.serving.bodies
import app.serving.protocol
from app.registry.intake import PACKET_BYTES
from app.registry.models import Packet
from sync.client.connection import RegistryConnection
from sync.trust.anchor import Trust
from sync.trust.checkpoint import read_checkpoint
from sync.trust.evidence import check_receipt
from sync.wire.enrolment import RegistryRole, TrustBundle
from sync.wire.error import ErrorReply
from tests.app.registry.world import Seat, World, signed, simulated_packet


def error_of(body: bytes) -> str:
    return ErrorReply.parse(body).code


@contextmanager
def raw_tls(url: str, world: World, seat: Seat | None = None) -> Iterator[ssl.SSLSocket]:
    context = ssl.create_default_context(cadata=world.registry.premises.authority.certificate_pem)
    if seat is not None:
        context.load_cert_chain(seat.pem_file())
    parts = urlsplit(url)
    assert parts.hostname
    with (
        socket.create_connection((parts.hostname, parts.port or 443), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=parts.hostname) as tls,
    ):
        yield tls


def answer(tls: ssl.SSLSocket) -> bytes:
    received = b""
    while piece := tls.recv(65536):
        received += piece
    return received


def test_health_trust_and_the_api_description_are_there(connection: RegistryConnection, world: World) -> None:
    health = connection.get("/v1/health", 10_000)
    assert json.loads(health.body) == {"status": "ok", "registry": "Test registry"}
    bundle = TrustBundle.parse(connection.get("/v1/trust", 1_000_000).body)
    assert Trust.from_bundle(bundle, world.registry.premises.repository.root_bytes()).log_origin
    paths = json.loads(connection.get("/v1/openapi.json", 1_000_000).body)["paths"]
    assert set(paths) >= {"/v1/enrol", "/v1/plans", "/v1/release", "/v1/packets/{sha256}", "/v1/trust"}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/docs",
        "/redoc",
        "/v2/health",
        "/v1/proofs/" + "0" * 64,
        "/v1/proofs/nothing",
        "/v1/log/tile/9/000",
        "/v1/log/tile/0/999",
    ],
)
def test_what_is_not_there_is_404_in_json(connection: RegistryConnection, path: str) -> None:
    reply = connection.get(path, 10_000)
    assert reply.status == 404
    assert error_of(reply.body) in {"NOT_FOUND", "PACKET_UNKNOWN"}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/log/tile/0/..%2f..%2f..%2fregistry.db",
        "/v1/log/tile/entries/../../../registry.db",
        "/tuf/metadata/..%2f..%2fregistry.db",
        "/tuf/metadata/%2e%2e/%2e%2e/keys/plan.key",
        "/tuf/targets/../../keys/plan.key",
        "/tuf/targets//etc/passwd",
        "/tuf/metadata/1.root.json%00.txt",
    ],
)
def test_no_path_leads_out_of_the_public_folders(url: str, world: World, path: str) -> None:
    with raw_tls(url, world) as tls:
        tls.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        received = answer(tls)
    assert received.startswith(b"HTTP/1.1 404")
    assert error_of(received.partition(b"\r\n\r\n")[2]) == "NOT_FOUND"


def test_a_wrong_method_is_said_in_json(connection: RegistryConnection) -> None:
    reply = connection.post("/v1/health", b"", 10_000)
    assert (reply.status, error_of(reply.body)) == (405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize("path", ["/v1/enrol", "/v1/plans", "/v1/release"])
@pytest.mark.parametrize("body", [b"", b"{}", b"[" * 5000, b"\xff\xfe", b"null"])
def test_garbage_is_refused_with_a_code_and_no_trace(connection: RegistryConnection, path: str, body: bytes) -> None:
    reply = connection.post(path, body, 10_000)
    assert reply.status == 422
    assert error_of(reply.body) in {"DOCUMENT_REFUSED", "ENVELOPE_REFUSED"}
    assert b"Traceback" not in reply.body


def test_a_packet_goes_in_and_its_proof_and_checkpoint_come_out(
    connection: RegistryConnection, world: World, seat: Seat, session: str
) -> None:
    sha256, envelope = signed(world, seat, simulated_packet(world, seat, session, 0))
    first = connection.put(f"/v1/packets/{sha256}", envelope, 100_000)
    again = connection.put(f"/v1/packets/{sha256}", envelope, 100_000)
    assert (first.status, again.status) == (201, 200)
    assert first.body == again.body
    trust = Trust.load(seat.trust)
    proof = connection.get(f"/v1/proofs/{sha256}", 100_000).body
    assert check_receipt(first.body, envelope, proof, trust).good
    text = connection.get("/v1/log/checkpoint", 10_000).body.decode()
    size = read_checkpoint(text, trust.log_origin, trust.role_key(RegistryRole.LOG)[0]).size
    tile = connection.get(f"/v1/log/tile/0/000.p/{size}", 100_000)
    assert (tile.status, len(tile.body)) == (200, 32 * size)


def test_a_conflict_is_409_and_an_unsigned_packet_422(
    connection: RegistryConnection, world: World, seat: Seat, session: str
) -> None:
    packet = simulated_packet(world, seat, session, 1)
    for change, status, code in (({}, 201, None), ({"resumes": 5}, 409, "PACKET_CONFLICT")):
        sha256, envelope = signed(world, seat, packet.model_copy(update=change))
        reply = connection.put(f"/v1/packets/{sha256}", envelope, 100_000)
        assert reply.status == status
        assert code is None or error_of(reply.body) == code
    unsigned = hashlib.sha256(b"{}").hexdigest()
    reply = connection.put(f"/v1/packets/{unsigned}", b"{}", 100_000)
    assert (reply.status, error_of(reply.body)) == (422, "PACKET_REFUSED")


def test_a_body_that_says_it_is_too_large_is_not_read(url: str, world: World, seat: Seat) -> None:
    with raw_tls(url, world, seat) as tls:
        head = f"PUT /v1/packets/{'0' * 64} HTTP/1.1\r\nHost: x\r\nContent-Length: {PACKET_BYTES + 1}\r\n\r\n"
        tls.sendall(head.encode())
        received = answer(tls)
    assert received.startswith(b"HTTP/1.1 413")
    assert b"REQUEST_ENTITY_TOO_LARGE" in received


def test_a_body_that_does_not_say_how_large_it_is_is_cut_off(url: str, world: World, seat: Seat) -> None:
    with raw_tls(url, world, seat) as tls:
        tls.sendall(b"POST /v1/release HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(20):
            tls.sendall(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
        received = answer(tls)
    assert received.startswith(b"HTTP/1.1 413")


def test_a_body_that_drips_is_given_up(url: str, world: World, seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.serving.bodies, "WITHIN_S", 0.2)
    with raw_tls(url, world, seat) as tls:
        tls.sendall(b"POST /v1/release HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx")
        received = answer(tls)
    assert received.startswith(b"HTTP/1.1 408")


def test_bodies_that_are_too_much_together_are_put_off_and_forgotten(
    connection: RegistryConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(app.serving.bodies, "TOGETHER_BYTES", 1_000)
        for _ in range(3):
            reply = connection.post("/v1/release", b"x" * 1_001, 10_000)
            assert (reply.status, error_of(reply.body)) == (503, "SERVICE_UNAVAILABLE")
            assert reply.retry_after_s == 30
        assert connection.post("/v1/release", b"x" * 999, 10_000).status == 422
    assert connection.post("/v1/release", b"x" * 1_001, 10_000).status == 422


def test_headers_that_drip_are_given_up(url: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.serving.protocol, "_HEADERS_S", 0.2)
    started = time.monotonic()
    with raw_tls(url, world) as tls:
        tls.sendall(b"GET /v1/health HTTP/1.1\r\nHost: ")
        assert answer(tls) == b""
    assert time.monotonic() - started < 5


def test_sockets_beyond_the_bound_are_closed_at_once(
    connection: RegistryConnection, url: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.serving.protocol, "_SOCKETS", 0)
    received = b""
    with raw_tls(url, world) as tls, suppress(OSError):  # closed or reset, as the network likes
        tls.sendall(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
        received = tls.recv(1)
    assert received == b""
    monkeypatch.undo()
    assert connection.get("/v1/health", 1_000).status == 200


def test_a_client_that_leaves_in_its_body_is_no_defect() -> None:
    messages: list[dict[str, object]] = [
        {"type": "http.request", "body": b"half", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> dict[str, object]:
        return messages.pop(0)

    async def take(bodies: app.serving.bodies.Bodies) -> None:
        async with bodies.taken(Request({"type": "http", "headers": []}, receive), 1_000):
            pass

    bodies = app.serving.bodies.Bodies()
    with pytest.raises(HTTPException) as caught:
        asyncio.run(take(bodies))
    assert caught.value.status_code == 400
    assert bodies._held == 0


def test_a_defect_shows_no_trace_and_loses_nothing(
    connection: RegistryConnection,
    world: World,
    seat: Seat,
    session: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sha256, envelope = signed(world, seat, simulated_packet(world, seat, session, 2))
    with monkeypatch.context() as patch:
        patch.setattr(world.registry.premises.log, "append", lambda *_: 1 // 0)
        reply = connection.put(f"/v1/packets/{sha256}", envelope, 100_000)
    assert (reply.status, error_of(reply.body)) == (500, "DEFECT")
    assert b"ZeroDivision" not in reply.body
    with world.registry.premises.database.reading() as rows:
        assert rows.get(Packet, sha256) is None
    assert connection.put(f"/v1/packets/{sha256}", envelope, 100_000).status == 201


def test_a_registry_in_trouble_asks_for_patience(connection: RegistryConnection, world: World) -> None:
    key = world.registry.premises.home / "tuf" / "metadata" / "1.root.json"
    kept = key.read_bytes()
    key.unlink()
    reply = connection.get("/v1/trust", 1_000_000)
    key.write_bytes(kept)
    assert (reply.status, reply.retry_after_s) == (503, 30)
    assert error_of(reply.body) == "REPOSITORY_UNREADABLE"
