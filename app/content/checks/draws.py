"""What can be drawn from a bank: sets, enemies, and the forms its blueprint asks for."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from app.content.bank import Bank
from app.content.checks.finding import Code, Finding
from app.exam.form import draw_form
from app.exam.pools import BlueprintUnmet, Pool, check_pool, pools_of
from sync.wire.package import ItemFacts
from sync.wire.plan import Blueprint

FEW_FORMS: Final = 2
"""Fewer forms than this without an item in common are worth a note."""
OFTEN_PERMILLE: Final = 500
_DIGEST: Final = "0" * 64  # of a trial: whether a form can be drawn does not hang on it


def check_draws(bank: Bank, facts: Sequence[ItemFacts]) -> Iterator[Finding]:
    """Find sets and groups of one, and a blueprint that the bank cannot serve, or hardly.

    `facts` are those of the items a package would hold: clones in place of template items.
    """
    yield from _alone(bank)
    if bank.blueprint is not None:
        yield from _blueprint(facts, bank.blueprint)


def independent_forms(pools: Sequence[Pool]) -> int:
    """Give how many forms without a common item there can be at most; sections that share items count together."""
    asked: defaultdict[frozenset[str], int] = defaultdict(int)
    for pool in pools:
        asked[frozenset().union(*(block.ids for block in (*pool.forced, *pool.free)))] += pool.section.count
    everything = len(frozenset().union(*asked)) // sum(asked.values())
    return min([everything, *(len(ids) // count for ids, count in asked.items())])


def exposures(pools: Sequence[Pool]) -> list[int]:
    """Give for each section how many of a thousand candidates meet one of its items, on average."""
    return [min(1000, 1000 * pool.section.count // max(pool.size, 1)) for pool in pools]


def _alone(bank: Bank) -> Iterator[Finding]:
    stimuli: defaultdict[str, list[str]] = defaultdict(list)
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for item in bank.items:
        if item.stimulus:
            stimuli[item.stimulus.id].append(item.id)
        for name in item.enemies:
            groups[name].append(item.id)
    for code, gathered in ((Code.SET_OF_ONE, stimuli), (Code.ENEMIES_OF_ONE, groups)):
        for name, items in sorted(gathered.items()):
            if len(items) == 1:
                yield Finding(code, tuple(items), {"name": name})


def _blueprint(items: Sequence[ItemFacts], blueprint: Blueprint) -> Iterator[Finding]:
    short = False
    try:
        pools = pools_of(items, blueprint)
        for pool in pools:
            try:
                check_pool(pool, blueprint)
            except BlueprintUnmet as unmet:
                short = True
                yield _short(pool, unmet)
        if not short:
            draw_form(items, _DIGEST, blueprint, _DIGEST)
    except BlueprintUnmet as unmet:
        yield Finding(Code.BLUEPRINT_UNDRAWN, (), {"reason": unmet.detail})
        return
    if short:
        return
    forms = independent_forms(pools)
    if forms < FEW_FORMS:
        yield Finding(Code.FEW_FORMS, (), {"count": forms})
    for pool, permille in zip(pools, exposures(pools), strict=True):
        if permille > OFTEN_PERMILLE:
            yield Finding(Code.OFTEN_SEEN, (), {"section": pool.index + 1, "percent": permille // 10})


def _short(pool: Pool, unmet: BlueprintUnmet) -> Finding:
    needed, found = unmet.facts.get("needed"), unmet.facts.get("found")
    if needed is None or found is None:
        return Finding(Code.BLUEPRINT_UNDRAWN, (), {"reason": unmet.detail})
    return Finding(Code.BLUEPRINT_SHORT, (), {"section": pool.index + 1, "needed": needed, "found": found})
