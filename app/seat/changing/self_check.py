"""Whether this version of the programs starts, and can work with what this seat keeps; asked before it may go on.

Nothing of the seat is changed: its records are copied, and the copy is brought to this version's tables and read whole.
So a version that fails here has left nothing behind that the one before could not read.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from app.exam.events import EventRefused
from app.exam.sitting import OutOfOrder
from app.seat.changing.may_change import is_enrolled
from app.seat.delivery import read_sitting
from app.seat.home import SeatHome
from app.seat.keys import require_keys
from app.seat.room_log import read_room
from app.seat.workplace import Workplace
from sync.client.enrolment import load_enrolment
from sync.faults import EnvironmentFault, Exit, Fault
from sync.own_program import COMMAND_LINE, own_program
from sync.replica.database import Replica, ReplicaUnreadable
from sync.replica.durable import disk_faults, private_folder, require_space
from sync.trust.anchor import Trust
from sync.trust.keystore import open_key_store

SCRATCH: Final = ".self-check"
"""Beside what it is a copy of, so that there is room if there is any; removed before and after."""
_START_S: Final = 120.0
_LONGEST_DETAIL: Final = 300
_ROOM_BEGINS: Final = "opened"


class ProgramDoesNotStart(EnvironmentFault):
    """A program of this version does not start on this PC. The detail is the last that it said."""

    code: ClassVar[str] = "PROGRAM_DOES_NOT_START"


class RecordsLost(EnvironmentFault):
    """This version does not find in a copy of the seat's records what is in them."""

    code: ClassVar[str] = "RECORDS_LOST"


@dataclass(frozen=True)
class Checked:
    """One check and, if it did not hold, why. Words: `changing.check.<check>`."""

    check: str
    fault: Fault | None = None


def check_self(home: SeatHome) -> list[Checked]:
    """Make all checks, whatever the ones before came to; raises no `Fault`."""
    with _scratch(home) as scratch:
        checks: dict[str, Callable[[], None]] = {
            "screen": lambda: _starts([*own_program("app.seat.changing.first_screen"), str(scratch / "seat")], scratch),
            "recorder": lambda: _starts(
                [*own_program(COMMAND_LINE), "recorder", "bench", "--seconds", "1", "--json"], scratch, Exit.BAD
            ),
        }
        if is_enrolled(home):
            checks["records"] = lambda: _read_records(home, scratch / "replica.db")
        return [Checked(name, _fault_of(check)) for name, check in checks.items()]


def _fault_of(check: Callable[[], None]) -> Fault | None:
    try:
        check()
    except Fault as fault:
        return fault
    return None


@contextmanager
def _scratch(home: SeatHome) -> Iterator[Path]:
    if not home.root.is_dir():
        with tempfile.TemporaryDirectory(prefix="examroom-self-check-") as elsewhere:
            yield Path(elsewhere)
        return
    place = home.root / SCRATCH
    with disk_faults(home.root, needed=0):
        shutil.rmtree(place, ignore_errors=True)
    try:
        yield private_folder(place)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _starts(program: list[str], scratch: Path, *also_good: int) -> None:
    """Start a program and see it end well; it is the same user's as this one works as, and writes only into `scratch`.

    `also_good`: exit codes that say something about the PC, and not that the program does not start.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "DISPLAY"))}
    environment |= {"HOME": str(scratch), "TMPDIR": str(scratch), "QT_QPA_PLATFORM": "offscreen"}
    borrowed = {} if os.geteuid() == os.getuid() else {"user": os.geteuid(), "group": os.getegid()}
    try:
        told = subprocess.run(
            program,
            capture_output=True,
            timeout=_START_S,
            check=False,
            cwd=scratch,
            env=environment,
            **borrowed,  # type: ignore[call-overload]
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProgramDoesNotStart(type(error).__name__) from None
    if told.returncode == 0 or (told.returncode in also_good and told.stdout):
        return
    last = told.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
    raise ProgramDoesNotStart(f"{told.returncode} {''.join(last)}"[:_LONGEST_DETAIL])


def _read_records(home: SeatHome, copy: Path) -> None:
    """Use each key; bring a copy of the records to this version's tables, find in it all that was there, and replay it.

    The generation is nobody's business here.
    """
    keystore = open_key_store(home.keys)
    key = keystore.replica_key()
    if not home.replica.exists():
        raise ReplicaUnreadable("the file is gone")
    require_space(home.root, 2 * home.replica.stat().st_size)
    before = Replica.contents_of(home.replica, key)
    Replica.copy(home.replica, key, copy)
    with Replica.open(copy, key) as replica:
        workplace = Workplace(home, keystore, replica, Trust.load(home.trust), load_enrolment(home.trust))
        require_keys(workplace)
        there = {(row.sha256, row.stage.value, len(row.envelope)) for row in replica.outbox.all()}
        if Replica.contents_of(copy, key) != before or there != {
            (one.sha256, one.stage, one.size) for one in before.packets
        }:
            raise RecordsLost
        _replay(workplace)


def _replay(workplace: Workplace) -> None:
    journal = workplace.replica.journal
    for name in journal.sittings():
        try:
            if journal.rows(name)[0].kind == _ROOM_BEGINS:
                read_room(journal, name)
            else:
                read_sitting(journal, name)
        except (EventRefused, OutOfOrder) as fault:
            raise RecordsLost(f"{name}: {fault.code}") from None
