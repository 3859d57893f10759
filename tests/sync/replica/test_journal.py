"""The journal: what was acknowledged is there, in order, and nothing in it can be changed unnoticed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.replica.database import Replica
from sync.replica.durable import DiskFull
from sync.replica.journal import GENESIS, JournalBroken, OtherWriter

UNCHECKED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)

WRITER = """
import sys
from pathlib import Path
from sync.replica.database import Replica
replica = Replica.open(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
number = 0
while True:
    number += 1
    row = replica.journal.append("sitting", "answered", "run", number, number, b"x" * 200)
    print(row.seq, row.hash, flush=True)
"""


def test_rows_come_back_as_they_were_appended(replica: Replica) -> None:
    appended = [replica.journal.append("s", "tick", "run", at, at * 2, bytes([at])) for at in range(5)]
    assert replica.journal.rows("s") == appended
    assert replica.journal.head("s") == (appended[-1].hash, 5)
    assert appended[0].prev == GENESIS


def test_sittings_have_chains_of_their_own(replica: Replica) -> None:
    for sitting in ("a", "b", "a"):
        replica.journal.append(sitting, "tick", "run", 1, 1, b"")
    assert [row.seq for row in replica.journal.rows("a")] == [1, 2]
    assert replica.journal.rows("b")[0].prev == GENESIS
    assert replica.journal.sittings() == ["a", "b"]


@UNCHECKED
@given(
    column=st.sampled_from(["kind", "run", "mono_ms", "wall_ms", "body", "prev", "hash"]),
    row=st.integers(1, 4),
)
def test_a_change_in_any_column_of_any_row_is_named(replica: Replica, column: str, row: int) -> None:
    sitting = f"{column}-{row}"
    if not replica.journal.rows(sitting):
        for at in range(4):
            replica.journal.append(sitting, "tick", "run", at, at, b"body")
    connection = replica._connection
    before = connection.rows(f"SELECT {column} FROM journal WHERE sitting = ? AND seq = ?", sitting, row)[0][0]
    other = {"mono_ms": 99, "wall_ms": 99, "body": b"other"}.get(column, "f" * 64)
    connection.run("DROP TRIGGER IF EXISTS journal_is_append_only_update")
    change = f"UPDATE journal SET {column} = ? WHERE sitting = ? AND seq = ?"
    connection.run(change, other, sitting, row)
    with pytest.raises(JournalBroken) as caught:
        replica.journal.rows(sitting)
    assert caught.value.facts["seq"] == row
    connection.run(change, before, sitting, row)


def test_a_row_taken_out_is_named(replica: Replica) -> None:
    for at in range(4):
        replica.journal.append("s", "tick", "run", at, at, b"")
    replica._connection.run("DROP TRIGGER journal_is_append_only_delete")
    replica._connection.run("DELETE FROM journal WHERE seq = 2")
    with pytest.raises(JournalBroken) as caught:
        replica.journal.rows("s")
    assert caught.value.facts["seq"] == 2


@pytest.mark.parametrize("acknowledged", [1, 2, 3, 5, 8, 40, 200])
def test_kill_9_loses_no_acknowledged_row(tmp_path: Path, key: bytes, acknowledged: int) -> None:
    path = tmp_path / "replica.db"
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), key.hex()], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        seen = [writer.stdout.readline().split() for _ in range(acknowledged)]
        os.kill(writer.pid, signal.SIGKILL)
        seen += [line.split() for line in writer.stdout.read().splitlines() if len(line.split()) == 2]
    with Replica.open(path, key) as replica:
        kept = {str(row.seq): row.hash for row in replica.journal.rows("sitting")}
    assert seen
    assert [line for line in seen if kept.get(line[0]) != line[1]] == []


def test_a_full_database_refuses_and_keeps_what_it_had(replica: Replica) -> None:
    replica.journal.append("s", "tick", "run", 1, 1, b"kept")
    (pages,) = replica._connection.rows("PRAGMA page_count")[0]
    replica._connection.rows(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(DiskFull):
        for at in range(2, 1000):
            replica.journal.append("s", "tick", "run", at, at, b"x" * 3000)
    kept = replica.journal.rows("s")
    replica._connection.rows("PRAGMA max_page_count = 1000000")
    assert replica.journal.append("s", "tick", "run", 2000, 2000, b"after").seq == len(kept) + 1


def test_of_two_writers_the_one_that_does_not_know_the_last_row_is_refused(replica: Replica) -> None:
    first = replica.journal.append("s", "tick", "run", 1, 1, b"", after=GENESIS)
    with pytest.raises(OtherWriter):
        replica.journal.append("s", "tick", "another", 1, 1, b"", after=GENESIS)
    second = replica.journal.append("s", "tick", "run", 2, 2, b"", after=first.hash)
    assert replica.journal.rows("s") == [first, second]
