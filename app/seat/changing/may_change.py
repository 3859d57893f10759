"""Whether the programs of this seat may be changed or removed now: not while somebody may be sitting here."""

import fcntl
import os
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from app.exam.sitting import State
from app.seat.delivery import read_sitting
from app.seat.home import SeatHome
from app.seat.room_log import read_room
from app.seat.workplace import Workplace
from proctoring.recorder.client import RecorderClient
from proctoring.recorder.faults import RecorderGone
from sync.client.plans import load_plan
from sync.faults import Refused
from sync.replica.cabinet import DocumentKind
from sync.replica.durable import disk_faults
from sync.replica.outbox import Stage

_LOCKS: Final = Path("/proc/locks")
_AGENT_UNIT: Final = "examroom-agent.service"
_STOP_KIOSK: Final = "systemctl stop examroom-kiosk"
_ROOM_BEGINS: Final = "opened"


class Why(StrEnum):
    """Why nothing may be changed now; the words are at `changing.why.<value>`."""

    KIOSK = "kiosk"
    RECORDER = "recorder"
    AGENT = "agent"  # one that was started by hand: the system's own is stopped by whoever changes it
    SESSION = "session"
    SITTING = "sitting"


@dataclass(frozen=True)
class Reason:
    """A reason why nothing may be changed now. `name`: a session's or sitting's id; what ends the kiosk."""

    why: Why
    name: str = ""


def reasons_against(home: SeatHome) -> list[Reason]:
    """Give every reason why the programs of this seat may not be changed now; none: they may.

    A folder in which no seat was enrolled gives none. Nothing is written.

    Raises:
        What `Workplace.open` and a bad journal raise: nobody can tell, though no program of the seat is running.
        DiskFault: the disk refuses.
    """
    running = [Reason(why, _STOP_KIOSK if why is Why.KIOSK else "") for why in _running(home)]
    if running or not is_enrolled(home):
        return running
    return open_ends(home)


def open_ends(home: SeatHome) -> list[Reason]:
    """Give the sessions and sittings at an enrolled seat that are not over. Raises as `reasons_against`."""
    workplace = Workplace.open(home, reading=True)
    try:
        return _open_ends(workplace)
    finally:
        workplace.close()


def is_enrolled(home: SeatHome) -> bool:
    """Tell whether there is anything of a seat here: keys, or records."""
    with disk_faults(home.root, needed=0):
        return home.replica.exists() or (home.keys.exists() and any(home.keys.iterdir()))


def _running(home: SeatHome) -> list[Why]:
    found = []
    if is_held(home.lock):
        found.append(Why.KIOSK)
    if _recorder_answers(home):
        found.append(Why.RECORDER)
    if is_held(home.agent_lock) and not _is_of_the_system(home.agent_lock):
        found.append(Why.AGENT)
    return found


def is_held(lock: Path) -> bool:
    """Tell whether a process holds the file locked (flock); the file is not made. Raises DiskFault."""
    with disk_faults(lock.parent, needed=0):
        try:
            handle = os.open(lock, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
    return False


def _recorder_answers(home: SeatHome) -> bool:
    try:
        RecorderClient.attach(home.recorder_socket, 0).close()
    except RecorderGone:
        return False
    return True


def _is_of_the_system(lock: Path) -> bool:
    """Tell whether who holds the file is the system's own agent, which is stopped for a change and started after it."""
    try:
        inode = lock.stat().st_ino
        held = re.findall(rf"FLOCK +ADVISORY +WRITE +(\d+) +\S+:{inode} ", _LOCKS.read_text())
        return bool(held) and all(_AGENT_UNIT in Path(f"/proc/{pid}/cgroup").read_text() for pid in held)
    except OSError:
        return False


def _open_ends(workplace: Workplace) -> list[Reason]:
    """Give what is not over: sessions that were opened here and not closed, sittings that were begun and not handed on.

    A session that is over by signed time is over; a plan that is no longer believed makes no sitting disappear.
    """
    journal, cabinet = workplace.replica.journal, workplace.replica.cabinet
    plans = set(cabinet.names(DocumentKind.PLAN))
    found, closed_sittings = [], set[str]()
    for session in sorted(plans):
        room = read_room(journal, session)
        try:
            plan, _ = load_plan(workplace.replica, workplace.trust, session)
        except Refused:
            plan = None
        if room.record_sha256 is not None:
            closed_sittings |= {entry.sitting for entry in plan.roster} if plan else set()
        elif room.is_open and (plan is None or plan.closes_ms > cabinet.highest_signed_ms()):
            found.append(Reason(Why.SESSION, session))
    own = [name for name in journal.sittings() if name not in plans | closed_sittings]
    return found + [Reason(Why.SITTING, name) for name in own if _is_unfinished(workplace, name)]


def _is_unfinished(workplace: Workplace, sitting: str) -> bool:
    journal = workplace.replica.journal
    if journal.rows(sitting)[0].kind == _ROOM_BEGINS:
        return read_room(journal, sitting).record_sha256 is None  # of a session whose plan is gone
    state = read_sitting(journal, sitting).state
    if state is not State.SEALED:
        return state is not State.AWAITING
    row = workplace.replica.outbox.of_sitting(sitting)
    return row is None or row.stage is Stage.SEALED
