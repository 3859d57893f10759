"""`examroom content remove`: items out of a bank."""

import json
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import command, print_text, say, words
from app.cli.content.group import app


@app.command("remove")
@command
def remove_items(
    items: Annotated[list[str], typer.Argument(help="Identifiers of items.", metavar="ID...")],
    bank: Annotated[Path, typer.Option(help="The bank's folder.", metavar="DIR")],
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON.")] = False,
) -> None:
    """Take items out of a bank, with pictures and materials that no other item uses; also items whose file is gone."""
    from app.content.folder import remove

    removed = remove(bank, items)
    count = len(set(items))
    if as_json:
        told = {"removed": count, "left": removed.left, "test_left_out": removed.test_left_out}
        typer.echo(json.dumps(told, separators=(",", ":")))
        return
    say("content_remove.done", removed=count, left=removed.left)
    if removed.test_left_out:
        print_text(f"{words()('cli.note')} {words()('content_remove.test_left_out')}", style="yellow")
