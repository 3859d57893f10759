"""`examroom agent`: what goes on in the background of a seat.

It delivers packets until each has its receipt, sends the newest heads of recordings and journals away, and carries
closed recordings to the site's store. Each goes on by itself when another cannot; one that ends by a defect ends the
agent.
"""

import json as json_module
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import structlog
import typer

from app.cli.console import command, out, say, words
from app.logbook import open_logbook
from app.seat.home import SeatHome
from sync.faults import Exit, Fault

if TYPE_CHECKING:
    from app.seat.carrying import CarryingState
    from app.seat.workplace import Workplace
    from sync.client.delivery import Courier, DeliveryReport

app = typer.Typer(no_args_is_help=True, help="Background delivery of a seat.")
FAULT_S = 10.0
HEADS_EVERY_S = 5.0
"""Recorders sign one every 10 s."""
JOURNALS_EVERY_S = 10.0
_T = TypeVar("_T")


@app.command("run")
@command
def run(
    home: Annotated[Path, typer.Option(help="The seat's folder.")],
    once: Annotated[bool, typer.Option("--once", help="Try everything that is due once, say what came of it.")] = False,
) -> None:
    """Deliver what waits in the outbox, send heads away, carry recordings; end on SIGTERM."""
    from app.seat.carrying import Carrier, Patience
    from app.seat.heads_away import HeadsAway
    from app.seat.journals_away import JournalsAway
    from app.seat.occupancy import AgentDuty
    from app.seat.renewing import Renewing
    from app.seat.updating import Updating
    from app.seat.workplace import Workplace

    place = SeatHome(home)
    open_logbook(place.log, "agent")
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    workplace, duty = Workplace.open(place), AgentDuty(place)
    try:
        duty.take()
        workplace.replica.outbox.recover()
        courier = _courier(workplace)
        heads, carrier = HeadsAway(place.recordings, workplace.connect()), Carrier(place, stop)
        renewing, journals = Renewing(workplace), JournalsAway(workplace, workplace.connect())
        if once:
            report = _deliver(courier, stop)
            heads.turn()
            journals.turn()
            _say_carried(carrier.turn())
            _say_what_came(report)
            return
        defects: list[BaseException] = []
        beside = [
            _beside("heads", heads.turn, lambda _: HEADS_EVERY_S, stop, defects),
            _beside("carrying", carrier.turn, Patience().after, stop, defects),
            _beside("journals", journals.turn, lambda _: JOURNALS_EVERY_S, stop, defects),
            _beside("certificate", renewing.turn, float, stop, defects),
            _beside("updates", Updating(workplace).turn, float, stop, defects),
        ]
        for thread in beside:
            thread.start()
        _go_on(lambda: _deliver(courier, stop), courier.wait_s, stop)
        for thread in beside:
            thread.join()
        if defects:
            raise defects[0]
        say("cli.agent_ended")
    finally:
        stop.set()
        duty.give_up()
        workplace.close()


@app.command("store")
@command
def store(
    home: Annotated[Path, typer.Option(help="The seat's folder.")],
    address: Annotated[str, typer.Option(help="folder:/path or s3://bucket/prefix?endpoint=…")],
    keyid: Annotated[str | None, typer.Option(help="Only if the archive's key has this id.")] = None,
    limit: Annotated[int | None, typer.Option(min=10_000, help="At most so many bytes a second.")] = None,
) -> None:
    """Tell this seat where its recordings go."""
    from app.seat.introducing import introduce

    identity, found = introduce(SeatHome(home), address, keyid, limit)
    say("carrying.introduced", name=identity.name, archive=identity.archive, keyid=found)


@app.command("status")
@command
def status(
    home: Annotated[Path, typer.Option(help="The seat's folder.")],
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Say which packets and recordings are still at this seat, for how long, and why. Ends with 3 without its keys."""
    from app.cli.outbox import opened, say_refused_time, say_state, state_json
    from app.seat.carrying import SiteStore, waiting_now
    from app.seat.keys import keys_fault
    from app.seat.occupancy import AgentDuty

    place = SeatHome(home)
    with opened(home, reading=True) as workplace:
        packets, refused_ms = workplace.replica.outbox.state(), workplace.replica.cabinet.refused_signed_ms()
        fault = keys_fault(workplace)
    running = AgentDuty(place).is_held()
    state = waiting_now(place)
    if json:
        told = {"running": running, "outbox": state_json(packets), "recordings": state.model_dump(mode="json")}
        told |= {"keys": fault and fault.code, "refused_signed_ms": refused_ms}
        out.print(json_module.dumps(told), markup=False, soft_wrap=True)
    else:
        say("outbox.agent_runs" if running else "outbox.agent_stopped")
        say_state(packets)
        say_refused_time(refused_ms)
        if SiteStore.of(place) is None:
            say("carrying.no_store")
        _say_waiting(state)
    if fault is not None:
        raise fault


def _go_on(turn: Callable[[], _T], wait_s: Callable[[_T], float], stop: threading.Event) -> None:
    """Take one turn after another until it is over; what the disk or a file refuses is said and tried again."""
    log = structlog.get_logger("agent")
    while not stop.is_set():
        try:
            stop.wait(wait_s(turn()))
        except Fault as fault:
            log.warning("paused", at=threading.current_thread().name, code=fault.code, detail=fault.detail)
            stop.wait(FAULT_S)


def _beside(
    name: str,
    turn: Callable[[], _T],
    wait_s: Callable[[_T], float],
    stop: threading.Event,
    defects: list[BaseException],
) -> threading.Thread:
    """Make a thread that goes on beside the others; a defect in one ends them all: there is no half an agent."""

    def go() -> None:
        try:
            _go_on(turn, wait_s, stop)
        except BaseException as defect:  # noqa: BLE001 - raised again where it ends the program and is reported
            structlog.get_logger("agent").error("ended by a defect", at=name, kind=type(defect).__name__)
            defects.append(defect)
            stop.set()

    return threading.Thread(target=go, name=name)


def _say_carried(state: "CarryingState") -> None:
    if state.released or state.waiting:
        say("carrying.came", released=state.released, waiting=len(state.waiting))
        _say_waiting(state)


def _say_waiting(state: "CarryingState") -> None:
    from app.cli.outbox import age_words

    if not state.waiting:
        say("carrying.none")
        return
    oldest = min(one.since_ms for one in state.waiting)
    say("carrying.waiting", count=len(state.waiting), age=age_words(time.time_ns() // 1_000_000 - oldest))
    for one in state.waiting:
        say("carrying.one", recording=one.recording, why=words()(f"carrying.why.{one.why}", code=one.code))


def _courier(workplace: "Workplace") -> "Courier":
    """Make the one who delivers; keys and directory are read anew whenever they have changed on the disk."""
    from sync.client.delivery import Courier
    from sync.trust.anchor import Trust

    return Courier(workplace.replica, workplace.connect, lambda: Trust.load(workplace.home.trust))


def _deliver(courier: "Courier", stop: threading.Event) -> "DeliveryReport":
    log = structlog.get_logger("agent")
    report = courier.turn(stop.is_set)
    for stage in ("receipted", "proven", "quarantined"):
        for sha256 in getattr(report, stage):
            log.info(stage, packet=sha256)
    if report.why is not None:
        log.info("waiting", count=report.waiting, why=report.why.value, detail=report.detail)
    return report


def _say_what_came(report: "DeliveryReport") -> None:
    say("cli.agent_once", receipted=len(report.receipted), proven=len(report.proven), waiting=report.waiting)
    if report.quarantined:
        say("cli.agent_quarantined", count=len(report.quarantined))
        raise typer.Exit(Exit.BAD)
    if report.waiting:
        raise typer.Exit(Exit.ENVIRONMENT)
