"""Pictures in: what a picture is by its own bytes and never by its name, whether it is sound, and nothing unseen."""

import struct
from dataclasses import dataclass
from typing import Final

from app.content.media import jpeg, png, rasters
from app.content.media.medium import MediumRefused

MAX_PICTURE_BYTES: Final = 4_000_000
MAX_SIDE: Final = 4_096  # pixels; with MAX_PIXELS it bounds the memory that decoding takes
MAX_PIXELS: Final = 16_000_000

_PNG: Final = png.SIGNATURE + b"\x00\x00\x00\x0dIHDR"
_REFUSED: Final = {  # other kinds of files, to be called by their names
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"%PDF": "PDF",
    b"8BPS": "PSD",
    b"\x00\x00\x01\x00": "ICO",
    b"\xd7\xcd\xc6\x9a": "WMF",
    b"\x01\x00\x00\x00": "EMF",
}


@dataclass(frozen=True)
class PictureKind:
    """What a picture says of itself; sides in pixels."""

    mime: str
    width: int
    height: int


@dataclass(frozen=True)
class AdmittedPicture:
    """A picture that was decoded once, with nothing in it but its pixels; sides in pixels."""

    data: bytes
    mime: str
    width: int
    height: int


def recognise_picture(data: bytes) -> PictureKind | None:
    """Tell what a picture is; None if it is neither PNG nor JPEG, or has no size or one beyond `MAX_SIDE`."""
    kind = _recognised(data)
    return kind if kind and 0 < kind.width <= MAX_SIDE and 0 < kind.height <= MAX_SIDE else None


def admit_picture(data: bytes) -> AdmittedPicture:
    """Let a picture in: PNG and JPEG as they are, a still GIF, WebP or BMP as a PNG.

    Sizes are checked before anything is decoded. Left out are all texts, EXIF, colour profiles and whatever follows
    the end. Equal input gives equal bytes.

    Raises:
        MediumRefused: of another kind, too large, animated, damaged or cut short, turned by EXIF, or in CMYK.
    """
    if len(data) > MAX_PICTURE_BYTES:
        raise MediumRefused(f"a picture of more than {MAX_PICTURE_BYTES} bytes")
    if raster := rasters.recognise_raster(data):
        _check_size(raster.width, raster.height)
        data = rasters.as_png(data, raster)
        if len(data) > MAX_PICTURE_BYTES:
            raise MediumRefused(
                f"a {raster.name} of more than {MAX_PICTURE_BYTES} bytes as PNG; save it as JPEG", raster.name
            )
    kind = _recognised(data)
    if kind is None:
        name = next((name for start, name in _REFUSED.items() if data.startswith(start)), "")
        raise MediumRefused(f"no picture that is supported{name and ': '}{name}; save it as PNG or JPEG", name)
    _check_size(kind.width, kind.height)
    kept = png.checked(data, png.read_header(data)) if kind.mime == "image/png" else jpeg.checked(data)
    return AdmittedPicture(kept, kind.mime, kind.width, kind.height)


def _check_size(width: int, height: int) -> None:
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and width * height <= MAX_PIXELS):
        raise MediumRefused(
            f"a picture of {width} x {height} pixels; at most {MAX_SIDE} a side and {MAX_PIXELS} in all"
        )


def _recognised(data: bytes) -> PictureKind | None:
    if data.startswith(_PNG) and len(data) >= len(_PNG) + 8:
        return PictureKind("image/png", *struct.unpack_from(">II", data, len(_PNG)))
    if size := jpeg.size_of(data):
        return PictureKind("image/jpeg", *size)
    return None
