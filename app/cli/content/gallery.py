"""`examroom content gallery`: every interaction in both languages, as the candidate sees it, to be looked at."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Annotated, Final

import typer

from app.cli.console import command, say, words
from app.cli.content.group import app
from app.exam.interactions import Responses
from app.exam.item import Item
from app.exam.marking import Marking
from app.exam.prose import Language
from app.resources import resource_folder
from sync.replica.durable import write_durably

SIZES: Final = ((1366, 768), (1920, 1080))
LARGE: Final = 200


@dataclass(frozen=True)
class Shot:
    """One picture of the gallery: an item in a language, at a size, as it comes or answered."""

    language: Language
    size: tuple[int, int]
    percent: int
    answered: bool

    def name(self, item: str) -> str:
        """Name its file."""
        state = "answered" if self.answered else "open"
        return f"{item}-{self.language.value}-{self.size[0]}x{self.size[1]}-{self.percent}-{state}.png"


SHOTS: Final = tuple(
    Shot(language, size, percent, answered)
    for size, percent in ((SIZES[0], 100), (SIZES[0], LARGE), (SIZES[1], 100))
    for language in Language
    for answered in (False, True)
)


@app.command("gallery")
@command
def gallery(
    folder: Annotated[Path, typer.Argument(help="Where the pictures and their index go.", metavar="OUT_DIR")],
) -> None:
    """Show every interaction in both languages: unanswered and answered, at two sizes and at large text."""
    from app.content.qti.reading import read_item_file
    from app.seat.preview import Previewer, PreviewSettings
    from sync.replica.durable import disk_faults

    with disk_faults(folder, 0):
        folder.mkdir(parents=True, exist_ok=True)
    previewer = Previewer()
    pictures: dict[str, list[str]] = {}
    for file in item_files():
        read = read_item_file(file)
        responses = key_of(read.item, read.marking)
        names = pictures.setdefault(file.stem, [])
        for shot in SHOTS:
            settings = PreviewSettings(shot.language, shot.size, shot.percent, responses if shot.answered else {})
            names.append(shot.name(file.stem))
            write_durably(folder / names[-1], previewer.render(read.item, read.media, settings).png, mode=0o644)
    index = folder / "index.html"
    write_durably(index, index_page(pictures, words()("preview.gallery.title")).encode(), mode=0o644)
    say("preview.written", pictures=sum(len(names) for names in pictures.values()), file=str(index))


def item_files() -> Iterator[Path]:
    """Give the sample items, in the order they are shown."""
    yield from sorted((resource_folder() / "gallery").glob("*.xml"))


def key_of(item: Item, marking: Marking) -> Responses:
    """Give the responses that are declared correct: what an answered item is shown with."""
    given = {one.response: marking.correct(one.response) for one in item.interactions}
    return {response: values for response, values in given.items() if values}


def index_page(pictures: dict[str, list[str]], title: str) -> str:
    """Write the index: every picture small, under the name of its item, and large when it is pressed."""
    parts = [
        '<!doctype html><meta charset="utf-8">',
        f"<title>{escape(title)}</title>",
        "<style>body{font-family:sans-serif;margin:24px}img{width:480px;border:1px solid #ccc;margin:4px}</style>",
        f"<h1>{escape(title)}</h1>",
    ]
    for item, names in pictures.items():
        parts.append(f"<h2>{escape(item)}</h2>")
        parts += [f'<a href="{escape(name)}"><img src="{escape(name)}" alt="{escape(name)}"></a>' for name in names]
    return "\n".join(parts) + "\n"
