"""JPEG by its own specification (ITU-T T.81): walked, decoded once, and stripped of what is not seen."""

import io
import struct
from collections.abc import Iterator
from typing import Final

from app.content.media.medium import MediumRefused

MAX_SCANS: Final = 100  # of a progressive picture: each is another walk over all of it

_START: Final = b"\xff\xd8\xff"
_END: Final = b"\xff\xd9"
_MARK: Final = 0xFF
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOFn; the three are tables (B.1.1.3)
_SUPPORTED: Final = {0xC0, 0xC1, 0xC2}  # baseline, extended and progressive, with Huffman codes
_SCAN: Final = 0xDA
_TABLES: Final = {0xC4, 0xDB, 0xDD}
_JFIF: Final = 0xE0
_EXIF: Final = 0xE1
_ADOBE: Final = 0xEE  # says how the colours are coded
_COMMENT: Final = 0xFE
_RESTARTS: Final = range(0xD0, 0xD8)
_ORIENTATION: Final = 0x0112
_PLAIN_JFIF: Final = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
_DEPTH: Final = 8
_FRAME: Final = 5  # where a frame header counts its components
_CMYK: Final = 4


def size_of(data: bytes) -> tuple[int, int] | None:
    """Walk the segments to the frame header and give width and height in pixels; None if there is none."""
    if not data.startswith(_START):
        return None
    try:
        frame = next((body for marker, _, body in _segments(data) if marker in _FRAMES and len(body) > _FRAME), None)
    except MediumRefused:
        return None
    if frame is None:
        return None
    height, width = struct.unpack_from(">HH", frame, 1)
    return width, height


def checked(data: bytes) -> bytes:
    """Decode a JPEG whose size was checked, and write it again without what does not make its pixels.

    Raises:
        MediumRefused: damaged, cut short, turned by EXIF, or coded in a way that not every decoder can read.
    """
    kept, frames, scans, ended = [b"\xff\xd8"], 0, 0, False
    for marker, length, body in _segments(data):
        if marker in _FRAMES:
            frames += 1
            _check_frame(marker, body)
        elif marker == _SCAN:
            scans += 1
        elif marker == _EXIF and body.startswith(b"Exif\0\0"):
            check_upright(body[6:])
        if marker == _JFIF and body.startswith(b"JFIF\0"):
            kept.append(_PLAIN_JFIF)
        elif marker == _END[1]:
            kept.append(_END)
            ended = True
        elif marker in _FRAMES or marker in _TABLES or marker == _SCAN or (marker == _ADOBE and body[:5] == b"Adobe"):
            kept.append(bytes([_MARK, marker]) + struct.pack(">H", length) + body)
        elif not (_JFIF <= marker <= _ADOBE + 1 or marker == _COMMENT):
            raise MediumRefused(f"a JPEG with a segment that is not supported: {marker:02X}")
    if frames != 1 or not 0 < scans <= MAX_SCANS or not ended:
        raise MediumRefused("a JPEG that is cut short, or in more parts than one")
    whole = b"".join(kept)
    _decode(whole)
    return whole


def check_upright(tiff: bytes) -> None:
    """Refuse a picture that EXIF turns: it would lie on its side for who does not look there.

    Raises:
        MediumRefused: its orientation is not 1 (CIPA DC-008, 4.6.5.1).
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:  # noqa: PLR2004 - a header
        return
    (at,) = struct.unpack_from(f"{order}I", tiff, 4)
    count = struct.unpack_from(f"{order}H", tiff, at)[0] if at + 2 <= len(tiff) else 0
    for entry in range(at + 2, min(at + 2 + 12 * count, len(tiff) - 11), 12):
        tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
        if tag == _ORIENTATION and value > 1:
            raise MediumRefused("a picture that EXIF turns; turn it upright and save it again", "EXIF orientation")


def _check_frame(marker: int, body: bytes) -> None:
    if marker not in _SUPPORTED:
        raise MediumRefused("a lossless, hierarchical or arithmetic JPEG; save it as an ordinary one", "JPEG")
    if len(body) <= _FRAME or body[0] != _DEPTH:
        raise MediumRefused("a JPEG of more than 8 bits; save it as an ordinary one", "JPEG")
    if body[_FRAME] == _CMYK:
        raise MediumRefused("a JPEG in CMYK, for printing; save it in RGB", "CMYK")


def _segments(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Give every marker, its length as written, and what belongs to it; of a scan also all of its data."""
    at = 2
    while at + 1 < len(data):
        if data[at] != _MARK:
            break
        marker = data[at + 1]
        if marker == _MARK:  # a fill byte
            at += 1
            continue
        if marker == _END[1]:
            yield marker, 0, b""
            return  # what follows is nobody's business, and does not travel
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        end = at + 2 + length
        if length < 2 or end > len(data):  # noqa: PLR2004 - the length counts itself
            break
        body, at = at + 4, _scan_end(data, end) if marker == _SCAN else end
        yield marker, length, data[body:at]
    raise MediumRefused("a JPEG that is cut short")


def _scan_end(data: bytes, at: int) -> int:
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise MediumRefused("a JPEG that is cut short")
        if data[at + 1] and data[at + 1] not in _RESTARTS:
            return at
        at += 2


def _decode(data: bytes) -> None:
    import av  # noqa: PLC0415 - takes long, and a seat starts without it

    try:
        with av.open(io.BytesIO(data), mode="r", format="jpeg_pipe") as container:
            stream = container.streams.video[0]
            stream.codec_context.thread_count = 1
            stream.codec_context.options = {"err_detect": "explode"}  # else the decoder makes up what is missing
            frames = sum(1 for _ in container.decode(stream))
    except av.FFmpegError:
        frames = 0
    if frames != 1:
        raise MediumRefused("a JPEG that cannot be decoded")
