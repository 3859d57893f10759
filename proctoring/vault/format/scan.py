"""Reading a sealed segment without a key, record by record, also when its bytes are damaged.

A record that was changed may lie about its own length. The next genuine record is then found by its leaf hash:
`known` are the hashes of the records that ought to be there.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from proctoring.vault.format import layout
from proctoring.vault.format.reading import opened
from proctoring.vault.format.record import HEADER_BYTES, MAX_RECORD_BYTES, TAG_BYTES, Header, link, parse_header
from sync.trust.merkle import leaf_hash

HASH_BYTES: Final = 32
_MAX_TRIES: Final = 256  # how many places are hashed in search of the next genuine record: bounds hostile files


@dataclass(frozen=True)
class Seen:
    """One stretch of a segment's file: a record with its leaf hash, or (without `header`) other bytes."""

    length: int
    leaf: bytes = b""
    header: Header | None = None


@dataclass(frozen=True)
class Limit:
    """How much of a segment's file is looked at."""

    bytes: int = layout.MAX_SEGMENT_BYTES
    records: int = layout.MAX_SEGMENT_RECORDS


def read_leaves(path: Path) -> tuple[list[bytes], int]:
    """Read a sidecar: its leaf hashes (an incomplete last one is left out) and the file's length in bytes.

    Raises:
        FileNotFoundError: there is none.
        RecordingUnreadable: the disk does not give it.
    """
    with opened(path) as file:
        raw = file.read(HASH_BYTES * layout.MAX_SEGMENT_RECORDS)
        length = file.seek(0, 2)
    return [raw[at : at + HASH_BYTES] for at in range(0, len(raw) - HASH_BYTES + 1, HASH_BYTES)], length


def scan(file: BinaryIO, known: Collection[bytes] = (), limit: Limit | None = None) -> Iterator[Seen]:
    """Give the records of a segment in the order they lie there; what is beyond `limit` as one stretch, unread."""
    limit = limit or Limit()
    size = file.seek(0, 2)
    end = min(size, limit.bytes)
    at = count = tries = 0
    while at < end and count < limit.records:
        seen = _record_at(file, at, end)
        if known and (seen is None or (seen.leaf not in known and not _plausible(file, at + seen.length, end))):
            found, tries = _search(file, at + 1, known, tries)
            seen = Seen((found or end) - at)
        elif seen is None:
            seen = Seen(end - at)
        yield seen
        at += seen.length
        count += 1
    if at < size:
        yield Seen(size - at)


def _record_at(file: BinaryIO, at: int, end: int) -> Seen | None:
    if file.tell() != at:
        file.seek(at)
    head = file.read(HEADER_BYTES)
    header = parse_header(head)
    if header is None or at + header.record_bytes > end:
        return None
    digest = sha256(b"\0" + head)  # the leaf hash, without another copy of the record
    digest.update(file.read(header.record_bytes - HEADER_BYTES))
    return Seen(header.record_bytes, digest.digest(), header)


def _plausible(file: BinaryIO, at: int, end: int) -> bool:
    if at == end:
        return True
    file.seek(at)
    header = parse_header(file.read(HEADER_BYTES))
    return header is not None and at + header.record_bytes <= end


def link_at(path: Path, start: int, length: int) -> bytes:
    """Give the link of the record that lies in those bytes of a file. Raises what `opened` raises."""
    with opened(path) as file:
        file.seek(start)
        return link(file.read(length))


def _search(file: BinaryIO, start: int, known: Collection[bytes], tries: int) -> tuple[int | None, int]:
    """Find the next place where a known record begins, at most one record further on."""
    file.seek(start)
    window = file.read(2 * MAX_RECORD_BYTES)
    at = window.find(b"\0")  # a length of at most 1 MiB begins with a zero byte
    while 0 <= at <= MAX_RECORD_BYTES and tries < _MAX_TRIES:
        header = parse_header(window[at : at + HEADER_BYTES])
        if header is not None and header.length + HEADER_BYTES + TAG_BYTES <= len(window) - at:
            tries += 1
            if leaf_hash(window[at : at + header.record_bytes]) in known:
                return start + at, tries
        at = window.find(b"\0", at + 1)
    return None, tries
