"""A simulated registry line: a real HTTPS server on loopback that passes requests on, or does what a script says."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from sync.client.connection import RegistryConnection
from sync.trust.certificates import CertificateAuthority, issue_server_certificate
from sync.trust.envelope import peek, sign
from sync.trust.keys import SigningKey
from sync.wire.receipt import Receipt

PORTAL = b"<html><body>Welcome! Please sign in to use the network.</body></html>"


class Act(Enum):
    """What the line does with one request."""

    PASS = auto()
    DELAY = auto()
    DUPLICATE = auto()  # the registry hears it twice
    LATE = auto()  # the client is cut off, and the registry hears it after others
    DROP_BEFORE = auto()  # the registry never hears of it
    DROP_AFTER = auto()  # the registry has done it, the answer is lost
    TRUNCATE = auto()
    PORTAL_200 = auto()
    PORTAL_409 = auto()
    REDIRECT = auto()
    BUSY_429 = auto()
    DOWN_503 = auto()
    DEFECT_500 = auto()
    HUGE = auto()
    GZIP = auto()
    DRIP_HEADERS = auto()
    DRIP_BODY = auto()
    ANOTHERS_RECEIPT = auto()
    FORGED_RECEIPT = auto()
    CHANGED_RECEIPT = auto()
    CREATED_EMPTY = auto()


@dataclass
class Line:
    """The script: acts are taken in turn by requests that are scripted, then everything passes."""

    upstream: RegistryConnection
    script: list[Act] = field(default_factory=list)
    only: str = "PUT"  # the method the script is for
    seen: list[tuple[str, str, Act]] = field(default_factory=list)
    late: list[tuple[str, str, bytes]] = field(default_factory=list)
    last_receipt: bytes = b""
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def act_for(self, method: str, path: str) -> Act:
        with self.lock:
            act = self.script.pop(0) if self.script and method == self.only else Act.PASS
            self.seen.append((method, path, act))
            return act

    def pass_on(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        if method == "GET":
            reply = self.upstream.get(path, 70_000_000)
        else:
            ask = self.upstream.put if method == "PUT" else self.upstream.post
            reply = ask(path, body, 70_000_000)
        if method == "PUT" and reply.status in (200, 201):
            self.last_receipt = reply.body
        return reply.status, reply.body

    def hold_back(self, method: str, path: str, body: bytes) -> None:
        with self.lock:
            self.late.append((method, path, body))

    def let_late_ones_through(self, most: int) -> None:
        """Send on what was held back, the latest first, when more than `most` have gathered."""
        with self.lock:
            some, self.late = (self.late, []) if len(self.late) > most else ([], self.late)
        for method, path, body in reversed(some):
            self.pass_on(method, path, body)


class _Handler(BaseHTTPRequestHandler):
    line: Line
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._serve("GET")

    def do_PUT(self) -> None:
        self._serve("PUT")

    def do_POST(self) -> None:
        self._serve("POST")

    def _serve(self, method: str) -> None:
        self.close_connection = True
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        with suppress(ConnectionError, ssl.SSLError, TimeoutError):
            self._do(self.line.act_for(method, self.path), method, body)

    def _do(self, act: Act, method: str, body: bytes) -> None:  # noqa: C901, PLR0912 - one case for each act
        match act:
            case Act.PASS:
                self._say(*self._pass_on(method, body))
            case Act.DELAY:
                time.sleep(0.05)  # this is the simulated delay itself
                self._say(*self._pass_on(method, body))
            case Act.DUPLICATE:
                self._pass_on(method, body)
                self._say(*self._pass_on(method, body))
            case Act.LATE:
                self.line.hold_back(method, self.path, body)
                self._hang_up()
            case Act.DROP_BEFORE:
                self._hang_up()
            case Act.DROP_AFTER:
                self._pass_on(method, body)
                self._hang_up()
            case Act.TRUNCATE:
                status, answer = self._pass_on(method, body)
                self._say(status, answer[: len(answer) // 2], length=len(answer))
                self._hang_up()
            case Act.PORTAL_200:
                self._say(200, PORTAL, kind="text/html")
            case Act.PORTAL_409:
                self._say(409, PORTAL, kind="text/html")
            case Act.REDIRECT:
                self._say(302, b"", Location="https://portal.example/")
            case Act.BUSY_429:
                self._say(429, b"busy", Retry_After="120")
            case Act.DOWN_503:
                self._say(503, b"down", Retry_After="999999999")
            case Act.DEFECT_500:
                self._say(500, b'{"code":"DEFECT","detail":"","wait_ms":null}')
            case Act.HUGE:
                self._say(200, b"x" * 3_000_000)
            case Act.GZIP:
                self._say(200, b"x", Content_Encoding="gzip")
            case Act.DRIP_HEADERS:
                self._drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 10_000)
            case Act.DRIP_BODY:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
                self._drip(b"x" * 10_000)
            case Act.ANOTHERS_RECEIPT:
                self._say(200, self.line.last_receipt)
            case Act.FORGED_RECEIPT:
                self._say(200, _forged(self._pass_on(method, body)[1]))
            case Act.CHANGED_RECEIPT:
                self._say(200, self._pass_on(method, body)[1].replace(b"A", b"B", 1))
            case Act.CREATED_EMPTY:
                self._say(201, b"")

    def _pass_on(self, method: str, body: bytes) -> tuple[int, bytes]:
        self.line.let_late_ones_through(2)
        return self.line.pass_on(method, self.path, body)

    def _say(
        self, status: int, body: bytes, *, kind: str = "application/json", length: int = -1, **headers: str
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length if length >= 0 else len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _drip(self, text: bytes) -> None:
        for byte in text:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(0.02)  # this is the simulated slowness itself

    def _hang_up(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


def _forged(receipt: bytes) -> bytes:
    """Sign what the receipt says with a key of one's own."""
    payload = peek(receipt, Receipt.PAYLOAD_TYPE).payload
    return sign(payload, Receipt.PAYLOAD_TYPE, SigningKey.generate_ed25519())


@contextmanager
def simulated_line(
    upstream: RegistryConnection, authority: CertificateAuthority, folder: Path, hosts: tuple[str, ...] = ()
) -> Iterator[Line]:
    """Run the line before `upstream`, with a certificate of the same CA."""
    line = Line(upstream)
    key = SigningKey.generate_p256()
    secret = key.private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    certificate = issue_server_certificate(authority, key.public, hosts or ("localhost", "127.0.0.1"))
    (folder / "line.pem").write_bytes(secret + certificate.encode())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "line.pem")
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"line": line}))
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that hangs up is the point
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    line.url = f"https://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02))
    thread.start()
    try:
        yield line
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
