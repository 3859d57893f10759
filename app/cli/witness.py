"""`examroom witness` is for whoever runs a witness of a log, `examroom registry witness` for the registry."""

import json as json_module
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import command, out, say
from app.cli.files import load_trust, read_file

app = typer.Typer(no_args_is_help=True, help="A witness of a registry's log.")
of_registry = typer.Typer(no_args_is_help=True, help="Witnesses of the log (见证方).")

Home = Annotated[Path, typer.Option(help="The witness's folder.")]
RegistryHome = Annotated[Path, typer.Option("--home", help="The registry's folder.")]
Quorum = Annotated[int | None, typer.Option(min=0, help="How many witnesses have to cosign from now on.")]
RootKeys = Annotated[Path | None, typer.Option(help="The folder with the root keys, if they were carried away.")]


@app.command("init")
@command
def init(
    home: Home,
    name: Annotated[str, typer.Option(help="What it signs as: by custom an address without its scheme.")],
    trust: Annotated[Path, typer.Option(help="The public keys of the registry whose log it watches.")],
) -> None:
    """Make a new witness; its card goes to the registry."""
    from app.witness.home import WitnessHome, log_of

    log = log_of(load_trust(trust))
    made = WitnessHome.initialise(home, name, log)
    say("cli.witness_ready", name=made.card.name, origin=log.origin, file=str(made.card_file))


@app.command("serve")
@command
def serve(
    home: Home,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: the port of the first start.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Say where it is as one JSON line.")] = False,
) -> None:
    """Serve HTTPS until SIGTERM or Ctrl+C."""
    from app.witness.serve import serve as serve_forever

    def ready(url: str) -> None:
        if json:
            out.print(json_module.dumps({"event": "serving", "url": url}), markup=False)
        else:
            say("cli.witness_serving", url=url)
        out.file.flush()

    serve_forever(home, host, port, ready)


@app.command("show")
@command
def show(home: Home) -> None:
    """Say who the witness is, and what it has seen."""
    from app.witness.home import WitnessHome

    found = WitnessHome.open(home)
    say("cli.witness_shown", name=found.card.name, keyid=found.key.public.keyid)
    for log in found.charge.logs:
        seen = found.seen(log)
        if seen is None:
            say("cli.witness_log_new", origin=log.origin)
        else:
            say("cli.witness_log", origin=log.origin, size=seen.head.size)
    if kept := found.contradictions():
        say("cli.witness_contradictions", count=len(kept), folder=str(kept[0].parent))


@of_registry.command("add")
@command
def add(
    home: RegistryHome,
    url: Annotated[str, typer.Argument(help="Where the witness is asked.")],
    card: Annotated[Path, typer.Argument(help="The witness's card, as its operator handed it over.")],
    quorum: Quorum = None,
    root_keys: RootKeys = None,
) -> None:
    """Take a witness in, after it has cosigned the log as it is."""
    from app.registry import witnessing
    from app.registry.service import Registry
    from sync.wire.witness import WitnessCard

    found = WitnessCard.parse(read_file(card))
    with Registry.open(home, root_keys=root_keys) as registry:
        witnessing.add_witness(registry.premises, found, url, quorum)
        count = len(witnessing.witnesses(registry.premises))
        say("cli.witness_added", name=found.name, quorum=witnessing.quorum(registry.premises), count=count)


@of_registry.command("remove")
@command
def remove(home: RegistryHome, name: str, quorum: Quorum = None, root_keys: RootKeys = None) -> None:
    """Let a witness go, by its name."""
    from app.registry import witnessing
    from app.registry.service import Registry

    with Registry.open(home, root_keys=root_keys) as registry:
        witnessing.remove_witness(registry.premises, name, quorum)
        count = len(witnessing.witnesses(registry.premises))
        say("cli.witness_removed", name=name, quorum=witnessing.quorum(registry.premises), count=count)


@of_registry.command("list")
@command
def list_witnesses(home: RegistryHome) -> None:
    """List the witnesses, how far each has cosigned, and what it said last."""
    from app.registry import witnessing
    from app.registry.service import Registry

    with Registry.open(home) as registry:
        found, wanted = witnessing.witnesses(registry.premises), witnessing.quorum(registry.premises)
    for one in found:
        if one.refusal:
            say("cli.witness_listed_refused", name=one.name, url=one.url, size=one.cosigned_size, refusal=one.refusal)
        else:
            say("cli.witness_listed", name=one.name, url=one.url, size=one.cosigned_size)
    say("cli.witness_quorum", quorum=wanted, count=len(found))
