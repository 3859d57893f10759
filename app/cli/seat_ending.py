"""`examroom seat decommission|decommissioned`: a seat ends for good, with a signed record; its keys and data go."""

import hashlib
import json as json_module
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from app.cli.archive_acts import ReasonMissing
from app.cli.console import command, language, out, print_text, say, words
from app.cli.files import read_file
from app.cli.lockdown import DEFAULT_HOME
from app.cli.update import DEFAULT_STATE, NotAdministrator
from app.seat.home import SeatHome
from sync.faults import Exit, Refused
from sync.wire.ids import plain_line

if TYPE_CHECKING:
    from app.seat.changing.state import PackageState

app = typer.Typer(help="The end of a seat; part of `examroom seat`.")

Home = Annotated[Path, typer.Option(help="The seat's folder.")]
State = Annotated[Path, typer.Option(help="The administrator's folder about the programs.")]
_SHORTEST, _LONGEST = 2, 400  # of a reason, as `sync.wire.archive.Purpose` has it
_WORDS: Final = {"DESTROY", "销毁"}


class NotConfirmed(Refused):
    """What was typed is not the seat's label and the word."""

    code = "NOT_CONFIRMED"


@app.command("decommission")
@command
def decommission(
    out_folder: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Record, receipts and room records are put here: a stick.")
    ],
    credential: Annotated[Path, typer.Option(help="The administrator's credential, as the registry wrote it.")],
    reason: Annotated[str, typer.Option(help="Why, in your own words.")],
    pin: Annotated[str, typer.Option(prompt="PIN", hide_input=True, help="Asked for if not given.")],
    home: Home = DEFAULT_HOME,
    state: State = DEFAULT_STATE,
) -> None:
    """End this seat for good: keys and data are destroyed, a record signed by seat and administrator stays.

    Refused while a packet or a recording waits. What a kill breaks off is gone on with by the same command. Asks for
    the seat's label, and for the word DESTROY.
    """
    from app.seat.accepting import Word
    from app.seat.changing import ending
    from app.seat.changing.state import STATE, PackageState
    from sync.wire.archive import AdministratorCredential

    if state == STATE and os.geteuid() != 0:
        raise NotAdministrator
    seat, kept = SeatHome(home), PackageState(state)
    if _went_on(seat, kept):
        return
    if not _SHORTEST <= len(why := plain_line(reason).strip()) <= _LONGEST:
        raise ReasonMissing
    word = Word(AdministratorCredential.parse(read_file(credential)), pin, why)
    _confirm(seat)
    try:
        ended = ending.decommission(seat, kept, out_folder, word)
    except ending.SeatNotOver as fault:
        for one in fault.reasons:
            say(f"changing.why.{one.why.value}", name=one.name)
        raise
    raw = ended.record.read_bytes()
    say("ending.ended", label=ended.label, device=ended.device)
    say("ending.record", file=str(ended.record), copy=str(out_folder / ended.device))
    print_text(hashlib.sha256(raw).hexdigest())
    say("ending.next", device=ended.device)


@app.command("decommissioned")
@command
def decommissioned(
    home: Home = DEFAULT_HOME,
    state: State = DEFAULT_STATE,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Say whether nothing of a seat is left here, so that a purge destroys nothing. Ends with 0: so it is, 1: not."""
    from app.seat.changing.ending import is_empty, under_way
    from app.seat.changing.owner import as_owner
    from app.seat.changing.state import PackageState

    seat = SeatHome(home)
    broken_off = under_way(seat, PackageState(state))
    with as_owner(home):
        empty = is_empty(seat) and broken_off is None
    if json:
        out.print(json_module.dumps({"empty": empty, "under_way": broken_off}), markup=False, soft_wrap=True)
    else:
        say("ending.empty" if empty else "ending.not_empty")
    if not empty:
        raise typer.Exit(Exit.BAD)


def _went_on(seat: SeatHome, kept: "PackageState") -> bool:
    """Finish what a kill broke off; nobody is asked again, for the keys may be gone already."""
    from app.seat.changing.ending import go_on, under_way

    device = under_way(seat, kept)
    if device is None:
        return False
    say("ending.broken_off", device=device)
    go_on(seat, kept, device)
    say("ending.ended_now", device=device)
    return True


def _confirm(seat: SeatHome) -> None:
    from app.seat.changing.owner import as_owner
    from sync.client.enrolment import load_enrolment

    with as_owner(seat.root):
        label = load_enrolment(seat.trust).seat_label
    say("ending.warning", label=label)
    typed = [typer.prompt(words()(f"ending.type.{what}"), err=True).strip() for what in ("label", "word")]
    if typed[0] != label or typed[1] not in _WORDS:
        raise NotConfirmed(language().value)
