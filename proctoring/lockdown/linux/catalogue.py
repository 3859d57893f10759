"""The steps that shut a Linux PC down to the exam seat, in the order in which they are applied.

What comes first is undone last: the unit that finishes an interrupted undoing stays until everything else is back.
"""

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import Discriminator, TypeAdapter

from proctoring.lockdown.faults import (
    LockdownHomeUnusable,
    LockdownNoSystemd,
    LockdownNotAllowed,
    LockdownPathTaken,
    LockdownProgramClosed,
)
from proctoring.lockdown.level import KIOSK_USER
from proctoring.lockdown.linux.accounts import AccountStep, account_steps
from proctoring.lockdown.linux.egress import Reach, RulesetStep, rules
from proctoring.lockdown.linux.entries import MOST_BYTES, Entry, EntryStep, a_file, a_folder, a_link
from proctoring.lockdown.linux.ownership import OwnershipStep
from proctoring.lockdown.linux.running import CommandStep
from proctoring.lockdown.linux.settings import SettingStep
from proctoring.lockdown.steps import Place
from proctoring.lockdown.undo import UndoBook
from sync.trust.files import read_bounded

LinuxStep = Annotated[
    AccountStep | CommandStep | EntryStep | OwnershipStep | RulesetStep | SettingStep, Discriminator("kind")
]
STEPS: Final[TypeAdapter[tuple[LinuxStep, ...]]] = TypeAdapter(tuple[LinuxStep, ...])

KIOSK_FOLDER: Final = f"var/lib/{KIOSK_USER}"
RECOVER: Final = "examroom-lockdown-recover.service"
SERVICES: Final = ("examroom-kiosk.service", "examroom-agent.service", "examroom-egress.service")
EGRESS: Final = "etc/examroom/egress.nft"
MARK: Final = b"Put here by `examroom lockdown install`"
"""With this, after the sign of a comment, every file begins that we put somewhere."""
_UNITS: Final = "etc/systemd/system"
_CONSOLES: Final = (
    "getty@.service",
    "serial-getty@.service",
    "console-getty.service",
    "display-manager.service",
)
_RUNNING_CONSOLES: Final = ("getty@tty1.service", "console-getty.service", "display-manager.service", "getty.target")
"""Started again, the target brings with it what else belongs to it, such as consoles on a cable."""
_FILES: Final = {
    "xorg.conf": "etc/X11/examroom-kiosk.conf",
    "devices.rules": "etc/udev/rules.d/70-examroom-lockdown.rules",
    "sysctl.conf": "etc/sysctl.d/zz-examroom-lockdown.conf",
    "logind.conf": "etc/systemd/logind.conf.d/zz-examroom-lockdown.conf",
    "sleep.conf": "etc/systemd/sleep.conf.d/zz-examroom-lockdown.conf",
    "coredump.conf": "etc/systemd/coredump.conf.d/zz-examroom-lockdown.conf",
    "system.conf": "etc/systemd/system.conf.d/zz-examroom-lockdown.conf",
    "session.conf": "etc/systemd/system/session-.scope.d/50-examroom.conf",
    "polkit.rules": "etc/polkit-1/rules.d/00-examroom-lockdown.rules",
    "pam": "etc/pam.d/examroom-kiosk",
}
_XWRAPPER: Final = ("usr/lib/xorg/Xorg.wrap", "etc/X11/Xwrapper.config")
"""Debian's set-uid starter of the X server, and what it obeys."""
_SYSCTLS: Final = {
    "sysrq": ("proc/sys/kernel/sysrq", "0"),
    "suid-dumpable": ("proc/sys/fs/suid_dumpable", "0"),
    "ptrace": ("proc/sys/kernel/yama/ptrace_scope", "2"),
}
_SYSTEM_FOLDERS: Final = frozenset(
    {"bin", "boot", "dev", "etc", "lib", "lib64", "proc", "root", "run", "sbin", "sys", "tmp", "usr"}
)
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./+@\u0080-\uffff-]+")
"""What may stand in a unit file without being quoted; see systemd.syntax(7)."""


@dataclass(frozen=True)
class Settings:
    """How this PC is to be locked down. `home`: the seat's folder; `program`: how `examroom` is started."""

    home: Path
    program: tuple[str, ...]
    reach: Reach


def book_of(place: Place) -> UndoBook[LinuxStep]:
    """Give where the undo plan of this PC is kept."""
    return UndoBook(place, STEPS, lambda: certainly_ours(place))


def certainly_ours(place: Place) -> tuple[str, ...]:
    """Name what stands of a lock-down whatever became of its plan: files with our mark, and our units' links."""
    units = (RECOVER, *SERVICES)
    consoles = tuple(f"{_UNITS}/{_below_console(unit)}" for unit in _CONSOLES)
    files = (EGRESS, _XWRAPPER[1], *_FILES.values(), *consoles, *(f"{_UNITS}/{unit}" for unit in units))
    marked = [path for path in files if _is_marked(place, path)]
    links = [path for path, wanted in map(_enabled, units) if _leads(place, path) == wanted.target]
    return tuple(f"/{path}" for path in (*marked, *links))


def require_administrator(place: Place) -> None:
    """See to it that we may change this PC; below a folder of their own, anybody may try. Raises LockdownNotAllowed."""
    if place.live is not None and os.geteuid() != 0:
        raise LockdownNotAllowed


def require_possible(place: Place) -> None:
    """See to it that this PC can be locked down at all.

    Raises:
        LockdownNotAllowed: we are not its administrator.
        LockdownNoSystemd: it is not run by systemd.
    """
    require_administrator(place)
    sign = "run/systemd/system" if place.live is not None else "etc/systemd"
    if not (place.root / sign).is_dir():
        raise LockdownNoSystemd(f"/{sign}")


def require_reachable(place: Place, program: tuple[str, ...]) -> None:
    """See to it that a user without rights can start the program; of files that are only tried out nobody can tell.

    Raises:
        LockdownProgramClosed: a folder on the way to it is closed to others.
    """
    if place.live is None:
        return
    named = Path(program[0])
    for way in {named, named.resolve()}:
        for folder in way.parents:
            if not folder.stat().st_mode & stat.S_IXOTH:
                raise LockdownProgramClosed(str(folder), program=program[0])


def steps_of(place: Place, settings: Settings, templates: Path) -> tuple[LinuxStep, ...]:
    """Give the steps for this PC; `templates` is the folder of what is put there (`resources/lockdown`).

    Raises:
        LockdownHomeUnusable: the seat's folder cannot be that of a locked-down PC.
        LockdownUserUnusable: there is a user of our name that somebody can log in as.
    """
    home = _home_below(place, settings.home)
    users, ids = account_steps(place, KIOSK_USER, KIOSK_FOLDER)
    filled = {
        "@HOME@": _plain(f"/{home}"),
        "@PROGRAM@": " ".join(_plain(part) for part in settings.program),
        "@USER@": KIOSK_USER,
        "@KIOSK@": f"/{KIOSK_FOLDER}",
    }

    def template(name: str) -> str:
        text = (templates / name).read_text(encoding="utf-8")
        for mark, value in filled.items():
            text = text.replace(mark, value)
        return text

    files = _Files(place)
    files.unit(RECOVER, template(RECOVER))
    first = CommandStep(
        name="told-last",
        undoing=(("systemctl", "daemon-reload"),),
        consoles=_RUNNING_CONSOLES,
    )
    recovering = files.taken()
    files.put("kiosk-folder", KIOSK_FOLDER, a_folder(0o700, ids), whole=True)
    files.put("egress.nft", EGRESS, a_file(rules(settings.reach, template("egress.nft"))))
    files.everywhere(templates)
    if (place.root / _XWRAPPER[0]).exists():
        files.put("xwrapper", _XWRAPPER[1], a_file(template("Xwrapper.config")))
    for unit in SERVICES:
        files.unit(unit, template(unit))
    told = CommandStep(
        name="told",
        applying=(("systemctl", "daemon-reload"),),  # udev looks for changed rules by itself
        stopping=(*SERVICES, f"user-{ids[0]}.slice"),  # with the recorder, which outlives the kiosk
    )
    return (
        *recovering,
        first,
        *users,
        *files.taken(),
        *_kernel_settings(),
        OwnershipStep(name="home", path=home, owner=ids),
        RulesetStep(name="egress", path=EGRESS),
        told,
    )


def seat_folder(place: Place, home: Path) -> Path:
    """Give where the seat's folder lies.

    Raises:
        LockdownHomeUnusable: it cannot be that of a locked-down PC.
    """
    return place.at(_home_below(place, home))


def files_of(place: Place, templates: Path) -> tuple[LinuxStep, ...]:
    """Give the steps whose files are the same on every PC, whoever its seat may talk to."""
    files = _Files(place)
    files.everywhere(templates)
    for unit in (RECOVER, *SERVICES):
        files.put(f"enabled.{unit}", *_enabled(unit))
    return files.taken()


def _kernel_settings() -> tuple[SettingStep, ...]:
    usb, authorized = "sys/bus/usb", "sys/bus/usb/devices/*/authorized"
    return (
        *(SettingStep(name=f"sysctl.{name}", pattern=path, value=value) for name, (path, value) in _SYSCTLS.items()),
        SettingStep(name="radios", pattern="sys/class/rfkill/*/soft", value="1", otherwise="0"),
        *(
            SettingStep(
                name=f"usb.{name}",
                pattern=authorized,
                value="0",
                only=("bInterfaceClass", number),
                otherwise="1",
                probe=f"{usb}/drivers_probe",
            )
            for name, number in (("storage", "08"), ("picture", "06"))
        ),
    )


class _Files:
    """Collects files to be put somewhere, and before each the folders that are not there yet."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._steps: list[EntryStep] = []
        self._folders: set[str] = set()

    def put(self, name: str, path: str, wanted: Entry, *, whole: bool = False) -> None:
        missing = [
            str(folder) for folder in Path(path).parents if folder.name and not (self._place.root / folder).is_dir()
        ]
        for folder in reversed(missing):
            if folder not in self._folders:
                self._folders.add(folder)
                step = EntryStep(name=f"folder.{len(self._folders)}", path=folder, wanted=a_folder())
                self._steps.append(step)
        self._steps.append(EntryStep(name=name.lower(), path=path, wanted=wanted, whole=whole))

    def unit(self, name: str, text: str) -> None:
        """Put a unit there, and the link by which it is started with the PC."""
        self.put(f"unit.{name}", f"{_UNITS}/{name}", a_file(text))
        self.put(f"enabled.{name}", *_enabled(name))

    def everywhere(self, templates: Path) -> None:
        """Put there what is the same on every PC."""
        for name, path in _FILES.items():
            self.put(name, path, a_file((templates / name).read_text(encoding="utf-8").replace("@USER@", KIOSK_USER)))
        for unit in _CONSOLES:
            text = (templates / "console.conf").read_text(encoding="utf-8")
            self.put(f"console.{unit}", f"{_UNITS}/{_below_console(unit)}", a_file(text))
        self.put("ctrl-alt-del", f"{_UNITS}/ctrl-alt-del.target", a_link("/dev/null"))

    def taken(self) -> tuple[EntryStep, ...]:
        """Give what was collected since the last time."""
        steps, self._steps = tuple(self._steps), []
        return steps


def _below_console(unit: str) -> str:
    return f"{unit}.d/50-examroom.conf"


def _is_marked(place: Place, path: str) -> bool:
    try:
        return read_bounded(place.at(path), MOST_BYTES).lstrip(b"#/ ").startswith(MARK)
    except (OSError, LockdownPathTaken):  # not there, nothing that we read, or out of this PC
        return False


def _leads(place: Place, path: str) -> str:
    try:
        return os.readlink(place.at(path))  # noqa: PTH115 - as it stands, not made a path of
    except (OSError, LockdownPathTaken):
        return ""


def _enabled(unit: str) -> tuple[str, Entry]:
    """Give the link by which a unit is started with the PC: its path, and itself."""
    return f"{_UNITS}/multi-user.target.wants/{unit}", a_link(f"/{_UNITS}/{unit}")


def _home_below(place: Place, home: Path) -> str:
    """Give the seat's folder as seen from the root."""
    path = os.path.normpath(home).lstrip("/")
    shown, parts = f"/{path}", Path(path).parts
    if not home.is_absolute() or path.startswith(KIOSK_FOLDER) or not (place.root / path).is_dir():
        raise LockdownHomeUnusable("missing, relative, or the locked user's own", home=shown)
    # in the first are the system's things, directly below the root are many people's
    if len(parts) < 2 or parts[0] in _SYSTEM_FOLDERS:  # noqa: PLR2004
        raise LockdownHomeUnusable("a folder of the system", home=shown)
    if place.at(path).is_symlink():
        raise LockdownHomeUnusable("a link", home=shown)
    for folder in Path(path).parents:
        if not (place.root / folder).stat().st_mode & stat.S_IXOTH and folder.name:
            raise LockdownHomeUnusable(f"/{folder} is closed to others", home=shown)
    _plain(shown)
    return path


def _plain(text: str) -> str:
    if not _PLAIN.fullmatch(text):
        raise LockdownHomeUnusable("a sign in it that unit files give a meaning", home=text)
    return text
