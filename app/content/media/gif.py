"""GIF by its own specification (GIF89a): counted whole, because the decoder makes up what is missing."""

from typing import Final

from app.content.media.medium import MediumRefused

MAX_GIF_BYTES: Final = 2_000_000  # counting takes a second for these

_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_HEADER: Final = 13
_DESCRIPTOR: Final = 10
_MAX_BITS: Final = 12
_CODE_SIZES: Final = range(2, 9)


def check_gif(data: bytes) -> None:
    """Check that there is one image and that its data make all of its pixels.

    Raises:
        MediumRefused: animated, cut short, or beyond the bound.
    """
    if len(data) > MAX_GIF_BYTES:
        raise MediumRefused(f"a GIF of more than {MAX_GIF_BYTES} bytes; save it as PNG", "GIF")
    try:
        images = _check(data)
    except IndexError:
        images = 0
    if images > 1:
        raise MediumRefused("an animated GIF; a picture stands still", "animated")
    if images == 0:
        raise MediumRefused("a GIF that is cut short or damaged", "GIF")


def _check(data: bytes) -> int:
    """Count the images; 0 if one is not whole."""
    images, at = 0, _HEADER + _table(data[10])
    while data[at] != _TRAILER:
        if data[at] == _EXTENSION:
            _, at = _blocks(data, at + 2)
        elif data[at] == _IMAGE:
            size = int.from_bytes(data[at + 5 : at + 7], "little") * int.from_bytes(data[at + 7 : at + 9], "little")
            at += _DESCRIPTOR + _table(data[at + 9])
            code_size = data[at]
            codes, at = _blocks(data, at + 1)
            if images == 0 and (code_size not in _CODE_SIZES or _pixels(codes, code_size, size) != size):
                return 0
            images += 1
        else:
            return 0
    return images


def _table(flags: int) -> int:
    """Give the bytes of a colour table."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _blocks(data: bytes, at: int) -> tuple[bytes, int]:
    pieces = []
    while length := data[at]:
        pieces.append(data[at + 1 : at + 1 + length])
        at += 1 + length
    return b"".join(pieces), at + 1


def _pixels(codes: bytes, code_size: int, most: int) -> int:
    """Follow the codes (Appendix F) by the lengths of what they stand for; stop beyond `most`."""
    clear, end = 1 << code_size, (1 << code_size) + 1
    lengths: list[int] = []
    count = last = value = have = 0
    bits = code_size + 1
    for byte in codes:
        value |= byte << have
        have += 8
        while have >= bits:
            code, value, have = value & (1 << bits) - 1, value >> bits, have - bits
            if code == end or count > most:
                return count
            if code == clear:
                lengths, last, bits = [1] * clear + [0, 0], 0, code_size + 1
                continue
            if code > len(lengths) or not lengths or (code == len(lengths) and not last):
                return -1
            if last and len(lengths) < 1 << _MAX_BITS:
                lengths.append(last + 1)
                if len(lengths) == 1 << bits and bits < _MAX_BITS:
                    bits += 1
            if code >= len(lengths):
                return -1
            last = lengths[code]
            count += last
    return count
