"""A version says of itself whether it starts, and whether it finds in a seat's records all that is in them."""

import json
import os
import shutil
from contextlib import closing
from pathlib import Path

import pytest

import sync.replica.database
from app.seat.changing import self_check
from app.seat.changing.owner import as_owner
from app.seat.changing.self_check import SCRATCH, ProgramDoesNotStart, RecordsLost, check_self
from app.seat.home import SeatHome
from app.seat.workplace import Workplace
from sync.replica.database import ReplicaUnreadable
from sync.replica.schema import MIGRATIONS
from sync.trust.keyfolder import KeyStoreUnreadable
from tests.app.cli.terminal import Terminal
from tests.app.seat.changing.conftest import begun_sitting
from tests.app.seat.changing.test_may_change import files_of

NOBODY = 65_534


@pytest.fixture
def only_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the programs out: to start them takes seconds, and one test does."""
    monkeypatch.setattr(self_check, "_starts", lambda *_: None)


def faults(home: SeatHome) -> dict[str, str]:
    return {one.check: type(one.fault).__name__ for one in check_self(home) if one.fault is not None}


def test_this_version_starts_and_reads_all_and_nothing_of_the_seat_is_changed(home: SeatHome, session: str) -> None:
    begun_sitting(home, session)
    before = files_of(home.root)
    told = Terminal().run("seat", "self-check", "--home", home.root, "--json")
    assert (told.code, json.loads(told.output)) == (
        0,
        {"good": True, "checks": [{"check": name, "fault": None} for name in ("screen", "recorder", "records")]},
    )
    assert {name: one for name, one in files_of(home.root).items() if not name.endswith(("-shm", "-wal"))} == before
    assert not (home.root / SCRATCH).exists()


def test_a_program_that_does_not_start_is_named_with_the_last_it_said(
    home: SeatHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        self_check, "own_program", lambda module: ["/bin/sh", "-c", f"echo no {module} >&2; exit 1", "x"]
    )
    found = {one.check: one.fault for one in check_self(home)}
    assert isinstance(found["screen"], ProgramDoesNotStart)
    assert found["screen"].detail == "1 no app.seat.changing.first_screen"
    assert isinstance(found["recorder"], ProgramDoesNotStart), "it ends as a PC that is too slow does, but says nothing"
    assert found["records"] is None
    monkeypatch.setattr(self_check, "own_program", lambda _module: ["/nowhere/at/all"])
    assert faults(home) == {"screen": "ProgramDoesNotStart", "recorder": "ProgramDoesNotStart"}


@pytest.mark.usefixtures("only_records")
@pytest.mark.parametrize(
    "loses",
    [
        "DELETE FROM document WHERE kind = 'plan'",
        "DELETE FROM outbox",
        "UPDATE outbox SET stage = 'proven'",
        "DROP TRIGGER journal_is_append_only_delete; DELETE FROM journal WHERE seq = (SELECT MAX(seq) FROM journal)",
    ],
)
def test_a_version_whose_migration_loses_something_is_not_good_and_the_records_are_as_they_were(
    home: SeatHome, session: str, monkeypatch: pytest.MonkeyPatch, loses: str
) -> None:
    begun_sitting(home, session)
    with monkeypatch.context() as patch:
        patch.setattr(sync.replica.database, "MIGRATIONS", (*MIGRATIONS, f"{loses};"))
        assert faults(home) == {"records": RecordsLost.__name__}
    assert faults(home) == {}
    with closing(Workplace.open(home)) as workplace:
        assert len(workplace.replica.outbox.all()) == 1


@pytest.mark.usefixtures("only_records")
def test_a_version_whose_migration_fails_leaves_the_records_to_the_one_before(
    home: SeatHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sync.replica.database, "MIGRATIONS", (*MIGRATIONS, "DROP TABLE generation; CREATE TABLE a (x);"))
        assert faults(home) == {}, "a change of tables alone loses nothing"
        patch.setattr(sync.replica.database, "MIGRATIONS", MIGRATIONS[:-1])
        assert faults(home) == {"records": "ReplicaNewer"}
    with closing(Workplace.open(home)) as workplace:
        assert len(workplace.replica.outbox.all()) == 1


@pytest.mark.usefixtures("only_records")
def test_keys_or_records_that_cannot_be_used_are_not_good(home: SeatHome) -> None:
    home.keys.chmod(0o755)
    assert faults(home) == {"records": KeyStoreUnreadable.__name__}
    home.keys.chmod(0o700)
    home.replica.unlink()
    assert faults(home) == {"records": ReplicaUnreadable.__name__}


@pytest.mark.usefixtures("only_records")
def test_what_a_killed_check_left_is_swept(home: SeatHome) -> None:
    (home.root / SCRATCH).mkdir()
    (home.root / SCRATCH / "replica.db").write_bytes(b"half")
    assert faults(home) == {}
    assert not (home.root / SCRATCH).exists()


def test_an_administrator_works_as_the_seats_user_and_leaves_nothing_of_roots(home: SeatHome, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        with as_owner(home.root):
            assert os.geteuid() == os.getuid()
        return
    # what lies above is another user's to enter, too
    for folder in [home.root, *home.root.rglob("*")]:
        os.chown(folder, NOBODY, NOBODY)
    for above in tmp_path.parents[:3]:
        above.chmod(above.stat().st_mode | 0o011)
    tmp_path.chmod(0o755)
    begun: list[int] = []
    with as_owner(home.root):
        begun.append(os.geteuid())
        (home.root / "made").write_text("")
        with pytest.raises(PermissionError):
            Path("/etc/examroom-is-not-mine").write_text("")
    assert (begun, os.geteuid(), os.getegid()) == ([NOBODY], 0, 0)
    for command in ("may-change", "decommissioned"):
        told = Terminal().run(
            "seat", command, "--home", home.root, *(["--state", tmp_path] if command[0] == "d" else [])
        )
        assert (told.code, told.errors) == (0 if command == "may-change" else 1, "")
    assert {file.stat().st_uid for file in [home.root, *home.root.rglob("*")]} == {NOBODY}
    shutil.rmtree(home.root)
