"""`examroom registry`: the reference central registry, for its operator."""

import json as json_module
import time
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from app.cli import registry_devices
from app.cli.console import command, local_time, out, say
from app.cli.files import read_file, require_new_file, write_new_file
from app.logbook import open_logbook
from sync.client.introduction import fingerprint_of, grouped
from sync.trust.anchor import ROOT_FILE

app = typer.Typer(no_args_is_help=True, help="The central registry (登记中心).")
administrators = typer.Typer(no_args_is_help=True, help="Site administrators (考点管理员).")
app.add_typer(administrators, name="administrator")
app.add_typer(registry_devices.devices, name="device")
app.add_typer(registry_devices.proctors, name="proctor")

Home = Annotated[Path, typer.Option(help="The registry's folder.")]
Pin = Annotated[
    str, typer.Option(prompt="PIN", hide_input=True, confirmation_prompt=True, help="Asked for if not given.")
]
HOUR_MS = 3_600_000


@app.command("init")
@command
def init(
    home: Home,
    name: Annotated[str, typer.Option(help="The registry's name.")],
    root_keys: Annotated[Path | None, typer.Option(help="The folder for its root keys [HOME/root-keys].")] = None,
) -> None:
    """Make a new registry with its keys. Its three root keys belong into three safes: carry their files away."""
    from app.registry.service import Registry

    with Registry.initialise(home, name=name, root_keys=root_keys) as registry:
        folder = registry.premises.root_folder
    say("cli.registry_ready", name=name, home=str(home))
    say("channel.root_keys", folder=str(folder))


@app.command("serve")
@command
def serve(
    home: Home,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: the port of the first start.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Say where it is as one JSON line.")] = False,
) -> None:
    """Serve HTTPS on this machine until SIGTERM or Ctrl+C."""
    from app.registry.serve import serve as serve_forever

    def ready(url: str) -> None:
        if json:
            out.print(json_module.dumps({"event": "serving", "url": url}), markup=False)
        else:
            say("cli.registry_serving", url=url)
        out.file.flush()

    if home.is_dir():  # where there is no registry, none is begun by its logbook
        open_logbook(home / "log", "registry")
    serve_forever(home, port=port, ready=ready)


@app.command("publish")
@command
def publish(
    home: Home, bank: Path, version: Annotated[int, typer.Option(min=1, help="Higher than every earlier one.")] = 1
) -> None:
    """Seal a bank (a QTI 3 package) item by item and publish it."""
    import secrets

    from app.content.packing.package import pack
    from app.content.qti.reading import read_package
    from app.registry.service import Registry
    from sync.trust.aead import KEY_BYTES
    from sync.wire.ids import new_id

    found = read_package(bank)
    content_key, marking_key = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES)
    package = pack(found, new_id(), version, time.time_ns() // 1_000_000, content_key, marking_key)
    with Registry.open(home) as registry:
        reference = registry.publish(package, content_key, marking_key)
    say("cli.published", items=len(found.items), version=version, target=reference.target)
    counted = Counter(note.kind for note in found.notes)
    for note in found.notes:
        if count := counted.pop(note.kind, 0):  # of each kind the first, and how many more there are
            say(f"bank_note.{note.kind}", item=note.item, detail=note.detail)
            if count > 1:
                say("cli.published_more", count=count - 1)


@administrators.command("add")
@command
def add_administrator(
    home: Home,
    name: str,
    target: Annotated[Path, typer.Argument(help="Their credential, to take to the archive.")],
    pin: Pin,
) -> None:
    """Enrol a site administrator with a PIN that they choose, and write their credential."""
    from app.registry.service import Registry

    require_new_file(target)
    with Registry.open(home) as registry:
        credential = registry.enrol_administrator(name, pin)
    write_new_file(target, credential.to_bytes())
    say("cli.administrator_added", name=name, administrator=credential.administrator, file=str(target))


@administrators.command("revoke")
@command
def revoke_administrator(home: Home, administrator: str) -> None:
    """Let a site administrator (by id) act on no archive any more."""
    from app.registry.service import Registry

    with Registry.open(home) as registry:
        registry.revoke_administrator(administrator)
    say("cli.administrator_revoked", administrator=administrator)


@app.command("invite")
@command
def invite(home: Home, label: str, target: Path, hours: Annotated[int, typer.Option(min=1, max=24 * 30)] = 24) -> None:
    """Write an invitation for one PC, good once."""
    from app.registry.service import Registry

    with Registry.open(home) as registry:
        write_new_file(target, registry.invite(label, hours * HOUR_MS).to_bytes())
    say("cli.invited", file=str(target), hours=hours)


@app.command("plan")
@command
def plan(home: Home, file: Path) -> None:
    """Plan a session from a TOML file (see resources/session-example.toml)."""
    from app.cli.session_file import read_session
    from app.registry.overview import overview
    from app.registry.service import Registry

    with Registry.open(home) as registry:
        packages = {package.package: package for package in overview(registry.premises).packages}
        say("cli.planned", session=registry.plan_session(read_session(file, packages)))


@app.command("show")
@command
def show(home: Home) -> None:
    """List packages, proctors, devices and sessions with the ids that a session file names."""
    from app.registry.overview import overview
    from app.registry.service import Registry

    with Registry.open(home) as registry:
        found = overview(registry.premises)
        root = read_file(registry.premises.public_folder / ROOT_FILE)
        ca_pem = registry.premises.authority.certificate_pem
    for package in found.packages:
        bank = package.target.split("/")[1]  # packages/<bank>/<package>.erp
        say("cli.show_package", package=package.package, bank=bank, version=package.version)
    people = (("proctor", found.proctors), ("administrator", found.administrators), ("device", found.devices))
    for kind, signers in people:
        for signer in signers:
            key = f"cli.show_{kind}_revoked" if signer.revoked else f"cli.show_{kind}"
            say(key, id=signer.id, name=signer.name)
    for session in found.sessions:
        key = "cli.show_session" if session.released_ms is None else "cli.show_session_released"
        say(key, session=session.id, opens=local_time(session.opens_ms))
    say("cli.show_ca", fingerprint=grouped(fingerprint_of(ca_pem)))
    say("cli.show_root", file=ROOT_FILE, sha256=sha256(root).hexdigest())


@app.command("release")
@command
def release(home: Home, session: str) -> None:
    """Release a session now, and say the code that proctors may type."""
    from app.registry.service import Registry

    now_ms = time.time_ns() // 1_000_000
    with Registry.open(home) as registry:
        registry.release(session, now_ms)
        say("cli.released", code=registry.release_code(session, now_ms))
