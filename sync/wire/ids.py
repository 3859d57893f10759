"""Ids and the small value types every document is made of."""

import re
import secrets
import time
import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, TypeAdapter, ValidationError

_UUID7: Final = r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # Unicode general categories
_NO_INK: Final = frozenset({"Zs", "Mn", "Me"})  # … of what shows nothing by itself
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and a pattern that fill a place and show nothing."""

Id = Annotated[str, StringConstraints(pattern=_UUID7)]
"""A UUIDv7 (RFC 9562) in lower case."""

ItemId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.\-]{0,63}$")]
"""An item's identifier as its bank gives it (a QTI identifier, at most 64 characters)."""

Identifier = Annotated[str, StringConstraints(pattern=r"^[^\W\d][\w.\-]{0,63}$")]
"""A QTI identifier within an item (of an option, a variable): a letter of any script first, at most 64 characters."""

Subject = Annotated[str, StringConstraints(pattern=r"^(-|[\w][\w .·&+/()（）、\-]{0,59})$")]
"""What an item is about, as its bank sorts it; "-" stands for none."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in lower-case hexadecimal."""

KeyId = Digest
"""Lower-case hexadecimal SHA-256 of a key's DER SubjectPublicKeyInfo."""


def _not_boolean(value: object) -> object:
    """Keep `true` from being 1 where a reader of a looser format than JSON turns the strictness off."""
    if isinstance(value, bool):
        raise ValueError("Input should be a whole number, not true or false")  # noqa: TRY004 - as pydantic wants it
    return value


def _one_plain_line(text: str) -> str:
    """Refuse what a person cannot see, or what changes how the rest reads: controls, format and bidi characters.

    Private-use and unassigned characters stay: rare characters of people's names are written with them.
    """
    if any(unicodedata.category(character) in _UNSEEN for character in text):
        raise ValueError("a control or format character")
    return text


def plain_line(text: str) -> str:
    """Give what a person sees of a text as one line, single spaces between words; empty if they see nothing of it."""
    kept = (character for character in text if character.isspace() or unicodedata.category(character) not in _UNSEEN)
    line = " ".join("".join(kept).split())
    shows = any(unicodedata.category(one) not in _NO_INK and one not in _BLANK for one in line)
    return line if shows else ""


Whole = Annotated[int, BeforeValidator(_not_boolean)]
"""A whole number; never a boolean."""

Millis = Annotated[Whole, Field(ge=0, le=2**53 - 1)]
"""Milliseconds: since the epoch (UTC) for times, plain for durations."""

LATEST_MS: Final = 253_370_764_800_000
"""The beginning of the year 9999 (UTC): what comes soon after it can still be said by a calendar, in any zone."""

WallMillis = Annotated[Whole, Field(ge=0, le=LATEST_MS)]
"""A time since the epoch (UTC), ms, that a seat states of its own."""

MOST_RECORDED_MS: Final = 2**32 - 1

RecordedMillis = Annotated[Whole, Field(ge=0, le=MOST_RECORDED_MS)]
"""Recorded time, ms: a sealed record has four bytes for it, which is 49 days."""

Figure = Annotated[Whole, Field(ge=0, le=2**40)]
"""A count of things or bytes; a hundred thousand of them together are still a number for a database."""

Base64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]*={0,2}$", max_length=4_000_000)]
"""Standard base64 with padding (RFC 4648 section 4)."""

DeviceLabel = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""What a camera or a microphone calls itself; as it comes, so that no odd name keeps a recording from being made."""

Name = Annotated[DeviceLabel, AfterValidator(_one_plain_line)]
"""A line that a person reads; never empty, and nothing unseen in it."""

PlainText = Annotated[str, StringConstraints(max_length=400), AfterValidator(_one_plain_line)]
"""What a person wrote about what happened, on one line with nothing unseen in it; it may be empty."""

_NAMES: Final[TypeAdapter[str]] = TypeAdapter(Name)


def is_name(text: str) -> bool:
    """Tell whether `text` can be a `Name`; for what an operator types."""
    try:
        _NAMES.validate_python(text)
    except ValidationError:
        return False
    return True


def plain_name(name: str) -> str:
    """Give what two names have to differ in to be two people's: width, case and spaces do not count."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def new_id() -> str:
    """Make a UUIDv7: 48 bits of Unix milliseconds, then 74 random bits (RFC 9562 section 5.7)."""
    millis = time.time_ns() // 1_000_000 & (2**48 - 1)
    bits = millis << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    text = f"{bits:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_id(text: str) -> bool:
    """Tell whether `text` is an id of ours; anything that names a file or a row from outside passes here first."""
    return re.fullmatch(_UUID7, text) is not None
