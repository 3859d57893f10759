"""Template items become ordinary ones before they are sealed: so many clones of each, every one with its own seed.

A seat never runs a template. A clone's id is the template's with its seed behind a dot, and all clones of one template
are enemies: a form holds one of them at most. Anybody with the bank can make the same clone again from its seed.
"""

from dataclasses import replace
from typing import Final

from app.content.bank import Bank
from app.exam.item import Item
from app.exam.marking import Marking
from app.exam.template import instantiate

CLONES: Final = 8


def without_templates(bank: Bank) -> Bank:
    """Give the bank with `CLONES` clones in place of each template item; seeds count from 1.

    Raises:
        ProcessingRefused: a template whose rules cannot be carried out.
    """
    items: list[Item] = []
    markings: dict[str, Marking] = {}
    media: dict[tuple[str, str], bytes] = {}
    for item in bank.items:
        marking = bank.markings[item.id]
        made = (
            [(item, marking)] if marking.template is None else [_clone(item, marking, at + 1) for at in range(CLONES)]
        )
        for one, its_marking in made:
            items.append(one)
            markings[one.id] = its_marking
            media.update({(one.id, medium.name): bank.media[item.id, medium.name] for medium in item.media})
    return replace(bank, items=tuple(sorted(items, key=lambda one: one.id)), markings=markings, media=media)


def _clone(item: Item, marking: Marking, seed: int) -> tuple[Item, Marking]:
    name = f"{item.id[:60]}.{seed}"
    one, its_marking = instantiate(item, marking, seed)
    return replace(one, id=name, enemies=(*item.enemies, item.id), seed=seed), replace(its_marking, item=name)
