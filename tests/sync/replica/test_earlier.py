"""Replica files of every version stay readable: they are brought to this one's tables, and nothing in them is lost."""

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from sync.replica.cabinet import DocumentKind
from sync.replica.database import Replica, ReplicaUnreadable
from sync.replica.outbox import Stage
from sync.replica.schema import MIGRATIONS
from tests.killing import killed_at_line
from tests.sync.replica.earlier.make import HERE, KEY, SITTINGS, STAGES

VERSIONS = range(1, len(MIGRATIONS) + 1)
DATABASE = str(Path(Replica.open.__func__.__code__.co_filename))  # type: ignore[attr-defined]


def digest_of(name: str) -> str:
    return hashlib.sha256(name.encode() * 100).hexdigest()


@pytest.fixture(params=VERSIONS)
def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of the file that the version of so many migrations wrote."""
    return Path(shutil.copy(HERE / f"{request.param}.db", tmp_path / "replica.db"))


def require_all_of_it(replica: Replica) -> None:
    for sitting in SITTINGS:
        rows = replica.journal.rows(sitting)
        assert [row.body for row in rows] == [f'{{"n":{number}}}'.encode() for number in range(1, 21)]
    assert replica.journal.sittings() == list(SITTINGS)
    rows_by_digest = {row.sha256: row for row in replica.outbox.all()}
    assert rows_by_digest.keys() == {digest_of(name) for name in STAGES}
    for name, ways in STAGES.items():
        row = rows_by_digest[digest_of(name)]
        assert (row.stage, row.envelope) == (ways[-1], name.encode() * 100)
        assert row.receipt == (b"receipt" if Stage.RECEIPTED in ways else None)
        assert row.proof == (b"proof" if Stage.PROVEN in ways else None)
    assert replica.cabinet.document(DocumentKind.PLAN, SITTINGS[0]) == b"a plan"
    assert replica.cabinet.document(DocumentKind.PACKAGE, "a package") == bytes(20_000)
    assert replica.cabinet.highest_signed_ms() == 1_700_000_000_000
    assert len(replica.cabinet.pin_failures("somebody")) == 1


def test_every_version_has_left_a_file() -> None:
    assert {file.name for file in HERE.glob("*.db")} == {f"{version}.db" for version in VERSIONS}


def test_the_file_of_a_version_is_read_whole_and_worked_with(earlier: Path) -> None:
    before = Replica.contents_of(earlier, KEY)
    with Replica.open(earlier, KEY) as replica:
        require_all_of_it(replica)
        replica.outbox.move(digest_of("queued"), Stage.RECEIPTED, receipt=b"receipt")
        replica.journal.append(SITTINGS[0], "tick", "another run", 1, 2, b"{}")
    after = Replica.contents_of(earlier, KEY)
    assert (len(before.packets), len(after.journals), after.documents) == (4, 2, before.documents)
    assert [one.is_delivered for one in before.packets].count(True) == 2
    assert [one.is_delivered for one in after.packets].count(True) == 3


def test_a_copy_is_of_the_same_version_and_the_file_is_not_touched(earlier: Path, tmp_path: Path) -> None:
    raw = earlier.read_bytes()
    copy = tmp_path / "copy.db"
    for _again in range(2):
        Replica.copy(earlier, KEY, copy)
        assert Replica.contents_of(copy, KEY) == Replica.contents_of(earlier, KEY)
    with Replica.open(copy, KEY) as replica:
        require_all_of_it(replica)
    assert earlier.read_bytes() == raw
    assert copy.read_bytes()[:16] != raw[:16], "a salt of its own"
    assert b"a plan" not in copy.read_bytes()


def test_a_copy_holds_what_another_program_wrote_a_moment_ago(earlier: Path, tmp_path: Path) -> None:
    with Replica.open(earlier, KEY) as replica:
        replica.cabinet.put_document(DocumentKind.RELEASE, "x", b"just now", 1)  # is in the log beside the file yet
        Replica.copy(earlier, KEY, tmp_path / "copy.db")
    with Replica.open(tmp_path / "copy.db", KEY) as copied:
        assert copied.cabinet.document(DocumentKind.RELEASE, "x") == b"just now"


def test_without_its_key_there_is_neither_copy_nor_contents(earlier: Path, tmp_path: Path) -> None:
    with pytest.raises(ReplicaUnreadable):
        Replica.copy(earlier, os.urandom(32), tmp_path / "copy.db")
    with pytest.raises(ReplicaUnreadable):
        Replica.contents_of(earlier, os.urandom(32))
    assert not (tmp_path / "copy.db").exists()


def test_a_migration_killed_at_any_line_is_made_whole_by_the_next_start(tmp_path: Path) -> None:
    count, killed = 0, True
    while killed:
        count += 7
        file = Path(shutil.copy(HERE / "1.db", tmp_path / f"{count}.db"))
        killed = killed_at_line(count, (DATABASE,), lambda file=file: Replica.open(file, KEY).close())  # type: ignore[misc]
        with Replica.open(file, KEY) as replica:
            require_all_of_it(replica)
    assert count > 50
