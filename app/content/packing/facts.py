"""What may be known of an item while it is sealed, and the digest of all that would be sealed of it."""

import hashlib
from collections.abc import Callable

from app.content.packing.blobs import item_bytes, marking_bytes
from app.exam.item import Item, choices
from app.exam.marking import Marking
from sync.wire.document import canonical_json
from sync.wire.package import ItemFacts, PackedOptions


def item_facts(item: Item) -> ItemFacts:
    """Give an item's facts, as the header of a package has them."""
    return ItemFacts(
        item=item.id,
        kind=item.kind,
        subject=item.subject,
        difficulty=item.difficulty,
        shuffles=tuple(
            PackedOptions(name=one.name, options=one.options, fixed=tuple(sorted(one.fixed)))
            for one in item.shuffle_sets()
        ),
        stimulus=item.stimulus.id if item.stimulus else None,
        enemies=item.enemies,
        choices=choices(item),
        by_person=item.by_person,
    )


def sealed_digest(item: Item, marking: Marking, medium_of: Callable[[str], bytes]) -> str:
    """Give the SHA-256, hexadecimal, over everything of an item; it does not hang on where or how a bank is kept.

    It is over the canonical JSON of the digests of `item_bytes`, of `marking_bytes`, and of each medium in order.
    """
    parts = [item_bytes(item), marking_bytes(marking), *(medium_of(medium.name) for medium in item.media)]
    return hashlib.sha256(canonical_json([hashlib.sha256(part).hexdigest() for part in parts])).hexdigest()
