"""The replica's file: opening, migrating, and the one connection that all of its parts share."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import Enum, auto
from pathlib import Path
from typing import Any, Final, Self

import sqlcipher3.dbapi2 as sqlcipher

from sync.faults import EnvironmentFault, Fault
from sync.replica.cabinet import Cabinet
from sync.replica.connection import Connection
from sync.replica.contents import Contents, read_contents
from sync.replica.durable import DiskFault, DiskFull, free_bytes, private_folder, sync_folder
from sync.replica.ends import ChainEnds
from sync.replica.generation import Acceptance, GenerationKeeper, Generations, rolled_back
from sync.replica.journal import Journal
from sync.replica.outbox import Outbox
from sync.replica.requests import RequestCounter
from sync.replica.schema import MIGRATIONS

_KEY_BYTES = 32
_BUSY_MS = 5_000
_PAGE_BYTES = 4096
_LEAST_ROOM_BYTES = 100_000
_INDEX_CACHE_KIB = 65_536
_BESIDE: Final = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file."""


class ReplicaUnreadable(EnvironmentFault):
    """The file is damaged, or the key is not its key."""

    code = "REPLICA_UNREADABLE"


class ReplicaNewer(EnvironmentFault):
    """The file was written by a later version of the program."""

    code = "REPLICA_NEWER"


class Replica:
    """The seat's encrypted database (SQLCipher 4, raw key, WAL, synchronous=FULL).

    One connection behind one lock serves all threads of a process; other processes wait up to 5 s.
    """

    def __init__(self, path: Path, connection: "_LockedConnection", keeper: GenerationKeeper | None = None) -> None:
        self.path = path
        self._connection = connection
        self._keeper = keeper
        self.generations = Generations(connection)
        self.journal = Journal(connection)
        self.outbox = Outbox(connection)
        self.cabinet = Cabinet(connection)
        self.ends = ChainEnds(connection)
        self.requests = RequestCounter(connection)

    @classmethod
    def open(cls, path: Path, key: bytes, keeper: GenerationKeeper | None = None) -> Self:
        """Open the file at `path`, making and migrating it as needed; `key` is 32 random bytes.

        With a `keeper` (the key store) the generation is raised now, at `close` and by `advance`, and a file that is
        older than it was is refused.

        Raises:
            ReplicaUnreadable: wrong key, or damaged pages.
            ReplicaNewer: written by a later version.
            ReplicaRolledBack: an older copy was put back, or the file was removed; nothing was changed.
            DiskFull, DiskFault: the disk refused.
        """
        if keeper is not None:
            reached = keeper.generation()
            if reached and not path.exists():
                raise rolled_back(0, reached)
        replica = cls(path, _opened(path, key, MIGRATIONS), keeper)
        try:
            replica.advance()
        except BaseException:
            replica._connection.close()
            raise
        return replica

    @classmethod
    def open_to_read(cls, path: Path, key: bytes, keeper: GenerationKeeper) -> Self:
        """Open the file at `path` for reading only: nothing is written, so that a full disk hides nothing.

        Only a file of an earlier version is written to, as by `open`.

        Raises:
            What `open` raises.
        """
        reached = keeper.generation()
        if not path.exists():
            raise rolled_back(0, reached)
        connection = _opened_to_read(path, key)
        try:
            (version,) = connection.rows("PRAGMA user_version")[0]
            found = Generations(connection).current() if version == len(MIGRATIONS) else None
        except BaseException:
            connection.close()
            raise
        if found is not None and found >= reached:
            return cls(path, connection)
        connection.close()
        return cls.open(path, key, keeper)  # which brings it up to date, or refuses it

    @classmethod
    def accept(
        cls, path: Path, key: bytes, keeper: GenerationKeeper, said: tuple[str, str], now_ms: int
    ) -> Acceptance | None:
        """Accept a file that `open` refuses as rolled back; `said` is who says so, and why. None if it does not.

        Raises what `open` raises but `ReplicaRolledBack`.
        """
        connection = _opened(path, key, MIGRATIONS)
        try:
            return Generations(connection).accept(keeper, *said, now_ms)
        finally:
            connection.close()

    @staticmethod
    def copy(path: Path, key: bytes, to: Path) -> None:
        """Copy the file at `path` as it stands at one moment, migrated by nothing, into `to`, under the same key.

        What is at `to` is written over. The copy is durable when this returns.

        Raises:
            ReplicaUnreadable: wrong key, or damaged pages.
            DiskFull, DiskFault: the disk refused.
        """
        for stale in (to, *(to.with_name(to.name + ending) for ending in _BESIDE)):
            stale.unlink(missing_ok=True)
        source = _opened_to_read(path, key)
        try:
            source.copy_to(to, key)
        finally:
            source.close()
        sync_folder(to.parent)

    @staticmethod
    def contents_of(path: Path, key: bytes) -> Contents:
        """Say what the file at `path` holds, of whatever version it is; nothing is migrated or written.

        Raises:
            ReplicaUnreadable: wrong key, or damaged pages.
            DiskFault: the disk refused, or there is no file.
        """
        connection = _opened_to_read(path, key)
        try:
            return read_contents(connection)
        finally:
            connection.close()

    def advance(self) -> None:
        """Raise the generation: a copy that was made before is noticed from now on.

        Raises:
            ReplicaRolledBack: this file is behind its keeper.
        """
        if self._keeper is not None:
            self.generations.advance(self._keeper)

    def close(self) -> None:
        """Close the file; the generation is raised if that can be done. Closing twice is harmless."""
        keeper, self._keeper = self._keeper, None
        try:
            if keeper is not None:
                with suppress(Fault):  # a full disk or a missing token keeps no file open
                    self.generations.advance(keeper)
        finally:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class IndexFile:
    """An encrypted file of what can be made again from elsewhere: an index. Opened and guarded as a replica is."""

    def __init__(self, connection: "_LockedConnection") -> None:
        self._connection = connection
        self.rows = connection.rows
        self.run = connection.run
        self.run_many = connection.run_many
        self.transaction = connection.transaction
        self.close = connection.close

    @classmethod
    def open(cls, path: Path, key: bytes, migrations: Sequence[str]) -> Self:
        """Open the file at `path`, making and migrating it by `migrations`. Raises what `Replica.open` raises."""
        connection = _opened(path, key, migrations)
        connection.rows(f"PRAGMA cache_size = -{_INDEX_CACHE_KIB}")  # what was decrypted once is not decrypted again
        return cls(connection)


def _opened(path: Path, key: bytes, migrations: Sequence[str]) -> "_LockedConnection":
    private_folder(path.parent)
    connection = _LockedConnection(path, key)
    try:
        connection.migrate(migrations)
    except BaseException:
        connection.close()
        raise
    return connection


def _opened_to_read(path: Path, key: bytes) -> "_LockedConnection":
    try:
        return _LockedConnection(path, key, _Access.READ)
    except (DiskFull, DiskFault):
        # There was no room for the memory that is shared with others, so nobody else has the file open.
        return _LockedConnection(path, key, _Access.READ_ALONE)


class _Access(Enum):
    """What a connection is for."""

    WRITE = auto()
    READ = auto()
    READ_ALONE = auto()


class _LockedConnection(Connection):
    """`Connection` over one SQLCipher handle; every statement or transaction runs under one lock."""

    def __init__(self, path: Path, key: bytes, access: _Access = _Access.WRITE) -> None:
        if len(key) != _KEY_BYTES:
            raise ValueError("a replica's key is 32 bytes")
        if path.exists() and path.stat().st_size < _PAGE_BYTES:
            # SQLite would take the stump for a new file and begin again, as if nothing had ever been kept
            raise ReplicaUnreadable("the file was cut off")
        self._path = path
        self._lock = threading.RLock()
        with self._faults():
            # check_same_thread=False: the lock, not the thread, is what keeps callers apart
            self._handle = sqlcipher.connect(
                str(path), isolation_level=None, check_same_thread=False, timeout=_BUSY_MS / 1000
            )
            path.chmod(0o600)
            self._handle.execute("PRAGMA cipher_log_level = NONE")  # its complaints reach us as errors
            self._handle.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            for pragma in ("temp_store = MEMORY", "secure_delete = ON", "foreign_keys = ON"):
                self._handle.execute(f"PRAGMA {pragma}")
        try:
            with self._faults():
                for pragma in _PRAGMAS[access]:
                    self._handle.execute(f"PRAGMA {pragma}").fetchone()
                self._check_integrity()
        except BaseException:
            self._handle.close()
            raise

    def migrate(self, migrations: Sequence[str]) -> None:
        """Bring the file to the newest schema, each step in one transaction."""
        with self.transaction():
            (version,) = self.rows("PRAGMA user_version")[0]
            if version > len(migrations):
                raise ReplicaNewer(f"schema {version}, this program knows {len(migrations)}")
            for step, script in enumerate(migrations[version:], start=version + 1):
                for statement in _statements(script):
                    self.run(statement)
                self.run(f"PRAGMA user_version = {step}")

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock, self._faults():
            return list(self._handle.execute(sql, values).fetchall())

    def run(self, sql: str, *values: object) -> int:
        with self._lock, self._faults():
            return int(self._handle.execute(sql, values).rowcount)

    def run_many(self, sql: str, values: Iterable[Sequence[object]]) -> None:
        """Run a statement once for each of `values`."""
        with self._lock, self._faults():
            self._handle.executemany(sql, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._lock:
            if self._handle.in_transaction:
                raise RuntimeError("transactions do not nest")
            with self._faults():
                self._handle.execute("BEGIN IMMEDIATE")
            try:
                yield
                with self._faults():
                    self._handle.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    def copy_to(self, path: Path, key: bytes) -> None:
        """Copy all pages into a new file, by SQLite's own backup."""
        target = _LockedConnection(path, key)
        try:
            with self._lock, self._faults(), target._faults():
                self._handle.backup(target._handle)
        finally:
            target.close()

    def close(self) -> None:
        with self._lock:
            self._handle.close()

    def _check_integrity(self) -> None:
        complaints = self._handle.execute("PRAGMA cipher_integrity_check").fetchall()
        complaints += [row for row in self._handle.execute("PRAGMA quick_check").fetchall() if row != ("ok",)]
        if complaints:
            raise ReplicaUnreadable(f"{len(complaints)} damaged pages or tables")

    def _roll_back(self) -> None:
        # SQLite may have rolled back by itself (disk full); a second ROLLBACK would only hide the first fault
        if self._handle.in_transaction:
            self._handle.execute("ROLLBACK")

    def _is_full(self) -> bool:
        return free_bytes(self._path) < _LEAST_ROOM_BYTES

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except sqlcipher.IntegrityError:
            raise
        except sqlcipher.Error as error:
            name = getattr(error, "sqlite_errorname", "") or str(error)
            # the memory that processes share is a file, and SQLite calls it a broken disk when that cannot grow
            if "FULL" in name or "disk is full" in str(error) or ("IOERR" in name and self._is_full()):
                free_mb = free_bytes(self._path) // 1_000_000
                raise DiskFull(name, needed_mb=free_mb + 1, free_mb=free_mb) from error
            if "NOTADB" in name or "CORRUPT" in name or "not a database" in str(error) or "malformed" in str(error):
                raise ReplicaUnreadable(name) from error
            if "IOERR" in name or "READONLY" in name or "CANTOPEN" in name or "LOCKED" in name or "BUSY" in name:
                raise DiskFault(name) from error
            raise


_PRAGMAS: Final = {
    _Access.WRITE: ("journal_mode = WAL", "synchronous = FULL"),
    _Access.READ: ("query_only = ON",),
    _Access.READ_ALONE: ("query_only = ON", "locking_mode = EXCLUSIVE"),  # shares no memory: its file is not needed
}


def _statements(script: str) -> list[str]:
    """Split a migration into statements; a trigger's body keeps its inner semicolon."""
    statements, pending = [], ""
    for piece in script.split(";"):
        pending += piece + ";"
        if sqlcipher.complete_statement(pending):
            if pending.strip(" \n;"):
                statements.append(pending)
            pending = ""
    return statements
