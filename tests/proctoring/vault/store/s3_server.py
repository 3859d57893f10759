"""A real S3-speaking server on loopback: moto's, behind a small proxy.

The proxy refuses what every S3 store with Object Lock refuses by its documentation and moto (5.2) lets through:
a body that is not what its SHA-256 says (BadDigest), a COMPLIANCE retention made shorter (AccessDenied), an unknown
access key (InvalidAccessKeyId), a request whose clock is 15 minutes off (RequestTimeTooSkewed). That a locked or held
version is not deleted, is moto's own refusal. And it misbehaves on demand, as networks do.
"""

import base64
import hashlib
import http.client
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Self
from urllib.parse import urlsplit

from moto.server import ThreadedMotoServer

ACCESS_KEY: Final = "SIMULATEDKEY"
_SKEW_S: Final = 900
_UNTIL: Final = re.compile(rb"<RetainUntilDate>([^<]+)</RetainUntilDate>")
_HOP: Final = frozenset({"connection", "transfer-encoding", "content-length", "server", "date"})


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    body: bytes


@dataclass
class Mood:
    """How the store behaves now. `status` answers so many requests with this status; `cut` breaks answers off."""

    status: int = 0
    times: int = 0
    cut_reads: int = 0
    drop_after: int = -1  # so many requests are answered, then the connection is cut before any answer
    slow_s: float = 0.0
    drip_s: float = 0.0  # an answer's body comes byte by byte, so many seconds apart
    clock_s: float = 0.0
    lose: Callable[[Asked], bool] | None = None  # says "stored" and stores nothing
    asked: list[Asked] = field(default_factory=list)


class S3Server:
    """The store; `url` is its endpoint."""

    def __init__(self) -> None:
        self._moto: Final = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        self._moto.start()
        _, self._behind = self._moto.get_host_and_port()
        self.mood = Mood()
        self._proxy: Final = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self._proxy.daemon_threads = True
        self._thread: Final = threading.Thread(target=self._proxy.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.url: Final = f"http://127.0.0.1:{self._proxy.server_port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._proxy.shutdown()
        self._proxy.server_close()
        self._moto.stop()

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Hand a request on to moto."""
        connection = http.client.HTTPConnection("127.0.0.1", self._behind, timeout=30)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def refusal(self, asked: Asked, headers: dict[str, str]) -> tuple[int, str] | None:
        """Say why a store refuses, or None."""
        if f"Credential={ACCESS_KEY}/" not in headers.get("authorization", ""):
            return 403, "InvalidAccessKeyId"
        signed = datetime.strptime(headers.get("x-amz-date", ""), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if abs(time.time() + self.mood.clock_s - signed.timestamp()) > _SKEW_S:
            return 403, "RequestTimeTooSkewed"
        digest = headers.get("x-amz-checksum-sha256")
        if digest and base64.b64decode(digest) != hashlib.sha256(asked.body).digest():
            return 400, "BadDigest"
        if asked.method == "PUT" and "retention" in urlsplit(asked.path).query.split("&"):
            return self._shortened(asked, headers)
        return None

    def _shortened(self, asked: Asked, headers: dict[str, str]) -> tuple[int, str] | None:
        plain = asked.path.replace("retention&", "").replace("&retention", "")
        _, now, _ = self.ask("HEAD", plain, b"", {"host": headers["host"], "authorization": headers["authorization"]})
        kept = {name.lower(): value for name, value in now.items()}.get("x-amz-object-lock-retain-until-date")
        wanted = _UNTIL.search(asked.body)
        if kept and (wanted is None or _time(wanted[1].decode()) < _time(kept)):
            return 403, "AccessDenied"
        return None

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Give the class that serves one connection to this server."""
        return type("Handler", (_Handler,), {"behind": self})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    behind: S3Server

    def do_GET(self) -> None:
        self._serve()

    do_PUT = do_POST = do_DELETE = do_HEAD = do_GET  # noqa: N815 - as http.server has them

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as http.server has it
        """Say nothing."""

    def handle_expect_100(self) -> bool:
        self.send_response_only(100)
        self.end_headers()
        self.wfile.flush()
        return True

    def _serve(self) -> None:
        body, mood = self._body(), self.behind.mood
        asked = Asked(self.command, self.path, body)
        mood.asked.append(asked)
        time.sleep(mood.slow_s)
        if mood.drop_after == 0:
            self.close_connection = True
            return
        mood.drop_after -= 1
        if mood.times > 0:
            mood.times -= 1
            self._refuse(mood.status, "SlowDown" if mood.status == 503 else "InternalError")
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        refusal = self.behind.refusal(asked, headers)
        if refusal:
            self._refuse(*refusal)
        elif mood.lose and mood.lose(asked):
            etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
            self._answer(200, {"ETag": f'"{etag}"', "x-amz-version-id": "lost"}, b"")
        else:
            self._answer(*self.behind.ask(self.command, self.path, body, dict(self.headers.items())))

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def _refuse(self, status: int, code: str) -> None:
        xml = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>simulated</Message></Error>"
        self._answer(status, {"Content-Type": "application/xml"}, xml.encode())

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        length = headers.get("Content-Length", headers.get("content-length", "0"))
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in _HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", length if self.command == "HEAD" else str(len(body)))
        self.end_headers()
        mood = self.behind.mood
        if self.command == "GET" and mood.cut_reads > 0 and "Range" in self.headers and len(body) > 1:
            mood.cut_reads -= 1
            body, self.close_connection = body[: len(body) // 2], True
        if self.command == "HEAD":
            return
        if not mood.drip_s:
            self.wfile.write(body)
            return
        for byte in body:
            if mood.drip_s:
                time.sleep(mood.drip_s)
            try:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
            except OSError:  # whoever asked has gone
                self.close_connection = True
                return


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
