"""`examroom registry channel`: the repository that packages and programs are published in, and its keys."""

import json as json_module
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import command, out, say, words
from app.cli.files import read_file, require_new_file, write_new_file
from sync.trust.files import PUBLIC_FILE

app = typer.Typer(no_args_is_help=True, help="Where packages and programs are published (发布渠道).")
province = typer.Typer(no_args_is_help=True, help="Provinces that publish their own banks.")
app.add_typer(province, name="province")

Home = Annotated[Path, typer.Option(help="The registry's folder.")]
RootKeys = Annotated[Path | None, typer.Option(help="The folder with at least two of the root keys [HOME/root-keys].")]
_WITHOUT_FILES = {"timestamp", "snapshot"}
Code = Annotated[str, typer.Argument(help="2 to 12 lower-case letters and digits; its banks are called CODE-….")]


@app.command("show")
@command
def show(home: Home, json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """Say which roles there are, until when they are believed, and who holds their keys."""
    from app.registry.channel import facts
    from app.registry.service import Registry

    with Registry.open(home) as registry:
        found = facts(registry.premises.repository)
    if json:
        out.print(json_module.dumps(found.report()), markup=False, soft_wrap=True)
        return
    root, *others = found.roles
    say(
        "channel.root",
        version=found.root_version,
        keys=len(found.root_keys),
        threshold=found.root_threshold,
        until=_day(root.expires_ms),
    )
    for keyid in found.root_keys:
        say("channel.root_key", keyid=keyid)
    for role in others:
        named, until = words()(f"channel.role_named.{role.name}"), _day(role.expires_ms)
        if role.name in _WITHOUT_FILES:
            say("channel.role_plain", named=named, role=role.name, version=role.version, until=until)
        else:
            say(
                "channel.role",
                named=named,
                role=role.name,
                version=role.version,
                targets=role.targets,
                until=until,
            )
    for each in found.provinces:
        key = "channel.province_here" if each.here else "channel.province_elsewhere"
        say(key, code=each.code, version=each.version, targets=each.targets, keyid=each.keyid)


@app.command("rotate")
@command
def rotate(
    home: Home,
    root_keys: RootKeys = None,
    replace: Annotated[str | None, typer.Option(help="The id of a root key that is lost or stolen.")] = None,
    renew: Annotated[list[str] | None, typer.Option(help="targets, snapshot or timestamp gets a new key.")] = None,
) -> None:
    """Make the next root: seats follow it from the one they began with."""
    from app.registry.rotation import Rotation
    from app.registry.rotation import rotate as make_root
    from app.registry.service import Registry

    with Registry.open(home, root_keys=root_keys) as registry:
        made = make_root(registry.premises, Rotation(replace, tuple(renew or ())))
    say("channel.rotated", version=made.version)


@app.command("software")
@command
def software(
    home: Home,
    file: Path,
    product: Annotated[str, typer.Option(help="Which program, for example examroom-seat.")],
    version: Annotated[str, typer.Option(help="Higher than every earlier one, for example 1.4.2.")],
    platform: Annotated[str, typer.Option(help="For which platform.")] = "linux-amd64",
) -> None:
    """Publish a release of a program."""
    from app.registry.service import Registry
    from app.registry.software import MAX_BYTES, Release, publish_release

    data = read_file(file, MAX_BYTES)
    with Registry.open(home) as registry:
        target = publish_release(registry.premises, Release(product, version, platform, file.name), data)
    say("channel.software", target=target)


@app.command("sign-build")
@command
def sign_build(
    home: Home,
    listed: Annotated[Path, typer.Argument(help="The list of a release's files, from `examroom build list`.")],
    out_file: Annotated[Path, typer.Argument(metavar="OUT", help="Where to write it, signed.")],
) -> None:
    """Sign the list of a release's files, for PCs to compare what they run with it."""
    from app.registry.service import Registry
    from app.registry.software import sign_build as sign

    raw = read_file(listed)
    require_new_file(out_file)
    with Registry.open(home) as registry:
        found, signed = sign(registry.premises, raw)
    write_new_file(out_file, signed, PUBLIC_FILE)
    say("build.signed", product=found.product, version=found.version, count=len(found.files), file=str(out_file))


@province.command("add")
@command
def add(
    home: Home,
    code: Code,
    key: Annotated[Path | None, typer.Option(help="The province's own Ed25519 key (PEM); none: made here.")] = None,
) -> None:
    """Let a province publish banks beside the nation's."""
    from app.registry.delegating import add_province
    from app.registry.service import Registry
    from sync.trust.keys import PublicKey

    public = PublicKey.from_pem(read_file(key)) if key else None
    with Registry.open(home) as registry:
        add_province(registry.premises, code, public)
    say("channel.province_added", code=code)


@province.command("remove")
@command
def remove(home: Home, code: Code) -> None:
    """Take a province's right to publish back."""
    from app.registry.delegating import remove_province
    from app.registry.service import Registry

    with Registry.open(home) as registry:
        remove_province(registry.premises, code)
    say("channel.province_removed", code=code)


@province.command("accept")
@command
def accept(
    home: Home,
    code: Code,
    metadata: Annotated[Path, typer.Argument(help="The targets that the province signed (TUF metadata).")],
    folder: Annotated[Path, typer.Argument(help="The files they name, under their target paths.")],
) -> None:
    """Publish what a province signed itself."""
    from app.registry.delegating import accept as take
    from app.registry.service import Registry

    raw = read_file(metadata)
    with Registry.open(home) as registry:
        count = take(registry.premises, code, raw, folder)
    say("channel.province_accepted", code=code, count=count)


def _day(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, tz=UTC).astimezone():%Y-%m-%d}"
