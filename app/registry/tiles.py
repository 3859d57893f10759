"""The log's tiles on the disk, made from the database, and what is computed over its nodes.

Form (https://c2sp.org/tlog-tiles): `tile/<L>/<N>[.p/<W>]` with 256 hashes a tile, `tile/entries/<N>[.p/<W>]` with each
entry behind its length (2 bytes, big-endian).
"""

import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.registry.models import LogLeaf, LogNode
from sync.replica.durable import private_folder, write_all_durably
from sync.trust.merkle import EMPTY_ROOT, node_hash
from sync.trust.tile import TILE_HEIGHT, TILE_WIDTH, tile_path

_LEVELS: Final = range(8)  # 2**64 leaves
_TOGETHER: Final = 64  # files, at most 640 kB


class Tiles:
    """The tiles in `folder`, which has a folder for each level and `entries`."""

    def __init__(self, folder: Path) -> None:
        self._folder = private_folder(folder)

    def read(self, path: str) -> bytes | None:
        """Give a tile's bytes, or nothing."""
        try:
            return (self._folder / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, session: Session, shown: int, size: int) -> None:
        """Write what a log of `size` leaves has beyond one of `shown`, and nothing else."""
        new = _new_tiles(session, shown, size)
        while files := dict(islice(new, _TOGETHER)):
            write_all_durably(self._folder, files)
            for name in files:
                if ".p/" not in name:  # whoever wanted a part reads the whole now
                    shutil.rmtree(self._folder / f"{name}.p", ignore_errors=True)


def _new_tiles(session: Session, shown: int, size: int) -> Iterator[tuple[str, bytes]]:
    for level in _LEVELS:
        before, now = (count >> level * TILE_HEIGHT for count in (shown, size))
        if now == before:
            return
        for number in range(before // TILE_WIDTH, -(-now // TILE_WIDTH)):
            begin, end = number * TILE_WIDTH, min((number + 1) * TILE_WIDTH, now)
            hashes = session.scalars(
                select(LogNode.hash)
                .where(LogNode.level == level * TILE_HEIGHT, LogNode.position >= begin, LogNode.position < end)
                .order_by(LogNode.position)
            )
            yield tile_path(str(level), number, end - begin), b"".join(hashes)
            if level == 0:
                yield tile_path("entries", number, end - begin), _entries(session, begin, end)


def _entries(session: Session, begin: int, end: int) -> bytes:
    found = session.scalars(
        select(LogLeaf.data).where(LogLeaf.number >= begin, LogLeaf.number < end).order_by(LogLeaf.number)
    )
    return b"".join(len(data).to_bytes(2, "big") + data for data in found)


def log_size(session: Session) -> int:
    """Give the number of leaves."""
    last = session.scalar(select(func.max(LogLeaf.number)))
    return 0 if last is None else last + 1


def node_of(session: Session, level: int, position: int) -> bytes:
    """Give the hash of a complete subtree."""
    return session.scalars(select(LogNode.hash).where(LogNode.level == level, LogNode.position == position)).one()


def root_of(session: Session, size: int) -> bytes:
    """Give the root over the first `size` leaves."""
    return _subtree(session, 0, size) if size else EMPTY_ROOT


def path_over(session: Session, ranges: list[tuple[int, int]]) -> list[bytes]:
    """Give the roots over ranges of leaves, as `merkle.inclusion_ranges` or `consistency_ranges` asks for them."""
    return [_subtree(session, *span) for span in ranges]


def _subtree(session: Session, begin: int, end: int) -> bytes:
    """Give the hash over leaves [begin, end); RFC 6962 never asks for ranges that begin elsewhere."""
    length = end - begin
    if length & (length - 1) == 0:
        level = length.bit_length() - 1
        return node_of(session, level, begin >> level)
    split = begin + (1 << (length - 1).bit_length() - 1)
    return node_hash(_subtree(session, begin, split), _subtree(session, split, end))
