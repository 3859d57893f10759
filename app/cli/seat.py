"""`examroom seat`: one PC that candidates sit at."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import command, say
from app.cli.files import read_file
from app.cli.seat_keys import PinFile, TokenName, make_key_store
from app.exam.prose import Language
from app.seat.home import SeatHome
from sync.faults import Exit

app = typer.Typer(no_args_is_help=True, help="A seat (考试机).")

Home = Annotated[Path, typer.Option(help="The seat's folder.")]


@app.command("enrol")
@command
def enrol(home: Home, invitation: Path, token: TokenName = None, pin_file: PinFile = None) -> None:
    """Enrol this PC with an invitation from the registry."""
    from sync.client.enrolment import begin_replica
    from sync.client.enrolment import enrol as enrol_seat
    from sync.replica.durable import private_folder
    from sync.wire.enrolment import Invitation

    seat = SeatHome(home)
    private_folder(seat.root)
    keystore = make_key_store(seat.keys, token, pin_file)
    enrolment = enrol_seat(Invitation.parse(read_file(invitation)), keystore, seat.trust)
    begin_replica(seat.replica, keystore, seat.trust)
    say("cli.enrolled", label=enrolment.seat_label, device=enrolment.device)


@app.command("fetch")
@command
def fetch(
    home: Home,
    mirror: Annotated[str | None, typer.Option(help="Take packages from this copy of the registry's /tuf.")] = None,
) -> None:
    """Fetch this seat's session plans and their packages, and verify them."""
    from app.cli.outbox import say_refused_time
    from app.seat.preparing import fetch_sessions
    from app.seat.workplace import Workplace
    from sync.client.mirror import mirror_at

    copy = None if mirror is None else mirror_at(mirror)
    workplace = Workplace.open(SeatHome(home))
    try:
        prepared = fetch_sessions(workplace, copy)
        refused_ms = workplace.replica.cabinet.refused_signed_ms()
    finally:
        workplace.close()
    say("cli.fetched", plans=len(prepared.sessions), packages=prepared.packages)
    say_refused_time(refused_ms)


@app.command("take")
@command
def take(home: Home, medium: Annotated[Path, typer.Argument(help="The folder where the medium is mounted.")]) -> None:
    """Take this seat's session plans and packages from a medium, as `fetch` does from the network, and verify them."""
    from app.cli.outbox import opened, say_odd, say_refused_time
    from app.seat.taking import take as take_from
    from sync.client.medium import Medium

    stick = Medium(medium)
    with opened(home) as workplace:
        taken = take_from(workplace, stick)
        refused_ms = workplace.replica.cabinet.refused_signed_ms()
    if taken.sessions:
        say("cli.taken", plans=len(taken.sessions), packages=taken.packages)
    else:
        say("cli.taken_nothing")
    say_odd(stick)
    say_refused_time(refused_ms)
    if not taken.sessions:
        raise typer.Exit(Exit.BAD)


@app.command("run")
@command
def run(
    home: Home,
    window: Annotated[bool, typer.Option("--window", help="In a window instead of the whole screen.")] = False,
    language: Annotated[Language, typer.Option(help="The language to begin with.")] = Language.ZH,
) -> None:
    """Run the kiosk."""
    from app.seat.display import require_display

    require_display()
    from app.seat.program import run_kiosk

    code = run_kiosk(SeatHome(home), language, window=window)
    if code:
        raise typer.Exit(code)
