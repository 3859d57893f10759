"""Another version of the programs is put in: everything is kept first, then a script outside of them does the rest.

Until the script begins nothing has changed but in the administrator's own folder, and a kill leaves the PC as it was.
The script (`resources/update/apply.sh`) and the PC's next start bring it to the new version, checked, or to the one
before. The seat's records are opened by neither: they are brought to new tables when the new version first runs.
"""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.resources import resource_folder
from app.seat.changing.may_change import Reason, is_enrolled, open_ends, reasons_against
from app.seat.changing.owner import as_owner
from app.seat.changing.packages import Dpkg
from app.seat.changing.pinned import require_pinned, root_digest
from app.seat.changing.ready import Ready, take_ready
from app.seat.changing.state import Outcome, PackageState
from app.seat.home import SeatHome
from app.seat.occupancy import AgentDuty, Occupancy
from sync.faults import EnvironmentFault
from sync.replica.database import Replica
from sync.replica.durable import disk_faults, private_folder, require_space, write_durably
from sync.trust.keystore import open_key_store

SCRIPT: Final = "apply.sh"
AGENT: Final = "examroom-agent.service"
_SYSTEMCTL: Final = "/usr/bin/systemctl"
_COPY: Final = ".before-update.db"
_READABLE: Final = 0o755
_READABLE_FILE: Final = 0o644
_PIECE_BYTES: Final = 1_048_576
_CHECK: Final = ("timeout", "-k", "10", "900", "/usr/bin/examroom", "seat", "self-check", "--home")


class SeatInUse(EnvironmentFault):
    """Somebody may be sitting here."""

    code = "SEAT_IN_USE"

    def __init__(self, reasons: list[Reason]) -> None:
        super().__init__(", ".join(one.why.value for one in reasons))
        self.reasons = reasons


@dataclass(frozen=True)
class Place:
    """A PC whose programs are changed: the seat, the administrator's folder, dpkg, and what checks the new version."""

    home: SeatHome
    state: PackageState
    dpkg: Dpkg = field(default_factory=Dpkg)
    check: tuple[str, ...] = ()
    tries: int = 6

    @property
    def check_command(self) -> tuple[str, ...]:
        """Give the command that says whether the version that is in now works with this seat."""
        return self.check or (*_CHECK, str(self.home.root))


def apply(place: Place, ready: Ready) -> Outcome | None:
    """Put a program in that lies ready, or go back; give what it came to (None: it was stopped half-way).

    Raises:
        SeatInUse: not now. Nothing was changed by this and any of the following.
        UpdateNotPinned, UpdateOtherRoot, ProgramNotWhole, PackageOdd: it is not believed.
        PackageNotIn, PackageChanged, PackageNotMade: there is no version to go back to.
        DiskFull, DiskFault, and what `Workplace.open` raises.
    """
    require_pinned(root_digest(place.home), place.state)
    with as_owner(place.home.root):
        reasons = reasons_against(place.home)
    if reasons:
        raise SeatInUse(reasons)
    with _nobody_here(place) as (stopped, locks):
        keep(place, ready, stopped)
        run_script(place.state, "forward", locks)
    return place.state.outcome()


def recover(place: Place) -> Outcome | None:
    """Finish a change that was broken off, as the PC's start would; give what it came to."""
    run_script(place.state, "recover", ())
    return place.state.outcome()


def keep(place: Place, ready: Ready, start: tuple[str, ...]) -> None:
    """Lay everything beside each other that the script needs; the last line makes it count. Raises as `apply`."""
    state, dpkg = place.state, place.dpkg
    old = dpkg.installed()
    dpkg.require_unchanged()
    for folder in (state.update, state.previous):
        private_folder(folder)
    with disk_faults(state.root, needed=0):
        for folder in (state.root, state.update):
            folder.chmod(_READABLE)
    new_deb = take_ready(place.home, ready, state.update)
    dpkg.require_package(new_deb, ready.release.version)
    old_deb = dpkg.pack_again(old, state.previous)
    _keep_records(place.home, state.previous / "replica.db")
    with disk_faults(state.previous, needed=0):
        for other in state.previous.glob("*.deb"):
            if other != old_deb:
                other.unlink()
    write_durably(state.update / SCRIPT, (resource_folder() / "update" / SCRIPT).read_bytes(), 0o700)
    settings = {
        "package": dpkg.package,
        "old": old,
        "old_deb": str(old_deb),
        "new": ready.release.version,
        "new_deb": str(new_deb),
        "start": " ".join(start),
        "most_tries": str(place.tries),
    }
    reload = (_SYSTEMCTL, "daemon-reload") if dpkg.is_of_this_pc else ("true",)
    commands = {"run_dpkg": dpkg.command, "ask_dpkg": dpkg.query, "check": place.check_command, "reload": reload}
    lines = "".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items())
    lines += "".join(f'{name}() {{ {shlex.join(words)} "$@"; }}\n' for name, words in commands.items())
    write_durably(state.update / "settings", lines.encode())
    with disk_faults(state.update, needed=0):
        for stale in (state.log, state.outcome_file):
            stale.unlink(missing_ok=True)
    write_durably(state.seat_file, str(place.home.root.absolute()).encode(), _READABLE_FILE)
    write_durably(state.phase_file, b"ready\n", _READABLE_FILE)


def run_script(state: PackageState, way: str, locks: tuple[int, ...]) -> None:
    """Run what stands outside of the programs; the seat's locks are its, too. It goes on if this process ends."""
    script = ["/bin/sh", str(state.update / SCRIPT), way]
    subprocess.run(script, check=False, pass_fds=locks, start_new_session=True, stdin=subprocess.DEVNULL)


def _keep_records(home: SeatHome, to: Path) -> None:
    """Keep a copy of the seat's records as they are now, for a person who has to look; nothing takes it by itself."""
    if not (is_enrolled(home) and home.replica.exists()):
        return
    beside = home.root / _COPY
    try:
        with as_owner(home.root):
            require_space(home.root, home.replica.stat().st_size)
            Replica.copy(home.replica, open_key_store(home.keys).replica_key(), beside)
            source = os.open(beside, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        fresh = to.with_suffix(".new")
        with disk_faults(to.parent, needed=0), os.fdopen(source, "rb") as file, fresh.open("wb") as kept:
            shutil.copyfileobj(file, kept, _PIECE_BYTES)
            kept.flush()
            os.fsync(kept.fileno())
        fresh.replace(to)
    finally:
        with as_owner(home.root):
            beside.unlink(missing_ok=True)


@contextmanager
def _nobody_here(place: Place) -> Iterator[tuple[tuple[str, ...], tuple[int, ...]]]:
    """Stop the system's agent and hold the seat's locks meanwhile; what is unfinished at the end starts nothing."""
    home = place.home
    with ExitStack() as stack:
        stopped = (AGENT,) if place.dpkg.is_of_this_pc and _systemctl("is-active", AGENT) else ()
        for unit in stopped:
            stack.callback(_start_again, unit, place.state)
            _systemctl("stop", unit)
        held: list[int] = []
        if is_enrolled(home):
            with as_owner(home.root):
                for lock in (Occupancy(home), AgentDuty(home)):
                    lock.take()
                    stack.callback(lock.give_up)
                    held.append(lock.fileno())
                ends = open_ends(home)
            if ends:
                raise SeatInUse(ends)
        yield stopped, tuple(held)


def _start_again(unit: str, state: PackageState) -> None:
    if not state.phase_file.exists():
        _systemctl("start", unit)


def _systemctl(*words: str) -> bool:
    try:
        return subprocess.run([_SYSTEMCTL, "--quiet", *words], capture_output=True, check=False).returncode == 0
    except OSError:
        return False  # a PC, or a copy of one, without systemd runs no units
