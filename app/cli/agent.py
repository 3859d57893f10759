"""`examroom agent`: what goes on in the background of a seat. It delivers packets until each has its receipt."""

import signal
import threading
from pathlib import Path
from typing import Annotated

import structlog
import typer

from app.cli.console import command, say
from app.logbook import open_logbook
from app.seat.home import SeatHome
from sync.faults import Fault

app = typer.Typer(no_args_is_help=True, help="Background delivery of a seat.")
EVERY_S = 2.0


@app.callback()
def agent() -> None:
    """Background delivery of a seat."""


@app.command("run")
@command
def run(
    home: Annotated[Path, typer.Option(help="The seat's folder.")],
    once: Annotated[bool, typer.Option(help="Look at the outbox once and end.")] = False,
) -> None:
    """Deliver what waits in the outbox; back off while the registry cannot be reached; end on SIGTERM."""
    from app.seat.workplace import Workplace
    from sync.client.delivery import deliver_due

    open_logbook(SeatHome(home).log, "agent")
    log = structlog.get_logger("agent")
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    workplace = Workplace.open(SeatHome(home))
    try:
        connection = workplace.enrolment.connect()
        workplace.replica.outbox.recover()
        while True:
            try:
                report = deliver_due(workplace.replica, connection, workplace.trust, workplace.clock().wall_ms)
                for stage in ("receipted", "proven", "quarantined"):
                    for sha256 in getattr(report, stage):
                        log.info(stage, packet=sha256)
            except Fault as fault:
                # the disk or the file, not the network: say so and try again, for a packet must not be given up
                log.warning("delivery paused", code=fault.code, detail=fault.detail)
            if once or stop.wait(EVERY_S):
                break
    finally:
        workplace.close()
    say("cli.agent_ended")
