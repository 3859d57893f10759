"""`examroom update`: another version of the seat's programs is put in, and back if it does not work here."""

import json as json_module
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from app.cli.console import command, out, say
from app.cli.lockdown import DEFAULT_HOME
from app.seat.home import SeatHome
from sync.faults import EnvironmentFault, Exit, Fault

if TYPE_CHECKING:
    from app.seat.changing.ready import Ready
    from app.seat.changing.state import Outcome, PackageState

app = typer.Typer(no_args_is_help=True, help="Newer programs for this seat (升级).")

DEFAULT_STATE = Path("/var/lib/examroom/package")
Home = Annotated[Path, typer.Option(help="The seat's folder.")]
State = Annotated[Path, typer.Option(help="The administrator's folder about the programs.")]


class NotAdministrator(EnvironmentFault):
    """Only an administrator (root) may do this."""

    code: ClassVar[str] = "NOT_ADMINISTRATOR"


@app.command("status")
@command
def status(
    home: Home = DEFAULT_HOME,
    state: State = DEFAULT_STATE,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Say which version is in, which one lies ready, and what the last change came to. Nothing is changed."""
    from app.seat.changing.ready import find_ready
    from app.seat.changing.state import PackageState
    from app.seat.updating import installed

    kept, place = PackageState(state), SeatHome(home)
    phase, last = kept.phase(), kept.outcome()
    ready, fault = None, None
    try:
        ready = find_ready(place)
    except Fault as unknown:
        fault = unknown
    if json:
        told = {
            "installed": installed(),
            "under_way": phase and phase.value,
            "last": last and {"end": last.end.value, "old": last.old, "new": last.new, "why": last.why},
            "ready": ready and {"version": ready.release.version, "has_come": ready.file is not None},
            "fault": fault and fault.code,
        }
        out.print(json_module.dumps(told), markup=False, soft_wrap=True)
        return
    say("update.installed", version=installed())
    if phase is not None:
        say("update.under_way", log=str(kept.log))
    if last is not None:
        _say_end(last, kept)
    _say_ready(ready, fault)


@app.command("apply")
@command
def apply(
    home: Home = DEFAULT_HOME,
    state: State = DEFAULT_STATE,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put in what lies ready, after keeping what is in; if the new version does not work here, the one before is back.

    Ends with 0 if the new version is in, 1 if not, 3 if the PC has to be started again to finish.
    """
    from app.seat.changing.applying import Place, SeatInUse, recover
    from app.seat.changing.applying import apply as put_in
    from app.seat.changing.packages import Dpkg
    from app.seat.changing.ready import find_ready
    from app.seat.changing.state import PackageState

    if os.geteuid() != 0:
        raise NotAdministrator
    kept = PackageState(state)
    place = Place(SeatHome(home), kept, Dpkg())
    if kept.phase() is not None:
        say("update.broken_off")
        _end(recover(place), kept)
        return
    ready = find_ready(place.home)
    if ready is None or ready.file is None:
        _say_ready(ready, None)
        raise typer.Exit(Exit.BAD)
    _confirm(place.home, kept, ready, yes=yes)
    # the way back must not end with a connection, a terminal or an impatient key
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    try:
        _end(put_in(place, ready), kept)
    except SeatInUse as fault:
        for one in fault.reasons:
            say(f"changing.why.{one.why.value}", name=one.name)
        raise


def _confirm(home: SeatHome, kept: "PackageState", ready: "Ready", *, yes: bool) -> None:
    """Ask whether this one is to be put in, and, once on a PC, whether this registry's programs may be at all."""
    from app.seat.changing.owner import as_owner
    from app.seat.changing.pinned import UpdateNotPinned, pin_root, require_pinned, root_digest

    with as_owner(home.root):
        digest = root_digest(home)
    try:
        require_pinned(digest, kept)
    except UpdateNotPinned:
        if yes:
            raise
        say("update.whose", digest=" ".join(digest[at : at + 8] for at in range(0, len(digest), 8)))
        typer.confirm("?", abort=True)
        pin_root(digest, kept)
    if not yes:
        say("update.ask", version=ready.release.version)
        typer.confirm("?", abort=True)


def _end(outcome: "Outcome | None", kept: "PackageState") -> None:
    from app.seat.changing.state import End

    if kept.phase() is not None or outcome is None or outcome.end is End.STUCK:
        say("update.stuck", log=str(kept.log))
        raise typer.Exit(Exit.ENVIRONMENT)
    _say_end(outcome, kept)
    if outcome.end is not End.GOOD:
        raise typer.Exit(Exit.BAD)


def _say_end(last: "Outcome", kept: "PackageState") -> None:
    say(f"update.end.{last.end.value}", old=last.old, new=last.new, log=str(kept.log))


def _say_ready(ready: "Ready | None", fault: Fault | None) -> None:
    if fault is not None:
        say("update.ready_unknown", code=fault.code)
    elif ready is None:
        say("update.ready_none")
    elif ready.file is None:
        say("update.ready_coming", version=ready.release.version)
    else:
        say("update.ready", version=ready.release.version)
