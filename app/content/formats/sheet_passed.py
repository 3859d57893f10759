"""Rows of a sheet that are no items: headings of sections, sums, notes, the title of a case, a number alone."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from app.content.formats.sheet_columns import TYPES, Column, narrow, type_of_sheet

_SUM: Final = re.compile(r"(?:合计|总计|小计|共计|总分|总题数|total|subtotal|sum)(?:[:：(\d共].*)?")
_TYPE: Final = "|".join(sorted((re.escape(name) for name in TYPES), key=len, reverse=True))
_HEADING: Final = re.compile(
    rf"[一二三四五六七八九十]+[、.．](?:{_TYPE})(?![^(:：,，;；。【\[]).*"
    r"|第[一二三四五六七八九十\d]+(?:部分|章|节|篇|单元|模块).*"
    r"|[【\[]?(?:案例|材料|背景材料|背景资料)[一二三四五六七八九十\d]*(?:[】\]:：、].*)?"
    r"|(?:备注|附注|注|说明|填表说明)[:：].*"
)


def is_no_item(cells: Sequence[str], columns: Mapping[int, object]) -> bool:
    """Tell a row that nobody meant as an item; one with an answer always is meant as one."""
    filled = [at for at, cell in enumerate(cells) if cell]
    if not filled or any(columns.get(at) is Column.ANSWER for at in filled):
        return False
    first = narrow(cells[filled[0]])
    typed = any(columns.get(at) is Column.TYPE and at != filled[0] for at in filled)
    if _SUM.fullmatch(first) and not typed:
        return True
    if len(filled) > 1:
        return False
    # a stem alone may be an item of which the rest was forgotten
    alone = columns.get(filled[0])
    return alone is not Column.STEM or type_of_sheet(first) is not None or bool(_HEADING.fullmatch(first))
