"""What a bank's folder remembers of its items, so that nobody has to read ten thousand files to draw a form.

The index is derived: it says the digest of every file that it speaks of, is believed only while all of them are right,
and is made again from the files otherwise. It is no part of the content package.
"""

import hashlib
from collections.abc import Iterator
from typing import Annotated, ClassVar, Final

from pydantic import Field, StringConstraints

from app.content.archive import Archive
from app.content.bank import BankRefused
from app.content.forms.facts import BankFacts
from sync.wire.document import Document, DocumentRefused, Part, canonical_json, payload_type
from sync.wire.ids import Digest, ItemId
from sync.wire.package import ItemFacts
from sync.wire.plan import Bilingual

INDEX: Final = ".examroom-index.json"
MAX_INDEX_BYTES: Final = 200_000_000
_MAX_FILE: Final = 64_000_000

_FilePath = Annotated[str, StringConstraints(pattern=r"^(media|stimuli|items)/[A-Za-z0-9_][A-Za-z0-9_.\-]{0,99}$")]


class SealedFacts(Part):
    """What may be known of an item (or of one clone of a template item), and the digest of what would be sealed."""

    facts: ItemFacts
    sealed: Digest


class IndexedItem(Part):
    """An item of a bank: the digest of its file, what it needs beside it, and what is known of it for drawing."""

    item: ItemId
    sha256: Digest
    own: ItemFacts
    media: Annotated[tuple[_FilePath, ...], Field(max_length=60)]
    drawn: Annotated[tuple[SealedFacts, ...], Field(max_length=1000)]


class BankIndex(Document):
    """The index of a bank's folder; items in the order of their ids, `stimuli` by id."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("bank-index")
    MAX_BYTES: ClassVar[int] = MAX_INDEX_BYTES

    bank: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9\-]{0,63}$")]
    title: Bilingual
    manifest: Digest
    test: Digest | None
    stimuli: dict[ItemId, Digest]
    items: Annotated[tuple[IndexedItem, ...], Field(max_length=50_000)]

    def facts(self) -> BankFacts:
        """Give what drawing needs, as `app.content.forms.facts.facts_of` would of the whole bank."""
        drawn = sorted((one for item in self.items for one in item.drawn), key=lambda one: one.facts.item)
        digests = [[one.facts.item, one.sealed] for one in drawn]
        sha256 = hashlib.sha256(canonical_json(digests)).hexdigest()
        return BankFacts(self.bank, tuple(one.facts for one in drawn), sha256)

    def files(self) -> Iterator[tuple[str, str]]:
        """Give every file that says something of items, and its digest; media have theirs in their names."""
        yield "imsmanifest.xml", self.manifest
        if self.test:
            yield "test.xml", self.test
        for name, digest in self.stimuli.items():
            yield f"stimuli/{name}.xml", digest
        for item in self.items:
            yield f"items/{item.item}.xml", item.sha256


def read_index(archive: Archive) -> BankIndex | None:
    """Give the index of a folder if there is one and every file is as it says, else nothing."""
    try:
        index = BankIndex.parse(archive.read(INDEX, MAX_INDEX_BYTES))
        for name, digest in index.files():
            if hashlib.sha256(archive.read(name, _MAX_FILE)).hexdigest() != digest:
                return None
    except (BankRefused, DocumentRefused):
        return None
    return index
