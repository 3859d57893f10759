"""A registry whose operator does with its log what no operator may; the database, the key and the files are real."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import delete, select

from app.registry.log import TransparencyLog
from app.registry.models import LogLeaf, LogNode
from app.registry.service import Registry
from sync.trust.leaf import Leaf, LeafKind
from sync.trust.merkle import leaf_hash, node_hash
from sync.wire.receipt import LogEntry


def log_leaves(registry: Registry, count: int, kind: LeafKind = LeafKind.PACKET) -> list[LogEntry]:
    """Log leaves about nothing."""
    with registry.premises.database.writing() as session:
        return [registry.premises.log.append(session, Leaf(kind, (bytes(32), bytes(32)))) for _ in range(count)]


def entries_of(registry: Registry) -> list[bytes]:
    """Give the data of all leaves."""
    with registry.premises.database.reading() as session:
        return list(session.scalars(select(LogLeaf.data).order_by(LogLeaf.number)))


def rewrite(registry: Registry, entries: Sequence[bytes]) -> TransparencyLog:
    """Make the log's history another one, down to tiles and signed head, as whoever has the machine can."""
    nodes: dict[tuple[int, int], bytes] = {}
    for number, data in enumerate(entries):
        node, level, position = leaf_hash(data), 0, number
        nodes[level, position] = node
        while position & 1:
            node = node_hash(nodes[level, position - 1], node)
            level, position = level + 1, position >> 1
            nodes[level, position] = node
    with registry.premises.database.writing() as session:
        session.execute(delete(LogLeaf))
        session.execute(delete(LogNode))
        session.add_all(
            LogLeaf(number=number, kind="leaf", data=data, salt="0" * 64, subject_sha256="0" * 64)
            for number, data in enumerate(entries)
        )
        session.add_all(LogNode(level=at, position=place, hash=node) for (at, place), node in nodes.items())
    folder = log_folder(registry)
    for name in ("head", "checkpoint"):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / "tile")
    (folder / "tile").mkdir()
    registry.premises.log.checkpoint()
    return registry.premises.log


def log_folder(registry: Registry) -> Path:
    return registry.premises.home / "log"
