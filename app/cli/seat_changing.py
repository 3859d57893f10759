"""`examroom seat may-change|self-check`: asked before and after the programs of a seat are changed."""

import json as json_module
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import CheckLine, Mark, command, out, print_checks, print_fault, say, words
from app.cli.lockdown import DEFAULT_HOME
from app.seat.home import SeatHome
from sync.faults import Exit

app = typer.Typer(help="Before and after a change of the programs; part of `examroom seat`.")

Home = Annotated[Path, typer.Option(help="The seat's folder.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]


@app.command("may-change")
@command
def may_change(home: Home = DEFAULT_HOME, json: Json = False) -> None:
    """Say whether this seat's programs may be changed or removed now. Ends with 0: yes, 1: no, 3: cannot be told."""
    from app.seat.changing.may_change import reasons_against
    from app.seat.changing.owner import as_owner

    with as_owner(home):
        reasons = reasons_against(SeatHome(home))
    if json:
        told = {"may": not reasons, "reasons": [{"why": one.why.value, "name": one.name} for one in reasons]}
        out.print(json_module.dumps(told), markup=False, soft_wrap=True)
    elif not reasons:
        say("changing.may")
    else:
        say("changing.may_not")
        for one in reasons:
            say(f"changing.why.{one.why.value}", name=one.name)
    if reasons:
        raise typer.Exit(Exit.BAD)


@app.command("self-check")
@command
def self_check(home: Home = DEFAULT_HOME, json: Json = False) -> None:
    """See whether these programs start, and can work with what this seat keeps; changes nothing. Ends with 0 or 1."""
    from app.seat.changing.owner import as_owner
    from app.seat.changing.self_check import check_self

    with as_owner(home):
        found = check_self(SeatHome(home))
    bad = [one.fault for one in found if one.fault is not None]
    if json:
        told = [{"check": one.check, "fault": one.fault and one.fault.code} for one in found]
        out.print(json_module.dumps({"good": not bad, "checks": told}), markup=False, soft_wrap=True)
    else:
        said = words()
        print_checks(
            CheckLine(Mark.BAD if one.fault else Mark.GOOD, said(f"changing.check.{one.check}")) for one in found
        )
    for fault in bad:
        print_fault(fault)
    if bad:
        raise typer.Exit(Exit.BAD)
