"""An item (试题) as it is shown, and its marking as it is scored: two things that are never kept together."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sync.wire.plan import ItemKind


class Language(StrEnum):
    """The languages a candidate can read in."""

    ZH = "zh"
    EN = "en"


@dataclass(frozen=True)
class Run:
    """A stretch of text in one style."""

    text: str
    strong: bool = False
    emphasis: bool = False


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of runs."""

    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        """The paragraph without its styles."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True)
class Picture:
    """A picture: the name of one of the item's media, and what it shows, in words."""

    media: str
    alt: str


Block = Paragraph | Picture
Body = tuple[Block, ...]


@dataclass(frozen=True)
class Wording:
    """The same content in both languages."""

    zh: Body
    en: Body

    def in_language(self, language: Language) -> Body:
        """Give the body for `language`."""
        return self.zh if language is Language.ZH else self.en

    def bodies(self) -> Iterator[Body]:
        """Give every body, Chinese first."""
        yield self.zh
        yield self.en


def plain_text(body: Body) -> str:
    """Give what a body says: its paragraphs' text and its pictures' descriptions, one a line."""
    return "\n".join(block.text if isinstance(block, Paragraph) else block.alt for block in body)


@dataclass(frozen=True)
class Option:
    """One option of a choice item."""

    id: str
    wording: Wording


@dataclass(frozen=True)
class Medium:
    """A medium an item shows; its bytes are fetched by name."""

    name: str
    mime: str


@dataclass(frozen=True)
class Item:
    """What a candidate sees of an item. The key is not in here: see `Marking`.

    `keep_order`: its options are never shuffled (QTI `shuffle="false"`), because they name letters of a
    picture or refer to each other.
    """

    id: str
    kind: ItemKind
    subject: str
    difficulty: str
    stem: Wording
    options: tuple[Option, ...]
    media: tuple[Medium, ...] = ()
    keep_order: bool = False


@dataclass(frozen=True)
class Marking:
    """What scoring needs of an item (QTI `match_correct`): the set of correct option ids."""

    item: str
    correct: frozenset[str]
