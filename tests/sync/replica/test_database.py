"""The file itself: nobody reads it without the key, and damage is noticed rather than believed."""

import secrets
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from sync.replica.cabinet import DocumentKind
from sync.replica.database import Replica, ReplicaNewer, ReplicaUnreadable
from sync.replica.durable import DiskFault
from sync.replica.generation import ReplicaRolledBack
from sync.replica.schema import MIGRATIONS

FULL_DISK = """
import sys
from pathlib import Path
from sync.faults import Fault
from sync.replica.database import Replica
from sync.replica.durable import free_bytes

class Kept:
    def generation(self): return 0
    def raise_generation(self, to): pass

path, key = Path(sys.argv[1]) / "replica.db", bytes(32)
with Replica.open(path, key, Kept()) as replica:
    replica.cabinet.set_setting("what", "kept")
    with (path.parent / "filler").open("wb", buffering=0) as filler:
        while free_bytes(path):
            filler.write(bytes(min(4096, free_bytes(path))))
    with Replica.open_to_read(path, key, Kept()) as beside:
        print(beside.cabinet.setting("what"))
    try:
        for number in range(100):
            replica.cabinet.set_setting(f"more {number}", "x" * 4000)
    except Fault as fault:
        print(fault.code)
try:
    Replica.open(path, key, Kept())
except Fault as fault:
    print(fault.code)
for _ in range(2):
    with Replica.open_to_read(path, key, Kept()) as replica:
        print(replica.cabinet.setting("what"))
"""
MARKER = b"MARKER-TEXT-THAT-MUST-NOT-BE-FOUND"


@dataclass
class Keeper:
    """A keeper of the generation in memory."""

    reached: int = 0

    def generation(self) -> int:
        return self.reached

    def raise_generation(self, to: int) -> None:
        self.reached = max(self.reached, to)


@pytest.mark.usefixtures("replica")
def test_a_plain_sqlite3_cannot_open_it(tmp_path: Path) -> None:
    plain = sqlite3.connect(tmp_path / "replica.db")
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        plain.execute("SELECT * FROM sqlite_master").fetchall()
    plain.close()


def test_nothing_kept_is_found_in_its_files(tmp_path: Path, replica: Replica) -> None:
    for number in range(50):
        replica.cabinet.put_document(DocumentKind.PLAN, f"plan-{number}", MARKER * 100, number)
        replica.journal.append("sitting", "answered", "run", number, number, MARKER)
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert {file.name for file in files} >= {"replica.db", "replica.db-wal"}
    assert not [file for file in files if MARKER in file.read_bytes()]


@pytest.mark.usefixtures("replica")
def test_another_key_does_not_open_it(tmp_path: Path) -> None:
    with pytest.raises(ReplicaUnreadable):
        Replica.open(tmp_path / "replica.db", secrets.token_bytes(32))


def test_a_flipped_byte_in_any_page_is_noticed(tmp_path: Path, key: bytes) -> None:
    path = tmp_path / "replica.db"
    with Replica.open(path, key) as replica:
        replica.cabinet.put_document(DocumentKind.PACKAGE, "big", secrets.token_bytes(40_000), 1)
    whole = path.read_bytes()
    for page in range(len(whole) // 4096):
        damaged = bytearray(whole)
        damaged[page * 4096 + 2000] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(ReplicaUnreadable):
            Replica.open(path, key)


@pytest.mark.parametrize("length", [1, 100, 4095, 5000])
def test_a_truncated_file_is_noticed(tmp_path: Path, key: bytes, length: int) -> None:
    path = tmp_path / "replica.db"
    Replica.open(path, key).close()
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ReplicaUnreadable):
        Replica.open(path, key)


def test_a_file_of_a_later_version_is_left_alone(tmp_path: Path, key: bytes) -> None:
    path = tmp_path / "replica.db"
    with Replica.open(path, key) as replica:
        replica._connection.run(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(ReplicaNewer):
        Replica.open(path, key)


def test_a_full_disk_hides_nothing_and_is_called_one(tmp_path: Path) -> None:
    # a real full disk: a tmpfs of 1 MB in a mount namespace of its own
    script = f'mount -t tmpfs -o size=1m none "{tmp_path}" && exec "{sys.executable}" -c "$0" "{tmp_path}"'
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, FULL_DISK]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode == 1 and "unshare" in answer.stderr:
        pytest.skip("this kernel gives ordinary users no mount namespace, so there is no small disk to fill")
    assert answer.stdout.split() == ["kept", "DISK_FULL", "DISK_FULL", "kept", "kept"], answer.stderr


def test_who_only_reads_writes_nothing_and_is_told_of_an_older_copy(tmp_path: Path, key: bytes) -> None:
    path, keeper = tmp_path / "replica.db", Keeper()
    with pytest.raises(ReplicaRolledBack):
        Replica.open_to_read(path, key, Keeper(1))
    Replica.open(path, key, keeper).close()
    before, reached = path.read_bytes(), keeper.generation()
    with Replica.open_to_read(path, key, keeper) as replica:
        assert replica.outbox.lines() == []
        with pytest.raises(DiskFault):
            replica.cabinet.set_setting("a", "b")
    assert (path.read_bytes(), keeper.generation()) == (before, reached)
    Replica.open(path, key, keeper).close()
    path.write_bytes(before)
    with pytest.raises(ReplicaRolledBack):
        Replica.open_to_read(path, key, keeper)


@pytest.mark.usefixtures("replica")
def test_only_its_user_may_enter(tmp_path: Path) -> None:
    assert (tmp_path / "replica.db").stat().st_mode & 0o077 == 0
    assert tmp_path.stat().st_mode & 0o077 == 0


def test_two_processes_can_use_it_at_once(tmp_path: Path, replica: Replica, key: bytes) -> None:
    replica.cabinet.set_setting("from", "first")
    program = (
        "import sys; from pathlib import Path; from sync.replica.database import Replica\n"
        "with Replica.open(Path(sys.argv[1]), bytes.fromhex(sys.argv[2])) as other:\n"
        "    print(other.cabinet.setting('from')); other.cabinet.set_setting('from', 'second')"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "replica.db"), key.hex()],
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout == "first\n"
    assert replica.cabinet.setting("from") == "second"
