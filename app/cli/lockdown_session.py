"""`examroom lockdown session`: what the systemd unit starts, the display and the kiosk on it."""

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import platformdirs
import structlog
import typer

from app.cli.console import command, words
from app.exam.prose import Language

if TYPE_CHECKING:
    from proctoring.lockdown.session.supervisor import News


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
    from sync.replica.durable import private_folder

    require_unprivileged(os.geteuid())
    runtime = platformdirs.user_runtime_path("examroom-session")
    private_folder(runtime)
    config = xorg_config or str(resource_folder() / "lockdown" / "xorg.conf")
    server = xorg_command(config, os.environ.get("XDG_VTNR", ""), runtime)
    notify = Notify.of(os.environ)

    def tell(news: "News") -> None:
        structlog.get_logger("session").info(news.what.value, **news.facts)
        notify.status(words()(f"lockdown.session.{news.what.value}", **news.facts))

    python = (sys.executable, "-P", "-m")
    kiosk = (*python, "app.cli.main", "seat", "run", "--home", str(home), "--language", language.value)
    plan = SessionPlan(server, kiosk, runtime, InputMethod.found(runtime), apology=(*python, "app.seat.apology"))
    asyncio.run(Supervisor(plan, tell, notify).run())
