"""What only the administrator may do, after the seat's own user has done the rest."""

import os
import subprocess
from pathlib import Path
from typing import Final

from app.seat.changing.pinned import pin_root, root_digest
from app.seat.changing.state import STATE, PackageState
from app.seat.home import SeatHome
from app.setup.answers import SEAT_HOME, LockdownAnswers
from app.setup.conducting import PROGRAM, REPORT
from app.setup.steps import Step, StepResult, done, skipped
from sync.faults import EnvironmentFault
from sync.replica.durable import disk_faults, write_durably

_SYSTEMD: Final = Path("run/systemd/system")
_UNIT: Final = "examroom-agent.service"
_UNIT_FOLDERS: Final = ("etc/systemd/system", "usr/lib/systemd/system", "lib/systemd/system")
_COMMAND_S: Final = 300.0
_MOST_SAID: Final = 2_000
_REPORT_MODE: Final = 0o644
_MOST_REPORT: Final = 20_000_000


class LockdownFailed(EnvironmentFault):
    """This PC could not be locked down. Fact: `why`, in the words of the command that tried."""

    code = "LOCKDOWN_FAILED"


class ServiceNotStarted(EnvironmentFault):
    """The seat's service could not be started. Fact: `unit`."""

    code = "SERVICE_NOT_STARTED"


def is_installed(home: Path) -> bool:
    """Tell whether this is a package's seat, and we are the administrator: a folder for trials changes nothing else."""
    return home == SEAT_HOME and os.geteuid() == 0


def pin_programs(home: Path, state: PackageState | None = None) -> None:
    """Keep where only an administrator writes whose programs this PC may install, unless somebody said so before.

    Raises:
        DiskFull, DiskFault: it cannot be read or kept.
    """
    place = state or PackageState(STATE)
    if not place.pinned_root.exists():
        pin_root(root_digest(SeatHome(home)), place)


def start_service(home: Path, root: Path = Path("/")) -> StepResult:
    """Start what delivers for this seat; it had waited for the enrolment. And confirm whose programs it may install.

    Raises:
        ServiceNotStarted: systemd would not.
    """
    if is_installed(home):
        pin_programs(home)
    if not (root / _SYSTEMD).is_dir() or not any((root / folder / _UNIT).exists() for folder in _UNIT_FOLDERS):
        return skipped(Step.SERVICE, "no_service")
    try:
        ended = subprocess.run(
            ["/usr/bin/systemctl", "start", _UNIT], capture_output=True, timeout=_COMMAND_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ServiceNotStarted(type(error).__name__, unit=_UNIT) from None
    if ended.returncode:
        raise ServiceNotStarted(f"exit {ended.returncode}", unit=_UNIT)
    return done(Step.SERVICE, "started", unit=_UNIT)


def lock_down(home: Path, answers: LockdownAnswers) -> StepResult:
    """Shut this PC down to the seat if that is wanted, with `examroom lockdown install`.

    Raises:
        LockdownFailed: it was not.
    """
    if not answers.install:
        return skipped(Step.LOCKDOWN, "offered")
    named = (
        ("--peer", answers.peers),
        ("--dns", answers.dns),
        ("--ntp", answers.ntp),
        ("--ssh-from", answers.ssh_from),
    )
    options = [part for option, values in named for value in values for part in (option, value)]
    command = [*PROGRAM, "lockdown", "install", "--home", str(home), *options]
    try:
        ended = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_COMMAND_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LockdownFailed(why=type(error).__name__) from None
    if ended.returncode:
        raise LockdownFailed(why=" ".join(ended.stderr.split())[:_MOST_SAID])
    return done(Step.LOCKDOWN, "installed")


def copy_report(home: Path, folder: Path, name: str) -> Path:
    """Lay a copy of the readiness report into `folder`, named after the seat, and give where.

    Raises:
        DiskFull, DiskFault: it cannot be read or written.
    """
    plain = "".join(char if char.isalnum() or char in "-_" else "-" for char in name) or "seat"
    with disk_faults(home, needed=0), (home / REPORT).open("rb") as file:
        raw = file.read(_MOST_REPORT)
    write_durably(folder / f"{plain}.pdf", raw, _REPORT_MODE)
    return folder / f"{plain}.pdf"
