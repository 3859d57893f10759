"""What lies inside a package's sealed blobs: an item and its marking as canonical JSON (`app.content.packing.codec`).

A content blob holds an `Item`, a marking blob a `Marking`; a medium's blob holds its bytes as they are. Markings are
filled up with spaces to a whole power of two, because lengths can be read without a key: the key of one item is then
as long as the key of the next, whatever is correct.
"""

import json
from dataclasses import replace
from typing import Final, TypeVar

from app.content.packing.codec import CodecError, decode, encode
from app.exam.item import Item
from app.exam.marking import Marking
from sync.wire.document import canonical_json

MAX_CONTENT: Final = 4_000_000  # bytes
MAX_MARKING: Final = 1_000_000
_LEAST_MARKING: Final = 1_024

T = TypeVar("T", Item, Marking)


class BlobError(ValueError):
    """What was sealed is no item, or no marking."""


def item_bytes(item: Item) -> bytes:
    """Give what is sealed of an item for candidates: everything but its label, which may tell the key."""
    return canonical_json(encode(replace(item, label="")))


def marking_bytes(marking: Marking) -> bytes:
    """Give what is sealed of an item for scoring."""
    plain = canonical_json(encode(marking))
    return plain.ljust(max(_LEAST_MARKING, 1 << (len(plain) - 1).bit_length()))


def read_item(raw: bytes) -> Item:
    """Read what `item_bytes` gave.

    Raises:
        BlobError: it is nothing of the kind.
    """
    return _read(Item, raw, MAX_CONTENT)


def read_marking(raw: bytes) -> Marking:
    """Read what `marking_bytes` gave. Raises what `read_item` raises."""
    return _read(Marking, raw, MAX_MARKING)


def _read(kind: type[T], raw: bytes, most: int) -> T:
    if len(raw) > most:
        raise BlobError(f"{len(raw)} bytes, at most {most}")
    try:
        return decode(kind, json.loads(raw))
    except (CodecError, ValueError, RecursionError) as error:
        raise BlobError(str(error)[:200]) from None
