"""Formulas in TeX are refused wherever they stand: they would be shown as they are written."""

import re
from typing import Final

from app.content.bank import MarkupRefused

_TEX: Final = re.compile(
    r"\$\$.+?\$\$|\\\(.+?\\\)|\\\[.+?\\\]|\[tex\].*?\[/tex\]|\\begin\{\w+\*?\}"
    # within single dollars, which may be money, only what nobody but TeX writes
    r"|\$[^$\n]*(?:\\[A-Za-z]{2,}|[\^_]\{)[^$\n]*\$|\$[A-Za-z0-9()]{1,9}[\^_][A-Za-z0-9][^$\n]{0,40}\$",
    re.DOTALL | re.IGNORECASE,
)


def refuse_tex(text: str, place: tuple[str, int]) -> None:
    """Refuse a formula in TeX; `place` is file and line.

    Raises:
        MarkupRefused: there is one.
    """
    if _TEX.search(text):
        raise MarkupRefused(*place, "a formula in TeX", name="TeX")
