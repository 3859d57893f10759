"""What a bank's folder remembers of its items, so that nobody has to read ten thousand files to draw a form.

The index is derived, is no part of the content package, and must not be able to say anything that the bank does not. It
is believed only while all of this holds, and is made again from the files otherwise:

- every item, stimulus and test has the digest that the index says;
- the manifest has the very bytes that would be written from the index. So nothing that the manifest says (subjects,
  difficulties, enemies, stimuli, media, title) can be written over by an index that says something else;
- what may be drawn of an item is sorted as the item is;
- the index has the digest of itself, which covers what stands in no other file in plain words: kinds, shuffles, numbers
  of options, digests of what would be sealed.

The last one has no key: whoever makes an index that is wrong in itself on purpose could as well change the items. It is
there so that an index that was changed in part, by accident or by hand, is never believed.
"""

import hashlib
from collections.abc import Iterator
from typing import Annotated, ClassVar, Final, Self

from pydantic import Field, StringConstraints

from app.content.archive import Archive
from app.content.bank import BankRefused
from app.content.forms.facts import BankFacts
from app.content.qti.manifest import MANIFEST, MAX_MANIFEST_BYTES
from app.content.qti.write import TEST
from app.content.qti.write_manifest import Entry, write_manifest
from app.exam.item import Item, Stimulus
from app.exam.prose import Wording
from sync.wire.document import Document, DocumentRefused, Part, canonical_json, payload_type
from sync.wire.ids import Digest, ItemId
from sync.wire.package import ItemFacts
from sync.wire.plan import Bilingual

INDEX: Final = ".examroom-index.json"
MAX_INDEX_BYTES: Final = 200_000_000
_MAX_FILE: Final = 64_000_000
_NOTHING: Final = Wording((), ())

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

    def skeleton(self) -> Item:
        """Give as much of the item as the manifest says."""
        facts = self.own
        stimulus = Stimulus(facts.stimulus, _NOTHING) if facts.stimulus else None
        return Item(
            facts.item,
            facts.kind,
            facts.subject,
            facts.difficulty,
            stem=_NOTHING,
            interactions=(),
            stimulus=stimulus,
            enemies=facts.enemies,
        )

    def agrees(self) -> bool:
        """Tell whether what is drawn of the item is sorted as the item is."""
        own = self.own
        return own.item == self.item and all(
            (one.facts.subject, one.facts.difficulty) == (own.subject, own.difficulty)
            and set(own.enemies) <= set(one.facts.enemies)
            for one in self.drawn
        )


class BankIndex(Document):
    """The index of a bank's folder; items in the order of their ids, `stimuli` by id."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("bank-index")
    MAX_BYTES: ClassVar[int] = MAX_INDEX_BYTES

    bank: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9\-]{0,63}$")]
    title: Bilingual
    test: Digest | None
    stimuli: dict[ItemId, Digest]
    items: Annotated[tuple[IndexedItem, ...], Field(max_length=50_000)]
    digest: Digest = "0" * 64

    def digested(self) -> Self:
        """Give the index with the digest of all the rest of it, as canonical JSON."""
        told = canonical_json(self.model_dump(mode="json", exclude={"digest"}))
        return self.model_copy(update={"digest": hashlib.sha256(told).hexdigest()})

    def manifest(self) -> bytes:
        """Give the manifest of the bank."""
        entries = [Entry(one.skeleton(), one.media) for one in self.items]
        return write_manifest(self.bank, self.title, entries, TEST if self.test else None)

    def facts(self) -> BankFacts:
        """Give what drawing needs, as `app.content.forms.facts.facts_of` would of the whole bank."""
        drawn = sorted((one for item in self.items for one in item.drawn), key=lambda one: one.facts.item)
        digests = [[one.facts.item, one.sealed] for one in drawn]
        sha256 = hashlib.sha256(canonical_json(digests)).hexdigest()
        return BankFacts(self.bank, tuple(one.facts for one in drawn), sha256)

    def files(self) -> Iterator[tuple[str, str]]:
        """Give every file beside the manifest that says something of items, with its digest."""
        if self.test:
            yield TEST, self.test
        for name, digest in self.stimuli.items():
            yield f"stimuli/{name}.xml", digest
        for item in self.items:
            yield f"items/{item.item}.xml", item.sha256

    def names(self) -> frozenset[str]:
        """Give the names of all files of the bank."""
        media = (path for item in self.items for path in item.media)
        return frozenset({MANIFEST, *(name for name, _ in self.files()), *media})


def read_index(archive: Archive) -> BankIndex | None:
    """Give the index of a folder if there is one and it is to be believed (see above), else nothing."""
    try:
        index = BankIndex.parse(archive.read(INDEX, MAX_INDEX_BYTES))
        if index.digested() != index or not all(item.agrees() for item in index.items):
            return None
        if archive.read(MANIFEST, MAX_MANIFEST_BYTES) != index.manifest():
            return None
        for name, digest in index.files():
            if hashlib.sha256(archive.read(name, _MAX_FILE)).hexdigest() != digest:
                return None
    except (BankRefused, DocumentRefused):
        return None
    return index
