"""An older replica that is put back is noticed, and nothing else is taken for one: wherever a program is killed."""

import os
import shutil
import signal
from pathlib import Path

import pytest

import sync
from sync.replica.database import Replica
from sync.replica.generation import ReplicaRolledBack
from sync.trust.keystore import FileKeyStore, open_key_store
from tests.killing import in_a_child, in_children, killed_at_line

SYNC = Path(sync.__file__).parent
EVERYTHING = (str(SYNC),)
BETWEEN = (str(SYNC / "replica" / "generation.py"), str(SYNC / "trust" / "files.py"))  # where one follows the other
WHERE = pytest.mark.parametrize(
    ("where", "least"),
    [(BETWEEN, 20), pytest.param(EVERYTHING, 200, marks=[pytest.mark.long, pytest.mark.timeout(900)])],
    ids=["between", "all"],
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    FileKeyStore(tmp_path / "keys").create()
    opened(tmp_path).close()
    return tmp_path


def opened(home: Path) -> Replica:
    keys = open_key_store(home / "keys")
    return Replica.open(home / "replica.db", keys.replica_key(), keys)


def copy_of_replica(home: Path) -> Path:
    copy = home / "copy"
    copy.mkdir()
    for file in home.glob("replica.db*"):
        shutil.copy(file, copy)
    return copy


def put_back(home: Path, copy: Path) -> None:
    for file in home.glob("replica.db*"):
        file.unlink()
    for file in copy.iterdir():
        shutil.copy(file, home)


def test_the_generation_grows_with_every_opening_and_closing(home: Path) -> None:
    before = FileKeyStore(home / "keys").generation()
    with opened(home) as replica:
        assert replica.generations.current() == FileKeyStore(home / "keys").generation() == before + 1
        replica.advance()
    replica.close()
    assert FileKeyStore(home / "keys").generation() == before + 3


def test_a_replica_that_was_put_back_is_refused_and_left_as_it_is(home: Path) -> None:
    copy = copy_of_replica(home)
    with opened(home) as replica:
        replica.cabinet.set_setting("sat", "yes")
    put_back(home, copy)
    for _ in range(2):
        with pytest.raises(ReplicaRolledBack) as caught:
            opened(home)
        assert int(caught.value.facts["found"]) < int(caught.value.facts["reached"])
    with Replica.open(home / "replica.db", open_key_store(home / "keys").replica_key()) as support:
        assert support.cabinet.setting("sat") is None
        assert support.generations.current() == caught.value.facts["found"]


def test_a_copy_made_while_the_program_ran_is_noticed_after_its_end(home: Path) -> None:
    with opened(home) as replica:
        copy = copy_of_replica(home)
        replica.cabinet.set_setting("sat", "yes")
    put_back(home, copy)
    with pytest.raises(ReplicaRolledBack):
        opened(home)


def test_a_copy_made_before_a_moment_that_must_not_be_undone_is_noticed_although_the_program_was_killed(
    home: Path,
) -> None:
    def sit() -> None:
        replica = opened(home)
        copy_of_replica(home)
        replica.advance()
        os.kill(os.getpid(), signal.SIGKILL)

    in_a_child(sit)
    put_back(home, home / "copy")
    with pytest.raises(ReplicaRolledBack):
        opened(home)


def test_a_replica_that_was_removed_is_not_begun_anew(home: Path) -> None:
    for file in home.glob("replica.db*"):
        file.unlink()
    with pytest.raises(ReplicaRolledBack):
        opened(home)
    assert list(home.glob("replica.db*")) == []


def test_a_lost_write_ahead_log_is_noticed(home: Path) -> None:
    def open_only() -> None:
        replica = opened(home)
        os.kill(os.getpid(), signal.SIGKILL)
        replica.close()

    in_a_child(open_only)
    (home / "replica.db-wal").unlink()
    with pytest.raises(ReplicaRolledBack):
        opened(home)


def test_with_a_store_of_files_a_whole_folder_that_was_put_back_cannot_be_noticed_here(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    copy = tmp_path_factory.mktemp("image") / "home"
    shutil.copytree(home, copy)
    with opened(home) as newest:
        reached = newest.generations.current()
    shutil.rmtree(home)
    shutil.copytree(copy, home)
    with opened(home) as put_back:  # a token's counter, or heads that left the seat, notice it
        assert put_back.generations.current() <= reached
        assert put_back.generations.acceptances() == []


def test_an_accepted_replica_goes_on_and_what_was_accepted_stays_in_it(home: Path) -> None:
    copy = copy_of_replica(home)
    opened(home).close()
    newest = home / "newest"
    copy.rename(home / "older")
    newest = copy_of_replica(home).rename(newest)
    put_back(home, home / "older")
    keys = open_key_store(home / "keys")
    accepted = Replica.accept(home / "replica.db", keys.replica_key(), keys, ("王敏", "disk restored"), 5)
    assert accepted is not None
    assert (accepted.who, accepted.reason, accepted.at_ms) == ("王敏", "disk restored", 5)
    with opened(home) as replica:
        assert replica.generations.acceptances() == [accepted]
    assert Replica.accept(home / "replica.db", keys.replica_key(), keys, ("王敏", "again"), 6) is None
    put_back(home, newest)
    with pytest.raises(ReplicaRolledBack):  # what was set aside is the older one now
        opened(home)


@WHERE
def test_killed_at_any_line_between_replica_and_key_store_is_no_false_alarm(
    home: Path, where: tuple[str, ...], least: int
) -> None:
    def open_and_close() -> None:
        opened(home).close()

    lines = 0
    while killed_at_line(lines := lines + 1, where, open_and_close):
        keys = open_key_store(home / "keys")
        with Replica.open(home / "replica.db", keys.replica_key()) as looked_at:
            assert looked_at.generations.current() >= keys.generation()
        if lines % 10 == 0:
            opened(home).close()
    assert lines > least
    opened(home).close()


@WHERE
def test_killed_at_any_line_while_accepting_is_accepted_or_not(home: Path, where: tuple[str, ...], least: int) -> None:
    copy = copy_of_replica(home)
    opened(home).close()
    keys = open_key_store(home / "keys")

    def accept() -> None:
        Replica.accept(home / "replica.db", keys.replica_key(), keys, ("王敏", "disk restored"), 5)

    put_back(home, copy)
    lines = 0
    while killed_at_line(lines := lines + 1, where, accept):
        try:
            with opened(home) as replica:
                assert len(replica.generations.acceptances()) == 1
            put_back(home, copy)
        except ReplicaRolledBack:
            pass
    assert lines > least
    with opened(home) as replica:
        assert len(replica.generations.acceptances()) == 1


def test_many_processes_at_once_raise_no_false_alarm(home: Path) -> None:
    before = open_key_store(home / "keys").generation()

    def work() -> None:
        for _ in range(8):
            with opened(home) as replica:
                replica.advance()

    assert in_children(work, 4) == [0] * 4
    assert open_key_store(home / "keys").generation() == before + 4 * 8 * 3
