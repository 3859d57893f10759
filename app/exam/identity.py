"""Identity numbers (GB 11643): checked when they come in, and never kept but masked, or under a key."""

import hashlib
import hmac
import re
from typing import Final

from sync.faults import Refused

_FORM: Final = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
_CHECKS: Final = "10X98765432"


class IdentityNumberWrong(Refused):
    """An identity number has a typing mistake: its check character does not fit. Fact: `row`, from 1."""

    code = "IDENTITY_NUMBER_WRONG"


def is_identity_number(text: str) -> bool:
    """Tell whether the 18 characters fit their check character (GB 11643-1999; ISO 7064 MOD 11-2)."""
    if not _FORM.fullmatch(text):
        return False
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(text[:17]))
    return _CHECKS[total % 11] == text[17]


def number_digest(key: bytes, number: str) -> str:
    """Give what stands for an identity number on a roster: HMAC-SHA256 under the session's roster key, hexadecimal.

    There are so few identity numbers that a plain digest would tell them all.
    """
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()


def masked(text: str) -> str:
    """Keep the first three and the last four characters of an identity number."""
    return f"{text[:3]}{'*' * 11}{text[-4:]}"
