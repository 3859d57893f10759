"""Reading a segment's WebM forward: the few elements of Matroska (RFC 9559) that a recorder writes.

A segment is a live WebM: its Segment element does not know its size, its clusters do.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

EBML: Final = bytes.fromhex("1A45DFA3")
SEGMENT: Final = bytes.fromhex("18538067")
TRACKS: Final = bytes.fromhex("1654AE6B")
CLUSTER: Final = bytes.fromhex("1F43B675")

_TRACK_ENTRY: Final = 0xAE
_TRACK_NUMBER: Final = 0xD7
_TRACK_TYPE: Final = 0x83
_CODEC: Final = 0x86
_VIDEO: Final = b"\x01"

_TIMESTAMP: Final = 0xE7
_SIMPLE_BLOCK: Final = 0xA3
_BLOCK_GROUP: Final = 0xA0
_BLOCK: Final = 0xA1
_REFERENCE: Final = 0xFB
_KEY: Final = 0x80
_NEGATIVE: Final = 0x8000

_MOST_BYTES: Final = 1 << 24  # of one element that is kept in memory; a record of a recording has at most 2^20
_MOST_BLOCK_BYTES: Final = 3  # track number in 1 byte and the time in 2 come first
_MOST_TRACK: Final = 0x7F

_WIDTH: Final = tuple(9 - value.bit_length() if value else 0 for value in range(256))
"""How many bytes an id or size has, by its first byte; 0 for none."""


class MatroskaRefused(ValueError):  # noqa: N818 - not a Fault: whoever reads says which recording it is
    """These bytes are not a WebM as a recorder writes it."""


@dataclass(frozen=True)
class Track:
    """A track as its entry names it."""

    number: int
    video: bool
    codec: bytes


class Block(NamedTuple):
    """One packet in a cluster: the bytes `start` to `end` of its content, with the time in the stream, ms."""

    start: int
    end: int
    track: int
    time_ms: int
    key: bool


class LiveStream:
    """A live WebM that is read forward: its heads first, then one cluster after another.

    `read` gives up to so many bytes, none at the end. An empty stream has no tracks and no cluster.

    Raises:
        MatroskaRefused: on making it or while iterating, if it is no such stream.
    """

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._buffer = b""
        self.header = b""
        self.tracks = b""
        self._first = self._heads()

    def clusters(self) -> Iterator[bytes]:
        """Give each cluster's content."""
        size = self._first
        while size is not None:
            yield self._take(size)
            size = self._next_cluster()

    def _heads(self) -> int | None:
        """Read up to the first cluster; give its size, None if there is none."""
        while (element := self._element()) is not None:
            name, size, head = element
            if name == SEGMENT:
                continue  # its content follows as if it stood beside it; a live one does not know its size
            if name == CLUSTER:
                return self._known(size)
            content = self._take(self._known(size))
            if name == EBML:
                self.header = head + content
            elif name == TRACKS:
                self.tracks = head + content
        return None

    def _next_cluster(self) -> int | None:
        while (element := self._element()) is not None:
            name, size, _ = element
            if name == CLUSTER:
                return self._known(size)
            self._take(self._known(size))
        return None

    def _element(self) -> tuple[bytes, int | None, bytes] | None:
        """Read an element's name and size (None: not known)."""
        if not self._fill(1):
            return None
        width = _WIDTH[self._buffer[0]]
        if not width or width > len(EBML) or not self._fill(width + 1):
            raise MatroskaRefused("not an element")
        size_width = _WIDTH[self._buffer[width]]
        if not size_width or not self._fill(width + size_width):
            raise MatroskaRefused("not an element's size")
        head = self._take(width + size_width)
        marked = int.from_bytes(head[width:])
        unknown = marked == (1 << (7 * size_width + 1)) - 1
        return head[:width], None if unknown else marked & ~(1 << (7 * size_width)), head

    def _known(self, size: int | None) -> int:
        if size is None or size > _MOST_BYTES:
            raise MatroskaRefused("an element of unknown or too large a size")
        return size

    def _take(self, size: int) -> bytes:
        if not self._fill(size):
            raise MatroskaRefused("cut off within an element")
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def _fill(self, size: int) -> bool:
        while len(self._buffer) < size:
            more = self._read(1 << 20)
            if not more:
                return False
            self._buffer = self._buffer + more if self._buffer else more
        return True


def tracks_of(element: bytes) -> tuple[Track, ...]:
    """Read the tracks of a Tracks element.

    Raises:
        MatroskaRefused: it is not whole, or names none or an odd one.
    """
    found = []
    for name, start, end in _children(element, *_inside(element)):
        if name == _TRACK_ENTRY:
            entry = {one: element[a:b] for one, a, b in _children(element, start, end)}
            number = int.from_bytes(entry.get(_TRACK_NUMBER, b""))
            if not 0 < number <= _MOST_TRACK:
                raise MatroskaRefused("a track's number")
            found.append(Track(number, entry.get(_TRACK_TYPE) == _VIDEO, entry.get(_CODEC, b"")))
    if not found:
        raise MatroskaRefused("no tracks")
    return tuple(found)


def blocks_of(cluster: bytes) -> tuple[int, list[Block]]:
    """Give a cluster's own time (ms) and its packets in order. Raises MatroskaRefused if it is not whole."""
    base, at, end = None, 0, len(cluster)
    found: list[Block] = []
    while at < end:
        name, start, stop = _child(cluster, at, end)
        if name in (_SIMPLE_BLOCK, _BLOCK_GROUP):
            body, key = (start, -1) if name == _SIMPLE_BLOCK else _grouped(cluster, start, stop)
            if base is None or stop - body <= _MOST_BLOCK_BYTES or not cluster[body] & 0x80:
                raise MatroskaRefused("a block without its time or track")
            time = cluster[body + 1] << 8 | cluster[body + 2]
            if time >= _NEGATIVE:
                time -= 2 * _NEGATIVE
            is_key = bool(cluster[body + 3] & _KEY) if key < 0 else bool(key)
            found.append(Block(at, stop, cluster[body] & 0x7F, base + time, is_key))
        elif name == _TIMESTAMP:
            base = int.from_bytes(cluster[start:stop])
        at = stop
    if base is None:
        raise MatroskaRefused("a cluster without its time")
    return base, found


def _grouped(cluster: bytes, start: int, stop: int) -> tuple[int, int]:
    """Give where the block in a group begins, and whether it refers to no other."""
    inner = {name: begin for name, begin, _ in _children(cluster, start, stop)}
    if _BLOCK not in inner:
        raise MatroskaRefused("a group without a block")
    return inner[_BLOCK], int(_REFERENCE not in inner)


def _inside(element: bytes) -> tuple[int, int]:
    width = _WIDTH[element[0]] if element else 0
    size_width = _WIDTH[element[width]] if width and len(element) > width else 0
    if not size_width:
        raise MatroskaRefused("not an element")
    return width + size_width, len(element)


def _children(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Give the name of each element between `at` and `end`, and where its content begins and ends."""
    while at < end:
        name, start, at = _child(data, at, end)
        yield name, start, at


def _child(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Give the name of the element at `at`, and where its content begins and ends."""
    try:
        name, size = data[at], data[at + 1]
        if name & 0x80 and size & 0xC0:  # an id of one byte, a size of one or two: nearly all of them
            start = at + 2
            if size & 0x80:
                size &= 0x7F
            else:
                size = (size & 0x3F) << 8 | data[start]
                start += 1
        else:
            width = _WIDTH[name]
            name = int.from_bytes(data[at : at + width])
            size_width = _WIDTH[data[at + width]]
            start = at + width + size_width
            size = int.from_bytes(data[at + width : start]) & ~(1 << (7 * size_width))
            if not width or not size_width:
                raise MatroskaRefused("not an element")
    except IndexError:
        raise MatroskaRefused("cut off within an element") from None
    if start + size > end:
        raise MatroskaRefused("an element that goes beyond its parent")
    return name, start, start + size
