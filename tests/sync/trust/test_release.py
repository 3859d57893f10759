"""A typed release code: every likely slip is noticed and, where it can be, placed."""

import itertools
from functools import reduce

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.trust.aead import SealRefused, open_sealed
from sync.trust.release import (
    ReleaseCodeWrong,
    ReleaseGroupWrong,
    ReleaseShare,
    unwrap_key,
    wrap_key,
)

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SHARES = st.binary(min_size=16, max_size=16).map(ReleaseShare)


def letters_of(share: ReleaseShare) -> str:
    return share.code().replace("-", "")


def group_refused(text: str) -> str | int:
    with pytest.raises(ReleaseCodeWrong) as caught:
        ReleaseShare.from_code(text)
    assert isinstance(caught.value, ReleaseGroupWrong) == (caught.value.facts["group"] != 0)
    return caught.value.facts["group"]


@given(SHARES)
def test_a_code_is_six_groups_of_five_and_gives_the_share_back(share: ReleaseShare) -> None:
    code = share.code()
    assert [len(group) for group in code.split("-")] == [5] * 6
    assert set(code) <= set(ALPHABET + "-")
    assert ReleaseShare.from_code(code) == share


def test_the_first_26_characters_are_crockford_base32_of_the_share() -> None:
    assert letters_of(ReleaseShare(bytes(16))) == "0" * 30
    assert letters_of(ReleaseShare(b"\xff" * 16))[:26] == "7" + "Z" * 25
    assert letters_of(ReleaseShare(bytes(15) + b"\x2a"))[:26] == "0" * 24 + "1A"


@given(SHARES)
def test_people_may_type_small_letters_spaces_other_dashes_and_lookalikes(share: ReleaseShare) -> None:
    code = share.code()
    full_width = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
    for typed in (
        code.lower(),
        code.replace("-", " "),
        code.replace("-", ""),
        f"  {code.replace('-', ' – ')}\n",
        code.replace("0", "O").replace("1", "I"),
        code.replace("0", "o").replace("1", "l"),
        full_width,
    ):
        assert ReleaseShare.from_code(typed) == share


@settings(max_examples=25)
@given(SHARES)
def test_every_single_wrong_character_is_refused_and_its_group_is_named(share: ReleaseShare) -> None:
    letters = letters_of(share)
    for place in range(30):
        for other in ALPHABET.replace(letters[place], ""):
            typed = letters[:place] + other + letters[place + 1 :]
            assert group_refused(typed) == (1 if typed[0] > "7" else place // 5 + 1)


@given(SHARES)
def test_every_swap_of_two_neighbours_is_refused_and_its_first_group_is_named(share: ReleaseShare) -> None:
    letters = letters_of(share)
    for place in range(29):
        typed = letters[:place] + letters[place + 1] + letters[place] + letters[place + 2 :]
        if typed != letters:
            assert group_refused(typed) == place // 5 + 1


def times(left: int, right: int) -> int:
    """Multiply in GF(32), x⁵ + x² + 1, the long way."""
    product = 0
    for bit in range(5):
        product ^= (left << bit) * (right >> bit & 1)
    for bit in range(8, 4, -1):
        product ^= (0b100101 << bit - 5) * (product >> bit & 1)
    return product


def power(exponent: int) -> int:
    return reduce(times, [2] * exponent, 1)


@given(SHARES)
def test_a_code_is_zero_at_four_powers_in_a_row_so_any_two_codes_differ_in_five_places(
    share: ReleaseShare,
) -> None:
    values = [ALPHABET.index(letter) for letter in letters_of(share)]
    for exponent in range(1, 5):
        assert reduce(lambda so_far, value: times(so_far, power(exponent)) ^ value, values, 0) == 0


@pytest.mark.parametrize("left_out", range(1, 5))
def test_four_wrong_characters_that_fool_three_of_the_four_checks_are_refused(left_out: int) -> None:
    mistake = [1]
    for exponent in set(range(1, 5)) - {left_out}:
        shifted, scaled = [*mistake, 0], [0, *(times(value, power(exponent)) for value in mistake)]
        mistake = [one ^ other for one, other in zip(shifted, scaled, strict=True)]
    assert len(mistake) == 4
    values = [ALPHABET.index(letter) for letter in letters_of(ReleaseShare(bytes(range(16))))]
    for place in range(1, 27):
        typed = values[:place] + [values[place + i] ^ mistake[i] for i in range(4)] + values[place + 4 :]
        group_refused("".join(ALPHABET[value] for value in typed))


def test_any_two_wrong_characters_leave_a_trace() -> None:
    for first, second in itertools.combinations(range(30), 2):
        for other in ALPHABET[1:]:
            typed = ["0"] * 30  # the code is linear: what is noticed here is noticed in every code …
            typed[first], typed[second] = "1", other  # … and every pair of mistakes is a multiple of one of these
            group_refused("".join(typed))


def test_mistakes_that_cannot_be_placed_blame_no_group() -> None:
    letters = letters_of(ReleaseShare(bytes(16)))
    assert group_refused(letters[:7] + "5" + letters[8:22] + "9" + letters[23:]) == 0


def test_a_word_of_the_code_that_stands_for_no_share_is_refused() -> None:
    values = [ALPHABET.index(letter) for letter in letters_of(ReleaseShare(b"\x20" + bytes(15)))]
    scaled = [times(value, 8) for value in values]  # still a word of the code, but with more than 128 bits
    assert (values[0], scaled[0]) == (1, 8)
    assert group_refused("".join(ALPHABET[value] for value in scaled)) == 1


def test_a_missing_or_strange_character_is_placed_where_it_can_be() -> None:
    code = ReleaseShare(bytes(range(16))).code()
    groups = code.split("-")
    groups[3] = groups[3][:4]
    assert group_refused("-".join(groups)) == 4
    assert group_refused(code.replace("-", "")[:-1]) == 0
    assert group_refused(code + "0") == 6
    assert group_refused("U" + code[1:]) == 1
    assert group_refused(code[:-1] + "监") == 6
    assert group_refused("Z" + code[1:]) == 1  # no code begins with more than 7
    assert group_refused("") == 0
    assert group_refused(code * 7) == 0


@given(st.text(max_size=250))
def test_any_text_that_is_no_code_is_refused_without_any_other_error(text: str) -> None:
    assert group_refused(text) in range(7)


def test_a_share_does_not_show_in_a_log() -> None:
    share = ReleaseShare.generate()
    assert share.raw.hex() not in repr(share)
    assert str(share.raw) not in repr(share)
    assert share != ReleaseShare.generate()


def test_a_wrapped_key_opens_with_both_shares_and_the_same_context_only() -> None:
    key, device_share, share = bytes(32), bytes(range(32)), ReleaseShare.generate()
    wrapped = wrap_key(key, device_share, share, b"session content")
    assert unwrap_key(wrapped, device_share, share, b"session content") == key
    for other in (
        (bytes(32), share, b"session content"),
        (device_share, ReleaseShare.generate(), b"session content"),
        (device_share, share, b"session marking"),
    ):
        with pytest.raises(SealRefused):
            unwrap_key(wrapped, *other)
    with pytest.raises(ValueError, match="32 bytes"):
        wrap_key(key, bytes(16), share, b"")
    with pytest.raises(ValueError, match="16 bytes"):
        ReleaseShare(bytes(15))


def test_the_wrapping_is_hkdf_sha256_over_both_shares_as_the_format_says() -> None:
    device_share, share = bytes(range(32)), ReleaseShare(bytes(range(16)))
    wrapped = wrap_key(b"k" * 32, device_share, share, b"context")
    derived = HKDF(hashes.SHA256(), 32, None, b"examroom-release-v1").derive(device_share + share.raw)
    assert open_sealed(derived, wrapped, b"context") == b"k" * 32
