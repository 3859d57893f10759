"""Opening the encrypted replica, reading and committing, against plain SQLite with the same safety (WAL, FULL)."""

import hashlib
import secrets
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from sync.replica.cabinet import DocumentKind
from sync.replica.database import Replica
from sync.trust.keystore import FileKeyStore
from sync.wire.ids import new_id
from tests.bench.figures import Row

OPENED = 60
TURNS = 400
DOCUMENTS = 200
DOCUMENT_BYTES = 4_000
BODY_BYTES = 300


def replica(folder: Path) -> list[Row]:
    """Measure all three, by turns; the replica's generation is kept in a sealed key store, as on a seat."""
    folder.mkdir()
    keystore = FileKeyStore(folder / "keys")
    keystore.create()
    key, ours, plain = keystore.replica_key(), folder / "replica.db", folder / "plain.db"
    with Replica.open(ours, key, keystore) as opened, _sqlite(plain) as raw:
        raw.execute("CREATE TABLE document (name TEXT PRIMARY KEY, data BLOB)")
        raw.execute("CREATE TABLE journal (seq INTEGER PRIMARY KEY, body BLOB, prev TEXT, hash TEXT)")
        for number in range(DOCUMENTS):
            data = secrets.token_bytes(DOCUMENT_BYTES)
            opened.cabinet.put_document(DocumentKind.PLAN, str(number), data, 1)
            raw.execute("INSERT INTO document VALUES (?, ?)", (str(number), data))
        read = _by_turns(
            lambda turn: opened.cabinet.document(DocumentKind.PLAN, str(turn % DOCUMENTS)),
            lambda turn: raw.execute("SELECT data FROM document WHERE name = ?", (str(turn % DOCUMENTS),)).fetchall(),
            TURNS,
            1e6,
        )
        commit = _by_turns(_journal(opened), _rows(raw), TURNS, 1e3)

    def open_ours(_turn: int) -> None:
        Replica.open(ours, key, keystore).close()

    def open_plain(_turn: int) -> None:
        with _sqlite(plain) as connection:
            connection.execute("SELECT count(*) FROM document").fetchall()

    return [
        Row(
            "Replica opened and closed, its generation raised; SQLite",
            "ms",
            *_by_turns(open_ours, open_plain, OPENED, 1e3),
        ),
        Row(f"A document of {DOCUMENT_BYTES} bytes read from the replica; SQLite", "µs", *read, tail=True),
        Row("A journal row committed; SQLite, WAL and FULL", "ms", *commit, tail=True),
    ]


def _journal(opened: Replica) -> Callable[[int], object]:
    sitting = new_id()
    return lambda _turn: opened.journal.append(sitting, "answered", "boot/run", 1, 1, secrets.token_bytes(BODY_BYTES))


def _rows(raw: sqlite3.Connection) -> Callable[[int], object]:
    def commit(turn: int) -> None:
        body = secrets.token_bytes(BODY_BYTES)
        digest = hashlib.sha256(body).hexdigest()
        raw.execute("INSERT INTO journal VALUES (?, ?, ?, ?)", (turn, body, digest, digest))

    return commit


def _sqlite(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL").fetchall()
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _by_turns(
    ours: Callable[[int], object], plain: Callable[[int], object], turns: int, per_second: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(turns):
        for times, act in zip(taken, (ours, plain), strict=True):
            began = time.perf_counter()
            act(turn)
            times.append((time.perf_counter() - began) * per_second)
    return tuple(taken[0]), tuple(taken[1])
