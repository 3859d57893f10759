r"""The seat's agent on Windows: a service that keeps `examroom agent run` going.

    python -m app.seat.agent_service install --home C:\ProgramData\Examroom\seat
    python -m app.seat.agent_service remove

It runs as an account of its own that nobody can log on to (Microsoft Learn, "Service accounts", virtual accounts);
`installer/windows/services.ps1` lets that account into the seat's folder. Windows can only end the agent as a power cut
would; it is made for that. Nothing of this has ever been run on Windows.
"""

import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from typing import Final

from app.seat.home import SeatHome
from proctoring.win32 import service
from proctoring.win32.door import NotWindows, Win32, WindowsRefused, this_pc
from proctoring.win32.journal import journal
from sync.faults import Exit
from sync.own_program import COMMAND_LINE, own_program

NAME: Final = "ExamroomAgent"
ACCOUNT: Final = rf"NT SERVICE\{NAME}"
AGAIN_S: Final = 5.0
"""As on Linux, where systemd starts it again."""
_LOOK_S: Final = 0.2
_END_S: Final = 20.0


def keep_going(command: Sequence[str], stop: Event, say: Callable[[str], None], again_s: float = AGAIN_S) -> None:
    """Run a program again whenever it ends, until `stop` is set; then end it. `say`: one line for each end."""
    while not stop.is_set():
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            say(f"not started: {error.strerror}")
        else:
            while process.poll() is None and not stop.wait(_LOOK_S):
                pass
            _end(process)
            say(f"ended with {process.returncode}")
        stop.wait(again_s)


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def run(argv: Sequence[str], door: Win32 | None = None) -> int:
    """Do one thing. Exit codes as everywhere: 0 good, 2 wrong use, 3 this PC will not (said on stderr)."""
    parser = ArgumentParser(prog="python -m app.seat.agent_service", description="The seat's agent as a service.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, said in (("install", "set up and start the service"), ("service", "serve; started by Windows only")):
        verbs.add_parser(verb, help=said).add_argument("--home", type=Path, required=True)
    verbs.add_parser("remove", help="stop the service and take it off")
    asked = parser.parse_args(argv)
    try:
        win32 = door or this_pc()
        match asked.verb:
            case "install":
                told = (*own_program("app.seat.agent_service"), "service", "--home", str(asked.home.absolute()))
                service.install(win32, NAME, "Examroom agent", told, ACCOUNT)
            case "remove":
                service.remove(win32, NAME)
            case _:
                say = journal("agent-service", SeatHome(asked.home).log).info
                agent = (*own_program(COMMAND_LINE), "agent", "run", "--home", str(asked.home))
                service.Service(win32, NAME, lambda stop: keep_going(agent, stop, say), say).run()
    except (NotWindows, WindowsRefused) as problem:
        sys.stderr.write(f"{problem}\n")
        return Exit.ENVIRONMENT
    return Exit.GOOD


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
