"""The transparency log: RFC 6962 hashing, kept in the database, shown as C2SP tlog-tiles (`tiles`).

The database is the truth. Tiles and heads on the disk are made from it, when somebody asks for them, and can be made
again at any time. `head` is the newest head that was signed; `checkpoint` is the one that is published: the same, or,
where a quorum of witnesses is demanded, the newest that has it.
"""

import secrets
import threading
from pathlib import Path
from typing import Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.registry.database import Database
from app.registry.models import LogLeaf, LogNode, Setting
from app.registry.tiles import Tiles, log_size, node_of, path_over, root_of
from sync.faults import EnvironmentFault, Refused
from sync.replica.durable import private_folder, write_durably
from sync.trust.checkpoint import CheckpointRefused, make_checkpoint, read_checkpoint, split_note
from sync.trust.keys import SigningKey
from sync.trust.leaf import SALT_BYTES, Leaf
from sync.trust.merkle import consistency_ranges, inclusion_ranges, leaf_hash, node_hash
from sync.wire.receipt import InclusionProof, LogEntry

QUORUM: Final = "witness_quorum"

_PROOF_WAIT_MS: Final = 10_000


class LogInconsistent(EnvironmentFault):
    """The head that was shown is not of this database: one of the two was put back or changed."""

    code = "LOG_INCONSISTENT"


class ProofNotYet(Refused):
    """The leaf stands in the log, but too few witnesses have cosigned a head over it so far."""

    code = "PROOF_NOT_YET"


class TransparencyLog:
    """The log called `origin`; tiles and heads go to `folder`, heads are signed by `key`."""

    def __init__(self, folder: Path, origin: str, key: SigningKey, database: Database) -> None:
        self._folder = private_folder(folder)
        self._tiles = Tiles(folder / "tile")
        self._origin = origin
        self._key = key
        self._database = database
        self._lock = threading.Lock()

    def append(self, session: Session, leaf: Leaf) -> LogEntry:
        """Add a leaf under a fresh salt, within the caller's transaction."""
        number = log_size(session)
        salt = secrets.token_bytes(SALT_BYTES)
        hashed, subject = leaf.hash(salt), leaf.digests[0].hex()
        node, level, position = hashed, 0, number
        nodes = [{"level": level, "position": position, "hash": node}]
        while position & 1:
            node, level, position = node_hash(node_of(session, level, position - 1), node), level + 1, position >> 1
            nodes.append({"level": level, "position": position, "hash": node})
        session.execute(
            insert(LogLeaf).values(
                number=number, kind=leaf.kind, data=leaf.data(salt), salt=salt.hex(), subject_sha256=subject
            )
        )
        session.execute(insert(LogNode), nodes)
        return LogEntry(origin=self._origin, index=number, salt=salt.hex(), leaf_hash=hashed.hex())

    def entry(self, session: Session, index: int) -> LogEntry:
        """Give the entry of a leaf that stands in the log, with its salt, as `append` gave it."""
        row = session.get_one(LogLeaf, index)
        return LogEntry(origin=self._origin, index=index, salt=row.salt, leaf_hash=leaf_hash(row.data).hex())

    def head(self) -> str:
        """Sign a head over everything in the log; its tiles are on the disk when this returns.

        Raises:
            LogInconsistent: what was shown before is not the beginning of what is here.
        """
        with self._lock, self._database.reading() as session:
            return self._head(session)

    def checkpoint(self) -> str:
        """Give the head that is published, with what cosignatures it has; a new one if no quorum is demanded.

        Where a quorum is demanded and no head ever had one, that is a head without. Raises what `head` raises.
        """
        with self._lock, self._database.reading() as session:
            head, quorum = self._head(session), _quorum(session)
            published = _read(self._published)
            if published is not None and (_cosigned(published) >= quorum if quorum else _same(published, head)):
                return published
            if not quorum:
                write_durably(self._published, head.encode())
            return head

    def cosigned(self, head: str, lines: str) -> None:
        """Publish a head of `head` with witnesses' verified signature lines, unless the quorum is wanting.

        Never an older head than the one that stands.
        """
        with self._lock, self._database.reading() as session:
            note = head + lines
            if _cosigned(note) < _quorum(session):
                return
            published = _read(self._published)
            if (
                published is None
                or _cosigned(published) < _quorum(session)
                or self._size(published) <= self._size(head)
            ):
                write_durably(self._published, note.encode())

    def proof(self, index: int) -> InclusionProof:
        """Prove that the leaf at `index` stands under the published head.

        Raises:
            ProofNotYet: a quorum of witnesses is demanded, and has not cosigned a head over it yet.
            LogInconsistent: see `head`.
        """
        text = self.checkpoint()
        size = self._size(text)
        with self._database.reading() as session:
            if index >= size or _cosigned(text) < _quorum(session):
                raise ProofNotYet(f"leaf {index}, witnessed {size}", wait_ms=_PROOF_WAIT_MS)
            path = path_over(session, inclusion_ranges(index, size))
        return InclusionProof(index=index, tree_size=size, path=tuple(node.hex() for node in path), checkpoint=text)

    def consistency(self, old: int, head: str) -> list[bytes]:
        """Prove to a witness that a head of ours continues what it saw of `old` leaves.

        Raises:
            IndexError: the witness has seen more than the head has: it was shown another history, or ours was put back.
        """
        with self._database.reading() as session:
            return path_over(session, consistency_ranges(old, self._size(head)))

    def tile(self, path: str) -> bytes | None:
        """Give the bytes of a tile that stands under a head; `path` is of the form of `tiles.tile_name`."""
        return self._tiles.read(path)

    @property
    def _file(self) -> Path:
        return self._folder / "head"

    @property
    def _published(self) -> Path:
        return self._folder / "checkpoint"

    def _size(self, note: str) -> int:
        return read_checkpoint(note, self._origin, self._key.public).size

    def _head(self, session: Session) -> str:
        size = log_size(session)
        shown = self._shown(session, size)
        if shown != size or not self._file.exists():
            self._tiles.write(session, shown, size)
            text = make_checkpoint(self._origin, size, root_of(session, size), self._key)
            write_durably(self._file, text.encode())
        return self._file.read_text(encoding="utf-8")

    def _shown(self, session: Session, size: int) -> int:
        """Give the size that was shown last; 0 if nothing was, and then every tile is made anew."""
        shown = 0
        for file in (self._published, self._file):
            note = _read(file)
            if note is None:
                shown = 0
                continue
            try:
                head = read_checkpoint(note, self._origin, self._key.public)
            except CheckpointRefused as error:
                raise LogInconsistent(f"the {file.name} on the disk: {error}") from None
            shown = head.size
            if head.size > size or head.root != root_of(session, head.size):
                raise LogInconsistent(f"{head.size} leaves were shown, the database has {size} or others")
        return shown


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise LogInconsistent(f"the {file.name} on the disk is no text") from None


def _quorum(session: Session) -> int:
    found = session.get(Setting, QUORUM)
    return int(found.value) if found else 0


def _cosigned(note: str) -> int:
    """Count the lines by others than the log; every one was verified before it was written here."""
    return len(split_note(note)[1]) - 1


def _same(note: str, head: str) -> bool:
    return note.startswith(head)
