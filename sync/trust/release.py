"""The release share: what a session's start gives to a seat, over the network or typed by a proctor.

**The code.** The share's 128 bits are 26 Crockford base32 characters (two zero bits first), then follow 4
check characters; written as six groups of five. The 30 characters are a word of the Reed-Solomon code RS(30,
26) over GF(32) (polynomial x⁵ + x² + 1, zeros at a¹ … a⁴, first character = highest power): any two codes
differ in at least five characters. So up to four wrong characters are always noticed, whatever they are, and
one wrong character or two swapped neighbours can be placed: `from_code` names the group to look at again. It
does not repair; a person does.

**The wrapping.** A content key is sealed (AES-256-GCM) under HKDF-SHA256(device share ‖ release share): a
seat without the release share opens nothing, and the release share opens nothing without an enrolled device.
"""

import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from functools import reduce
from operator import xor
from typing import Final, Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.faults import Refused
from sync.trust.aead import KEY_BYTES, open_sealed, seal

SHARE_BYTES: Final = 16
DEVICE_SHARE_BYTES: Final = 32

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE: Final = {letter: value for value, letter in enumerate(_ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_DATA: Final = 26
_CHECKS: Final = 4
_LENGTH: Final = _DATA + _CHECKS
_FIRST_LIMIT: Final = 8  # two zero bits, then three of the share
_GROUP: Final = 5
_BITS: Final = 5
_MAX_TYPED: Final = 200
_HKDF_INFO: Final = b"examroom-release-v1"


class ReleaseCodeWrong(Refused):
    """A typed release code is not right; the fact `group` is 0 because no group can be pointed out."""

    code = "RELEASE_CODE_WRONG"


class ReleaseGroupWrong(ReleaseCodeWrong):
    """A typed release code is not right, and the fact `group` (from 1) says where to look."""

    code = "RELEASE_GROUP_WRONG"


@dataclass(frozen=True)
class ReleaseShare:
    """The 16 bytes that the registry withholds until the start."""

    raw: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.raw) != SHARE_BYTES:
            raise ValueError(f"a release share has {SHARE_BYTES} bytes, not {len(self.raw)}")

    @classmethod
    def generate(cls) -> Self:
        """Draw a new share."""
        return cls(secrets.token_bytes(SHARE_BYTES))

    def code(self) -> str:
        """Write the share as six groups of five characters."""
        number = int.from_bytes(self.raw)
        data = [number >> _BITS * place & 31 for place in reversed(range(_DATA))]
        letters = "".join(_ALPHABET[value] for value in data + _checks_for(data))
        return "-".join(letters[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))

    @classmethod
    def from_code(cls, text: str) -> Self:
        """Read a code as people type it: any case, spaces, dashes, full-width letters, O for 0, I or L for 1.

        Raises:
            ReleaseCodeWrong: with the fact `group`, the first group that cannot be right, or 0.
        """
        word = _values(text)
        if word[0] >= _FIRST_LIMIT:
            raise _wrong("no code begins like this", 1)
        syndromes = [_evaluate(word, power) for power in range(1, _CHECKS + 1)]
        if any(syndromes):
            place = _place_of_mistake(word, syndromes)
            raise _wrong("the check characters do not fit", 0 if place is None else _group(place))
        number = reduce(lambda so_far, value: so_far << _BITS | value, word[:_DATA], 0)
        return cls(number.to_bytes(SHARE_BYTES))


def wrap_key(key: bytes, device_share: bytes, share: ReleaseShare, context: bytes) -> bytes:
    """Seal a content key so that it takes both shares to open it, for what `context` names only."""
    return seal(_wrapping_key(device_share, share), key, context)


def unwrap_key(wrapped: bytes, device_share: bytes, share: ReleaseShare, context: bytes) -> bytes:
    """Open what `wrap_key` sealed.

    Raises:
        SealRefused: another device share, release share or context, or changed bytes.
    """
    return open_sealed(_wrapping_key(device_share, share), wrapped, context)


def _wrapping_key(device_share: bytes, share: ReleaseShare) -> bytes:
    if len(device_share) != DEVICE_SHARE_BYTES:  # fixed lengths: one way to read the joined shares
        raise ValueError(f"a device share has {DEVICE_SHARE_BYTES} bytes, not {len(device_share)}")
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=_HKDF_INFO).derive(device_share + share.raw)


def _values(text: str) -> list[int]:
    """Turn typed text into 30 values; a group of the wrong length or with a strange character is named."""
    if len(text) > _MAX_TYPED:
        raise _wrong("far too long", 0)
    typed = unicodedata.normalize("NFKC", text).upper()
    groups = [group for group in re.split(r"[\s\-‐-―−_]+", typed) if group]
    letters = "".join(groups)
    if len(letters) != _LENGTH:
        odd = [number for number, group in enumerate(groups, 1) if len(group) != _GROUP]
        known = len(odd) == 1 and len(groups) == _LENGTH // _GROUP
        raise _wrong(f"{len(letters)} characters, wanted {_LENGTH}", odd[0] if known else 0)
    for place, letter in enumerate(letters):
        if letter not in _VALUE:
            raise _wrong("a character that no code has", _group(place))
    return [_VALUE[letter] for letter in letters]


def _wrong(detail: str, group: int) -> ReleaseCodeWrong:
    fault = ReleaseGroupWrong if group else ReleaseCodeWrong
    return fault(detail, group=group)


def _group(place: int) -> int:
    return place // _GROUP + 1


# The field GF(32): a number is a polynomial over GF(2), its powers of a = 2 run through all of 1 … 31.
def _powers() -> list[int]:
    powers = [1]
    while len(powers) < 31:  # noqa: PLR2004 - the order of the field's multiplicative group
        doubled = powers[-1] << 1
        powers.append(doubled ^ 0b100101 if doubled & 32 else doubled)
    return powers


_POWER: Final = _powers()
_LOG: Final = {value: exponent for exponent, value in enumerate(_POWER)}


def _times(left: int, right: int) -> int:
    return _POWER[(_LOG[left] + _LOG[right]) % 31] if left and right else 0


def _evaluate(word: list[int], power: int) -> int:
    """Give the word's value as a polynomial at a^power (Horner)."""
    return reduce(lambda so_far, value: _times(so_far, _POWER[power]) ^ value, word, 0)


def _checks_for(data: list[int]) -> list[int]:
    """Give the remainder of data · x⁴ by the generator (x - a¹)(x - a²)(x - a³)(x - a⁴)."""
    remainder = [0] * _CHECKS
    for value in data:
        lead = value ^ remainder[0]
        remainder = [*remainder[1:], 0]
        remainder = [old ^ _times(lead, factor) for old, factor in zip(remainder, _GENERATOR, strict=True)]
    return remainder


def _generator() -> list[int]:
    product = [1]
    for power in range(1, _CHECKS + 1):
        shifted, scaled = [*product, 0], [0, *(_times(value, _POWER[power]) for value in product)]
        product = list(map(xor, shifted, scaled))
    return product[1:]  # without the leading 1


_GENERATOR: Final = _generator()


def _place_of_mistake(word: list[int], syndromes: list[int]) -> int | None:
    """Find the one character, or the one pair of neighbours, whose mistake explains the syndromes."""
    for place in range(_LENGTH):
        exponent = _LENGTH - 1 - place
        mistake = _times(syndromes[0], _POWER[-exponent % 31])
        if all(_times(mistake, _POWER[exponent * power % 31]) == found for power, found in enumerate(syndromes, 1)):
            return place
    for place in range(_LENGTH - 1):
        swapped = [*word[:place], word[place + 1], word[place], *word[place + 2 :]]
        if not any(_evaluate(swapped, power) for power in range(1, _CHECKS + 1)):
            return place
    return None
