"""What a log of a million leaves costs: one leaf more, its head, a proof, an audit of the whole."""

import random
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from sqlalchemy import insert

from app.registry.database import Database
from app.registry.log import TransparencyLog
from app.registry.models import LogLeaf, LogNode
from sync.client.log_audit import audit_log
from sync.client.log_source import LogFolder
from sync.replica.durable import private_folder
from sync.trust.keys import SigningKey
from sync.trust.leaf import Leaf, LeafKind
from sync.trust.merkle import leaf_hash, node_hash
from sync.wire.enrolment import RegistryRole
from tests.bench.figures import Row
from tests.sync.trust.world import ORIGIN, World

LARGE, SMALL = 1_000_000, 1_000
ROUNDS, AUDITS = 200, 3
_BATCH = 20_000
_SALT = bytes(32)


def log(folder: Path) -> list[Row]:
    """Measure all; `folder` takes the files."""
    world = World.make()
    key = world.roles[RegistryRole.LOG]
    large, small = (_Filled(private_folder(folder / str(size)), key, size) for size in (LARGE, SMALL))
    try:
        return [
            Row(f"A leaf logged and committed after {LARGE:,}; after {SMALL:,}", "ms", *_turns(large, small, _grow)),
            Row(f"A new head of {LARGE:,} leaves, its tiles written; of {SMALL:,}", "ms", *_turns(large, small, _head)),
            Row(f"A proof among {LARGE:,} leaves; among {SMALL:,}", "ms", *_turns(large, small, _prove), tail=True),
            Row(f"Audit of {LARGE:,} leaves; its files read, each hashed once", "s", *_audits(large, world)),
        ]
    finally:
        large.database.close()
        small.database.close()


class _Filled:
    """A log that was filled at once, and has shown a head."""

    def __init__(self, folder: Path, key: SigningKey, size: int) -> None:
        self.size = size
        self.folder = folder / "log"
        self.database = Database.open(folder / "registry.db")
        self.log = TransparencyLog(self.folder, ORIGIN, key, self.database)
        self._peaks: dict[int, bytes] = {}
        for begin in range(0, size, _BATCH):
            self._fill(begin, min(begin + _BATCH, size))
        self.log.checkpoint()

    def _fill(self, begin: int, end: int) -> None:
        leaves = [_leaf(number) for number in range(begin, end)]
        leaf_rows = [
            {"number": number, "kind": leaf.kind, "data": leaf.data(_SALT), "salt": "", "subject_sha256": ""}
            for number, leaf in enumerate(leaves, start=begin)
        ]
        with self.database.writing() as session:
            session.execute(insert(LogLeaf), leaf_rows)
            session.execute(insert(LogNode), list(self._nodes(begin, [leaf.hash(_SALT) for leaf in leaves])))

    def _nodes(self, begin: int, hashes: list[bytes]) -> Iterator[dict[str, object]]:
        for number, hashed in enumerate(hashes, start=begin):
            node, level, position = hashed, 0, number
            yield {"level": level, "position": position, "hash": node}
            while position & 1:
                node, level, position = node_hash(self._peaks[level], node), level + 1, position >> 1
                yield {"level": level, "position": position, "hash": node}
            self._peaks[level] = node


def _leaf(number: int) -> Leaf:
    return Leaf(LeafKind.PACKET, (sha256(str(number).encode()).digest(),))


def _turns(
    large: _Filled, small: _Filled, step: Callable[[_Filled], float]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    samples = [(step(large), step(small)) for _ in range(ROUNDS)]
    return tuple(one for one, _ in samples), tuple(other for _, other in samples)


def _grow(filled: _Filled) -> float:
    began = time.perf_counter()
    with filled.database.writing() as session:
        filled.log.append(session, _leaf(0))
    return (time.perf_counter() - began) * 1000


def _head(filled: _Filled) -> float:
    _grow(filled)
    began = time.perf_counter()
    filled.log.checkpoint()
    return (time.perf_counter() - began) * 1000


def _prove(filled: _Filled) -> float:
    index = random.randrange(filled.size)
    began = time.perf_counter()
    filled.log.proof(index)
    return (time.perf_counter() - began) * 1000


def _audits(large: _Filled, world: World) -> tuple[tuple[float, ...], tuple[float, ...]]:
    trust, source = world.trust, LogFolder(large.folder)
    ours, plain = [], []
    for _ in range(AUDITS):
        began = time.perf_counter()
        if not audit_log(source, trust).good:
            raise RuntimeError("an honest log was not found good")
        ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        _read_plainly(large.folder)
        plain.append(time.perf_counter() - began)
    return tuple(ours), tuple(plain)


def _read_plainly(folder: Path) -> None:
    """Read every tile and bundle, and hash each entry once."""
    for file in (folder / "tile").rglob("*"):
        if not file.is_file():
            continue
        raw, at = file.read_bytes(), 0
        if "entries" not in file.parts:
            continue
        while at < len(raw):
            length = int.from_bytes(raw[at : at + 2])
            leaf_hash(raw[at + 2 : at + 2 + length])
            at += 2 + length
