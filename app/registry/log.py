"""The transparency log of packets: RFC 6962 hashing, kept in the database, shown as C2SP tlog-tiles.

The database is the truth. Tiles and checkpoint on the disk are made from it, when somebody asks for them, and
can be made again at any time. Form (https://c2sp.org/tlog-tiles): `tile/<L>/<N>[.p/<W>]` with 256 hashes a
tile, `tile/entries/<N>[.p/<W>]` with each entry behind its length (2 bytes, big-endian), `checkpoint`.
"""

import secrets
import shutil
import threading
from pathlib import Path
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.registry.database import Database
from app.registry.models import LogLeaf, LogNode
from sync.faults import EnvironmentFault
from sync.replica.durable import private_folder, write_durably
from sync.trust.checkpoint import CheckpointRefused, make_checkpoint, read_checkpoint
from sync.trust.keys import SigningKey
from sync.trust.leaf import SALT_BYTES, Leaf
from sync.trust.merkle import EMPTY_ROOT, node_hash
from sync.wire.receipt import InclusionProof, LogEntry

_TILE_HEIGHT: Final = 8
_TILE_WIDTH: Final = 1 << _TILE_HEIGHT
_TILE_LEVELS: Final = range(8)  # 2**64 leaves


class LogInconsistent(EnvironmentFault):
    """The checkpoint that was shown is not of this database: one of the two was put back or changed."""

    code = "LOG_INCONSISTENT"


class TransparencyLog:
    """The log called `origin`; tiles go to `folder`, checkpoints are signed by `key`."""

    def __init__(self, folder: Path, origin: str, key: SigningKey, database: Database) -> None:
        self._folder = private_folder(folder)
        self._origin = origin
        self._key = key
        self._database = database
        self._lock = threading.Lock()

    def append(self, session: Session, leaf: Leaf) -> LogEntry:
        """Add a leaf under a fresh salt, within the caller's transaction."""
        number = log_size(session)
        salt = secrets.token_bytes(SALT_BYTES)
        hashed, subject = leaf.hash(salt), leaf.digests[0].hex()
        session.add(
            LogLeaf(number=number, kind=leaf.kind, data=leaf.data(salt), salt=salt.hex(), subject_sha256=subject)
        )
        node, level, position = hashed, 0, number
        session.add(LogNode(level=level, position=position, hash=node))
        while position & 1:
            node = node_hash(_node(session, level, position - 1), node)
            level, position = level + 1, position >> 1
            session.add(LogNode(level=level, position=position, hash=node))
        return LogEntry(origin=self._origin, index=number, salt=salt.hex(), leaf_hash=hashed.hex())

    def checkpoint(self) -> str:
        """Give the signed checkpoint over everything in the log; its tiles are on the disk when this returns.

        Raises:
            LogInconsistent: what was shown before is not the beginning of what is here.
        """
        with self._lock, self._database.reading() as session:
            size = log_size(session)
            shown = self._shown(session, size)
            if shown != size or not self._file.exists():
                self._write_tiles(session, shown, size)
                text = make_checkpoint(self._origin, size, _root(session, size), self._key)
                write_durably(self._file, text.encode())
            return self._file.read_text(encoding="utf-8")

    def proof(self, index: int) -> InclusionProof:
        """Prove that the leaf at `index` stands under the checkpoint. Raises what `checkpoint` raises."""
        text = self.checkpoint()
        size = read_checkpoint(text, self._origin, self._key.public).size
        with self._database.reading() as session:
            path = _path(session, index, 0, size)
        return InclusionProof(index=index, tree_size=size, path=tuple(node.hex() for node in path), checkpoint=text)

    def tile(self, path: str) -> bytes | None:
        """Give the bytes of a tile that stands under the last checkpoint; `path` is of the form of `tile_name`."""
        try:
            return (self._folder / "tile" / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    @property
    def _file(self) -> Path:
        return self._folder / "checkpoint"

    def _shown(self, session: Session, size: int) -> int:
        """Give the size that was shown last; 0 if nothing was, and then every tile is made anew."""
        if not self._file.exists():
            return 0
        try:
            shown = read_checkpoint(self._file.read_text(encoding="utf-8"), self._origin, self._key.public)
        except (CheckpointRefused, UnicodeDecodeError) as error:
            raise LogInconsistent(f"the checkpoint on the disk: {error}") from None
        if shown.size > size or shown.root != _root(session, shown.size):
            raise LogInconsistent(f"{shown.size} leaves were shown, the database has {size} or others")
        return shown.size

    def _write_tiles(self, session: Session, shown: int, size: int) -> None:
        for tile_level in _TILE_LEVELS:
            level = tile_level * _TILE_HEIGHT
            if size >> level == 0:
                return
            for number in range((shown >> level) // _TILE_WIDTH, -(-(size >> level) // _TILE_WIDTH)):
                begin = number * _TILE_WIDTH
                end = min(begin + _TILE_WIDTH, size >> level)
                hashes = session.scalars(
                    select(LogNode.hash)
                    .where(LogNode.level == level, LogNode.position >= begin, LogNode.position < end)
                    .order_by(LogNode.position)
                )
                self._write_tile(str(tile_level), number, end - begin, b"".join(hashes))
                if tile_level == 0:
                    self._write_tile("entries", number, end - begin, _entries(session, begin, end))

    def _write_tile(self, level: str, number: int, width: int, data: bytes) -> None:
        whole = self._folder / "tile" / level / tile_name(number)
        partial = whole.with_name(f"{whole.name}.p")
        if width < _TILE_WIDTH:
            write_durably(private_folder(partial) / str(width), data)
            return
        private_folder(whole.parent)
        write_durably(whole, data)
        shutil.rmtree(partial, ignore_errors=True)  # whoever wanted a part reads the whole now


def tile_name(number: int) -> str:
    """Write a tile's number as its path: three digits a folder, x before all but the last (`x001/067`)."""
    last, groups = f"{number % 1000:03d}", []
    while number := number // 1000:
        groups.append(f"x{number % 1000:03d}")
    return "/".join([*reversed(groups), last])


def log_size(session: Session) -> int:
    """Give the number of leaves."""
    last = session.scalar(select(func.max(LogLeaf.number)))
    return 0 if last is None else last + 1


def _entries(session: Session, begin: int, end: int) -> bytes:
    found = session.scalars(
        select(LogLeaf.data).where(LogLeaf.number >= begin, LogLeaf.number < end).order_by(LogLeaf.number)
    )
    return b"".join(len(data).to_bytes(2, "big") + data for data in found)


def _node(session: Session, level: int, position: int) -> bytes:
    return session.get_one(LogNode, (level, position)).hash


def _root(session: Session, size: int) -> bytes:
    return _subtree(session, 0, size) if size else EMPTY_ROOT


def _subtree(session: Session, begin: int, end: int) -> bytes:
    """Give the hash over leaves [begin, end); RFC 6962 never asks for ranges that begin elsewhere."""
    length = end - begin
    if length & (length - 1) == 0:
        return _node(session, level := length.bit_length() - 1, begin >> level)
    split = begin + _largest_power_below(length)
    return node_hash(_subtree(session, begin, split), _subtree(session, split, end))


def _path(session: Session, index: int, begin: int, end: int) -> list[bytes]:
    """Give the audit path of RFC 6962 section 2.1.1, nearest sibling first."""
    if end - begin == 1:
        return []
    split = begin + _largest_power_below(end - begin)
    if index < split:
        return [*_path(session, index, begin, split), _subtree(session, split, end)]
    return [*_path(session, index, split, end), _subtree(session, begin, split)]


def _largest_power_below(length: int) -> int:
    return 1 << ((length - 1).bit_length() - 1)
