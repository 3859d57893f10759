"""`examroom build`: the list of the program's own files, and whether they are as they were released."""

from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import command, say
from app.cli.files import load_trust, read_file, require_new_file, write_new_file
from sync.faults import EnvironmentFault, Exit
from sync.trust.files import PUBLIC_FILE

app = typer.Typer(no_args_is_help=True, help="The program's own files (程序文件清单).")

Tree = Annotated[Path | None, typer.Option(help="The folder that the packages lie in [this program's].")]


class BuildTreeOdd(EnvironmentFault):
    """A program's folder holds what cannot be listed. Fact: `place`."""

    code = "BUILD_TREE_ODD"


@app.command("list")
@command
def list_files(
    out: Annotated[Path, typer.Option(help="Where to write the list.")],
    tree: Tree = None,
    version: Annotated[str | None, typer.Option(help="The release's version [this program's].")] = None,
) -> None:
    """List the program's files with their digests, for the registry to sign. Where the release is built."""
    from pydantic import ValidationError

    from app.resources import program_folder
    from proctoring.checks.machine import Unreadable
    from proctoring.checks.tree import Tree as Files
    from sync.client.software_update import SEAT
    from sync.wire.build import BuildList

    require_new_file(out)
    folder = tree or program_folder()
    try:
        there, odd = Files(folder).files()
        if odd or not there:
            raise BuildTreeOdd(place=min(odd, default=str(folder)))
        files = tuple(there[path] for path in sorted(there))
        listed = BuildList(product=SEAT, version=version or installed_version("examroom"), files=files)
    except Unreadable as problem:
        raise BuildTreeOdd(problem.args[1], place=problem.args[0]) from None
    except ValidationError:
        raise typer.BadParameter("1.4.2", param_hint="--version") from None
    write_new_file(out, listed.to_bytes(), PUBLIC_FILE)
    say("build.listed", product=SEAT, version=listed.version, count=len(files), file=str(out))


@app.command("verify")
@command
def verify(
    listed: Annotated[Path, typer.Argument(metavar="LIST", help="The signed list.")],
    trust: Annotated[Path, typer.Option(help="The registry's public keys.")],
    tree: Tree = None,
) -> None:
    """Compare the program's files with a signed list."""
    from app.resources import program_folder
    from proctoring.checks.machine import Unreadable
    from proctoring.checks.tree import Tree as Files
    from proctoring.checks.tree import compare
    from sync.trust.build import read_build_list

    release = read_build_list(read_file(listed), load_trust(trust))
    try:
        different = compare(Files(tree or program_folder()), release)
    except Unreadable as problem:
        raise BuildTreeOdd(problem.args[1], place=problem.args[0]) from None
    if not different:
        say("build.same", product=release.product, version=release.version, count=len(release.files))
        return
    say("build.differs", product=release.product, version=release.version, count=len(different))
    for one in different:
        say(f"build.{one.kind}", place=one.path)
    raise typer.Exit(Exit.BAD)
