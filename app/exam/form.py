"""Drawing a form (试卷): a pure function of package, blueprint and seed, so that anybody can rebuild it.

The numbers are those of `app.exam.stream`, one stream from beginning to end. What is done with them:

1. **Pools.** A section's pool is the package's items of its kind, subject and difficulty that need no person to mark
   them, in the order of its list `items`, without a list in the order of their ids (by code point). *Together*: the
   items with one stimulus are in a pool only if all of the package's are, and are one block, standing where its first
   item does. Every other item is a block of its own. An
   item's groups are its enemies and, *apart*, its stimulus. A form holds one item of a group. Blocks with a required
   item are in; blocks with an item of another section's such blocks are out, and blocks with two items of one group.
2. **Prepared forms.** If the blueprint has forms, a number below their count chooses one. Step 3 is left out.
3. **Draws.** Sections are filled the smallest pool first (counting items; then the first section). For each, its
   blocks that share neither an item nor a group with what is on the form are shuffled. They are gone through in that
   order; a block is taken if it shares no group with what is on the form by then and if, as far as sizes go, the count
   can still be met exactly with blocks that come after it. If a section is not met, all sections are filled again with
   the numbers that follow, `ATTEMPTS` times in all.
4. **Order.** For each section in turn, if it shuffles, its blocks in its pool's order are shuffled.
5. **Options.** For each item in form order and each of its sets of options in the package's order, if the blueprint
   shuffles options: those that are not fixed are shuffled and stand in the places of those that are not fixed.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from app.exam.pools import (
    Block,
    BlueprintUnmet,
    Pool,
    RulesUnmet,
    check_pool,
    pools_of,
)
from app.exam.prepared import prepared_forms
from app.exam.stream import Numbers
from sync.wire.document import canonical_json
from sync.wire.package import ItemFacts, PackedOptions
from sync.wire.plan import Blueprint, ItemKind

__all__ = ["ATTEMPTS", "BlueprintUnmet", "Form", "FormItem", "draw_form"]

ATTEMPTS: Final = 50
"""How often a form is drawn before sets and enemies are said to leave no way."""


@dataclass(frozen=True)
class FormItem:
    """One place on the form: `number` counts from 1, `section` from 0.

    `orders`: for each set of options that is shuffled its name and its options in the order they are shown.
    `choices`: how many options the item's only interaction offers if that is a choice, else 0 (`ItemFacts.choices`).
    """

    number: int
    item: str
    section: int
    kind: ItemKind
    max_milli: int
    orders: tuple[tuple[str, tuple[str, ...]], ...] = ()
    choices: int = 0

    @property
    def orders_by_name(self) -> dict[str, tuple[str, ...]]:
        """The orders by the name of their set, as `Item.arranged` takes them."""
        return dict(self.orders)


@dataclass(frozen=True)
class Form:
    """An assembled form. `sha256` is over the canonical JSON of its items."""

    items: tuple[FormItem, ...]

    @property
    def sha256(self) -> str:
        """The form's digest, hexadecimal."""
        return hashlib.sha256(canonical_json([asdict(item) for item in self.items])).hexdigest()

    @property
    def max_milli(self) -> int:
        """The most that can be scored, thousandths of a mark."""
        return sum(item.max_milli for item in self.items)


def draw_form(items: Sequence[ItemFacts], package_sha256: str, blueprint: Blueprint, seed: str) -> Form:
    """Draw the form that belongs to this package, blueprint and seed (both digests hexadecimal).

    Raises:
        BlueprintUnmet: the package cannot give what a section asks for; its kinds say why (`app.exam.pools`).
    """
    numbers = Numbers(seed, package_sha256, blueprint)
    chosen = (
        prepared_forms(items, blueprint)[numbers.below(len(blueprint.forms))]
        if blueprint.forms
        else _drawn(items, blueprint, numbers)
    )
    places = [
        (index, section, item)
        for index, (section, blocks) in enumerate(zip(blueprint.sections, chosen, strict=True))
        for block in (numbers.shuffled(blocks) if section.shuffle else blocks)
        for item in block.items
    ]
    return Form(
        tuple(
            FormItem(
                number=number,
                item=item.item,
                section=index,
                kind=item.kind,
                max_milli=section.milli_each,
                orders=tuple((one.name, _order(one, numbers)) for one in item.shuffles)
                if blueprint.shuffle_options
                else (),
                choices=item.choices,
            )
            for number, (index, section, item) in enumerate(places, start=1)
        )
    )


def _order(options: PackedOptions, numbers: Numbers) -> tuple[str, ...]:
    fixed = set(options.fixed)
    moved = iter(numbers.shuffled([name for name in options.options if name not in fixed]))
    return tuple(name if name in fixed else next(moved) for name in options.options)


def _drawn(items: Sequence[ItemFacts], blueprint: Blueprint, numbers: Numbers) -> list[list[Block]]:
    pools = pools_of(items, blueprint)
    for pool in pools:
        check_pool(pool, blueprint)
    attempts = 0
    while isinstance(chosen := _attempt(pools, numbers), BlueprintUnmet):
        attempts += 1
        if attempts == ATTEMPTS:
            raise chosen
    return chosen


def _attempt(pools: Sequence[Pool], numbers: Numbers) -> list[list[Block]] | BlueprintUnmet:
    """Fill every section once, or tell which could not be filled."""
    forced = [block for pool in pools for block in pool.forced]
    ids = set[str]().union(*(block.ids for block in forced))
    groups = set[str]().union(*(block.groups for block in forced))
    chosen: dict[int, list[Block]] = {}
    for pool in sorted(pools, key=lambda pool: (pool.size, pool.index)):
        free = [one for one in pool.free if one.ids.isdisjoint(ids) and one.groups.isdisjoint(groups)]
        taken = _take(numbers.shuffled(free), pool.to_draw, groups)
        found = sum(block.size for block in taken)
        if found < pool.to_draw:
            return _short(pool, sum(block.size for block in free), found)
        ids.update(*(block.ids for block in taken))
        chosen[pool.index] = sorted((*pool.forced, *taken), key=lambda block: block.place)
    return [chosen[index] for index in range(len(pools))]


def _take(blocks: Sequence[Block], count: int, groups: set[str]) -> list[Block]:
    """Take blocks of `count` items in all, or as many as are possible; their groups are added to `groups`."""
    mask = (1 << count + 1) - 1
    reach = [1]  # bit n of reach[k]: the last k blocks can give n items
    for block in reversed(blocks):
        reach.append((reach[-1] | reach[-1] << block.size) & mask)
    left = reach.pop().bit_length() - 1
    taken = []
    for block in blocks:
        rest = reach.pop()
        if block.size <= left and rest >> left - block.size & 1 and block.groups.isdisjoint(groups):
            taken.append(block)
            groups |= block.groups
            left -= block.size
    return taken


def _short(pool: Pool, left: int, found: int) -> BlueprintUnmet:
    """Say what a section was short of: of items, or of a way to keep sets whole and enemies apart."""
    number, count = pool.index + 1, pool.section.count
    had = count - pool.to_draw
    if left < pool.to_draw:
        return BlueprintUnmet(
            f"section {number} needs {count} items, {had + left} are left for it",
            section=number,
            needed=count,
            found=had + left,
        )
    return RulesUnmet(
        f"section {number} needs {count} items, with sets whole and enemies apart {had + found} were found",
        section=number,
        needed=count,
        found=had + found,
    )
