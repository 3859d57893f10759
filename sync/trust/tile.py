"""How a log is cut into files: C2SP tlog-tiles (https://c2sp.org/tlog-tiles).

A tile is 256 hashes of one level of the tree, `tile/<L>/<N>`, a bundle the entries of 256 leaves, `tile/entries/<N>`;
the last of a level may be partial, `….p/<W>`.
"""

from typing import Final

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
HASH_BYTES: Final = 32


def tile_name(number: int) -> str:
    """Write a tile's number as its path: three digits a folder, x before all but the last (`x001/067`)."""
    last, groups = f"{number % 1000:03d}", []
    while number := number // 1000:
        groups.append(f"x{number % 1000:03d}")
    return "/".join([*reversed(groups), last])


def tile_path(level: str, number: int, width: int) -> str:
    """Give where a tile of `width` hashes (or entries) stands below `tile/`; `level` is a number or `entries`."""
    whole = f"{level}/{tile_name(number)}"
    return whole if width == TILE_WIDTH else f"{whole}.p/{width}"
