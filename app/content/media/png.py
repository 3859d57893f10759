"""PNG by its own specification (https://www.w3.org/TR/png-3/): written, checked, and stripped of what is not seen."""

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.content.media.medium import MediumRefused

if TYPE_CHECKING:
    import av

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_KEPT: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_ANIMATION: Final = frozenset({b"acTL", b"fcTL", b"fdAT"})
_DEPTHS: Final = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}  # by colour type
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PALETTE: Final = 3
_ADAM7: Final = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
_UP: Final = b"\x02"  # the filter of lines that are written as differences from the line above
_FILTERS: Final = 5
_STEP: Final = 1 << 18  # bytes decompressed at a time


@dataclass(frozen=True)
class Header:
    """What IHDR says; sides in pixels."""

    width: int
    height: int
    depth: int
    colour: int
    interlaced: bool

    def lines(self) -> Iterator[tuple[int, int]]:
        """Give, for every pass, how many lines it has and how many bytes each takes with its filter."""
        bits = self.depth * _CHANNELS[self.colour]
        for left, top, across, down in _ADAM7 if self.interlaced else ((0, 0, 1, 1),):
            width, height = -(-(self.width - left) // across), -(-(self.height - top) // down)
            if width > 0 and height > 0:
                yield height, 1 + -(-width * bits // 8)


def read_header(data: bytes) -> Header:
    """Read the header, before anything is decompressed.

    Raises:
        MediumRefused: it is damaged.
    """
    if len(data) < 33 or data[8:16] != b"\x00\x00\x00\x0dIHDR":  # noqa: PLR2004 - the signature and the whole chunk
        raise MediumRefused("a PNG without its header")
    width, height, depth, colour, compression, filtering, interlace = struct.unpack_from(">IIBBBBB", data, 16)
    if depth not in _DEPTHS.get(colour, set()) or compression or filtering or interlace > 1:
        raise MediumRefused("a PNG whose header says nothing possible")
    return Header(width, height, depth, colour, bool(interlace))


def checked(data: bytes, header: Header) -> bytes:
    """Check every chunk and every line of a PNG, and write it again with only what makes its pixels.

    Raises:
        MediumRefused: damaged, cut short, animated, or more data than its size needs.
    """
    kept = [SIGNATURE]
    seen: list[bytes] = []
    pixels: list[bytes] = []
    for kind, body in _chunks(data):
        if kind in _ANIMATION:
            raise MediumRefused("an animated PNG; a picture stands still", "animated")
        if kind not in _KEPT:
            if not kind[0] & 0x20:
                raise MediumRefused("a PNG with a critical chunk that no standard knows")
            continue
        if (kind in seen and (kind != b"IDAT" or seen[-1] != b"IDAT")) or (not seen) != (kind == b"IHDR"):
            raise MediumRefused("a PNG whose chunks are out of order")
        _check_chunk(kind, body, header, seen)
        seen.append(kind)
        if kind == b"IDAT":
            pixels.append(body)
        kept.append(chunk(kind, body))
    if not seen or seen[-1] != b"IEND" or (header.colour == _PALETTE and b"PLTE" not in seen):
        raise MediumRefused("a PNG that is cut short")
    _check_pixels(pixels, header)
    return b"".join(kept)


def chunk(kind: bytes, body: bytes) -> bytes:
    """Write a chunk."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def write_mask(alpha: bytes, width: int, height: int) -> bytes:
    """Write black of which `alpha` (a byte for each pixel) is seen. Equal input gives equal bytes."""
    pixels = bytearray(2 * len(alpha))
    pixels[1::2] = alpha
    return _write(bytes(pixels), width, height, 4)


def encoded(frame: "av.VideoFrame") -> bytes:
    """Write a decoded frame, without alpha if all of it is opaque.

    Not with FFmpeg's encoder: that of this version gives other bytes for the same pixels now and then.
    """
    pixels = _pixels(frame)
    alpha = pixels[3::4]
    if alpha.count(b"\xff") != len(alpha):
        return _write(pixels, frame.width, frame.height, 6)
    opaque = bytearray(3 * len(alpha))
    for channel in range(3):
        opaque[channel::3] = pixels[channel::4]
    return _write(bytes(opaque), frame.width, frame.height, 2)


def alpha_of(data: bytes) -> bytes:
    """Give the alpha of a PNG that we drew ourselves, a byte for each pixel."""
    import av  # noqa: PLC0415 - takes long, and a seat starts without it

    with av.open(io.BytesIO(data), mode="r", format="png_pipe") as container:
        return _pixels(next(container.decode(video=0)))[3::4]


def _pixels(frame: "av.VideoFrame") -> bytes:
    """Give the pixels of a frame, four bytes each, without what pads its lines."""
    plane = frame.reformat(format="rgba").planes[0]
    lines, stride = bytes(plane), plane.line_size
    return b"".join(lines[at * stride : at * stride + 4 * frame.width] for at in range(frame.height))


def _write(pixels: bytes, width: int, height: int, colour: int) -> bytes:
    line = len(pixels) // height
    differences = _less(pixels, bytes(line) + pixels[:-line])
    lines = b"".join(_UP + differences[at : at + line] for at in range(0, len(pixels), line))
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b"")
    return SIGNATURE + body


def _less(left: bytes, right: bytes) -> bytes:
    """Subtract byte by byte, all at once: the top bit of each byte keeps a borrow from the next."""
    top = int.from_bytes(b"\x80" * len(left), "big")
    one, other = int.from_bytes(left, "big"), int.from_bytes(right, "big")
    less = ((one | top) - (other & ~top)) ^ ((one ^ other ^ top) & top)
    return less.to_bytes(len(left), "big")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at + 12 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(data):
            break
        body = data[at + 8 : end - 4]
        if zlib.crc32(kind + body) != int.from_bytes(data[end - 4 : end], "big"):
            raise MediumRefused("a damaged PNG: a checksum is wrong")
        yield kind, body
        if kind == b"IEND":
            return  # what follows is nobody's business, and does not travel
        at = end
    raise MediumRefused("a PNG that is cut short")


def _check_chunk(kind: bytes, body: bytes, header: Header, seen: list[bytes]) -> None:
    entries = len(body) // 3
    palette = kind != b"PLTE" or (len(body) % 3 == 0 and 0 < entries <= 1 << min(8, header.depth))
    before_pixels = kind not in {b"PLTE", b"tRNS"} or b"IDAT" not in seen
    sizes = {0: {2}, 2: {6}, _PALETTE: range(1, 257)}
    transparency = kind != b"tRNS" or len(body) in sizes.get(header.colour, set())
    colour = kind != b"PLTE" or header.colour in {2, 3, 6}
    if not (palette and before_pixels and transparency and colour):
        raise MediumRefused("a PNG with a damaged palette")


def _check_pixels(pieces: list[bytes], header: Header) -> None:
    """Decompress piece by piece, keeping nothing: each line must have a filter, and no byte may be left over."""
    inflate = zlib.decompressobj()
    lines = [(count, length) for count, length in header.lines()]
    left, length = lines.pop(0)
    at = 0  # within a line
    try:
        for produced in _inflated(inflate, pieces):
            begin = 0
            while begin < len(produced):
                if left == 0:
                    if not lines:
                        raise MediumRefused("a PNG with more data than pixels")
                    left, length = lines.pop(0)
                if at == 0 and produced[begin] >= _FILTERS:
                    raise MediumRefused("a damaged PNG: a line without a filter")
                taken = min(length - at, len(produced) - begin)
                begin, at = begin + taken, at + taken
                if at == length:
                    left, at = left - 1, 0
    except zlib.error:
        raise MediumRefused("a damaged PNG: its data cannot be decompressed") from None
    if left or lines or at or not inflate.eof:
        raise MediumRefused("a PNG that is cut short")


def _inflated(inflate: "zlib._Decompress", pieces: list[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        rest = piece
        while rest and not inflate.eof:
            yield inflate.decompress(rest, _STEP)
            rest = inflate.unconsumed_tail
    while not inflate.eof and (more := inflate.decompress(inflate.unconsumed_tail, _STEP)):
        yield more
