"""Those who do not read, or come too often, keep nobody else out: a real server, real sockets, small bounds."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from urllib.parse import urlsplit

import pytest

import app.serving.protocol as bounds
from sync.wire.error import ErrorReply
from tests.app.registry.world import Seat, World

LARGE = 16_000_000  # more than the kernel keeps for a connection
HEALTH = b"GET /v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

Connect = Callable[..., ssl.SSLSocket]


@pytest.fixture(scope="module")
def large(world: World) -> str:
    file = world.registry.premises.repository.targets_folder / "large"
    with file.open("wb") as made:
        made.truncate(LARGE)
    return "/tuf/targets/large"


@pytest.fixture
def connect(world: World, url: str) -> Iterator[Connect]:
    parts = urlsplit(url)
    with ExitStack() as opened:

        def to_registry(
            seat: Seat | None = None, source: str = "127.0.0.1", buffer: int | None = None
        ) -> ssl.SSLSocket:
            context = ssl.create_default_context(cadata=world.registry.premises.authority.certificate_pem)
            if seat is not None:
                context.load_cert_chain(seat.pem_file())
            plain = opened.enter_context(socket.socket())
            if buffer is not None:
                plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            plain.settimeout(10)
            plain.bind((source, 0))
            plain.connect((parts.hostname, parts.port))
            return opened.enter_context(context.wrap_socket(plain, server_hostname=parts.hostname))

        yield to_registry


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, bound in (("_CONNECTIONS", 12), ("_ANONYMOUS", 6), ("_OF_ADDRESS", 4), ("_LOOK_S", 0.05)):
        monkeypatch.setattr(bounds, name, bound)
    return monkeypatch


def answered(tls: ssl.SSLSocket, request: bytes = HEALTH) -> bytes:
    received = b""
    with suppress(OSError), tls:  # one that was cut answers no more
        tls.sendall(request)
        while piece := tls.recv(65_536):
            received += piece
    return received


def status(received: bytes) -> int:
    return int(received.split(b" ")[1]) if received else 0


def held(connect: Connect, path: str, *sources: str) -> list[ssl.SSLSocket]:
    """Ask for much and read nothing but the first bytes."""
    sockets = [connect(source=source, buffer=4_096) for source in sources]
    for each in sockets:
        each.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return [each for each in sockets if b" 200 " in each.recv(20)]


@contextmanager
def soon(seconds: float = 5) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


def test_non_readers_get_their_share_and_are_cut_and_seats_come_in_all_the_while(
    connect: Connect, seat: Seat, large: str, small: pytest.MonkeyPatch
) -> None:
    small.setattr(bounds, "_READING_S", 1.5)
    small.setattr(bounds, "_HELD_UP_S", 60)
    assert len(held(connect, large, *["127.0.0.2"] * 10)) == 4
    with soon():
        assert status(answered(connect(source="127.0.0.3"))) == 200
        assert len(held(connect, large, *["127.0.0.3"] * 3)) == 2
        refused = answered(connect(source="127.0.0.4"))
        assert (status(refused), ErrorReply.parse(refused.partition(b"\r\n\r\n")[2]).code) == (
            503,
            "SERVICE_UNAVAILABLE",
        )
        assert status(answered(connect(seat))) == 200
        while status(answered(connect(source="127.0.0.2"))) != 200:
            pass


def test_whoever_does_not_read_makes_room_for_the_next_of_the_same_address(
    connect: Connect, large: str, small: pytest.MonkeyPatch
) -> None:
    small.setattr(bounds, "_HELD_UP_S", 0.2)
    assert len(held(connect, large, *["127.0.0.5"] * 4)) == 4
    with soon():
        while status(answered(connect(source="127.0.0.5"))) != 200:
            pass


def test_who_reads_slowly_but_fast_enough_reads_to_the_end(
    connect: Connect, large: str, small: pytest.MonkeyPatch
) -> None:
    small.setattr(bounds, "_READING_S", 0.2)
    slow, got, began = connect(source="127.0.0.6", buffer=65_536), 0, time.monotonic()
    slow.sendall(f"GET {large} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    while time.monotonic() - began < 0.6:
        got += len(slow.recv(16_384))
        time.sleep(0.005)
    while piece := slow.recv(1_000_000):
        got += len(piece)
    assert got > LARGE


def test_one_certificate_has_its_share_too(connect: Connect, seat: Seat, small: pytest.MonkeyPatch) -> None:
    small.setattr(bounds, "_OF_CERTIFICATE", 2)
    idle = [connect(seat) for _ in range(2)]
    assert status(answered(connect(seat))) == 503
    assert [status(answered(each)) for each in idle] == [200, 200]


@pytest.mark.parametrize(
    ("request_line", "headers", "code"),
    [
        ("GET /tuf/metadata/1.root.json", "Range: bytes=99999999-", "REQUESTED_RANGE_NOT_SATISFIABLE"),
        ("GET /tuf/metadata/1.root.json", "Range: bytes=x-y", "BAD_REQUEST"),
        ("GET /v1/health", "no header at all", "BAD_REQUEST"),
        ("GET /v1/health", f"X: {'a' * 20_000}", "REQUEST_HEADER_FIELDS_TOO_LARGE"),
        ("GET /v1/health", "\r\n".join(f"X{number}: a" for number in range(3_000)), "REQUEST_HEADER_FIELDS_TOO_LARGE"),
        ("POST /v1/enrol", "Content-Length: 3\r\nTransfer-Encoding: chunked", "BAD_REQUEST"),
    ],
)
def test_every_refusal_is_an_error_document(connect: Connect, request_line: str, headers: str, code: str) -> None:
    received = answered(
        connect(), f"{request_line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n\r\n".encode()
    )
    head, _, body = received.partition(b"\r\n\r\n")
    assert ErrorReply.parse(body).code == code
    assert b"content-type: application/json" in head.lower()
    assert status(received) >= 400


def test_an_upgrade_is_passed_over_in_silence(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    upgrade = HEALTH.replace(b"Connection: close", b"Connection: close, upgrade\r\nUpgrade: websocket")
    assert status(answered(connect(), upgrade)) == 200
    assert caplog.text == ""
