"""The one program that parallel forms need solved, in the terms of scipy's HiGHS. See `app.content.forms.parallel`.

scipy is imported when something is to be solved, and not before: it belongs to the registry, no seat has it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sync.faults import EnvironmentFault

SECONDS: Final = 30.0
"""The longest that one form may take. `NODES` ends the search first, so that the clock changes no result."""
NODES: Final = 2_000
_NOW, _LATER = 10.0, 1.0  # what a deviation costs on the form at hand, and on those still to come


class OptimiserMissing(EnvironmentFault):
    """The optimiser is not installed."""

    code = "OPTIMISER_MISSING"


@dataclass(frozen=True)
class Column:
    """A number to find: how many items of a stock, or how often (0 or 1) a case, stand in a section of the form.

    `size`: how many items one of it is; `value`: their p-values' sum; `forced`: it is on every form.
    """

    section: int
    size: int
    value: int
    most: int
    forced: bool


@dataclass(frozen=True)
class Limit:
    """What columns share: at most `each` of them on one form, `left` on this one and all to come (none: no limit)."""

    columns: tuple[int, ...]
    each: int
    left: int | None


@dataclass(frozen=True)
class Aim:
    """What a section must hold and is to come to; `weight` is what a thousandth of p-value counts there."""

    count: int
    value: int
    weight: int


Row = tuple[list[tuple[int, float]], float, float]
_ANY: Final = float("inf")


def solve(columns: Sequence[Column], limits: Sequence[Limit], aims: Sequence[Aim], to_come: int) -> list[int] | None:
    """Find the numbers of the form at hand, `to_come` more after it; none if there is no way.

    Raises:
        OptimiserMissing: scipy is not installed.
    """
    try:
        from scipy.optimize import Bounds, LinearConstraint, milp  # type: ignore[import-untyped] # noqa: PLC0415
        from scipy.sparse import coo_array  # type: ignore[import-untyped] # noqa: PLC0415
    except ImportError:
        raise OptimiserMissing from None
    found, every = len(columns), 2 * len(columns) + 2 * len(aims)
    rows = [*_aim_rows(columns, aims, to_come), *_limit_rows(limits, found, to_come)]
    matrix = coo_array(
        (
            [factor for terms, _, _ in rows for _, factor in terms],
            (
                [number for number, (terms, _, _) in enumerate(rows) for _ in terms],
                [variable for terms, _, _ in rows for variable, _ in terms],
            ),
        ),
        shape=(len(rows), every),
    ).tocsr()
    least = [one.most if one.forced else 0 for one in columns]
    most = [one.most for one in columns]
    deviations = [_ANY] * (2 * len(aims))
    cost = [0.0] * (2 * found) + [_NOW * aim.weight for aim in aims] + [_LATER * aim.weight for aim in aims]
    result = milp(
        cost,
        integrality=[1] * found + [0] * (every - found),
        bounds=Bounds(
            [*least, *(to_come * one for one in least), *([0] * len(deviations))],
            [*most, *(to_come * one for one in most), *deviations],
        ),
        constraints=LinearConstraint(matrix, [low for _, low, _ in rows], [high for _, _, high in rows]),
        options={"node_limit": NODES, "time_limit": SECONDS},
    )
    return None if result.x is None else [round(number) for number in result.x[:found]]


def _aim_rows(columns: Sequence[Column], aims: Sequence[Aim], to_come: int) -> Iterable[Row]:
    """For the form at hand and then for those to come: the section's count, and its distance from the aim both ways."""
    for index, aim in enumerate(aims):
        inside = [at for at, column in enumerate(columns) if column.section == index]
        for forms, first, deviation in ((1, 0, 0), (to_come, len(columns), len(aims))):
            off = (2 * len(columns) + deviation + index, 1.0)
            values = [(first + at, float(columns[at].value)) for at in inside]
            yield [(first + at, float(columns[at].size)) for at in inside], forms * aim.count, forms * aim.count
            yield [*values, (off[0], -1.0)], -_ANY, forms * aim.value
            yield [*values, off], forms * aim.value, _ANY


def _limit_rows(limits: Sequence[Limit], found: int, to_come: int) -> Iterable[Row]:
    for limit in limits:
        now = [(at, 1.0) for at in limit.columns]
        later = [(found + at, 1.0) for at in limit.columns]
        if len(now) > 1:  # of one column, its own bound says it
            yield now, 0, limit.each
            yield later, 0, limit.each * to_come
        if limit.left is not None:
            yield now + later, 0, limit.left
