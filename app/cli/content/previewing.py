"""`examroom content preview`: an item as the candidate sees it, as a PNG."""

import os
import re
from pathlib import Path
from typing import Annotated, Final

import typer

from app.cli.console import command, err, say, words
from app.cli.content.group import app
from app.cli.files import FileTaken
from app.exam.prose import Language
from sync.replica.durable import write_durably

MOST_SIDE: Final = 4096  # pixels
LEAST_SIZE: Final = (1366, 768)
"""The smallest screen we promise; a smaller one is no candidate's."""
_PNG: Final = b"\x89PNG\r\n\x1a\n"


def read_size(text: str) -> tuple[int, int]:
    """Read "1366x768".

    Raises:
        typer.BadParameter: it is no size, or not that of a candidate's screen.
    """
    found = re.fullmatch(r"([0-9]{3,5})[x×]([0-9]{3,5})", text.strip().lower())
    size = (int(found[1]), int(found[2])) if found else (0, 0)
    if any(not least <= side <= MOST_SIDE for side, least in zip(size, LEAST_SIZE, strict=True)):
        least = "x".join(str(side) for side in LEAST_SIZE)
        raise typer.BadParameter(f"WIDTHxHEIGHT, from {least} to {MOST_SIDE}x{MOST_SIDE}")
    return size


def checked_size(text: str) -> str:
    """Give a size back that can be read."""
    read_size(text)
    return text


@app.command("preview")
@command
def preview(
    file: Annotated[Path, typer.Argument(help="An item of QTI 2.x or 3.0.", metavar="ITEM.xml")],
    png: Annotated[Path, typer.Option("--png", help="Where the picture goes.", metavar="OUT.png")],
    size: Annotated[
        str, typer.Option(callback=checked_size, help="The screen, in pixels.", metavar="WIDTHxHEIGHT")
    ] = "1366x768",
    locale: Annotated[Language, typer.Option(help="The candidate's language.")] = Language.ZH,
    text: Annotated[int, typer.Option(help="The size of all text, per cent.", min=100, max=200)] = 100,
    seed: Annotated[int, typer.Option(help="For a template item: which of its clones.", min=0)] = 0,
) -> None:
    """Show an item in the very screen the candidate will see, and write the picture of it."""
    from app.content.qti.reading import read_item_file
    from app.exam.template import instantiate
    from app.seat.preview import Previewer, PreviewSettings

    _require_free(png)
    read = read_item_file(file)
    item, _marking = instantiate(read.item, read.marking, seed)
    picture = Previewer().render(item, read.media, PreviewSettings(locale, read_size(size), text))
    write_durably(png, picture.png, mode=0o644)
    say("preview.done", file=str(png))
    if picture.below:
        err.print(words()("preview.below", pixels=picture.below), markup=False)


def _require_free(png: Path) -> None:
    """Refuse to write over anything but an earlier picture: a slip of the hand would cost the item itself.

    Raises:
        FileTaken: there is something else, or what cannot be looked into.
    """
    if not os.path.lexists(png):
        return
    try:
        is_picture = png.is_file() and _begins(png) == _PNG  # a pipe would keep us waiting: it is no plain file
    except OSError:
        is_picture = False
    if not is_picture:
        raise FileTaken("not a PNG", file=str(png))


def _begins(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(len(_PNG))
