"""The package (`.erp`): a bank's items, each sealed on its own. The format is in `sync/wire/package.py`.

A package is read in two steps. `SealedPackage.parse` needs no key and leaves no byte of the file unaccounted
for: the blobs lie end to end, in the header's order, and every digest is right. Only then is anything opened,
one blob at a time, and what comes out must agree with what the header said of it.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Self

from app.content.bank import Bank
from app.content.media.pictures import recognise_picture
from app.content.packing.blobs import BlobError, item_bytes, marking_bytes, read_item, read_marking
from app.content.packing.clones import without_templates
from app.content.packing.facts import item_facts
from app.exam.interactions import GraphicGapMatch, Hotspot
from app.exam.item import Item
from app.exam.marking import Marking
from app.exam.prose import media_of, places_of
from sync.faults import Refused
from sync.trust.aead import open_sealed, seal
from sync.wire.document import DocumentRefused, canonical_json
from sync.wire.package import Blob, ItemFacts, MediaEntry, PackageHeader, PackedItem

MAGIC = b"ERP1"
MAX_PACKAGE_BYTES = 512_000_000
_LENGTH_BYTES = 4
_CONTENT = "content"
_MARKING = "marking"


class PackageRefused(Refused):
    """The bytes are no package, or a package that contradicts itself."""

    code = "PACKAGE_REFUSED"


def pack(bank: Bank, package_id: str, version: int, created_ms: int, content_key: bytes, marking_key: bytes) -> bytes:
    """Seal a bank into a package; both keys are 32 fresh random bytes, used for this package only.

    Raises:
        PackageRefused: the package would be larger than `MAX_PACKAGE_BYTES`.
        ProcessingRefused: a template item whose rules cannot be carried out.
    """
    bank = without_templates(bank)
    body = bytearray()

    def put(item: str, part: str, key: bytes, plaintext: bytes) -> Blob:
        sealed = seal(key, plaintext, _context(package_id, version, item, part))
        blob = Blob(offset=len(body), length=len(sealed), sha256=hashlib.sha256(sealed).hexdigest())
        body.extend(sealed)
        if len(body) > MAX_PACKAGE_BYTES:
            raise PackageRefused(f"the items need more than {MAX_PACKAGE_BYTES} bytes")
        return blob

    packed = tuple(
        PackedItem(
            **dict(item_facts(item)),
            content=put(item.id, _CONTENT, content_key, item_bytes(item)),
            marking=put(item.id, _MARKING, marking_key, marking_bytes(bank.markings[item.id])),
            media=tuple(
                MediaEntry(
                    name=medium.name,
                    mime=medium.mime,
                    blob=put(item.id, _media(medium.name), content_key, bank.media[item.id, medium.name]),
                )
                for medium in item.media
            ),
        )
        for item in bank.items
    )
    header = PackageHeader(
        package=package_id,
        version=version,
        bank=bank.id,
        title=bank.title,
        created_ms=created_ms,
        items=packed,
    ).to_bytes()
    raw = MAGIC + len(header).to_bytes(_LENGTH_BYTES, "big") + header + bytes(body)
    SealedPackage.parse(raw)  # what is written can be read, or is not written
    return raw


@dataclass(frozen=True, eq=False)
class SealedPackage:
    """A package whose form was checked. `sha256` is of the whole file, hexadecimal, as in `PackageRef`."""

    header: PackageHeader
    sha256: str
    _body: memoryview = field(repr=False)
    _items: Mapping[str, PackedItem] = field(repr=False)

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Check a package's form; opens nothing and needs no key.

        Raises:
            PackageRefused: too large, cut short or too long, a header that is not canonical, items out of
                order, a name twice, blobs that overlap, leave a hole or lie outside the file, a wrong digest.
        """
        if len(raw) > MAX_PACKAGE_BYTES:
            raise PackageRefused(f"{len(raw)} bytes, at most {MAX_PACKAGE_BYTES}")
        start = len(MAGIC) + _LENGTH_BYTES
        if len(raw) < start or raw[: len(MAGIC)] != MAGIC:
            raise PackageRefused("does not begin as a package")
        end = start + int.from_bytes(raw[len(MAGIC) : start], "big")
        if end > len(raw) or end - start > PackageHeader.MAX_BYTES:
            raise PackageRefused("the header is longer than the file or than is allowed")
        try:
            header = PackageHeader.parse(raw[start:end])
        except DocumentRefused as refused:
            raise PackageRefused(refused.detail) from None
        body = memoryview(raw)[end:]
        _check_names(header)
        _check_blobs(header, body)
        items = {item.item: item for item in header.items}
        return cls(header, hashlib.sha256(raw).hexdigest(), body, items)

    def open_item(self, item_id: str, content_key: bytes) -> Item:
        """Open what a candidate sees of an item.

        Raises:
            SealRefused: the key is another package's, or the blob was moved.
            PackageRefused: no such item, or a content that contradicts the header.
        """
        packed = self._packed(item_id)
        try:
            item = read_item(self._open(packed.content, item_id, _CONTENT, content_key))
        except BlobError as refused:
            raise PackageRefused(f"{item_id}: {refused}") from None
        if not _agrees(item, packed):
            raise PackageRefused(f"{item_id}: the content is not what the header says")
        return item

    def open_marking(self, item_id: str, marking_key: bytes) -> Marking:
        """Open an item's key. Raises what `open_item` raises."""
        packed = self._packed(item_id)
        try:
            marking = read_marking(self._open(packed.marking, item_id, _MARKING, marking_key))
        except BlobError as refused:
            raise PackageRefused(f"{item_id}: {refused}") from None
        if marking.item != item_id:
            raise PackageRefused(f"{item_id}: the marking is another item's")
        return marking

    def open_media(self, item_id: str, name: str, content_key: bytes) -> bytes:
        """Open a medium of an item. Raises what `open_item` raises."""
        entry = next((entry for entry in self._packed(item_id).media if entry.name == name), None)
        if entry is None:
            raise PackageRefused(f"{item_id}: no medium of that name")
        data = self._open(entry.blob, item_id, _media(name), content_key)
        if entry.mime.startswith("image/"):
            kind = recognise_picture(data)
            if kind is None or kind.mime != entry.mime:
                raise PackageRefused(f"{item_id}: a medium is not the picture the header says")
        return data

    def _packed(self, item_id: str) -> PackedItem:
        packed = self._items.get(item_id)
        if packed is None:
            raise PackageRefused("no item of that id")
        return packed

    def _open(self, blob: Blob, item: str, part: str, key: bytes) -> bytes:
        sealed = bytes(self._body[blob.offset : blob.offset + blob.length])
        return open_sealed(key, sealed, _context(self.header.package, self.header.version, item, part))


def _media(name: str) -> str:
    return f"media:{name}"


def _context(package: str, version: int, item: str, part: str) -> bytes:
    return canonical_json([package, version, item, part])


def _check_names(header: PackageHeader) -> None:
    ids = [item.item for item in header.items]
    if any(before >= after for before, after in pairwise(ids)):
        raise PackageRefused("the items are not in the order of their ids, or one stands twice")
    for item in header.items:
        names = [entry.name for entry in item.media]
        sets = [one.name for one in item.shuffles]
        twice = any(len(set(one)) != len(one) for one in (names, sets, *(one.options for one in item.shuffles)))
        if twice or any(not set(one.fixed) <= set(one.options) for one in item.shuffles):
            raise PackageRefused(f"{item.item}: an option or a medium stands twice")


def _check_blobs(header: PackageHeader, body: memoryview) -> None:
    """Walk the blobs in the header's order: each begins where the one before ended, the last at the end."""
    at = 0
    for item, blob in _blobs(header):
        if blob.offset != at or at + blob.length > len(body):
            raise PackageRefused(f"{item}: a blob overlaps, leaves a hole or lies outside the file")
        at += blob.length
        if hashlib.sha256(body[blob.offset : at]).hexdigest() != blob.sha256:
            raise PackageRefused(f"{item}: a blob is not the one the header names")
    if at != len(body):
        raise PackageRefused("the file goes on after the last blob")


def _blobs(header: PackageHeader) -> Iterator[tuple[str, Blob]]:
    for item in header.items:
        yield item.item, item.content
        yield item.item, item.marking
        for entry in item.media:
            yield item.item, entry.blob


def _agrees(item: Item, packed: PackedItem) -> bool:
    named = {medium.name for medium in item.media}
    shown = {name for wording in item.wordings() for body in wording.bodies() for name in media_of(body)}
    shown |= {one.canvas.media for one in item.interactions if isinstance(one, Hotspot | GraphicGapMatch)}
    places = [sorted(places_of(body)) for body in item.stem.bodies()]
    asked = sorted(interaction.response for interaction in item.interactions)
    return (
        item_facts(item) == ItemFacts(**{name: getattr(packed, name) for name in ItemFacts.model_fields})
        and [(medium.name, medium.mime) for medium in item.media]
        == [(entry.name, entry.mime) for entry in packed.media]
        and shown <= named
        and all(found == asked for found in places)
    )
