"""`examroom seat renew|rotate`: the certificate and the signing key of an enrolled seat."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import command, say
from app.logbook import open_logbook
from app.seat.home import SeatHome

app = typer.Typer(help="A seat's identity; part of `examroom seat`.")

Home = Annotated[Path, typer.Option(help="The seat's folder.")]


@app.command("renew")
@command
def renew(home: Home) -> None:
    """Ask for this seat's certificate now; the agent does it every hour by itself. Ends with 3 without its keys."""
    from app.seat.keys import require_keys
    from app.seat.renewing import renew as renew_now
    from app.seat.workplace import Workplace

    seat = SeatHome(home)
    workplace = Workplace.open(seat)
    try:
        require_keys(workplace)
        is_newer = renew_now(workplace)
    finally:
        workplace.close()
    say("devices.certificate_renewed" if is_newer else "devices.certificate_kept")


@app.command("rotate")
@command
def rotate(home: Home) -> None:
    """Change the key this seat signs with; the old one signs for the new one. Ends with 3 while the seat is in use."""
    from app.seat.renewing import rotate as rotate_now

    seat = SeatHome(home)
    if seat.log.is_dir():  # where there is no seat, none is begun by its logbook
        open_logbook(seat.log, "seat-keys")
    say("devices.rotated", keyid=rotate_now(seat).keyid)
