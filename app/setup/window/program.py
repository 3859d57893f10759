"""The wizard as a program: as whom it runs, the application, the window, and a clean end."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import shiboken6
import structlog
from PySide6.QtWidgets import QApplication

from app.exam.prose import Language
from app.logbook import open_logbook
from app.seat.home import SeatHome
from app.seat.occupancy import Occupancy
from app.setup.account import Account, WorkBrokeOff, environment_of, is_administrator, make_home, seat_account
from app.setup.administrator import Administrator, Nobody, answer, display_environment, over_own_pipes
from app.setup.answers import SEAT_HOME
from app.setup.conducting import PROGRAM
from app.setup.window.wizard import Wizard
from app.ui.bridge import finish_background
from app.ui.style import prepare_application
from sync.faults import EnvironmentFault

_LEAST: Final = (1024, 700)
_WINDOW: Final = (1366, 768)


class SetupNeedsAdministrator(EnvironmentFault):
    """Only an administrator may make this PC a seat. Fact: `folder`."""

    code = "SETUP_NEEDS_ADMINISTRATOR"


def run_wizard(home: Path | None, language: Language, *, under_administrator: bool) -> int:
    """Run the wizard until its window is closed; give the exit code.

    As root it runs as the seat's user, and root answers what it asks.

    Raises:
        SetupNeedsAdministrator: the seat's folder is not ours to make.
        AlreadyRunning: a kiosk runs at this seat, or another first run.
        SeatUserMissing, SeatFolderForeign, WorkBrokeOff: it cannot be started as the seat's user.
    """
    root = (home or SEAT_HOME).absolute()
    account = seat_account(root) if is_administrator() else None
    if account is not None:
        return _run_as(account, root, language)
    if root == SEAT_HOME and not os.access(root, os.W_OK):
        raise SetupNeedsAdministrator(folder=str(root))
    return _run_here(SeatHome(root), over_own_pipes() if under_administrator else Nobody(root), language)


def _run_here(home: SeatHome, administrator: Administrator, language: Language) -> int:
    occupancy = Occupancy(home)
    occupancy.take()
    application = QApplication(sys.argv[:1])
    prepare_application(application)
    open_logbook(home.log, "setup")
    sys.excepthook = lambda kind, error, trace: structlog.get_logger("setup").error(
        "defect", exc_info=(kind, error, trace)
    )
    wizard = Wizard(home, administrator, language)
    wizard.setMinimumSize(*_LEAST)
    wizard.resize(*_WINDOW)
    wizard.ended.connect(wizard.close)
    wizard.show()
    wizard.begin()  # now that something can have the focus
    wizard.activateWindow()  # without a window manager nobody else gives it the keyboard
    code = application.exec()
    finish_background()
    shiboken6.delete(wizard)
    occupancy.give_up()
    return code


def _run_as(account: Account, home: Path, language: Language) -> int:
    make_home(home, account)
    with _display_for(account) as surroundings:
        try:
            process = subprocess.Popen(
                [*PROGRAM, "setup", "--home", str(home), "--under-administrator"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                user=account.uid,
                group=account.gid,
                extra_groups=account.groups,
                env=environment_of(account, {**surroundings, "EXAMROOM_LANGUAGE": language.value}),
                cwd="/",
                umask=0o077,
            )
        except OSError as error:
            raise WorkBrokeOff(error.strerror or "") from None
        with process:
            if process.stdin is None or process.stdout is None:
                raise WorkBrokeOff("no pipes")
            answer(process.stdout, process.stdin, home)
            return process.wait()


@contextmanager
def _display_for(account: Account) -> Iterator[dict[str, str]]:
    """Let the seat's user onto our display for as long as this lasts: with a copy of the X server's cookie."""
    with tempfile.TemporaryDirectory(prefix="examroom-setup-") as folder:
        os.chown(folder, account.uid, account.gid)
        surroundings = {**display_environment(os.environ), "XDG_RUNTIME_DIR": folder}
        cookie = Path(os.environ.get("XAUTHORITY") or Path.home() / ".Xauthority")
        if cookie.is_file():
            copy = Path(folder) / "cookie"
            shutil.copyfile(cookie, copy)
            copy.chmod(0o600)
            os.chown(copy, account.uid, account.gid)
            surroundings["XAUTHORITY"] = str(copy)
        yield surroundings
