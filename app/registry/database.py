"""The registry's database: opening, migrating, and the two kinds of transaction there are."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

import alembic.command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from app.registry.models import Setting
from sync.faults import EnvironmentFault
from sync.replica.durable import DiskFull, free_bytes, private_folder

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_BUSY_S: Final = 10
_DAMAGED: Final = ("SQLITE_NOTADB", "SQLITE_CORRUPT")


class RegistryUnreadable(EnvironmentFault):
    """The database is damaged, locked for too long, or the disk refuses."""

    code = "REGISTRY_UNREADABLE"


class RegistryNewer(EnvironmentFault):
    """The database was written by a later version of the program."""

    code = "REGISTRY_NEWER"


class Database:
    """SQLite (WAL, synchronous=FULL) through SQLAlchemy; the models know nothing of SQLite.

    A writing transaction holds the database's write lock from its first moment, so that everything it reads
    is still true when it commits, in this process and in any other.
    """

    def __init__(self, path: Path, engine: Engine) -> None:
        self._path = path
        self._engine = engine

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the file at `path`, making and migrating it as needed.

        Raises:
            RegistryUnreadable: damaged, or the disk refuses.
            RegistryNewer: written by a later version.
        """
        private_folder(path.parent)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite would make it readable by others
        engine = create_engine(
            URL.create("sqlite", database=str(path)), connect_args={"timeout": _BUSY_S}, hide_parameters=True
        )
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        database = cls(path, engine)
        try:
            with database._faults():
                database._migrate()
        except BaseException:
            engine.dispose()
            raise
        return database

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session over one unchanging state of the database."""
        with self._faults(), Session(self._engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session that commits everything within the block durably, or nothing."""
        writing = self._engine.execution_options(writing=True)
        with self._faults(), Session(writing) as session, session.begin():
            session.connection()  # begin now, not with the first statement: some callers write only files
            yield session

    def setting(self, name: str) -> str | None:
        """Give a setting."""
        with self.reading() as session:
            found = session.get(Setting, name)
            return found.value if found else None

    def set_setting(self, name: str, value: str) -> None:
        """Set a setting."""
        with self.writing() as session:
            session.merge(Setting(name=name, value=value))

    def _migrate(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        with self._engine.execution_options(writing=True).begin() as connection:
            config.attributes["connection"] = connection
            try:
                alembic.command.upgrade(config, "head")
            except CommandError as error:
                raise RegistryNewer(str(error)) from None

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except DatabaseError as error:
            name = str(getattr(error.orig, "sqlite_errorname", "unknown"))
            if name.startswith("SQLITE_FULL"):
                free_mb = free_bytes(self._path) // 1_000_000
                raise DiskFull(name, needed_mb=free_mb + 1, free_mb=free_mb) from error
            if name.startswith((*_DAMAGED, "SQLITE_IOERR", "SQLITE_BUSY", "SQLITE_READONLY", "SQLITE_CANTOPEN")):
                raise RegistryUnreadable(name) from error
            raise


def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - whatever driver there is
    connection.isolation_level = None  # the driver would begin and commit behind our back
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
