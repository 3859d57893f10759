"""`examroom registry ingest`, `registry carry`: what comes to the registry and leaves it on a medium, by hand."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import command, say
from app.cli.outbox import say_odd
from sync.faults import Exit

app = typer.Typer()

Home = Annotated[Path, typer.Option(help="The registry's folder.")]
MediumPlace = Annotated[Path, typer.Argument(metavar="MEDIUM", help="The folder where the medium is mounted.")]


@app.command("ingest")
@command
def ingest(home: Home, medium: MediumPlace) -> None:
    """Take in the packets that lie on a medium; receipts and proofs are written back onto it."""
    from app.registry.ingesting import Ingested, prove_now
    from app.registry.ingesting import ingest as take_in
    from app.registry.service import Registry
    from app.registry.witnessing import ASKING_S
    from sync.client.medium import Medium

    stick, came, wanting = Medium(medium), Ingested(), 0
    with Registry.open(home) as registry:
        try:
            take_in(registry, stick, came)
            if came.unproven:
                say("ingest.asking", seconds=ASKING_S)
                wanting = prove_now(registry, stick, came)
        finally:
            if came.new or came.known:
                say("ingest.done", new=came.new, known=came.known)
                say("ingest.answered", receipts=came.receipts, proofs=came.proofs)
            for one in came.aside:
                say("ingest.aside", sha256=one.sha256)
            for one in came.refused:
                say("ingest.refused", sha256=one.sha256, code=one.code)
            say_odd(stick)
    if came.unproven:
        say("ingest.unproven", count=len(came.unproven), witnesses=wanting)
    nothing = not (came.new or came.known or came.refused or came.aside)
    if nothing:
        say("ingest.nothing")
    if came.refused or came.aside or nothing:
        raise typer.Exit(Exit.BAD)


@app.command("carry")
@command
def carry(home: Home, medium: MediumPlace, session: Annotated[str, typer.Option(help="The session's id.")]) -> None:
    """Write what a session's seats need onto a medium: public keys, plans, packages. Each seat takes it from there."""
    from app.registry.carrying import carry as write_out
    from app.registry.service import Registry
    from sync.client.medium import Medium

    with Registry.open(home) as registry:
        written = write_out(registry, Medium(medium), session)
    say("carry.done", plans=written.plans, files=written.files, kilobytes=-(-written.size // 1_000))
