"""The verification code: the same for the same packet, and a slip of the pen is noticed."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from app.exam.verification import verification_code

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def digest(number: int) -> str:
    return hashlib.sha256(number.to_bytes(8, "big")).hexdigest()


def check_of(code: str) -> str:
    """Reckon the check letter as a person with the documentation would."""
    total = sum(place * LETTERS.index(letter) for place, letter in enumerate(code[:15], start=1))
    return LETTERS[total % 31]


@given(st.integers(0, 2**63))
def test_a_code_is_sixteen_unmistakable_letters_with_a_right_check(number: int) -> None:
    code = verification_code(digest(number))
    assert len(code) == 16
    assert set(code) <= set(LETTERS)
    assert code[15] == check_of(code)


def test_a_known_digest_gives_its_code() -> None:
    assert verification_code("0" * 64) == "0" * 16
    assert verification_code("f" * 64)[:15] == "Z" * 15


@given(st.integers(0, 2**63), st.integers(0, 2**63))
def test_other_packets_have_other_codes(one: int, other: int) -> None:
    assert (verification_code(digest(one)) == verification_code(digest(other))) == (one == other)
