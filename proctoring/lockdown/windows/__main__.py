"""The lock-down of a Windows PC by hand: `python -m proctoring.lockdown.windows install|remove|run|home|service`."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path

from proctoring.lockdown.windows import announcing, desktop, service
from proctoring.win32.door import NotWindows, Win32, WindowsRefused, this_pc
from proctoring.win32.journal import journal
from proctoring.win32.users import own_sid
from sync.faults import Exit, Fault


def launch(win32: Win32, arguments: list[str]) -> int:
    """Run a program on the exam's own desktop while the service holds the policies; give its exit code."""
    sid = own_sid(win32)
    announcing.announce(win32, sid)
    try:
        with desktop.own_desktop(win32) as own:
            return desktop.run_on(win32, own, arguments)
    finally:
        announcing.withdraw(win32, sid)


def run(argv: list[str], door: Win32 | None = None) -> int:
    """Do one thing. Exit codes as everywhere: 0 good, 2 wrong use, 3 this PC will not (said on stderr)."""
    parser = ArgumentParser(prog="python -m proctoring.lockdown.windows", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("install", help="set up the service for an account").add_argument("sid")
    verbs.add_parser("remove", help="take the service and its policies off")
    verbs.add_parser("run", help="run a program on the exam's own desktop").add_argument("program", nargs="+")
    verbs.add_parser("home", help="show the user's own desktop again")
    verbs.add_parser("service", help="serve; started by Windows only")
    asked = parser.parse_args(argv)
    try:
        return _do(asked.verb, vars(asked), door or this_pc())
    except (NotWindows, WindowsRefused, Fault, ValueError) as problem:
        sys.stderr.write(f"{problem}\n")
        return Exit.ENVIRONMENT


def _do(verb: str, asked: dict[str, list[str]], win32: Win32) -> int:
    match verb:
        case "install":
            service.install(win32, str(asked["sid"]))
        case "remove":
            service.remove(win32)
        case "run":
            return launch(win32, asked["program"])
        case "home":
            desktop.go_home(win32)
        case _:
            service.service_of(win32, journal("lockdown", _folder()).info).run()
    return Exit.GOOD


def _folder() -> Path:
    """Give the folder beside other programs' data that `services.ps1` of the installer closes to ordinary users."""
    return Path(os.environ["PROGRAMDATA"]) / "Examroom"


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
