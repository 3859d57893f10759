"""Numbers as people and programs write them in banks, exactly."""

import re
from decimal import Decimal
from typing import Final

from app.content.bank import KeyRefused

_NUMBER: Final = re.compile(r"[+\-−]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][+\-]?[0-9]{1,2})?")


def decimal_of(text: str, place: tuple[str, int]) -> Decimal:
    """Read a number with a decimal point.

    Raises:
        KeyRefused: it is none.
    """
    clean = text.strip()
    if not _NUMBER.fullmatch(clean) or (not clean.isascii() and "−" not in clean):
        raise KeyRefused(*place, f"{clean[:40]!r} is not a number")
    return Decimal(clean.replace("−", "-"))
