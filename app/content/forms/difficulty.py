"""How hard items are, in numbers: the share of candidates who get an item right (难度系数, the classical p-value).

An item whose p-value nobody has measured has the middle of the range that its bank's word stands for, as Chinese test
manuals draw the lines: easy above 0.7, medium from 0.4 to 0.7, hard below 0.4. Values are in whole thousandths.

A file of measured values is CSV (UTF-8) with the columns `item` and `p` in its first line, p from 0 to 1 with a point;
other columns are left alone, items the bank does not have too.
"""

import csv
import io
from collections.abc import Mapping
from typing import Final

from sync.faults import Refused
from sync.wire.package import ItemFacts
from sync.wire.plan import Difficulty

EXPECTED: Final = {Difficulty.EASY: 850, Difficulty.MEDIUM: 550, Difficulty.HARD: 200}


class DifficultyRefused(Refused):
    """The file of measured difficulties cannot be used. Fact: `place`, the line."""

    code = "DIFFICULTY_FILE_REFUSED"


def difficulty_of(item: ItemFacts, measured: Mapping[str, int]) -> int:
    """Give an item's p-value in thousandths."""
    return measured.get(item.item, EXPECTED[item.difficulty])


def read_difficulties(raw: bytes) -> dict[str, int]:
    """Read measured p-values (thousandths) by item id.

    Raises:
        DifficultyRefused: no UTF-8, no such columns, a value that is no number from 0 to 1, or an item twice.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DifficultyRefused("not UTF-8", place=1) from None
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    measured: dict[str, int] = {}
    try:
        if not {"item", "p"} <= set(rows.fieldnames or ()):
            raise DifficultyRefused("the columns `item` and `p` are not there", place=1)
        for row in rows:
            item, value = (row["item"] or "").strip(), float(row["p"] or "")
            if not 0 <= value <= 1 or not item or item in measured:
                raise DifficultyRefused("an item twice, or a value that is not from 0 to 1", place=rows.line_num)
            measured[item] = round(value * 1000)
    except (csv.Error, ValueError) as error:
        raise DifficultyRefused(str(error)[:200], place=rows.line_num) from None
    return measured
