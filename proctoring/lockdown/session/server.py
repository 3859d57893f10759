"""The display server of the session: which program with which arguments, and waiting until it can be used."""

import asyncio
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

from proctoring.lockdown.session.child import Child
from proctoring.lockdown.session.cookie import write_cookie
from sync.faults import EnvironmentFault
from sync.replica.durable import private_folder

READY_S: Final = 30.0
COOKIE: Final = "cookie"


class NoDisplayServer(EnvironmentFault):
    """The display server, or the program that starts it with bounds, is not on this PC."""

    code: ClassVar[str] = "NO_DISPLAY_SERVER"


class ServerNotUp(Exception):  # noqa: N818 - an end like others, told by the supervisor, never shown as a fault
    """The display server ended, or was not ready in time. Says its last words."""


@dataclass(frozen=True)
class Display:
    """A display that can be used: its name (":0"), its server, and the environment of whoever may use it."""

    name: str
    server: Child
    cookie: Path

    def environment(self, outer: Mapping[str, str]) -> dict[str, str]:
        """Give the environment of a program on this display; what was meant for the supervisor is left out."""
        ours = {key: value for key, value in outer.items() if not key.startswith(("NOTIFY_", "WATCHDOG_", "LISTEN_"))}
        ours.pop("WAYLAND_DISPLAY", None)
        return ours | {
            "DISPLAY": self.name,
            "XAUTHORITY": str(self.cookie),
            "QT_QPA_PLATFORM": "xcb",
            # no bus that could start programs; without a word Qt has dbus-launch start one, a client beside the kiosk
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
        }


def xorg_command(config: str, vt: str, runtime: Path) -> tuple[str, ...]:
    """Give the Xorg command of a kiosk session (Xorg(1), Xserver(1)).

    `config`: a file, or its name below /etc/X11. `vt`: the number of the virtual terminal that the unit gave us, empty
    without one. The screen never goes dark by itself.
    """
    terminal = (f"vt{vt}",) if vt.isascii() and vt.isdigit() else ()
    fixed = ("-keeptty", "-novtswitch", "-s", "0", "-dpms")
    return ("Xorg", *terminal, *fixed, "-config", config, "-logfile", str(runtime / "Xorg.log"))


def require_programs(server: tuple[str, ...]) -> None:
    """Go on only if there is a server to start.

    Raises:
        NoDisplayServer: it is not installed.
    """
    for program in (server[0], "setpriv"):
        if shutil.which(program) is None:
            raise NoDisplayServer(program, program=program)


async def start_server(server: tuple[str, ...], runtime: Path, environment: Mapping[str, str]) -> Display:
    """Start the server with a fresh cookie on the first free display, and wait until it takes clients.

    The abstract socket stays on beside the file: libxcb tries it first, and a name we hold nobody else can take.

    Raises:
        ServerNotUp: it ended or was not ready within 30 s.
        OSError, DiskFull, DiskFault: no cookie could be written, or no process started.
    """
    cookie = private_folder(runtime) / COOKIE
    write_cookie(cookie)
    reading, writing = os.pipe()
    try:
        # a server that resets itself when the kiosk ends writes its number once more, and dies as nobody reads it
        fixed = ("-noreset", "-nolisten", "tcp", "-auth", str(cookie), "-displayfd", str(writing))
        child = Child((*server, *fixed), environment, (writing,))
    except OSError:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    number = await _number_from(reading, child)
    if number is None:
        child.kill()
        await child.ended
        raise ServerNotUp(child.words)
    return Display(f":{number}", child, cookie)


async def _number_from(descriptor: int, child: Child) -> str | None:
    """Give the display's number, which the server writes when it is ready, and then, apart, the end of the line."""
    reader = asyncio.StreamReader(limit=16)
    way, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb")
    )
    line = asyncio.ensure_future(reader.readline())
    line.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        ends: set[asyncio.Future[Any]] = {line, child.ended}
        await asyncio.wait(ends, timeout=READY_S, return_when=asyncio.FIRST_COMPLETED)
        told = line.result() if line.done() and line.exception() is None else b""
    finally:
        line.cancel()
        way.close()
    number = told.decode("ascii", errors="replace").strip()
    return number if number.isdigit() else None
