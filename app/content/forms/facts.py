"""What drawing needs to know of a bank: the facts of its items, and one digest over all that they are."""

import hashlib
from dataclasses import dataclass

from app.content.bank import Bank
from app.content.packing.blobs import item_bytes, marking_bytes
from app.content.packing.clones import without_templates
from app.exam.item import Item, choices
from sync.wire.document import canonical_json
from sync.wire.package import ItemFacts, PackedOptions


@dataclass(frozen=True)
class BankFacts:
    """A bank as far as a form is drawn from it; template items stand as their clones, as they do in a package.

    `sha256` is over the canonical JSON of a list of pairs in the order of the ids: an item's id, and the SHA-256 of
    what a package would seal of it (`item_bytes`, then `marking_bytes`). It does not hang on where or how the bank is
    kept.
    """

    bank: str
    items: tuple[ItemFacts, ...]
    sha256: str


def facts_of(bank: Bank) -> BankFacts:
    """Give a bank's facts.

    Raises:
        ProcessingRefused: a template item whose rules cannot be carried out.
    """
    bank = without_templates(bank)
    digests = [
        [item.id, hashlib.sha256(item_bytes(item) + marking_bytes(bank.markings[item.id])).hexdigest()]
        for item in bank.items
    ]
    return BankFacts(
        bank.id, tuple(item_facts(item) for item in bank.items), hashlib.sha256(canonical_json(digests)).hexdigest()
    )


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
    )
