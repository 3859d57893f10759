"""Kills a seat before every single write of closing a session, lets it recover, and reports what is left. A program.

Arguments: a seat's folder (copied for each round), a scratch folder, the release code, then proctors' ids and PINs in
turn. Tells each round as a JSON line. It forks, so it is a single-threaded process of its own.
"""

import hashlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from app.exam.room import Explained, Held
from app.seat.home import SeatHome
from app.seat.release import SessionClosed, forget_ended_releases, kept_keys, unlock_with
from app.seat.room_files import paper_of, write_files, write_missing
from app.seat.room_log import RoomLog
from app.seat.room_record import close_room, finish_closings, kept_record, read_record, reconcile_seat
from app.seat.sessions import kept_sessions
from app.seat.sign_in import Proctor, SignInDesk, open_credentials
from app.seat.workplace import Workplace
from sync.replica import database, durable
from sync.trust.release import ReleaseShare
from sync.trust.room_evidence import check_room_record


def main() -> None:
    """Kill before the first write, before the second, and so on, until a closing comes through unharmed."""
    original, scratch, code, *pins = Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]
    proctors = _prepare(SeatHome(original), code, dict(zip(pins[::2], pins[1::2], strict=True)))
    for step in count(1):
        home = SeatHome(scratch / str(step))
        shutil.copytree(original, home.root)
        survived = _in_child(partial(_close, home, proctors, die_before=step)) == 0
        _in_child(partial(_close, home, proctors, die_before=None))
        sys.stdout.write(json.dumps(_left(home, code) | {"step": step, "survived": survived}) + "\n")
        sys.stdout.flush()
        shutil.rmtree(home.root)
        if survived:
            return


def _prepare(home: SeatHome, code: str, pins: dict[str, str]) -> tuple[Proctor, ...]:
    """Open the session with these proctors; one candidate was doubted, the others never came."""
    workplace = Workplace.open(home)
    session = workplace.session_of(kept_sessions(workplace)[0].session)
    unlock_with(workplace, session, ReleaseShare.from_code(code))
    desk = SignInDesk(open_credentials(workplace, session), workplace.replica.cabinet, workplace.clock)
    proctors = tuple(desk.sign_in(proctor, pin) for proctor, pin in pins.items())
    log = RoomLog(session.plan.session, workplace.replica.journal, workplace.clock)
    keyids = tuple(proctor.key.public.keyid for proctor in proctors)
    log.take_duty(keyids)
    log.record(Held(sitting=session.plan.roster[0].sitting, note="another face", by=keyids[:1]))
    workplace.close()
    return proctors


def _close(home: SeatHome, proctors: tuple[Proctor, ...], die_before: int | None) -> None:
    """Start as the kiosk does, and close the session if it is not closed."""
    _application = QGuiApplication(["closing", "-platform", "offscreen"])
    if die_before is not None:
        _arm(die_before)
    workplace = Workplace.open(home)
    finish_closings(workplace)
    write_missing(workplace)
    forget_ended_releases(workplace)
    session = workplace.session_of(kept_sessions(workplace)[0].session)
    log = RoomLog(session.plan.session, workplace.replica.journal, workplace.clock)
    if log.room.is_open:
        for line in reconcile_seat(workplace, session, log.room).unexplained:
            sitting = line.found.entry.sitting
            log.record(Explained(sitting=sitting, note="went home", by=log.room.on_duty))
        close_room(workplace, session, log, proctors)
        envelope = kept_record(workplace, session.plan.session)
        write_files(home, envelope, paper_of(envelope))
    workplace.close()


def _left(home: SeatHome, code: str) -> dict[str, object]:
    """Say what stands on the disk after the recovery."""
    workplace = Workplace.open(home)
    (kept,) = kept_sessions(workplace)
    session = workplace.session_of(kept.session)
    envelope = kept_record(workplace, kept.session)
    record, log = read_record(envelope), RoomLog(kept.session, workplace.replica.journal, workplace.clock)
    rows = workplace.replica.journal.rows(kept.session)
    try:
        unlock_with(workplace, session, ReleaseShare.from_code(code))
        opens = True
    except SessionClosed:
        opens = False
    files = sorted(home.records.iterdir())
    left: dict[str, object] = {
        "state": kept.state.value,
        "good": check_room_record(envelope, workplace.trust).good,
        "journal_names_it": log.room.record_sha256 == hashlib.sha256(envelope).hexdigest(),
        "closed_once": [row.kind for row in rows].count("closed"),
        "stands_on": (record.journal.head, record.journal.count) == (rows[-1].prev, len(rows) - 1),
        "released": kept_keys(workplace, session) is not None,
        "opens": opens,
        "files": [file.suffix for file in files],
        "same_bytes": files[0].read_bytes() == envelope,
        "paper": files[-1].read_bytes()[:5] == b"%PDF-",
    }
    workplace.close()
    return left


def _arm(die_before: int) -> None:
    """Make the `die_before`-th write of this process, to the database or to a file, its last moment."""
    writes = count(1)
    run, write = database._LockedConnection.run, durable._write_synced
    replace = Path.replace

    def die_in_turn() -> None:
        if next(writes) == die_before:
            os.kill(os.getpid(), signal.SIGKILL)

    def run_or_die(self: database._LockedConnection, sql: str, *values: object) -> int:
        die_in_turn()
        return run(self, sql, *values)

    def write_or_die(path: Path | str, data: bytes, mode: int, folder: int | None = None) -> None:
        die_in_turn()
        write(path, data, mode, folder)

    def replace_or_die(self: Path, target: Path) -> Path:
        die_in_turn()
        return replace(self, target)

    database._LockedConnection.run = run_or_die  # type: ignore[method-assign]
    durable._write_synced = write_or_die
    Path.replace = replace_or_die  # type: ignore[assignment, method-assign]


def _in_child(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main()
