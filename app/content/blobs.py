"""What lies inside a package's sealed blobs: strict, bounded models, to and from the domain's items.

A content blob holds an `ItemContent`, a marking blob an `ItemMarking`, each as canonical JSON; a medium's
blob holds the picture's bytes as they are.
"""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints

from app.exam.item import Block, Body, Item, Marking, Medium, Option, Paragraph, Picture, Run, Wording
from sync.wire.document import Document, Part, payload_type
from sync.wire.ids import ItemId
from sync.wire.package import MediaName
from sync.wire.plan import ItemKind

MAX_TEXT = 4_000  # characters in one run, or of one picture's description
MAX_RUNS = 200
MAX_BLOCKS = 50
MAX_OPTIONS = 26
MAX_MEDIA = 50

_Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT)]


class _Run(Part):
    text: _Text
    strong: bool
    emphasis: bool


class _Paragraph(Part):
    block: Literal["paragraph"] = "paragraph"
    runs: Annotated[tuple[_Run, ...], Field(min_length=1, max_length=MAX_RUNS)]


class _Picture(Part):
    block: Literal["picture"] = "picture"
    media: MediaName
    alt: _Text


_Block = Annotated[_Paragraph | _Picture, Field(discriminator="block")]
_Body = Annotated[tuple[_Block, ...], Field(min_length=1, max_length=MAX_BLOCKS)]


class _Wording(Part):
    zh: _Body
    en: _Body


class _Option(Part):
    id: ItemId
    wording: _Wording


class _Medium(Part):
    name: MediaName
    mime: Annotated[str, StringConstraints(pattern=r"^(image/png|image/jpeg)$")]


class ItemContent(Document):
    """Everything a candidate sees of one item."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("item-content")
    MAX_BYTES: ClassVar[int] = 1_000_000

    id: ItemId
    kind: ItemKind
    subject: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9\-]{0,39}$")]
    difficulty: Annotated[str, StringConstraints(pattern=r"^(easy|medium|hard)$")]
    stem: _Wording
    options: Annotated[tuple[_Option, ...], Field(min_length=2, max_length=MAX_OPTIONS)]
    media: Annotated[tuple[_Medium, ...], Field(max_length=MAX_MEDIA)]
    keep_order: bool

    @classmethod
    def of(cls, item: Item) -> Self:
        """Put an item in its sealed form."""
        return cls(
            id=item.id,
            kind=item.kind,
            subject=item.subject,
            difficulty=item.difficulty,
            stem=_wording_of(item.stem),
            options=tuple(_Option(id=option.id, wording=_wording_of(option.wording)) for option in item.options),
            media=tuple(_Medium(name=medium.name, mime=medium.mime) for medium in item.media),
            keep_order=item.keep_order,
        )

    def item(self) -> Item:
        """Give the item back."""
        return Item(
            id=self.id,
            kind=self.kind,
            subject=self.subject,
            difficulty=self.difficulty,
            stem=_wording(self.stem),
            options=tuple(Option(option.id, _wording(option.wording)) for option in self.options),
            media=tuple(Medium(medium.name, medium.mime) for medium in self.media),
            keep_order=self.keep_order,
        )


class ItemMarking(Document):
    """The key of one item: for every option, 1 if it is correct and 0 if not.

    A list of the correct options would be shorter for "true" than for "false", and a blob's length is in the
    header for anybody to read. This form is equally long whatever the key.
    """

    PAYLOAD_TYPE: ClassVar[str] = payload_type("item-marking")
    MAX_BYTES: ClassVar[int] = 10_000

    item: ItemId
    options: Annotated[dict[ItemId, Annotated[int, Field(ge=0, le=1)]], Field(min_length=2, max_length=MAX_OPTIONS)]

    @classmethod
    def of(cls, item: Item, marking: Marking) -> Self:
        """Put an item's key in its sealed form."""
        return cls(item=item.id, options={option.id: int(option.id in marking.correct) for option in item.options})

    def marking(self) -> Marking:
        """Give the marking back."""
        return Marking(self.item, frozenset(option for option, correct in self.options.items() if correct))


def _wording_of(wording: Wording) -> _Wording:
    return _Wording(zh=_body_of(wording.zh), en=_body_of(wording.en))


def _body_of(body: Body) -> tuple[_Paragraph | _Picture, ...]:
    return tuple(_block_of(block) for block in body)


def _block_of(block: Block) -> _Paragraph | _Picture:
    if isinstance(block, Picture):
        return _Picture(media=block.media, alt=block.alt)
    return _Paragraph(runs=tuple(_Run(text=run.text, strong=run.strong, emphasis=run.emphasis) for run in block.runs))


def _wording(wording: _Wording) -> Wording:
    return Wording(_body(wording.zh), _body(wording.en))


def _body(body: tuple[_Paragraph | _Picture, ...]) -> Body:
    return tuple(
        Picture(block.media, block.alt)
        if isinstance(block, _Picture)
        else Paragraph(tuple(Run(run.text, run.strong, run.emphasis) for run in block.runs))
        for block in body
    )
