"""`examroom lockdown session`: what the systemd unit starts, the display and the kiosk on it."""

import asyncio
import os
import select
import signal
import socket
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import platformdirs
import structlog
import typer

from app.cli.console import command, words
from app.exam.prose import Language
from app.seat.home import SeatHome
from sync.own_program import COMMAND_LINE, own_program

if TYPE_CHECKING:
    from proctoring.lockdown.session.supervisor import News

RECORDER_END_S: Final = 45.0
"""Longer than its keeper gives it (40 s), shorter than the unit gives us (60 s)."""
_ANSWER_S: Final = 2.0


@command
def session(
    home: Annotated[Path, typer.Option(help="The seat's folder.")],
    xorg_config: Annotated[
        str | None, typer.Option(help="Configuration of the X server: a file, or its name below /etc/X11.")
    ] = None,
    language: Annotated[Language, typer.Option(help="The language to begin with.")] = Language.ZH,
) -> None:
    """Keep a display of its own and the kiosk on it going, as an ordinary user; the systemd unit starts this."""
    from app.resources import resource_folder
    from proctoring.lockdown.session.input_method import InputMethod
    from proctoring.lockdown.session.notify import Notify
    from proctoring.lockdown.session.server import xorg_command
    from proctoring.lockdown.session.supervisor import SessionPlan, Supervisor, require_unprivileged

    require_unprivileged(os.geteuid())
    runtime = platformdirs.user_runtime_path("examroom-session")
    config = xorg_config or str(resource_folder() / "lockdown" / "xorg.conf")
    server = xorg_command(config, os.environ.get("XDG_VTNR", ""), runtime)
    notify = Notify.of(os.environ)

    def tell(news: "News") -> None:
        structlog.get_logger("session").info(news.what.value, **news.facts)
        notify.status(words()(f"lockdown.session.{news.what.value}", **news.facts))

    kiosk = (*own_program(COMMAND_LINE), "seat", "run", "--home", str(home), "--language", language.value)
    apology = tuple(own_program("app.seat.apology"))
    plan = SessionPlan(server, kiosk, runtime, InputMethod.found(runtime), apology=apology)
    asyncio.run(Supervisor(plan, tell, notify).run())
    end_recorder(SeatHome(home).recorder_socket)


def end_recorder(control: Path) -> None:
    """End the recorder that serves `control`, and wait until what it records is sealed; fine if there is none.

    Whoever ends the session ends the seat's work: a later start goes on with the recording. One that is killed comes
    back at once, and its recorder goes on meanwhile.
    """
    from proctoring.lockdown.session.looking import Peer

    with suppress(OSError), socket.socket(socket.AF_UNIX) as way:
        way.settimeout(_ANSWER_S)
        way.connect(str(control))
        recorder = os.pidfd_open(Peer.of(way).pid)
        signal.pidfd_send_signal(recorder, signal.SIGTERM)
        select.select([recorder], [], [], RECORDER_END_S)
        os.close(recorder)
