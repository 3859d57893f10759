"""Forms made beforehand (parallel forms): what their lists of items must keep to, all of them, at every draw."""

from collections import Counter
from collections.abc import Sequence

from app.exam.pools import Block, ExposureUnmet, PreparedUnmet, fitting, in_blocks
from sync.wire.package import ItemFacts
from sync.wire.plan import Blueprint

Blocks = dict[str, Block]


def prepared_forms(items: Sequence[ItemFacts], blueprint: Blueprint) -> list[list[list[Block]]]:
    """Give the blueprint's forms: for each form and section its blocks in the pool's order.

    Raises:
        PreparedUnmet: a form does not keep to its blueprint, or names an item the package does not have for it.
        ExposureUnmet: an item that no section requires is on more of the forms than the exposure limit allows.
    """
    by_id = {item.item: item for item in sorted(items, key=lambda item: item.item)}
    pools: list[Blocks] = [
        {
            name: block
            for block in in_blocks(fitting(by_id, section, blueprint.sets), blueprint.sets)
            for name in block.ids
        }
        for section in blueprint.sections
    ]
    forms = [_form(number, form, pools, blueprint) for number, form in enumerate(blueprint.forms, start=1)]
    _check_exposure(blueprint)
    return forms


def _form(
    number: int, form: Sequence[Sequence[str]], pools: Sequence[Blocks], blueprint: Blueprint
) -> list[list[Block]]:
    if len(form) != len(blueprint.sections):
        raise PreparedUnmet(f"form {number} has {len(form)} sections", form=number, section=len(form))
    chosen = []
    ids: set[str] = set()
    groups: set[str] = set()
    for index, (section, listed, pool) in enumerate(zip(blueprint.sections, form, pools, strict=True)):
        named = set(listed)
        blocks = {pool[name].place: pool[name] for name in sorted(named) if name in pool}
        met = (
            len(listed) == len(named) == section.count
            and named == set().union(*(block.ids for block in blocks.values()))
            and named >= set(section.required)
            and named.isdisjoint(ids)
            and all(_joins(block, groups) for block in blocks.values())
        )
        if not met:
            raise PreparedUnmet(
                f"form {number}, section {index + 1}: its items are not what the blueprint asks for",
                form=number,
                section=index + 1,
            )
        ids |= named
        chosen.append([blocks[place] for place in sorted(blocks)])
    return chosen


def _joins(block: Block, groups: set[str]) -> bool:
    """Tell whether a block may stand beside what was there before; from then on its groups are taken."""
    if block.clashes or not block.groups.isdisjoint(groups):
        return False
    groups |= block.groups
    return True


def _check_exposure(blueprint: Blueprint) -> None:
    most = blueprint.exposure_permille * len(blueprint.forms) // 1000
    for index, section in enumerate(blueprint.sections):
        times = Counter(name for form in blueprint.forms for name in form[index] if name not in section.required)
        name, found = max(times.items(), key=lambda pair: (pair[1], pair[0]), default=("", 0))
        if found > most:
            raise ExposureUnmet(
                f"section {index + 1}: {name} is on {found} of {len(blueprint.forms)} forms, at most {most} allowed",
                section=index + 1,
                needed=-(-found * 1000 // blueprint.exposure_permille),
                found=len(blueprint.forms),
            )
