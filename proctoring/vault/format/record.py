"""One sealed record: `length | flag | time | ciphertext | tag`. The bytes are specified in `FORMAT.md`.

The nonce is the record's counter and flag, the associated data names the recording, the segment, the counter,
the header and the digest of the record before: a record opens in its own place only, after its own predecessor.
"""

import hashlib
import struct
import uuid
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sync.faults import Refused

MAX_PLAINTEXT_BYTES: Final = 1 << 20
HEADER_BYTES: Final = 9
TAG_BYTES: Final = 16
MAX_RECORD_BYTES: Final = HEADER_BYTES + MAX_PLAINTEXT_BYTES + TAG_BYTES

_HEADER: Final = struct.Struct(">IBI")
_CONTEXT: Final = b"examroom-record-v1\0"
_FIRST: Final = b"examroom-recording-v1\0"


class Flag(IntEnum):
    """What follows a record. A file that ends with any other record than a flagged one was cut off."""

    MORE = 0
    SEGMENT_END = 1
    RECORDING_END = 2


_LAST_FLAG: Final = int(max(Flag))


@dataclass(frozen=True)
class Header:
    """A record's header: bytes of ciphertext, flag, and the recorded time at its end (ms since the start)."""

    length: int
    flag: Flag
    time_ms: int

    @property
    def record_bytes(self) -> int:
        """The length of the whole record."""
        return HEADER_BYTES + self.length + TAG_BYTES

    def to_bytes(self) -> bytes:
        """Give the nine bytes on disk."""
        return _HEADER.pack(self.length, self.flag, self.time_ms)


@dataclass(frozen=True)
class Place:
    """Where a record stands: recording (UUID string), segment, and its number within the segment from 0."""

    recording: str
    segment: int
    counter: int


class RecordRefused(Refused):
    """A record does not open: changed, moved, out of order, or another key."""

    code = "RECORD_REFUSED"

    def __init__(self, detail: str, place: Place) -> None:
        super().__init__(detail, segment=place.segment, record=place.counter)
        self.segment = place.segment
        self.record = place.counter


def parse_header(raw: bytes) -> Header | None:
    """Read a header from the beginning of `raw`; None if these bytes cannot be one."""
    if len(raw) < HEADER_BYTES:
        return None
    length, flag, time_ms = _HEADER.unpack_from(raw)
    if length > MAX_PLAINTEXT_BYTES or flag > _LAST_FLAG:
        return None
    return Header(length, Flag(flag), time_ms)


def first_link(recording: str) -> bytes:
    """Give what stands for "the record before" at a recording's very first record."""
    return hashlib.sha256(_FIRST + uuid.UUID(recording).bytes).digest()


def link(record: bytes) -> bytes:
    """Give the digest by which the next record names this one: SHA-256 over the whole record."""
    return hashlib.sha256(record).digest()


def seal_record(key: bytes, place: Place, before: bytes, header: Header, plaintext: bytes) -> bytes:
    """Seal `plaintext` (as long as the header says) into a record; `before` is the link of the record before."""
    if len(plaintext) != header.length or header.length > MAX_PLAINTEXT_BYTES:
        raise ValueError(f"a header for {header.length} bytes does not fit {len(plaintext)}")
    sealed = AESGCM(key).encrypt(_nonce(place, header.flag), plaintext, _context(place, header, before))
    return header.to_bytes() + sealed


def open_record(key: bytes, place: Place, before: bytes, record: bytes) -> tuple[Header, bytes]:
    """Open a whole record; give its header and plaintext.

    Raises:
        RecordRefused: not a record, or it does not open here with this key.
    """
    header = parse_header(record)
    if header is None or header.record_bytes != len(record):
        raise RecordRefused("not a record", place)
    try:
        nonce, context = _nonce(place, header.flag), _context(place, header, before)
        return header, AESGCM(key).decrypt(nonce, record[HEADER_BYTES:], context)
    except InvalidTag:
        raise RecordRefused("the tag does not fit", place) from None


def _nonce(place: Place, flag: Flag) -> bytes:
    return place.counter.to_bytes(11, "big") + bytes([flag])


def _context(place: Place, header: Header, before: bytes) -> bytes:
    return (
        _CONTEXT
        + uuid.UUID(place.recording).bytes
        + struct.pack(">IQ", place.segment, place.counter)
        + header.to_bytes()
        + before
    )
