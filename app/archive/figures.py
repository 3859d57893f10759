"""Figures as people read them: the same in the window and in the terminal."""

from typing import Final

_TB: Final = 1_000_000_000_000
_GB: Final = 1_000_000_000
_MB: Final = 1_000_000
_KB: Final = 1_000


def size_words(count: int) -> str:
    """Write bytes: terabytes, from 0.1 GB on gigabytes, from 0.1 MB on megabytes, less in kilobytes."""
    for unit, least, name in ((_TB, _TB, "TB"), (_GB, _GB / 10, "GB"), (_MB, _MB / 10, "MB")):
        if count >= least:
            return f"{count / unit:.1f} {name}"
    return f"{count / _KB:.1f} KB"
