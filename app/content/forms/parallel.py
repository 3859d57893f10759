"""Parallel forms (平行试卷): forms of one blueprint that are equally hard, made beforehand by an optimiser.

Forms are made one after the other. Each is a mixed-integer program for scipy's HiGHS: whole numbers of items for the
form at hand, and the forms still to come as one block of fractions beside it, so that no form takes what later ones
need (the "shadow test" of van der Linden and Adema, Journal of Educational Measurement 35, 1998). Every section of
every form is to come to one aim: its count times the mean p-value of its pool, so the forms are not only equally hard
but as hard as the bank; what the first form comes to is the aim of the others. What is minimised is how far off the
form is, section by section in marks, and a tenth of how far off the block is. The search ends after so many nodes: the
spread that was reached is told, and is not always the least there is.

Items of equal p-value that fit the same sections, without case and enemies, are one stock with a number in it; which
of them are taken is drawn by the stream of `app.exam.stream`, so equal input gives equal forms with one version of the
solver. The forms are kept in the blueprint, so nobody has to solve again to rebuild one.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import cycle, islice

from app.content.forms.difficulty import difficulty_of
from app.content.forms.facts import BankFacts
from app.content.forms.optimiser import Aim, Column, Limit, solve
from app.exam.pools import Block, ExposureUnmet, Pool, check_pool, pools_of
from app.exam.prepared import prepared_forms
from app.exam.stream import Numbers
from sync.faults import Refused
from sync.wire.plan import Blueprint


class ParallelUnmet(Refused):
    """The bank does not give so many forms. Fact: `forms`, how many were asked for."""

    code = "PARALLEL_UNMET"


@dataclass(frozen=True)
class ParallelForms:
    """A blueprint with its forms, and how equal they are, in thousandths of a mark (rounded up).

    `expected`: what average candidates get on each form, by the p-values. `spread`: the widest difference between two
    forms, `section_spreads` the same for each section.
    """

    blueprint: Blueprint
    expected: tuple[int, ...]
    spread: int
    section_spreads: tuple[int, ...]


def make_parallel(
    facts: BankFacts,
    blueprint: Blueprint,
    seed: str,
    *,
    forms: int,
    reuse: int = 1,
    measured: Mapping[str, int] | None = None,
) -> ParallelForms:
    """Make so many forms. An item is on `reuse` of them at most, and on no more than the exposure limit allows.

    A required item is on all of them. `measured` are p-values in thousandths by item id.

    Raises:
        BlueprintUnmet: not even one form can be drawn, or the exposure limit needs more forms.
        ParallelUnmet: the optimiser found no way.
        OptimiserMissing: it is not installed.
    """
    rule = blueprint.model_copy(update={"forms": (), "exposure_permille": 1000})
    pools = pools_of(facts.items, rule)
    for pool in pools:
        check_pool(pool, rule)
    most = min(reuse, blueprint.exposure_permille * forms // 1000)
    if most < 1:
        needed = math.ceil(1000 / blueprint.exposure_permille)
        raise ExposureUnmet(f"{forms} forms, the limit asks for {needed}", section=1, needed=needed, found=forms)
    values = {item.item: difficulty_of(item, measured or {}) for item in facts.items}
    desk = _Desk(pools, values, Numbers(seed, facts.sha256, rule), most)
    made: list[tuple[tuple[str, ...], ...]] = []
    for to_come in reversed(range(forms)):
        form = desk.form(to_come)
        if form is None:
            raise ParallelUnmet(f"form {len(made) + 1} of {forms}", forms=forms)
        made.append(form)
    whole = blueprint.model_copy(update={"forms": tuple(made)})
    prepared_forms(facts.items, whole)  # what leaves this room can be drawn
    return _measured(whole, values)


class _Desk:
    """What the forms are made from, form by form: a column of the program for each stock or case of each section."""

    def __init__(self, pools: Sequence[Pool], values: Mapping[str, int], numbers: Numbers, reuse: int) -> None:
        self._aims = [_aim(pool, values) for pool in pools]
        self._columns: list[Column] = []
        self._takers: list[Callable[[int], list[str]]] = []  # of each column: takes so many items, or the whole case
        self._limits: list[Limit] = []
        self._begun = False
        self._add_stocks(pools, values, numbers, reuse)
        self._add_cases(pools, values, reuse)

    def form(self, to_come: int) -> tuple[tuple[str, ...], ...] | None:
        """Make the next form: for each section the ids of its items."""
        found = solve(self._columns, self._limits, self._aims, to_come)
        if found is None:
            return None
        self._limits = [
            limit if limit.left is None else replace(limit, left=limit.left - sum(found[at] for at in limit.columns))
            for limit in self._limits
        ]
        sections: list[list[str]] = [[] for _ in self._aims]
        reached = [0 for _ in self._aims]
        for column, take, number in zip(self._columns, self._takers, found, strict=True):
            sections[column.section] += take(number)
            reached[column.section] += column.value * number
        if not self._begun:  # what one form could come to, the others follow
            self._aims = [replace(aim, value=value) for aim, value in zip(self._aims, reached, strict=True)]
            self._begun = True
        return tuple(tuple(sorted(names)) for names in sections)

    def _add_stocks(self, pools: Sequence[Pool], values: Mapping[str, int], numbers: Numbers, reuse: int) -> None:
        sections = defaultdict[str, list[int]](list)
        for pool in pools:
            for block in filter(_is_plain, pool.free):
                sections[block.items[0].item].append(pool.index)
        stocks = defaultdict[tuple[tuple[int, ...], int], list[str]](list)
        for name in sorted(sections):
            stocks[tuple(sections[name]), values[name]].append(name)
        for (inside, value), names in sorted(stocks.items()):
            take = _taking(numbers.shuffled(names))
            first = len(self._columns)
            for section in inside:
                self._columns.append(Column(section, 1, value, len(names), forced=False))
                self._takers.append(take)
            self._limits.append(Limit(tuple(range(first, len(self._columns))), len(names), len(names) * reuse))

    def _add_cases(self, pools: Sequence[Pool], values: Mapping[str, int], reuse: int) -> None:
        """Add what has a case, an enemy or a requirement: each item once on a form, each group once."""
        items, groups = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
        required = set[str]()
        for pool in pools:
            for block in (*pool.forced, *(one for one in pool.free if not _is_plain(one))):
                at = len(self._columns)
                forced = block in pool.forced
                self._columns.append(Column(pool.index, block.size, sum(values[name] for name in block.ids), 1, forced))
                self._takers.append(partial(_whole, sorted(block.ids)))
                required |= block.ids if forced else frozenset()
                for name in block.ids:
                    items[name].append(at)
                for group in block.groups:
                    groups[group].append(at)
        self._limits += {
            columns: Limit(columns, 1, None if name in required else reuse)
            for name, columns in sorted((name, tuple(columns)) for name, columns in items.items())
        }.values()
        self._limits += [Limit(tuple(columns), 1, None) for _, columns in sorted(groups.items())]


def _is_plain(block: Block) -> bool:
    """Tell whether an item stands for itself alone: no case in any section, no enemies."""
    return block.size == 1 and block.items[0].stimulus is None and not block.groups


def _taking(names: Sequence[str]) -> Callable[[int], list[str]]:
    """Give what takes the next items of a stock, from the beginning again when all were taken."""
    endless = cycle(names)
    return lambda number: list(islice(endless, number))


def _whole(names: list[str], number: int) -> list[str]:
    return names * number


def _aim(pool: Pool, values: Mapping[str, int]) -> Aim:
    """Give what a section is to come to: its required items, and as hard a rest as the pool is on average.

    Sums of so many values lie on a grid; the aim does too, or the optimiser would look for ever for what is not there.
    """
    forced = sum(values[name] for block in pool.forced for name in block.ids)
    rest = [values[name] for block in pool.free for name in block.ids] or [0]
    least = min(rest) * pool.to_draw
    grid = math.gcd(*(value - min(rest) for value in rest)) or 1
    above = Fraction(pool.to_draw * sum(rest), len(rest)) - least
    return Aim(pool.section.count, forced + least + grid * round(above / grid), pool.section.milli_each)


def _measured(blueprint: Blueprint, values: Mapping[str, int]) -> ParallelForms:
    marks = [
        [
            section.milli_each * sum(values[name] for name in names)  # thousandths of a thousandth of a mark
            for section, names in zip(blueprint.sections, form, strict=True)
        ]
        for form in blueprint.forms
    ]
    totals = [sum(form) for form in marks]
    return ParallelForms(
        blueprint,
        expected=tuple(-(-total // 1000) for total in totals),
        spread=_spread(totals),
        section_spreads=tuple(_spread(section) for section in zip(*marks, strict=True)),
    )


def _spread(numbers: Sequence[int]) -> int:
    return -(-(max(numbers) - min(numbers)) // 1000)
