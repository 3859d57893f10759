"""The verification code: what a candidate copies from the screen to look the result up later."""

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LETTERS = 15


def verification_code(payload_sha256: str) -> str:
    """Give the first 75 bits of the signed payload's digest (hexadecimal) as 15 letters, Crockford base32, and a check.

    The sixteenth letter is the sum of the letters' values, each times its place (1 to 15), modulo 31.
    """
    bits = int(payload_sha256, 16) >> (256 - 5 * _LETTERS)
    values = [bits >> 5 * (_LETTERS - 1 - place) & 31 for place in range(_LETTERS)]
    check = sum(place * value for place, value in enumerate(values, start=1)) % 31
    return "".join(_CROCKFORD[value] for value in [*values, check])
