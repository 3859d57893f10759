"""What a blueprint may draw from a package: for each section its pool, in blocks that are drawn whole or not at all."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sync.faults import Refused
from sync.wire.package import ItemFacts
from sync.wire.plan import Blueprint, BlueprintSection, SetRule


class BlueprintUnmet(Refused):
    """The package does not hold enough items for the blueprint: facts `section` (from 1), `needed` and `found`."""

    code = "BLUEPRINT_UNMET"


class RulesUnmet(BlueprintUnmet):
    """There are enough items, but not with sets kept whole and enemies kept apart; facts as above."""

    code = "BLUEPRINT_RULES"


class ExposureUnmet(BlueprintUnmet):
    """A pool is too small for the exposure limit; facts as above, counting the pool."""

    code = "BLUEPRINT_EXPOSURE"


class RequiredUnmet(BlueprintUnmet):
    """A required item cannot be in its section; facts `section` and `item`."""

    code = "BLUEPRINT_REQUIRED"


class PreparedUnmet(BlueprintUnmet):
    """A form made beforehand does not fit its blueprint or its package; facts `form` and `section` (from 1)."""

    code = "BLUEPRINT_PREPARED"


@dataclass(frozen=True)
class Block:
    """A set that is kept together, or one item on its own.

    `place` counts from 0 in the pool's order. `groups` are those of which a form may hold one item only; `clashes`:
    two of the block's own items are of one.
    """

    place: int
    items: tuple[ItemFacts, ...]
    ids: frozenset[str]
    groups: frozenset[str]
    clashes: bool

    @property
    def size(self) -> int:
        """How many items it has."""
        return len(self.items)


@dataclass(frozen=True)
class Pool:
    """What a section is drawn from: `forced` blocks are in, of the `free` ones those that are drawn."""

    index: int
    section: BlueprintSection
    forced: tuple[Block, ...]
    free: tuple[Block, ...]

    @property
    def size(self) -> int:
        """How many items it has."""
        return sum(block.size for block in (*self.forced, *self.free))

    @property
    def to_draw(self) -> int:
        """How many items are needed beside the forced ones."""
        return self.section.count - sum(block.size for block in self.forced)


def fitting(items: Mapping[str, ItemFacts], section: BlueprintSection, sets: SetRule) -> list[ItemFacts]:
    """Give the items that fit a section in its pool's order; `items` is by id, in the order of the ids.

    A set that is kept together fits as a whole or not at all.
    """
    named = dict.fromkeys(section.items or items)
    found = [items[name] for name in named if name in items and _fits(items[name], section)]
    if sets is SetRule.APART:
        return found
    whole = Counter(item.stimulus for item in items.values())
    here = Counter(item.stimulus for item in found)
    return [item for item in found if item.stimulus is None or here[item.stimulus] == whole[item.stimulus]]


def in_blocks(items: Iterable[ItemFacts], sets: SetRule) -> list[Block]:
    """Gather a pool's items into blocks: a block stands where its first item does, its items in the pool's order."""
    gathered: dict[tuple[str, bool], list[ItemFacts]] = {}
    for item in items:
        together = item.stimulus is not None and sets is SetRule.TOGETHER
        gathered.setdefault((item.stimulus if together and item.stimulus else item.item, together), []).append(item)
    return [_block(place, members, sets) for place, members in enumerate(gathered.values())]


def pools_of(items: Sequence[ItemFacts], blueprint: Blueprint) -> list[Pool]:
    """Give every section's pool, without what other sections require.

    Raises:
        RequiredUnmet: a required item is not there, does not fit, or excludes another.
    """
    by_id = {item.item: item for item in sorted(items, key=lambda item: item.item)}
    blocks = [in_blocks(fitting(by_id, section, blueprint.sets), blueprint.sets) for section in blueprint.sections]
    forced = [_forced(index, blueprint.sections[index], of_section) for index, of_section in enumerate(blocks)]
    kept = [frozenset[str]().union(*(block.ids for block in of_section)) for of_section in forced]
    _check_forced(forced)
    pools = []
    for index, section in enumerate(blueprint.sections):
        others = frozenset[str]().union(*(kept[other] for other in range(len(kept)) if other != index))
        spoken_for = kept[index] | others
        free = (one for one in blocks[index] if not one.clashes and one.ids.isdisjoint(spoken_for))
        pools.append(Pool(index, section, tuple(forced[index]), tuple(free)))
    return pools


def check_pool(pool: Pool, blueprint: Blueprint) -> None:
    """Refuse what no draw could mend.

    Raises:
        BlueprintUnmet, RequiredUnmet, ExposureUnmet: too few items, too many required ones, too small a pool.
    """
    number, count = pool.index + 1, pool.section.count
    if pool.to_draw < 0:
        first = pool.forced[0].items[0].item
        raise RequiredUnmet(f"section {number} has {count} items and requires more", section=number, item=first)
    if pool.size < count:
        raise BlueprintUnmet(
            f"section {number} needs {count} items, the package has {pool.size}",
            section=number,
            needed=count,
            found=pool.size,
        )
    needed = -(-pool.to_draw * 1000 // blueprint.exposure_permille)
    found = sum(block.size for block in pool.free)
    if found < needed:
        raise ExposureUnmet(
            f"section {number} draws {pool.to_draw} of {found} items, the exposure limit asks for {needed}",
            section=number,
            needed=needed,
            found=found,
        )


def _fits(item: ItemFacts, section: BlueprintSection) -> bool:
    return (
        not item.by_person
        and section.kind in (None, item.kind)
        and section.subject in (None, item.subject)
        and section.difficulty in (None, item.difficulty)
    )


def _block(place: int, members: Sequence[ItemFacts], sets: SetRule) -> Block:
    groups = Counter(group for item in members for group in _groups(item, sets))
    return Block(
        place,
        tuple(members),
        frozenset(item.item for item in members),
        frozenset(groups),
        clashes=any(times > 1 for times in groups.values()),
    )


def _groups(item: ItemFacts, sets: SetRule) -> set[str]:
    enemies = {f"enemies {name}" for name in item.enemies}
    if item.stimulus is None or sets is SetRule.TOGETHER:
        return enemies
    return {*enemies, f"stimulus {item.stimulus}"}


def _forced(index: int, section: BlueprintSection, blocks: Sequence[Block]) -> list[Block]:
    required = set(section.required)
    forced = [block for block in blocks if not block.ids.isdisjoint(required)]
    missing = required.difference(*(block.ids for block in forced))
    if missing:
        name = min(missing)
        raise RequiredUnmet(f"section {index + 1}: {name} is not in its pool", section=index + 1, item=name)
    return forced


def _check_forced(forced: Sequence[Sequence[Block]]) -> None:
    """Refuse required items of which one excludes another, or that two sections require."""
    groups: set[str] = set()
    ids: set[str] = set()
    for index, blocks in enumerate(forced):
        for block in blocks:
            if block.clashes or not block.groups.isdisjoint(groups) or not block.ids.isdisjoint(ids):
                name = block.items[0].item
                raise RequiredUnmet(
                    f"section {index + 1}: {name} and another required item exclude each other",
                    section=index + 1,
                    item=name,
                )
            groups |= block.groups
            ids |= block.ids
