"""Reading a log from its first leaf to its last: every entry, every tile, each held against the others.

Memory is that of a few tiles, however long the log is. What does not fit is named by its file.
"""

import time
from collections.abc import Callable, Iterator
from typing import Final

from sync.client.log_source import LogFileBad, LogSource, LogUnreadable
from sync.trust.leaf import LINE
from sync.trust.merkle import leaf_hash, root
from sync.trust.tile import HASH_BYTES, TILE_WIDTH, tile_path

MOST_LEAVES: Final = 100_000_000
_LONGEST_ENTRY: Final = 120
_START_S: Final = 60.0
_BUNDLE_S: Final = 0.5  # for the entries of 256 leaves and their tiles, on the average


class LogTooSlow(LogUnreadable):
    """The log came so slowly that the audit was ended."""

    code = "LOG_TOO_SLOW"


class TileReader:
    """Reads the log of `size` leaves once, leaf by leaf; `clock` gives monotonic seconds.

    `MOST_LEAVES` and an average speed bound what a hostile server can make of it.
    """

    def __init__(self, source: LogSource, size: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._size = size
        self._clock = clock
        self._pending: list[list[bytes]] = []  # the hashes of each level's last tile, so far
        self._numbers: list[int] = []

    def leaves(self) -> Iterator[bytes]:
        """Give every leaf hash in order, after its entry and its tile were read and agree.

        Raises:
            LogFileBad: a file is missing, too long, too short, or does not fit the others.
            LogTooSlow: it takes too long.
            LogUnreadable: a file cannot be read.
        """
        if self._size > MOST_LEAVES:
            raise LogFileBad(f"checkpoint: {self._size} leaves, at most {MOST_LEAVES} are read")
        began = self._clock()
        for number in range(-(-self._size // TILE_WIDTH)):
            if self._clock() - began > _START_S + number * _BUNDLE_S:
                raise LogTooSlow(f"{number} tiles in {self._clock() - began:.0f} s")
            width = min(TILE_WIDTH, self._size - number * TILE_WIDTH)
            hashes = [leaf_hash(entry) for entry in self._entries(number, width)]
            self._compare(0, number, hashes)
            yield from hashes
            if width == TILE_WIDTH:
                self._rise(0, root(hashes))
        for level, hashes in enumerate(self._pending, start=1):
            if hashes:
                self._compare(level, self._numbers[level - 1], hashes)

    def _rise(self, level: int, node: bytes) -> None:
        """Add a full tile's root to the level above; a tile that is full there is compared, and rises in its turn."""
        if len(self._pending) == level:
            self._pending.append([])
            self._numbers.append(0)
        hashes = self._pending[level]
        hashes.append(node)
        if len(hashes) == TILE_WIDTH:
            self._compare(level + 1, self._numbers[level], hashes)
            self._pending[level], self._numbers[level] = [], self._numbers[level] + 1
            self._rise(level + 1, root(hashes))

    def _compare(self, level: int, number: int, hashes: list[bytes]) -> None:
        path, raw, _ = self._file(str(level), number, len(hashes), HASH_BYTES)
        if len(raw) < len(hashes) * HASH_BYTES:
            raise LogFileBad(f"{path}: too short")
        for place, node in enumerate(hashes):
            if raw[place * HASH_BYTES : (place + 1) * HASH_BYTES] != node:
                below = "its entry" if level == 0 else "the tile below"
                raise LogFileBad(f"{path}: hash {place} does not fit {below}")

    def _entries(self, number: int, width: int) -> list[bytes]:
        path, raw, there = self._file("entries", number, width, 2 + _LONGEST_ENTRY)
        found: list[bytes] = []
        at = 0
        while at < len(raw) and len(found) < width:
            length = int.from_bytes(raw[at : at + 2])
            entry = raw[at + 2 : at + 2 + length]
            if len(entry) != length or not LINE.fullmatch(entry.decode("ascii", "replace")):
                raise LogFileBad(f"{path}: entry {len(found)} is not of a known form")
            found.append(entry)
            at += 2 + length
        if len(found) < width or (there == width and at < len(raw)):
            raise LogFileBad(f"{path}: {len(found)} entries of {width}, {at} bytes of {len(raw)}")
        return found

    def _file(self, level: str, number: int, width: int, each: int) -> tuple[str, bytes, int]:
        """Give a tile's name, the tile and its width: the whole one where the part is gone, as the log grew over it."""
        for wanted in dict.fromkeys((width, TILE_WIDTH)):
            path = f"tile/{tile_path(level, number, wanted)}"
            raw = self._source.read(path, wanted * each)
            if raw is not None:
                return path, raw, wanted
        raise LogFileBad(f"tile/{tile_path(level, number, width)}: missing")
