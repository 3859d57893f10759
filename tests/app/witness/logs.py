"""A simulated log that asks a witness: a real key, real heads, real proofs; its leaves are numbers."""

import base64
from dataclasses import dataclass, field

from sync.trust.checkpoint import make_checkpoint
from sync.trust.keys import SigningKey
from sync.trust.merkle import consistency_path, leaf_hash, root
from sync.wire.witness import WatchedLog

ORIGIN = "registry.example/log"
LOG_KEY = SigningKey.generate_ed25519()
WATCHED = WatchedLog(origin=ORIGIN, public_key_pems=(LOG_KEY.public.pem,))


@dataclass
class SimulatedLog:
    """A history of leaves; another `story` is another history from leaf `parting` on."""

    story: str = "a"
    parting: int = 0
    key: SigningKey = field(default_factory=lambda: LOG_KEY)

    def leaves(self, size: int) -> list[bytes]:
        return [
            leaf_hash(f"{self.story if number >= self.parting else 'a'}{number}".encode()) for number in range(size)
        ]

    def head(self, size: int, origin: str = ORIGIN) -> str:
        return make_checkpoint(origin, size, root(self.leaves(size)), self.key)

    def request(self, old: int, size: int) -> bytes:
        path = consistency_path(self.leaves(size), old) if old <= size else []
        return request(old, path, self.head(size))


def request(old: int, path: list[bytes], head: str) -> bytes:
    lines = "".join(f"{base64.b64encode(node).decode()}\n" for node in path)
    return f"old {old}\n{lines}\n{head}".encode()
