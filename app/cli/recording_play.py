"""`examroom recording play`: watch a recording in a window, with a key that opens it. Nothing of it is written."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import command, language, say
from app.cli.files import load_opener
from app.words import Words


@command
def play(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A recording's folder.")],
    key: Annotated[Path, typer.Option(help="The site's or the escrow's key file.")],
    snapshots: Annotated[Path | None, typer.Option(help="The folder for snapshots; without it none are made.")] = None,
) -> None:
    """Play a recording in a window: picture, sound, and one timeline to click."""
    from app.archive.playing.source import PlayingSource
    from app.seat.display import require_display

    require_display()
    opener = load_opener(key)
    say("player.opening")
    source = PlayingSource.open(path, opener)
    from app.archive.window.player_window import PlayerWindow
    from app.seat.program import make_application

    application = make_application()
    window = PlayerWindow(source, Words(language()), snapshots)
    window.show()
    say("player.opened")
    code = application.exec()
    window.panel.stop()
    if code:
        raise typer.Exit(code)
