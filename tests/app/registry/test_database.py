"""The database is migrated when it is opened, and is what the models say."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from app.registry.database import Database, RegistryNewer, RegistryUnreadable
from app.registry.models import Base, Setting
from sync.faults import Fault


def test_migrations_make_exactly_the_models_tables(tmp_path: Path) -> None:
    Database.open(tmp_path / "registry.db").close()
    engine = create_engine(f"sqlite:///{tmp_path / 'registry.db'}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_a_database_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    Database.open(tmp_path / "registry.db").close()
    with sqlite3.connect(tmp_path / "registry.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with pytest.raises(RegistryNewer):
        Database.open(tmp_path / "registry.db")


def test_a_file_that_is_no_database_is_a_fault_in_words(tmp_path: Path) -> None:
    (tmp_path / "registry.db").write_bytes(b"not a database, " * 1000)
    with pytest.raises(RegistryUnreadable):
        Database.open(tmp_path / "registry.db")


def test_commits_are_synchronous_and_only_this_user_reads_the_file(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "home" / "registry.db")
    with database.reading() as session:
        connection = session.connection()
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    assert (tmp_path / "home").stat().st_mode & 0o077 == 0
    assert (tmp_path / "home" / "registry.db").stat().st_mode & 0o077 == 0
    database.close()


def test_a_writing_block_is_all_or_nothing_and_shuts_other_writers_out(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "registry.db")
    with pytest.raises(RuntimeError), database.writing() as session:
        session.add(Setting(name="a", value="1"))
        session.flush()
        raise RuntimeError
    assert database.setting("a") is None
    other = sqlite3.connect(tmp_path / "registry.db", timeout=0)
    with database.writing(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.close()
    database.close()


def test_a_write_that_cannot_reach_the_disk_is_a_fault(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "registry.db")
    with database.reading() as session:
        pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar()
    with pytest.raises(Fault) as caught, database.writing() as session:
        session.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        session.add(Setting(name="large", value="x" * 1_000_000))
    assert caught.value.code == "DISK_FULL"
    database.close()
