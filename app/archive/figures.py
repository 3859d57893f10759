"""Sizes as people read them."""

from typing import Final

_UNITS: Final = ((1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "KB"))


def size_words(count: int) -> str:
    """Write a number of bytes in the largest unit (decimal, as disks are sold) that it has one of; never as 0.0."""
    for unit, name in _UNITS:
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count} B"
