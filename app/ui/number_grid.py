"""The answer card (答题卡): every item's number with its state by shape and colour."""

from dataclasses import dataclass


@dataclass(frozen=True)
class GridCell:
    """One item's place on the answer card; numbers count from 1."""

    number: int
    answered: bool
    flagged: bool
