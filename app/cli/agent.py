"""`examroom agent`: what goes on in the background of a seat. It delivers packets until each has its receipt."""

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from app.cli.console import command, say
from app.logbook import open_logbook
from app.seat.home import SeatHome
from sync.faults import Exit, Fault

if TYPE_CHECKING:
    from app.seat.workplace import Workplace
    from sync.client.connection import RegistryConnection
    from sync.client.delivery import DeliveryReport

app = typer.Typer(no_args_is_help=True, help="Background delivery of a seat.")
EVERY_S = 2.0


@app.command("run")
@command
def run(
    home: Annotated[Path, typer.Option(help="The seat's folder.")],
    once: Annotated[bool, typer.Option("--once", help="Try everything that is due once, say what came of it.")] = False,
) -> None:
    """Deliver what waits in the outbox; back off while the registry cannot be reached; end on SIGTERM."""
    from app.seat.workplace import Workplace

    open_logbook(SeatHome(home).log, "agent")
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    workplace = Workplace.open(SeatHome(home))
    try:
        connection = workplace.enrolment.connect()
        workplace.replica.outbox.recover()
        if once:
            _say_what_came(_deliver(workplace, connection))
        else:
            _go_on_delivering(workplace, connection, stop)
    finally:
        workplace.close()


def _go_on_delivering(workplace: "Workplace", connection: "RegistryConnection", stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            _deliver(workplace, connection)
        except Fault as fault:
            # the disk or the file, not the network: say so and try again, for a packet must not be given up
            structlog.get_logger("agent").warning("delivery paused", code=fault.code, detail=fault.detail)
        stop.wait(EVERY_S)
    say("cli.agent_ended")


def _deliver(workplace: "Workplace", connection: "RegistryConnection") -> "DeliveryReport":
    from sync.client.delivery import deliver_due

    log = structlog.get_logger("agent")
    report = deliver_due(workplace.replica, connection, workplace.trust, workplace.clock().wall_ms)
    for stage in ("receipted", "proven", "quarantined"):
        for sha256 in getattr(report, stage):
            log.info(stage, packet=sha256)
    return report


def _say_what_came(report: "DeliveryReport") -> None:
    say("cli.agent_once", receipted=len(report.receipted), proven=len(report.proven), waiting=report.waiting)
    if report.quarantined:
        say("cli.agent_quarantined", count=len(report.quarantined))
        raise typer.Exit(Exit.BAD)
    if report.waiting:
        raise typer.Exit(Exit.ENVIRONMENT)
