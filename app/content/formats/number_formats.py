"""How a spreadsheet shows a number: as it is, as per cent, or in a way that the number alone does not tell.

Source: ECMA-376 part 1, 18.8.30 (numFmt). A format's first section is the one for numbers that are not negative.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from lxml import etree

from app.content.xml import read_xml

_PERCENT: Final = {9: "0%", 10: "0.00%"}
_FRACTIONS: Final = {12: "# ?/?", 13: "# ??/??"}
_BUILT_IN: Final = _PERCENT | _FRACTIONS
# skipped widths, colours and conditions say nothing; what is left of a plain number are these signs
_SILENT: Final = re.compile(r"_.|\*.|\[[A-Za-z]+\d*\]|\\\s|\s")
_PLAIN: Final = re.compile(r"(General|@|[#,]*0?(\.[0#?]+)?(E\+0+)?|\(?#?,?##0(\.0+)?\)?)")
_PERCENTS: Final = re.compile(r"[#,]*0?(?:\.(0+))?%")


def read_formats(raw: bytes | None, source: str) -> list[str]:
    """Give the number format of every cell style of `xl/styles.xml`; "" for one that needs no look.

    Raises:
        BankRefused: what `read_xml` raises.
    """
    if raw is None:
        return []
    root = read_xml(raw, source)
    own = {one.get("numFmtId", ""): one.get("formatCode", "") for one in root.iter("{*}numFmt")}
    styles = [one for cells in root.iter("{*}cellXfs") for one in cells.findall("{*}xf")]
    return [_section(_code(style, own)) for style in styles]


def shown(number: float, code: str) -> str | None:
    """Give a number as the sheet shows it; None if that is another text than the number's, or a rounded one."""
    exact = Decimal(f"{number:.15g}")
    if not code:
        return _plain(exact, number)
    per_cent = _PERCENTS.fullmatch(code)
    if per_cent is None:
        return None
    places = Decimal(1).scaleb(-len(per_cent[1] or ""))
    rounded = (exact * 100).quantize(places)
    return f"{rounded:f}%" if rounded == exact * 100 else None


def _plain(exact: Decimal, number: float) -> str:
    if number.is_integer() and abs(number) < 1e15:  # noqa: PLR2004 - exact so far
        return str(int(number))
    return f"{number:.15g}" if abs(exact) >= Decimal("1e-4") else f"{exact:f}"


def _code(style: etree._Element, own: Mapping[str, str]) -> str:
    number = style.get("numFmtId", "0")
    if number in own:
        return own[number]
    return _BUILT_IN.get(int(number), "") if number.isascii() and number.isdigit() and len(number) < 5 else ""  # noqa: PLR2004


def _section(code: str) -> str:
    first = _SILENT.sub("", code.split(";", maxsplit=1)[0])
    return "" if _PLAIN.fullmatch(first) else first
