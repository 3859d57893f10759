"""`examroom content export`: a bank as one QTI 3 package."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import command, say
from app.cli.content.group import app
from app.cli.files import write_new_file


@app.command("export")
@command
def export_bank(
    out: Annotated[Path, typer.Argument(help="Where to write; never over a file.", metavar="OUT.zip")],
    bank: Annotated[Path, typer.Option(help="The bank's folder.", metavar="DIR")],
) -> None:
    """Write a bank as a QTI 3 content package, the same bytes for the same bank."""
    from app.content.exporting import package

    packed = package(bank)
    write_new_file(out, packed.data)
    say("content_export.done", file=str(out), items=packed.items, sha256=packed.sha256)
