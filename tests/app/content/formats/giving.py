"""What the tests of the formats share: reading a text as a file, and scoring as a seat does."""

import struct
import zlib
from collections.abc import Mapping

from app.content.formats.found import FormatReading, Found
from app.content.formats.moodle import read_moodle
from app.exam.processing.check import check_marking
from app.exam.processing.run import score_item
from app.exam.prose import plain_text


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\0\x00\xff\0\xff\x00"))
    + _chunk(b"IEND", b"")
)
"""A picture of four pixels."""


def only(reading: FormatReading) -> Found:
    """Give the one item that was read, which nothing else came with."""
    assert [one.reason for one in reading.rejected] == []
    (found,) = reading.items
    check_marking(found.marking)
    return found


def score(found: Found, responses: Mapping[str, str | list[str]] | str | list[str]) -> float | None:
    """Score responses; one without a name is RESPONSE."""
    named = responses if isinstance(responses, Mapping) else {"RESPONSE": responses}
    result = score_item(
        found.marking, {name: [value] if isinstance(value, str) else value for name, value in named.items()}
    )
    return None if result.score is None else round(result.score, 6)


def most(found: Found) -> float | None:
    """Give the most that an item can earn."""
    return score_item(found.marking, {}).max_score


def stem(found: Found) -> str:
    """Give what the stem says in Chinese (or in the only language)."""
    return plain_text(found.item.stem.zh)


def moodle(*questions: str) -> FormatReading:
    """Read questions as a Moodle XML file."""
    return read_moodle(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>{"".join(questions)}</quiz>'.encode(), "bank.xml"
    )


def question(kind: str, text: str, rest: str = "", name: str = "elec-001") -> str:
    """Write a question; `text` is HTML."""
    return (
        f'<question type="{kind}"><name><text>{name}</text></name><questiontext format="html">'
        f"<text><![CDATA[{text}]]></text></questiontext>{rest}</question>"
    )


def answer(fraction: str, text: str, more: str = "") -> str:
    """Write an answer."""
    return f'<answer fraction="{fraction}" format="html"><text><![CDATA[{text}]]></text>{more}</answer>'
