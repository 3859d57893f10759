"""All pages of the handbook in one language: their order, what leads to what, and what is found in them."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from app.exam.prose import Language
from app.handbook.markdown import Block, Commands, Figure, Heading, Items, Note, Paragraph, Runs, Table, parse, plain
from app.resources import resource_folder

_BEFORE: Final = 12  # characters shown before what was found
_SNIPPET: Final = 48


class Reader(StrEnum):
    """Whom a page is for; the name of its folder."""

    CANDIDATE = "candidate"
    PROCTOR = "proctor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Place:
    """A page, and a heading on it (or its beginning). The same in every language but for the heading."""

    reader: Reader
    page: str
    anchor: str = ""


@dataclass(frozen=True)
class Page:
    """One page: `name` is its file's without the number and the ending."""

    reader: Reader
    name: str
    file: Path
    blocks: tuple[Block, ...]

    @property
    def place(self) -> Place:
        """Where it is."""
        return Place(self.reader, self.name)

    @property
    def title(self) -> str:
        """What it is called."""
        return self.headings[0].text

    @property
    def headings(self) -> tuple[Heading, ...]:
        """Its title and its headings."""
        return tuple(block for block in self.blocks if isinstance(block, Heading))


@dataclass(frozen=True)
class Hit:
    """Where something was found: the nearest heading before it, and the words around it.

    `named`: it is in the heading itself; then the words are what stands below.
    """

    place: Place
    title: str
    heading: str
    snippet: str
    named: bool = False


@dataclass(frozen=True)
class Book:
    """All pages of one language, in their order."""

    language: Language
    pages: tuple[Page, ...]

    def of(self, reader: Reader) -> tuple[Page, ...]:
        """Give a reader's pages."""
        return tuple(page for page in self.pages if page.reader is reader)

    def page(self, place: Place) -> Page:
        """Give a page.

        Raises:
            KeyError: there is no such page (a defect; the tests follow every link).
        """
        for page in self.pages:
            if (page.reader, page.name) == (place.reader, place.page):
                return page
        raise KeyError(place)

    def first(self, reader: Reader) -> Place:
        """Give a reader's first page."""
        return self.of(reader)[0].place

    def beside(self, place: Place, step: int) -> Place | None:
        """Give the page so many pages on among the same reader's, or nothing."""
        pages = self.of(place.reader)
        at = pages.index(self.page(place)) + step
        return pages[at].place if 0 <= at < len(pages) else None

    def target(self, page: Page, address: str) -> Place | None:
        """Give where a link on a page leads, or nothing if it leads nowhere in this book."""
        file, _, anchor = address.partition("#")
        wanted = (page.file.parent / file).resolve() if file else page.file.resolve()
        for other in self.pages:
            if other.file.resolve() == wanted:
                known = not anchor or any(heading.anchor == anchor for heading in other.headings)
                return Place(other.reader, other.name, anchor) if known else None
        return None

    def search(self, wanted: str, reader: Reader) -> tuple[Hit, ...]:
        """Find where all of these words stand near each other (in one paragraph or list).

        Every heading is told once. The reader's own pages come first, and on them headings before text.
        """
        parts = folded(wanted).split()
        if not parts:
            return ()
        found = [(page, hit) for page in self.pages for hit in _first_of_each(_hits(page, parts))]
        found.sort(key=lambda one: (one[0].reader is not reader, not one[1].named))
        return tuple(hit for _, hit in found)


def folded(text: str) -> str:
    """Give a text as it is compared: full and half width, capitals and small letters are the same."""
    return unicodedata.normalize("NFKC", text).casefold()


def handbook_folder() -> Path:
    """Give the folder of the handbook."""
    return resource_folder() / "handbook"


@cache
def book(language: Language) -> Book:
    """Read the handbook of a language.

    Raises:
        HandbookRefused, OSError: a page is not as pages are, or cannot be read (a defect of the installation).
    """
    pages = []
    for reader in Reader:
        files = (handbook_folder() / language.value / reader.value).glob("*.md")
        for file in sorted(files, key=_number):
            name = file.stem.partition("-")[2]
            pages.append(Page(reader, name, file, parse(file.read_text(encoding="utf-8"))))
    return Book(language, tuple(pages))


def _number(file: Path) -> int:
    return int(file.stem.partition("-")[0])


def lines_of(block: Block) -> tuple[Runs, ...]:
    """Give the lines of text that a block holds; a heading's, a picture's and commands are none."""
    match block:
        case Paragraph(runs=runs):
            return (runs,)
        case Items(items=lines) | Note(paragraphs=lines):
            return lines
        case Table(rows=rows):
            return tuple(cell for row in rows for cell in row)
        case _:
            return ()


def text_of(block: Block) -> str:
    """Give what a block says."""
    match block:
        case Heading(text=text) | Figure(caption=text):
            return text
        case Commands(lines=lines):
            return " ".join(lines)
        case _:
            return " ".join(plain(runs) for runs in lines_of(block))


def _hits(page: Page, parts: list[str]) -> Iterator[Hit]:
    heading = page.headings[0]
    for at, block in enumerate(page.blocks):
        named = isinstance(block, Heading)
        if isinstance(block, Heading):
            heading = block
        said = text_of(block)
        within = folded(said)
        if all(part in within for part in parts):
            anchor = heading.anchor if heading.level > 1 else ""
            shown = text_of(page.blocks[at + 1]) if named and at + 1 < len(page.blocks) else said
            snippet = _snippet(shown, 0 if named else within.find(parts[0]))
            place = Place(page.reader, page.name, anchor)
            yield Hit(place, page.title, heading.text if anchor else "", snippet, named)


def _first_of_each(hits: Iterator[Hit]) -> Iterator[Hit]:
    told: set[Place] = set()
    for hit in hits:
        if hit.place not in told:
            told.add(hit.place)
            yield hit


def as_shown(text: str, language: Language) -> str:
    """Give a text as it is drawn: our font has the quotes of English as wide as a Chinese character."""
    return text.replace("“", '"').replace("”", '"') if language is Language.EN else text


def _snippet(said: str, at: int) -> str:
    start = max(0, min(at - _BEFORE, len(said) - _SNIPPET))
    end = start + _SNIPPET
    return ("…" if start else "") + said[start:end] + ("…" if end < len(said) else "")
