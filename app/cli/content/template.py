"""`examroom content template`: the spreadsheet that provinces keep banks in, with an example of every type."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import command, say
from app.cli.content.group import app
from app.cli.files import write_new_file


@app.command("template")
@command
def write_template(
    out: Annotated[Path, typer.Argument(help="Where to write; never over a file.", metavar="OUT.xlsx")],
) -> None:
    """Write the template for banks in a spreadsheet; it imports as it is."""
    from app.content.formats.sheet_template import template

    write_new_file(out, template())
    say("content_template.done", file=str(out))
