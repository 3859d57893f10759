"""Telling what a picture is, and how large, by its own bytes and never by its name."""

import struct
from dataclasses import dataclass

MAX_PICTURE_BYTES = 4_000_000
MAX_SIDE = 4_096  # pixels; bounds the memory that decoding takes

_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"
_JPEG = b"\xff\xd8\xff"
_MARK = b"\xff"
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {
    0xC4,
    0xC8,
    0xCC,
}  # SOFn; the three are tables (ITU-T T.81, B.1.1.3)


@dataclass(frozen=True)
class PictureKind:
    """What a picture says of itself; sides in pixels."""

    mime: str
    width: int
    height: int


def recognise_picture(data: bytes) -> PictureKind | None:
    """Tell what a picture is; None if it is neither PNG nor JPEG, or has no size or one beyond `MAX_SIDE`."""
    kind = _png(data) or _jpeg(data)
    return kind if kind and 0 < kind.width <= MAX_SIDE and 0 < kind.height <= MAX_SIDE else None


def _png(data: bytes) -> PictureKind | None:
    if not data.startswith(_PNG) or len(data) < len(_PNG) + 8:
        return None
    return PictureKind("image/png", *struct.unpack_from(">II", data, len(_PNG)))


def _jpeg(data: bytes) -> PictureKind | None:
    """Walk the marker segments to the frame header, which holds the size."""
    if not data.startswith(_JPEG):
        return None
    at = 2
    while at + 9 <= len(data) and data[at : at + 1] == _MARK:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return PictureKind("image/jpeg", width, height)
        at += 2 + length
    return None
