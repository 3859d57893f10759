"""What drawing needs to know of a bank: the facts of its items, and one digest over all that they are."""

import hashlib
from dataclasses import dataclass
from functools import partial

from app.content.bank import Bank
from app.content.packing.clones import without_templates
from app.content.packing.facts import item_facts, sealed_digest
from sync.wire.document import canonical_json
from sync.wire.package import ItemFacts


@dataclass(frozen=True)
class BankFacts:
    """A bank as far as a form is drawn from it; template items stand as their clones, as they do in a package.

    `sha256` is over the canonical JSON of a list of pairs in the order of the ids: an item's id, and the digest of what
    a package would seal of it (`app.content.packing.facts.sealed_digest`).
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
        [item.id, sealed_digest(item, bank.markings[item.id], partial(_medium, bank, item.id))] for item in bank.items
    ]
    return BankFacts(
        bank.id, tuple(item_facts(item) for item in bank.items), hashlib.sha256(canonical_json(digests)).hexdigest()
    )


def _medium(bank: Bank, item: str, name: str) -> bytes:
    return bank.media[item, name]
