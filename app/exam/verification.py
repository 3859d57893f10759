"""The verification code: what a candidate copies from the screen to look the result up later."""

from typing import Final

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LETTERS: Final = 15
_MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def verification_code(payload_sha256: str) -> str:
    """Give the first 75 bits of the signed payload's digest (hexadecimal) as 15 letters, Crockford base32, and a check.

    The sixteenth letter is the sum of the letters' values, each times its place (1 to 15), modulo 31.
    """
    bits = int(payload_sha256, 16) >> (256 - 5 * _LETTERS)
    values = [bits >> 5 * (_LETTERS - 1 - place) & 31 for place in range(_LETTERS)]
    return "".join(_CROCKFORD[value] for value in [*values, _check(values)])


def read_code(typed: str) -> str | None:
    """Give the code that a person typed or read out: any case, gaps and hyphens, O for 0, I or L for 1.

    None if it is not one: too long or short, another letter, or a check letter that does not fit.
    """
    code = typed[:100].upper().translate(_MISREAD)
    values = [_CROCKFORD.find(letter) for letter in code]
    if len(values) != _LETTERS + 1 or min(values) < 0 or _check(values[:_LETTERS]) != values[_LETTERS]:
        return None
    return code


def grouped(code: str) -> str:
    """Give a code in groups of four, as people read it."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def _check(values: list[int]) -> int:
    return sum(place * value for place, value in enumerate(values, start=1)) % 31
