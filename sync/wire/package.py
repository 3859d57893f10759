"""The header of a package (`.erp`): what is in the file, where, and nothing that must stay sealed.

File: `b"ERP1"`, header length (4 bytes, big-endian), header (canonical JSON), then the blobs. Each blob is
nonce (12) + AES-256-GCM ciphertext + tag (16); associated data is the canonical JSON list
`[package id, version, item id, part]` with part `"content"`, `"marking"` or `"media:<name>"`. Content and media are
sealed under the content key, marking under the marking key.
"""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from sync.wire.document import Document, Part, payload_type
from sync.wire.ids import Digest, Id, Identifier, ItemId, Millis, Subject, Whole
from sync.wire.plan import Bilingual, Difficulty, ItemKind

MediaName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,99}$")]


class Blob(Part):
    """Where a sealed blob lies: offset from the end of the header, length with nonce and tag, SHA-256 of it."""

    offset: Annotated[int, Field(ge=0, le=2**40)]
    length: Annotated[int, Field(ge=28, le=2**28)]
    sha256: Digest


class MediaEntry(Part):
    """One medium of an item."""

    name: MediaName
    mime: Annotated[str, StringConstraints(pattern=r"^(image/png|image/jpeg|audio/(ogg|wav|flac|webm)|video/webm)$")]
    blob: Blob


class PackedOptions(Part):
    """Options of an item that a form may shuffle: which set of the item's, in its own order, and which keep still."""

    name: Annotated[str, StringConstraints(pattern=r"^[^\W\d][\w.\-]{0,63}(#2)?$")]
    options: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=100)]
    fixed: tuple[Identifier, ...] = ()


class ItemFacts(Part):
    """What may be known of an item while it is sealed: enough to draw a form, nothing to learn from.

    `stimulus` and `enemies` are names that tell nothing else: which items belong together, which exclude each other.
    `choices`: how many options there are if the item is one choice (`app.exam.item.choices`), else 0.
    `by_person`: only a person can mark it, so it is never drawn.
    """

    item: ItemId
    kind: ItemKind
    subject: Subject
    difficulty: Difficulty
    shuffles: Annotated[tuple[PackedOptions, ...], Field(max_length=50)] = ()
    stimulus: ItemId | None = None
    enemies: Annotated[tuple[Identifier, ...], Field(max_length=20)] = ()
    choices: Annotated[Whole, Field(ge=0, le=1000)] = 0
    by_person: bool = False


class PackedItem(ItemFacts):
    """An item in a package: its facts, and where its sealed parts lie."""

    content: Blob
    marking: Blob
    media: Annotated[tuple[MediaEntry, ...], Field(max_length=50)] = ()


class PackageHeader(Document):
    """The header of a package; its items are in the order of their ids."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("package-header")
    MAX_BYTES: ClassVar[int] = 32_000_000

    package: Id
    version: Annotated[int, Field(ge=1, le=2**31)]
    bank: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9\-]{0,63}$")]
    title: Bilingual
    created_ms: Millis
    items: Annotated[tuple[PackedItem, ...], Field(min_length=1, max_length=50_000)]
