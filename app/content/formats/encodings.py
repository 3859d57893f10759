"""Telling in which encoding a text was written, always in the same way for the same bytes.

A byte order mark decides. Without one: UTF-16 shows by its zero bytes, UTF-8 by being valid. What is left is either
GB18030 or windows-1252, and nearly any bytes are valid in both; the more plausible one is taken: GB18030 if what it
makes of the bytes above 0x7F is nearly all in GB 2312 (the common characters), else windows-1252 if they become letters
and marks of West European words, else GB18030 if they become Han characters at all.
"""

import codecs
from dataclasses import dataclass
from typing import Final

from app.content.bank import BankRefused

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with BOM"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16 LE"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16 BE"),
)
_SAMPLE: Final = 200_000  # bytes looked at where the whole would not tell more
_ZEROS: Final = 0.2  # UTF-16 of a text with line ends and ASCII marks has that share of zero bytes on one side
_PLAUSIBLE: Final = 0.85
_CERTAIN: Final = 0.97
_CONTROLS: Final = frozenset(range(32)) - {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A}
_PAIR: Final = 2  # bytes of a character in GB 2312
_HAN: Final = (0x4E00, 0x9FFF)
_CHINESE_MARKS: Final = frozenset("　、。·—～‖…‘’“”〔〕〈〉《》「」『』【】±×÷℃％‰°§№①②③④⑤⑥⑦⑧⑨⑩")
_FULL_WIDTH: Final = (0xFF00, 0xFFEF)
_LATIN: Final = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿŒœŠšŽžŸß")
_WESTERN_MARKS: Final = frozenset("‘’“”–—…•·°±²³µ×÷€£§©®™«»¿¡½¼¾º\xa0‚„†‡‰‹›")


@dataclass(frozen=True)
class Decoded:
    """A text and the name of the encoding it was in."""

    text: str
    encoding: str


def decode(data: bytes, source: str) -> Decoded:
    """Decode a text file; every line end becomes a line feed.

    Raises:
        BankRefused: the bytes are no text in an encoding that we know.
    """
    text, encoding = _decode(data, source)
    if "\0" in text or any(ord(char) in _CONTROLS for char in set(text)):
        raise BankRefused(source, 0, "control characters: this is no text file")
    return Decoded(text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\x1a"), encoding)


def _decode(data: bytes, source: str) -> tuple[str, str]:
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            body = data if codec == "utf-8-sig" else data[len(mark) :]
            return _strict(body, codec, source, name), name
    if b"\0" in data[:_SAMPLE]:
        name = _utf16(data, source)
        return _strict(data, "utf-16-le" if name == "UTF-16 LE" else "utf-16-be", source, name), name
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError as error:
        return _one_of_two(data, source, error.start)


def _strict(data: bytes, codec: str, source: str, name: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BankRefused(source, line, f"not {name} from byte {error.start} on") from None


def _utf16(data: bytes, source: str) -> str:
    """Tell the byte order by where the zero bytes of line ends, digits and Latin letters lie."""
    sample = data[: _SAMPLE - _SAMPLE % 2]
    first, second = sample[0::2].count(0), sample[1::2].count(0)
    if len(data) % 2 == 0 and max(first, second) >= 1 and min(first, second) * 20 <= max(first, second):
        share = max(first, second) / (len(sample) // 2)
        if share >= _ZEROS or _mostly_han(data, "utf-16-be" if first > second else "utf-16-le"):
            return "UTF-16 BE" if first > second else "UTF-16 LE"
    # many characters of Chinese texts (一, the wide space) have a zero byte on the other side
    little, big = (_text_share(sample.decode(codec, "replace")) for codec in ("utf-16-le", "utf-16-be"))
    if len(data) % 2 == 0 and max(little, big) >= _CERTAIN and min(little, big) < _PLAUSIBLE:
        return "UTF-16 LE" if little > big else "UTF-16 BE"
    raise BankRefused(source, 0, "zero bytes: this is no text file")


def _text_share(text: str) -> float:
    """Give how much of a text is printable ASCII, line ends, or Chinese."""
    beyond = _beyond_ascii(text)
    plain = sum(char.isprintable() or char in "\r\n\t" for char in text if char.isascii())
    return (plain + _han_share(text) * len(beyond)) / len(text) if text else 0.0


def _mostly_han(data: bytes, codec: str) -> bool:
    return _han_share(data.decode(codec, "replace")) >= _PLAUSIBLE


def _one_of_two(data: bytes, source: str, broken_at: int) -> tuple[str, str]:
    chinese, western = _try(data, "gb18030"), _try(data, "windows-1252")
    if _common_share(chinese) >= _PLAUSIBLE:
        return chinese, "GB18030"
    if _latin_share(western) >= _PLAUSIBLE:
        return western, "windows-1252"
    if _han_share(chinese) >= _PLAUSIBLE:
        return chinese, "GB18030"  # traditional or rare characters
    line = data[:broken_at].count(b"\n") + 1
    raise BankRefused(source, line, "none of UTF-8, UTF-16, GB18030 and windows-1252")


def _try(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return ""


def _common_share(text: str) -> float:
    """Give how much of what is not ASCII is in GB 2312, where all common characters are."""
    beyond = _beyond_ascii(text)
    return sum(len(char.encode("gb2312", "ignore")) == _PAIR for char in beyond) / len(beyond) if beyond else 0.0


def _han_share(text: str) -> float:
    """Give how much of what is not ASCII is Chinese at all."""
    beyond = _beyond_ascii(text)
    good = sum(
        any(low <= ord(char) <= high for low, high in (_HAN, _FULL_WIDTH)) or char in _CHINESE_MARKS for char in beyond
    )
    return good / len(beyond) if beyond else 0.0


def _beyond_ascii(text: str) -> str:
    return "".join(char for char in text if not char.isascii())


def _latin_share(text: str) -> float:
    """Give how much of what is not ASCII is West European; a letter counts in full beside an ASCII letter only.

    In Chinese text read wrongly, such letters stand in pairs and rows of each other.
    """
    beyond = [at for at, char in enumerate(text) if not char.isascii()]
    good = sum(text[at] in _WESTERN_MARKS or (text[at] in _LATIN and _beside_ascii(text, at)) for at in beyond)
    return good / len(beyond) if beyond else 0.0


def _beside_ascii(text: str, at: int) -> bool:
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < len(text) else " "
    plain = [char.isascii() for char in (before, after)]
    return all(plain) or (any(plain) and (before.isalpha() or after.isalpha()))
