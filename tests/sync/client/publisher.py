"""A content repository's publisher, made of the TUF library's own parts: honest, or as wicked as a test wants it."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final, TypeVar
from urllib.parse import quote

from securesystemslib.signer import CryptoSigner, SSlibKey  # type: ignore[attr-defined]  # exported without saying so
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Signed,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

from sync.client.medium import FOLDER

NOW: Final = datetime(2026, 11, 22, 8, tzinfo=UTC)
NOW_MS: Final = int(NOW.timestamp() * 1000)
DAY_MS: Final = 86_400_000
S = TypeVar("S", bound=Signed)
TOP: Final = (Root.type, Timestamp.type, Snapshot.type, Targets.type)


class Publisher:
    """A repository on a medium at `medium`; `folder` has its `metadata/` and `targets/`.

    Every role has one key, but root has three of which two have to sign. What is in `root`, `roles`, `snapshot` and
    `timestamp` may be changed; `publish` and `publish_root` sign it and put it where clients find it.
    """

    def __init__(self, medium: Path, *, now: datetime = NOW) -> None:
        self.medium = medium
        self.folder = medium / FOLDER / "tuf"
        (self.folder / "metadata").mkdir(parents=True)
        (self.folder / "targets").mkdir()
        self.expires = now.replace(microsecond=0) + timedelta(days=30)
        self.keys: dict[str, list[CryptoSigner]] = {role: [CryptoSigner.generate_ed25519()] for role in TOP}
        self.keys[Root.type] = [CryptoSigner.generate_ed25519() for _ in range(3)]
        self.root = _unpublished(Root(expires=self.expires, consistent_snapshot=True))
        for role in TOP:
            for signer in self.keys[role]:
                self.root.add_key(signer.public_key, role)
        self.root.roles[Root.type].threshold = 2
        self.roles: dict[str, Targets] = {Targets.type: _unpublished(Targets(expires=self.expires))}
        self.snapshot = _unpublished(Snapshot(expires=self.expires))
        self.timestamp = _unpublished(Timestamp(expires=self.expires))
        self.publish_root()
        self.embedded = self.read("1.root.json")
        self.publish()

    @property
    def targets(self) -> Targets:
        return self.roles[Targets.type]

    def read(self, name: str) -> bytes:
        return (self.folder / "metadata" / name).read_bytes()

    def write(self, name: str, raw: bytes) -> None:
        (self.folder / "metadata" / name).write_bytes(raw)

    def signed(self, signed: Signed, signers: list[CryptoSigner]) -> bytes:
        metadata: Metadata[Any] = Metadata(signed)
        for signer in signers:
            metadata.sign(signer, append=True)
        return metadata.to_bytes()

    def publish_root(self, *also: CryptoSigner) -> None:
        """Sign a new root by the keys it names, and by others, as a rotation wants it."""
        self.root.version += 1
        self.write(f"{self.root.version}.root.json", self.signed(self.root, [*self.keys[Root.type], *also]))

    def rotate(self, role: str) -> list[CryptoSigner]:
        """Give a role as many new keys as it had; give the old ones."""
        old, self.keys[role] = self.keys[role], [CryptoSigner.generate_ed25519() for _ in self.keys[role]]
        for signer in old:
            self.root.revoke_key(signer.public_key.keyid, role)
        for signer in self.keys[role]:
            self.root.add_key(signer.public_key, role)
        return old

    def delegate(self, name: str, *paths: str, threshold: int = 1, terminating: bool = False) -> Targets:
        """Delegate paths to a role with as many keys as have to sign."""
        signers = [CryptoSigner.generate_ed25519() for _ in range(threshold)]
        if self.targets.delegations is None:
            self.targets.delegations = Delegations({}, {})
        delegations = self.targets.delegations
        assert delegations.roles is not None
        delegations.roles[name] = DelegatedRole(
            name, [one.public_key.keyid for one in signers], threshold, terminating, paths=list(paths)
        )
        delegations.keys.update({one.public_key.keyid: one.public_key for one in signers})
        self.keys[name], self.roles[name] = signers, _unpublished(Targets(expires=self.expires))
        return self.roles[name]

    def add(self, path: str, data: bytes, role: str = Targets.type, **custom: object) -> Path:
        """Add a file to a role's list and give where it lies."""
        target = TargetFile.from_data(path, data, ["sha256"])
        target.unrecognized_fields["custom"] = custom
        self.roles[role].targets[path] = target
        folder, _, name = path.rpartition("/")
        file = self.folder / "targets" / folder / f"{target.hashes['sha256']}.{name}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        return file

    def publish(self, *roles: str) -> None:
        """Sign new versions of targets roles (of all, if none is named), snapshot and timestamp."""
        for role in roles or tuple(self.roles):
            self.roles[role].version += 1
            raw = self.signed(self.roles[role], self.keys[role])
            self.write(f"{self.roles[role].version}.{quote(role, '')}.json", raw)
            self.snapshot.meta[f"{role}.json"] = MetaFile.from_data(self.roles[role].version, raw, ["sha256"])
        self.publish_snapshot()

    def publish_snapshot(self) -> None:
        self.snapshot.version += 1
        raw = self.signed(self.snapshot, self.keys[Snapshot.type])
        self.write(f"{self.snapshot.version}.snapshot.json", raw)
        self.timestamp.snapshot_meta = MetaFile.from_data(self.snapshot.version, raw, ["sha256"])
        self.publish_timestamp()

    def publish_timestamp(self) -> None:
        self.timestamp.version += 1
        self.write("timestamp.json", self.signed(self.timestamp, self.keys[Timestamp.type]))

    def as_it_is(self) -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in (self.folder / "metadata").iterdir()}

    def put_back(self, files: dict[str, bytes]) -> None:
        for file in (self.folder / "metadata").iterdir():
            file.unlink()
        for name, raw in files.items():
            self.write(name, raw)


def _unpublished(signed: S) -> S:
    signed.version = 0
    return signed


def twin(signer: CryptoSigner) -> CryptoSigner:
    """Give a signer whose key is the same under another key id, and written otherwise."""
    key = signer.public_key
    again = SSlibKey("f" * 64, key.keytype, key.scheme, {"public": str(key.keyval["public"]).upper()})
    return CryptoSigner(signer._private_key, again)


@dataclass
class Site:
    """A plain web server over a repository's folder, which does what a test says to its next answers."""

    folder: Path
    url: str = ""
    asked: list[str] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    cut_after: int | None = None
    """How many bytes of the next file's body are sent before the line is cut; once."""
    endless: bool = False
    dripping: str = ""
    """Send one byte at a time, of `headers` or of `body`, without an end."""
    status: int = 0
    """What is answered to everything, if not nought."""
    headers: dict[str, str] = field(default_factory=dict)
    over: bool = False

    @property
    def metadata(self) -> str:
        return f"{self.url}/metadata"

    @property
    def targets(self) -> str:
        return f"{self.url}/targets/"


@contextmanager
def site(folder: Path, tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """Serve a repository on loopback, over plain http or TLS."""
    running = Site(folder)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as in http.server
            """Say nothing."""

        def do_GET(self) -> None:
            _answer(running, self)

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing of clients that go."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    running.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}"
    try:
        yield running
    finally:
        running.over = True
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(running: Site, handler: BaseHTTPRequestHandler) -> None:
    running.asked.append(handler.path)
    running.ranges.append(handler.headers.get("Range", ""))
    file = running.folder / handler.path.lstrip("/")
    if running.status or not file.is_file():
        _head(running, handler, running.status or 404, 0)
    elif running.dripping == "headers":
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        _drip(running, handler, b"X")
    elif running.dripping == "body":
        _head(running, handler, 200, 1_000_000)
        _drip(running, handler, b" ")
    else:
        _give(running, handler, file.read_bytes())


def _give(running: Site, handler: BaseHTTPRequestHandler, data: bytes) -> None:
    begin = int(running.ranges[-1].removeprefix("bytes=").removesuffix("-") or 0)
    if begin and begin >= len(data):
        _head(running, handler, 416, 0)
        return
    part = {"Content-Range": f"bytes {begin}-{len(data) - 1}/{len(data)}"} if begin else {}
    body = data[begin:] + b" " * (8_000_000 if running.endless else 0)
    _head(running, handler, 206 if begin else 200, len(body), part)
    if running.cut_after is not None and "/targets/" in handler.path:
        body, running.cut_after = body[: running.cut_after], None
    handler.wfile.write(body)


def _head(
    running: Site, handler: BaseHTTPRequestHandler, status: int, length: int, part: Mapping[str, str] | None = None
) -> None:
    handler.send_response(status)
    for name, value in {**running.headers, **(part or {}), "Content-Length": str(length)}.items():
        handler.send_header(name, value)
    handler.end_headers()


def _drip(running: Site, handler: BaseHTTPRequestHandler, drop: bytes) -> None:
    waiting = handler.connection
    waiting.settimeout(0.02)
    while not running.over:
        handler.wfile.write(drop)
        handler.wfile.flush()
        try:
            if not waiting.recv(1):
                return  # the client has gone
        except TimeoutError:
            continue
