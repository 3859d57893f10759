"""Still pictures in other formats, GIF, WebP and BMP, made into PNG: a seat decodes as few formats as possible."""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.content.media import png
from app.content.media.gif import check_gif
from app.content.media.jpeg import check_upright
from app.content.media.medium import MediumRefused

_ANIMATED: Final = 0x02  # of VP8X's flags
_CORE: Final = 12  # bytes of OS/2's header
_EXIF_HEAD: Final = b"Exif\0\0"
_FORMATS: Final = {"GIF": "gif", "WebP": "webp_pipe", "BMP": "bmp_pipe"}


@dataclass(frozen=True)
class Raster:
    """A picture to be converted; sides in pixels as it declares them, the largest if it does so more than once."""

    name: str
    width: int
    height: int


def recognise_raster(data: bytes) -> Raster | None:
    """Tell a GIF, WebP or BMP and its size; None for anything else."""
    if data[:6] in {b"GIF87a", b"GIF89a"} and len(data) > 10:  # noqa: PLR2004 - up to the height
        return Raster("GIF", *struct.unpack_from("<HH", data, 6))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        sizes = [_webp_size(kind, body) for kind, body in _webp_chunks(data)]
        return Raster("WebP", max((w for w, _ in sizes), default=0), max((h for _, h in sizes), default=0))
    if data[:2] == b"BM" and len(data) > 26:  # noqa: PLR2004 - up to the height
        core = int.from_bytes(data[14:18], "little") == _CORE
        width, height = struct.unpack_from("<HH" if core else "<ii", data, 18)
        return Raster("BMP", width, abs(height))
    return None


def as_png(data: bytes, raster: Raster) -> bytes:
    """Decode a picture whose size was checked, and write it as PNG.

    Raises:
        MediumRefused: damaged, cut short, animated, turned by EXIF, or not as large as it declares.
    """
    import av  # noqa: PLC0415 - takes long, and a seat starts without it

    if raster.name == "WebP":
        _check_webp(data)
    elif raster.name == "GIF":
        check_gif(data)
    else:
        _check_bmp(data, raster)
    try:
        with av.open(io.BytesIO(data), mode="r", format=_FORMATS[raster.name]) as container:
            stream = container.streams.video[0]
            stream.codec_context.thread_count = 1
            stream.codec_context.options = {"err_detect": "explode"}  # else the decoder makes up what is missing
            frames = container.decode(stream)
            frame = next(frames, None)
            if next(frames, None) is not None:
                raise MediumRefused(f"an animated {raster.name}; a picture stands still", "animated")
    except av.FFmpegError:
        frame = None
    if frame is None or (frame.width, frame.height) != (raster.width, raster.height):
        raise MediumRefused(f"a {raster.name} that cannot be decoded", raster.name)
    return png.encoded(frame)


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    end = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    at = 12
    while at + 8 <= end:
        kind, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        yield kind, data[at + 8 : min(at + 8 + length, end)]
        at += 8 + length + length % 2


def _webp_size(kind: bytes, body: bytes) -> tuple[int, int]:
    """Give the size that a chunk declares (RFC 9649; RFC 6386, 9.1), none if it declares none."""
    if kind == b"VP8X" and len(body) >= 10:  # noqa: PLR2004
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8 " and len(body) >= 10:  # noqa: PLR2004
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and len(body) >= 5:  # noqa: PLR2004
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return 0, 0


def _check_webp(data: bytes) -> None:
    if len(data) < 8 + int.from_bytes(data[4:8], "little"):
        raise MediumRefused("a WebP that is cut short", "WebP")
    for kind, body in _webp_chunks(data):
        if kind in {b"ANIM", b"ANMF"} or (kind == b"VP8X" and body and body[0] & _ANIMATED):
            raise MediumRefused("an animated WebP; a picture stands still", "animated")
        if kind == b"EXIF":
            check_upright(body.removeprefix(_EXIF_HEAD))


def _check_bmp(data: bytes, raster: Raster) -> None:
    """Check that all lines are there; the decoder makes do with fewer."""
    size, start, head = (int.from_bytes(data[at : at + 4], "little") for at in (2, 10, 14))
    core = head == _CORE
    bits = int.from_bytes(data[24:26] if core else data[28:30], "little")
    packed = not core and data[30:34] != bytes(4)
    line = (raster.width * bits + 31) // 32 * 4
    if size > len(data) or (not packed and start + line * raster.height > len(data)):
        raise MediumRefused("a BMP that is cut short", "BMP")
