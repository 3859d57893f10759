"""`examroom build`: the list of the program's files as it is released, and whether they are as they were released."""

from pathlib import Path
from typing import Annotated, Final

import typer

from app.cli.console import command, say
from app.cli.files import load_trust, read_file, require_new_file, write_new_file
from sync.faults import EnvironmentFault, Exit
from sync.trust.files import PUBLIC_FILE

app = typer.Typer(no_args_is_help=True, help="The program's own files (程序文件清单).")

SEAT: Final = "examroom-seat"


class BuildTreeOdd(EnvironmentFault):
    """A program's folder holds what cannot be listed, or compared. Fact: `place`; the detail says what it is."""

    code = "BUILD_TREE_ODD"


@app.command("list")
@command
def list_files(
    tree: Annotated[Path, typer.Option(help="The folder that becomes the installed one, with all that is in it.")],
    version: Annotated[str, typer.Option(help="The release's version.")],
    out: Annotated[Path, typer.Option(help="Where to write the list.")],
    product: Annotated[str, typer.Option(help="examroom-seat or examroom-registry.")] = SEAT,
) -> None:
    """List every file and link of a tree with its digest, for the registry to sign. Where the release is built."""
    from pydantic import ValidationError

    from proctoring.checks.installed import shown
    from proctoring.checks.listing import Unlistable, list_tree

    require_new_file(out)
    try:
        listed = list_tree(tree, product, version)
    except Unlistable as problem:
        raise BuildTreeOdd(problem.args[1], place=shown(problem.args[0])) from None
    except ValidationError:
        raise typer.BadParameter("examroom-seat, 1.4.2", param_hint="--product, --version") from None
    write_new_file(out, listed.to_bytes(), PUBLIC_FILE)
    say("build.listed", product=listed.product, version=listed.version, count=len(listed.files), file=str(out))


@app.command("verify")
@command
def verify(
    listed: Annotated[Path, typer.Argument(metavar="LIST", help="The signed list.")],
    trust: Annotated[Path, typer.Option(help="The registry's public keys.")],
    tree: Annotated[Path | None, typer.Option(help="The installed folder [this program's].")] = None,
) -> None:
    """Compare the program's files with a signed list. The folder's owner may write there, nobody else."""
    from app.resources import installed_tree
    from proctoring.checks.installed import InstalledTree
    from proctoring.checks.machine import Unreadable
    from sync.trust.build import read_build_list

    release = read_build_list(read_file(listed), load_trust(trust))
    folder = tree or installed_tree()
    try:
        different = InstalledTree(folder, release, folder.stat().st_uid).look()
    except Unreadable as problem:
        raise BuildTreeOdd(problem.args[1], place=problem.args[0]) from None
    except OSError as error:
        raise BuildTreeOdd(error.strerror or "", place=str(folder)) from None
    if not different:
        say("build.same", product=release.product, version=release.version, count=len(release.files))
        return
    say("build.differs", product=release.product, version=release.version, count=len(different))
    for one in different:
        say(f"build.{one.kind}", place=one.path)
    raise typer.Exit(Exit.BAD)
