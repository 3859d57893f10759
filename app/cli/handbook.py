"""`examroom handbook`: the site handbook, in a window or as a PDF."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import command, language, say
from app.exam.prose import Language
from app.handbook.book import Reader


@command
def handbook(
    who: Annotated[Reader, typer.Option(help="Whom to open it for.")] = Reader.ADMINISTRATOR,
    shown: Annotated[Language | None, typer.Option("--language", help="The language to begin with.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write that reader's part to this file, and open no window.")] = None,
) -> None:
    """Open the site handbook; F1 does in the programs, where no session is running."""
    if pdf is not None:
        from app.handbook.window import print_without_screen
        from sync.replica.durable import write_durably

        write_durably(pdf, print_without_screen(who, shown or language()))
        say("cli.handbook_written", file=str(pdf))
        return
    from app.seat.display import require_display

    require_display()
    from app.handbook.window import run_handbook

    code = run_handbook(sys.argv[:1], who, shown or language())
    if code:
        raise typer.Exit(code)
