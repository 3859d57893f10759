"""As whom a first run works: the seat's own user, so that everything below the seat's folder is theirs from the start.

An administrator's process (root) reads the stick and the answer file, makes the folder, hands the order to a process of
that user, and keeps for itself only what nobody else may do.
"""

import grp
import os
import pwd
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from app.exam.prose import Language
from app.setup.answers import SEAT_HOME
from app.setup.conducting import PROGRAM
from app.setup.order import Order
from app.setup.steps import StepResult
from proctoring.lockdown.level import KIOSK_USER
from sync.faults import EnvironmentFault
from sync.replica.durable import disk_faults

_DEVICE_GROUPS: Final = ("video", "audio")
"""Who may open cameras and microphones without sitting at the PC."""
_PASSED_ON: Final = ("EXAMROOM_LANGUAGE", "LANG", "LC_ALL", "PATH", "TZ")
_FOLDER_MODE: Final = 0o700
_LINE_BYTES: Final = 100_000


class SeatUserMissing(EnvironmentFault):
    """There is no user of the seat on this PC. Fact: `user`."""

    code = "SEAT_USER_MISSING"


class SeatFolderForeign(EnvironmentFault):
    """The seat's folder belongs to somebody else. Facts: `folder`, `user`."""

    code = "SEAT_FOLDER_FOREIGN"


class WorkBrokeOff(EnvironmentFault):
    """The process that did the work ended without saying what came of it."""

    code = "WORK_BROKE_OFF"


@dataclass(frozen=True)
class Account:
    """A user of this PC."""

    name: str
    uid: int
    gid: int
    folder: Path

    @property
    def groups(self) -> tuple[int, ...]:
        """Their groups, and those that cameras and microphones are open to."""
        devices = {one.gr_gid for one in grp.getgrall() if one.gr_name in _DEVICE_GROUPS}
        return tuple({*os.getgrouplist(self.name, self.gid), *devices})


def is_administrator() -> bool:
    """Tell whether we are root, who works through the seat's user."""
    return os.geteuid() == 0


def seat_account(home: Path) -> Account | None:
    """Give the seat's user; nobody where there is none and `home` is not an installed seat's, but a folder for trials.

    Raises:
        SeatUserMissing: the package has not made one, or it is root.
    """
    try:
        found = pwd.getpwnam(KIOSK_USER)
    except KeyError:
        if home != SEAT_HOME:
            return None
        raise SeatUserMissing(user=KIOSK_USER) from None
    if found.pw_uid == 0:
        raise SeatUserMissing(user=KIOSK_USER)
    return Account(KIOSK_USER, found.pw_uid, found.pw_gid, Path(found.pw_dir))


def make_home(home: Path, account: Account) -> None:
    """Make the seat's folder theirs alone, if there is none yet.

    Raises:
        SeatFolderForeign: it is somebody else's, or a link.
        DiskFull, DiskFault: it cannot be made.
    """
    with disk_faults(home.parent, needed=0):
        home.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        try:
            home.mkdir(mode=_FOLDER_MODE)
        except FileExistsError:
            found = home.lstat()
            empty_of_root = found.st_uid == 0 and home.is_dir() and not home.is_symlink() and not any(home.iterdir())
            if home.is_symlink() or (found.st_uid != account.uid and not empty_of_root):
                raise SeatFolderForeign(folder=str(home), user=account.name) from None
        os.chown(home, account.uid, account.gid, follow_symlinks=False)
        home.chmod(_FOLDER_MODE)


def environment_of(account: Account, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give the surroundings that a process of the seat's user is started in: nothing of the administrator's own."""
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {
        **passed,
        "HOME": str(account.folder),
        "USER": account.name,
        "LOGNAME": account.name,
        **(more or {}),
    }


def conduct_as(account: Account, order: Order, language: Language) -> Iterator[StepResult]:
    """Have the order carried out by a process of the seat's user; tells each step as it comes.

    Raises:
        WorkBrokeOff: that process ended without having said how it went.
    """
    try:
        process = subprocess.Popen(
            [*PROGRAM, "setup", "--carry-out"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            user=account.uid,
            group=account.gid,
            extra_groups=account.groups,
            env=environment_of(account, {"EXAMROOM_LANGUAGE": language.value}),
            cwd="/",
            umask=0o077,
        )
    except OSError as error:  # for example a program that this user cannot reach
        raise WorkBrokeOff(error.strerror or "") from None
    with process:
        yield from _told(process, order)


def _told(process: subprocess.Popen[bytes], order: Order) -> Iterator[StepResult]:
    if process.stdin is None or process.stdout is None:
        raise WorkBrokeOff("no pipes")
    with suppress(BrokenPipeError):  # it has ended, and its exit code says so
        process.stdin.write(order.to_bytes())
        process.stdin.close()
    said = False
    while line := process.stdout.readline(_LINE_BYTES):
        try:
            yield StepResult.model_validate_json(line, strict=False)
        except ValidationError:
            raise WorkBrokeOff("an answer that is none") from None
        said = True
    if process.wait() or not said:
        raise WorkBrokeOff(f"exit {process.returncode}")
