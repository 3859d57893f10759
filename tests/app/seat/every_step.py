"""Kills a seat before and after every single write of a whole sitting, lets it recover, and reports. A program.

Arguments: a seat's folder (copied for each round), a scratch folder, which life it lives (`every_step_lives`), the
release code, and ids and PINs of two proctors. Tells each round as a JSON line. It forks, so it is a single-threaded
process of its own.
"""

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path

from app.seat.delivery import read_sitting
from app.seat.home import SeatHome
from app.seat.recovery import find_unfinished
from app.seat.sealing import packet_of
from app.seat.sign_in import Proctor, SignInDesk, open_credentials
from app.seat.workplace import Workplace
from sync.replica import database
from sync.trust.envelope import peek
from sync.wire.packet import ScorePacket
from tests.app.seat.every_step_lives import BASE_MS, LIVES, Acknowledgements, Seat, facts_of
from tests.app.seat.only_session import only_session


def main() -> None:
    """Kill at the first moment, at the second, and so on, until a sitting comes through unharmed."""
    original, scratch, life, code = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    pins = list(zip(sys.argv[5::2], sys.argv[6::2], strict=True))
    seat = Seat(code, _signed_in(original, pins))
    for moment in count(1):
        home = SeatHome(scratch / f"{life}-{moment}")
        shutil.copytree(original, home.root)
        told = Acknowledgements(home.root / "acknowledged")
        began = time.monotonic()
        survived = _in_child(partial(_live, home, seat, life, told, die_at=moment)) == 0
        recovered = _in_child(partial(_live, home, seat, life, told, die_at=None)) == 0
        lived_ms = round((time.monotonic() - began) * 1000)
        found = {"moment": moment, "survived": survived, "recovered": recovered}
        sys.stdout.write(json.dumps(found | _left(home, life, told, lived_ms)) + "\n")
        sys.stdout.flush()
        shutil.rmtree(home.root)
        if survived:
            return


def _live(home: SeatHome, seat: Seat, life: str, told: Acknowledgements, die_at: int | None) -> None:
    """Go through a whole sitting from wherever this seat stands."""
    if die_at is not None:
        _arm(die_at)
    workplace = Workplace.open(home)
    if lost := _lost(workplace, told):
        raise AssertionError(lost)
    LIVES[life].go_on(workplace, seat, told)
    workplace.close()


def _lost(workplace: Workplace, told: Acknowledgements) -> list[str]:
    """Give what was acknowledged and is not on the disk as it was: journals that lack it or say something else."""
    lost = []
    for name, (head, length) in told.newest().items():
        rows = workplace.replica.journal.rows(name)
        if len(rows) < length or rows[length - 1].hash != head:
            lost.append(f"{name}: row {length} of {len(rows)}")
    return lost


def _left(home: SeatHome, life: str, told: Acknowledgements, lived_ms: int) -> dict[str, object]:
    """Say what stands on the disk after the recovery."""
    workplace = Workplace.open(home)
    session = only_session(workplace)
    entry = session.plan.roster[0]
    rows = workplace.replica.outbox.all()
    sitting = read_sitting(workplace.replica.journal, entry.sitting)
    packets = [packet_of(row) for row in rows]
    expected = LIVES[life].answers(session)
    left: dict[str, object] = {
        "lost": _lost(workplace, told),
        "packets": len(rows),
        "stage": rows[0].stage.value if rows else "",
        "signatures": len(peek(rows[0].envelope, ScorePacket.PAYLOAD_TYPE).keyids) if rows else 0,
        "state": sitting.state.value,
        "facts": facts_of(sitting),
        "answers_told": [{one.item: one.responses for one in packet.answers} == expected for packet in packets],
        "incidents_told": [packet.incidents == sitting.incidents for packet in packets],
        "time_gained_ms": max(0, packets[0].duration_ms - BASE_MS - LIVES[life].extended_ms) if packets else -1,
        "time_never_lived_ms": max(0, sitting.active_ms - lived_ms),
        "unfinished": find_unfinished(workplace) is not None,
    }
    workplace.close()
    return left


def _arm(die_at: int) -> None:
    """Make one moment this process's last: they are counted before and after each write, and after each commit."""
    moments = count(1)

    def pass_moment() -> None:
        if next(moments) == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    run, transaction = database._LockedConnection.run, database._LockedConnection.transaction

    def run_or_die(self: database._LockedConnection, sql: str, *values: object) -> int:
        pass_moment()
        done = run(self, sql, *values)
        pass_moment()
        return done

    @contextmanager
    def transaction_or_die(self: database._LockedConnection) -> Iterator[None]:
        with transaction(self):
            yield
        pass_moment()

    database._LockedConnection.run = run_or_die  # type: ignore[method-assign]
    database._LockedConnection.transaction = transaction_or_die  # type: ignore[method-assign]


def _in_child(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _signed_in(original: Path, pins: list[tuple[str, str]]) -> list[Proctor]:
    workplace = Workplace.open(SeatHome(original))
    credentials = open_credentials(workplace, only_session(workplace))
    desk = SignInDesk(credentials, workplace.replica.cabinet, workplace.clock)
    proctors = [desk.sign_in(proctor, pin) for proctor, pin in pins]
    workplace.close()
    return proctors


if __name__ == "__main__":
    main()
